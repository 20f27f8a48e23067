//! What is asked and what is answered: plain values, no JSON in sight.

mod accounts;
mod bound;
mod statistics;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use adcore_json::RawJson;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use accounts::{Advertiser, Banner, Campaign};
pub use bound::Bound;
pub use statistics::{
    AdvertiserStatistics, BannerStatistics, BannerTotals, BannersStatistics, CampaignDay,
    CampaignDays, CampaignRow, CampaignStatistics, DomainDay, DomainStatistics,
};

/// Members of an answer that this crate does not know, by name as printed.
pub type Extra = BTreeMap<String, RawJson>;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Cheap to clone.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Creates an id from its text.
            pub fn new(id: impl Into<String>) -> Self {
                Self::from(id.into())
            }

            /// The id as the vendor prints it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(id: &str) -> Result<Self, Infallible> {
                Ok(Self::from(id))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
    };
}

id! {
    /// Which advertiser, such as `53df8633af55cd57805746f5`.
    AdvertiserId
}
id! {
    /// Which campaign, such as `53df8633af55cd57805746f5`.
    CampaignId
}
id! {
    /// Which banner, such as `58c1598f7bc72f277c4744ec`.
    BannerId
}
