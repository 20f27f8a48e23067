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
    /// From the peer itself, which is no trusted proxy.
    Peer,
    /// From this address, written by the hop with this number; the nearest hop is 1.
    Address(IpAddr, usize),
    /// A trusted proxy names nobody, or something that cannot be trusted, or is not an address.
    Unclear,
}

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.contains(address))
    }

    /// The visitor's address: the peer's, unless the peer is a trusted proxy that names another.
    ///
    /// `None` if the trusted proxies name no address that can be trusted, also if they name none at
    /// all: otherwise a header that is missing, or has another name, would turn every visitor into the
    /// proxy. If headers contradict each other, none is trusted: a proxy sets one of them and forwards
    /// the visitor's own values in the others.
    pub(super) fn address(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer?.to_canonical();
        match self.named(peer, headers) {
            Named::Peer => Some(peer),
            Named::Address(address, _) => Some(address),
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
            Named::Peer => {}
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
            Named::Peer | Named::Unclear => 1,
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
            return Named::Peer;
        }
        let Some(header) = &self.header else {
            let mut all = USUAL
                .iter()
                .filter(|header| headers.contains_key(*header))
                .map(|header| self.named_by(header, headers));
            let Some(first) = all.next() else {
                return Named::Unclear;
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
        let mut farthest = Named::Unclear;
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
mod tests;
