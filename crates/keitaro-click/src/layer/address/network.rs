//! Networks and single addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use adcore::Error;
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

    /// Returns whether all of its addresses are private: those of this host, of private networks
    /// (RFC 1918, RFC 4193), of carriers (RFC 6598) and of a link.
    #[must_use]
    pub fn is_private(&self) -> bool {
        const PRIVATE: [&str; 10] = [
            "0.0.0.0/32",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ];
        let private = PRIVATE.iter().filter_map(|text| text.parse::<IpNet>().ok());
        private.into_iter().any(|network| network.contains(&self.0))
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
