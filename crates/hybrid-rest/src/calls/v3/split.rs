use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

macro_rules! splits {
    ($($(#[$doc:meta])* $split:ident),* $(,)?) => {
        /// What rows of statistics are grouped by.
        ///
        /// With serde it is a text.
        ///
        /// ```
        /// use hybrid_rest::calls::v3::Split;
        ///
        /// assert_eq!(Split::from("BannerName"), Split::BannerName);
        /// assert_eq!(Split::Other("Audience".to_owned()).to_string(), "Audience");
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Split {
            $($(#[$doc])* $split,)*
            /// A word that is not known here.
            Other(String),
        }

        impl Split {
            /// Returns the word of the path, such as `BannerName`.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$split => stringify!($split),)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for Split {
            fn from(word: &str) -> Self {
                $(if word == stringify!($split) {
                    return Self::$split;
                })*
                Self::Other(word.to_owned())
            }
        }
    };
}

splits! {
    /// One row per day.
    Day,
    /// One row per hour of the day.
    Hour,
    /// One row per week.
    Week,
    /// One row per month.
    Month,
    /// One row per campaign, with its id.
    Campaign,
    /// One row per advertiser, with its id.
    Advertiser,
    /// One row per banner, with its id. At the level of an advertiser the rows have no money.
    BannerName,
    /// One row per size of banners.
    BannerSize,
    /// One row per type of banners.
    BannerType,
    /// One row per app.
    App,
    /// One row per type of device.
    DeviceType,
    /// One row per operating system.
    OS,
    /// One row per country.
    Country,
    /// One row per region.
    Region,
    /// One row per city.
    City,
    /// One row per supply-side platform.
    Ssp,
    /// One row per folder of campaigns.
    Folder,
}

impl From<String> for Split {
    fn from(word: String) -> Self {
        Self::from(word.as_str())
    }
}

impl FromStr for Split {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        Ok(Self::from(word))
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Split {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Split {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}
