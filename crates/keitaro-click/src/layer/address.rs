//! The visitor's address and scheme, from the peer or a trusted proxy.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use adcore::Error;
use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};
use ipnet::IpNet;

/// A network, such as `10.0.0.0/8`, or a single address.
///
/// ```
/// use keitaro_click::layer::Network;
///
/// let network: Network = "10.0.0.0/8".parse()?;
/// assert!(network.contains([10, 1, 2, 3].into()));
/// assert!("10.0.0.0/99".parse::<Network>().is_err());
/// # Ok::<(), keitaro_click::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Returns whether the network contains the address.
    ///
    /// An IPv4 address inside IPv6, such as `::ffff:10.1.2.3`, counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self(address.to_canonical().into())
    }
}

/// Parses `ADDRESS/BITS` or `ADDRESS`.
impl FromStr for Network {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::from(address));
        }
        match text.parse::<IpNet>() {
            // Would contain no address: all of them are made IPv4 before they are compared.
            Ok(network) if network.addr().to_canonical() != network.addr() => Err(
                Error::invalid_input("network", "must be written as IPv4, not inside IPv6"),
            ),
            Ok(network) => Ok(Self(network)),
            Err(_) => Err(Error::invalid_input(
                "network",
                "must be ADDRESS or ADDRESS/BITS",
            )),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

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
const USUAL: [HeaderName; 4] = [FORWARDED, X_FORWARDED_FOR, CF_CONNECTING_IP, X_REAL_IP];

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.contains(address))
    }

    /// The visitor's address: the peer's, unless the peer is a trusted proxy that names another.
    ///
    /// If headers contradict each other, none is trusted: a proxy sets one of them and forwards the
    /// visitor's own values in the others.
    pub(super) fn address(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer?.to_canonical();
        if !self.trusts(peer) {
            return Some(peer);
        }
        let named = match &self.header {
            Some(header) => self.named_by(header, headers),
            None => {
                let mut all = USUAL
                    .into_iter()
                    .filter(|header| headers.contains_key(header))
                    .map(|header| self.named_by(&header, headers));
                let first = all.next().flatten();
                all.all(|other| other == first).then_some(first).flatten()
            }
        };
        Some(named.unwrap_or(peer))
    }

    /// Whether a trusted proxy says that the visitor uses https.
    pub(super) fn https(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
        if !peer.is_some_and(|peer| self.trusts(peer)) {
            return false;
        }
        let last = |name: &HeaderName| {
            let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
            Some(value.rsplit(',').next()?.trim().to_ascii_lowercase())
        };
        match last(&X_FORWARDED_PROTO) {
            Some(scheme) => scheme == "https",
            None => last(&FORWARDED).is_some_and(|element| {
                forwarded(&element, "proto").is_some_and(|scheme| scheme == "https")
            }),
        }
    }

    /// The nearest address of the chain that is not a trusted proxy; the farthest if all are.
    fn named_by(&self, header: &HeaderName, headers: &HeaderMap) -> Option<IpAddr> {
        let mut farthest = None;
        for value in headers.get_all(header).iter().rev() {
            for element in value.to_str().ok()?.rsplit(',') {
                let element = if *header == FORWARDED {
                    forwarded(element, "for")?
                } else {
                    element
                };
                let address = parse_address(element)?;
                farthest = Some(address);
                if !self.trusts(address) {
                    return farthest;
                }
            }
        }
        farthest
    }
}

fn forwarded<'a>(element: &'a str, wanted: &str) -> Option<&'a str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case(wanted)
            .then(|| value.trim_matches('"'))
    })
}

/// An address with or without a port; `None` for host names and obfuscated identifiers.
fn parse_address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let address = match text.parse::<SocketAddr>() {
        Ok(with_port) => with_port.ip(),
        Err(_) => text
            .trim_start_matches('[')
            .trim_end_matches(']')
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
        trusted.address(Some(peer), &headers).unwrap().to_string()
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
    fn garbage_is_ignored() {
        for garbage in [
            "keep-alive",
            "",
            "unknown",
            "203.0.113",
            "6.6.6.6, oops",
            "1.2.3.4.5",
        ] {
            let sent = [("x-forwarded-for", garbage)];
            assert_eq!(
                address("192.0.2.0/24", None, &sent),
                "192.0.2.1",
                "{garbage}"
            );
        }
        assert_eq!(
            address("192.0.2.1", None, &[("forwarded", "for=_hidden")]),
            "192.0.2.1"
        );
    }

    #[test]
    fn contradicting_headers_are_not_trusted() {
        let sent = [("x-forwarded-for", "203.0.113.7"), ("x-real-ip", "6.6.6.6")];
        assert_eq!(address("192.0.2.1", None, &sent), "192.0.2.1");
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
