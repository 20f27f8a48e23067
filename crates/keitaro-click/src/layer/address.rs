//! The visitor's address and scheme, from the peer or a trusted proxy.

mod network;

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};

pub use network::Network;

/// The proxies that may name a visitor's address and scheme.
#[derive(Debug, Clone, Default)]
pub(super) struct TrustedProxies {
    pub(super) proxies: Vec<Network>,
    /// The one header that the proxies set; by default, any of [`USUAL`].
    pub(super) header: Option<HeaderName>,
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const CF_CONNECTING_IP: HeaderName = HeaderName::from_static("cf-connecting-ip");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
static USUAL: [HeaderName; 4] = [FORWARDED, X_FORWARDED_FOR, CF_CONNECTING_IP, X_REAL_IP];

/// What a request says about where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// This address, written by the hop with this number; the nearest hop is 1.
    Address(IpAddr, usize),
    /// Nothing: the header is absent.
    Nobody,
    /// Something that cannot be trusted, or is not an address.
    Unclear,
}

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.contains(address))
    }

    /// The visitor's address: the peer's, unless the peer is a trusted proxy that names another.
    ///
    /// `None` if the trusted proxies name no address that can be trusted. If headers contradict each
    /// other, none is trusted: a proxy sets one of them and forwards the visitor's own values in
    /// the others.
    pub(super) fn address(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer?.to_canonical();
        match self.named(peer, headers) {
            Named::Address(address, _) => Some(address),
            Named::Nobody => Some(peer),
            Named::Unclear => None,
        }
    }

    /// The addresses that lead from the visitor to this server; the last one is the peer.
    pub(super) fn chain(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Vec<IpAddr> {
        let Some(peer) = peer.map(|peer| peer.to_canonical()) else {
            return Vec::new();
        };
        let mut chain = Vec::new();
        match self.named(peer, headers) {
            Named::Address(address, hop) => {
                chain.push(address);
                let header = self.header.clone().unwrap_or(X_FORWARDED_FOR);
                let mut proxies: Vec<IpAddr> = elements(&header, headers)
                    .take(hop - 1)
                    .filter_map(|element| address_in(&header, element))
                    .collect();
                proxies.reverse();
                chain.append(&mut proxies);
            }
            Named::Nobody => {}
            Named::Unclear => return Vec::new(),
        }
        chain.push(peer);
        chain
    }

    /// Whether a trusted proxy says that the visitor uses https.
    ///
    /// In a list it is the element of the hop that names the visitor; a shorter list begins with it.
    pub(super) fn https(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
        let Some(peer) = peer.filter(|peer| self.trusts(*peer)) else {
            return false;
        };
        let hop = match self.named(peer, headers) {
            Named::Address(_, hop) => hop,
            Named::Nobody | Named::Unclear => 1,
        };
        let of_hop = |header| elements(header, headers).take(hop).last();
        match of_hop(&X_FORWARDED_PROTO) {
            Some(scheme) => scheme.trim_ascii().eq_ignore_ascii_case(b"https"),
            None => of_hop(&FORWARDED)
                .and_then(|element| forwarded(element, "proto"))
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"https")),
        }
    }

    fn named(&self, peer: IpAddr, headers: &HeaderMap) -> Named {
        if !self.trusts(peer) {
            return Named::Nobody;
        }
        let Some(header) = &self.header else {
            let mut all = USUAL
                .iter()
                .filter(|header| headers.contains_key(*header))
                .map(|header| self.named_by(header, headers));
            let Some(first) = all.next() else {
                return Named::Nobody;
            };
            let address = |named| match named {
                Named::Address(address, _) => Some(address),
                _ => None,
            };
            return match all.all(|other| address(other) == address(first)) {
                true => first,
                false => Named::Unclear,
            };
        };
        self.named_by(header, headers)
    }

    /// The nearest address of the chain that is not a trusted proxy; the farthest if all are.
    ///
    /// Nothing that a trusted proxy wrote is skipped, and nothing farther than the first other
    /// address is read: the visitor wrote it.
    fn named_by(&self, header: &HeaderName, headers: &HeaderMap) -> Named {
        let mut farthest = Named::Nobody;
        for (hop, element) in elements(header, headers).enumerate() {
            let Some(address) = address_in(header, element) else {
                return Named::Unclear;
            };
            farthest = Named::Address(address, hop + 1);
            if !self.trusts(address) {
                break;
            }
        }
        farthest
    }
}

/// The elements of a list that may be in several headers, the last one first.
fn elements<'a>(header: &HeaderName, headers: &'a HeaderMap) -> impl Iterator<Item = &'a [u8]> {
    let quoted = *header == FORWARDED;
    headers
        .get_all(header)
        .iter()
        .rev()
        .flat_map(move |value| FromEnd {
            rest: Some(value.as_bytes()),
            quoted,
        })
}

/// Splits a list at its commas, from the end, where trusted proxies write.
struct FromEnd<'a> {
    rest: Option<&'a [u8]>,
    /// Whether commas in quoted strings belong to the element.
    quoted: bool,
}

impl<'a> Iterator for FromEnd<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let mut in_quotes = false;
        for at in (0..rest.len()).rev() {
            match rest[at] {
                b'"' if self.quoted && !is_escaped(rest, at) => in_quotes = !in_quotes,
                b',' if !in_quotes => {
                    self.rest = Some(&rest[..at]);
                    return Some(&rest[at + 1..]);
                }
                _ => {}
            }
        }
        self.rest = None;
        Some(rest)
    }
}

/// Whether the byte is behind an odd number of backslashes.
fn is_escaped(text: &[u8], at: usize) -> bool {
    let before = text[..at].iter().rev();
    before.take_while(|byte| **byte == b'\\').count() % 2 == 1
}

fn address_in(header: &HeaderName, element: &[u8]) -> Option<IpAddr> {
    if *header == FORWARDED {
        parse_address(&forwarded(element, "for")?)
    } else {
        parse_address(element)
    }
}

/// A parameter of an element of `Forwarded`; `None` if it is absent or there are several.
fn forwarded<'a>(element: &'a [u8], wanted: &str) -> Option<Cow<'a, [u8]>> {
    let mut found = None;
    let mut rest = element;
    while !rest.is_empty() {
        let mut in_quotes = false;
        let end = (0..rest.len()).find(|at| match rest[*at] {
            b'"' if !(in_quotes && is_escaped(rest, *at)) => {
                in_quotes = !in_quotes;
                false
            }
            byte => byte == b';' && !in_quotes,
        });
        let (pair, next) = match end {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, &b""[..]),
        };
        rest = next;
        let Some(equals) = pair.iter().position(|byte| *byte == b'=') else {
            continue;
        };
        let name = pair[..equals].trim_ascii();
        if name.eq_ignore_ascii_case(wanted.as_bytes()) {
            if found.is_some() {
                return None;
            }
            found = Some(unquote(pair[equals + 1..].trim_ascii()));
        }
    }
    found
}

fn unquote(value: &[u8]) -> Cow<'_, [u8]> {
    let inside = value
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    let Some(inside) = inside else {
        return value.into();
    };
    if !inside.contains(&b'\\') {
        return inside.into();
    }
    let mut bytes = inside.iter();
    let mut plain = Vec::with_capacity(inside.len());
    while let Some(byte) = bytes.next() {
        plain.extend(match byte {
            b'\\' => bytes.next(),
            byte => Some(byte),
        });
    }
    plain.into()
}

/// An address with or without a port; `None` for host names and obfuscated identifiers.
fn parse_address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    let address = match text.parse::<SocketAddr>() {
        Ok(with_port) => with_port.ip(),
        Err(_) => text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
            .unwrap_or(text)
            .parse::<IpAddr>()
            .ok()?,
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(
        networks: &str,
        header: Option<&'static str>,
        sent: &[(&'static str, &str)],
    ) -> String {
        let trusted = TrustedProxies {
            proxies: networks
                .split(' ')
                .filter_map(|net| net.parse().ok())
                .collect(),
            header: header.map(HeaderName::from_static),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let peer = IpAddr::from([192, 0, 2, 1]);
        let address = trusted.address(Some(peer), &headers);
        address.map_or_else(|| "none".to_owned(), |address| address.to_string())
    }

    #[test]
    fn no_header_is_trusted_by_default() {
        for header in [
            "x-forwarded-for",
            "forwarded",
            "cf-connecting-ip",
            "x-real-ip",
        ] {
            assert_eq!(address("", None, &[(header, "6.6.6.6")]), "192.0.2.1");
            assert_eq!(
                address("10.0.0.0/8", None, &[(header, "6.6.6.6")]),
                "192.0.2.1"
            );
        }
    }

    #[test]
    fn a_trusted_proxy_names_the_visitor_in_any_of_four_headers() {
        for (header, value, expected) in [
            ("x-forwarded-for", "203.0.113.7", "203.0.113.7"),
            ("x-forwarded-for", "203.0.113.7:5123", "203.0.113.7"),
            ("x-forwarded-for", "[2001:db8::1]:80", "2001:db8::1"),
            ("x-forwarded-for", "::ffff:203.0.113.7", "203.0.113.7"),
            ("forwarded", "for=203.0.113.7;proto=https", "203.0.113.7"),
            ("forwarded", "For=\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ("cf-connecting-ip", "203.0.113.7", "203.0.113.7"),
            ("x-real-ip", " 203.0.113.7 ", "203.0.113.7"),
        ] {
            assert_eq!(
                address("192.0.2.1", None, &[(header, value)]),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn a_chain_is_read_from_the_near_end() {
        let chain = "6.6.6.6, 203.0.113.7, 10.0.0.5";
        let trusted = "192.0.2.1 10.0.0.0/8";
        assert_eq!(
            address(trusted, None, &[("x-forwarded-for", chain)]),
            "203.0.113.7"
        );
        let two = [
            ("x-forwarded-for", "6.6.6.6, 203.0.113.7"),
            ("x-forwarded-for", "10.0.0.5"),
        ];
        assert_eq!(address(trusted, None, &two), "203.0.113.7");
        assert_eq!(
            address(trusted, None, &[("x-forwarded-for", "10.0.0.1, 10.0.0.2")]),
            "10.0.0.1"
        );
        let forwarded = "for=6.6.6.6, for=203.0.113.7, for=10.0.0.5";
        assert_eq!(
            address(trusted, None, &[("forwarded", forwarded)]),
            "203.0.113.7"
        );
    }

    #[test]
    fn garbage_names_nobody() {
        for garbage in [
            "keep-alive",
            "",
            "unknown",
            "203.0.113",
            "6.6.6.6, oops",
            "1.2.3.4.5",
        ] {
            let sent = [("x-forwarded-for", garbage)];
            assert_eq!(address("192.0.2.0/24", None, &sent), "none", "{garbage}");
        }
        assert_eq!(
            address("192.0.2.1", None, &[("forwarded", "for=_hidden")]),
            "none"
        );
    }

    #[test]
    fn contradicting_headers_are_not_trusted() {
        let sent = [("x-forwarded-for", "203.0.113.7"), ("x-real-ip", "6.6.6.6")];
        assert_eq!(address("192.0.2.1", None, &sent), "none");
        assert_eq!(
            address("192.0.2.1", Some("x-forwarded-for"), &sent),
            "203.0.113.7"
        );
        let agreeing = [
            ("x-forwarded-for", "203.0.113.7"),
            ("x-real-ip", "203.0.113.7"),
        ];
        assert_eq!(address("192.0.2.1", None, &agreeing), "203.0.113.7");
    }

    #[test]
    fn private_networks() {
        for (text, private) in [
            ("10.1.0.0/16", true),
            ("10.0.0.0/7", false),
            ("192.168.1.1", true),
            ("8.8.8.8", false),
            ("0.0.0.0/0", false),
            ("fd00::/8", true),
            ("::/0", false),
            ("2001:db8::1", false),
        ] {
            let network: Network = text.parse().unwrap();
            assert_eq!(network.is_private(), private, "{text}");
        }
    }

    #[test]
    fn networks() {
        let network: Network = "2001:db8::/32".parse().unwrap();
        assert!(network.contains("2001:db8:1::1".parse().unwrap()));
        assert!(!network.contains("2001:db9::1".parse().unwrap()));
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains([1, 2, 3, 4].into()));
        let one: Network = "::ffff:1.2.3.4".parse().unwrap();
        assert!(one.contains([1, 2, 3, 4].into()));
        assert_eq!(one.to_string(), "1.2.3.4/32");
        for wrong in [
            "",
            "a",
            "1.2.3.4/33",
            "1.2.3.4/-1",
            "::/129",
            "1.2.3.4/",
            "::ffff:1.2.3.0/120",
        ] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
