use std::fmt;

use serde::{Deserialize, Serialize};

use super::method::displayed;

/// Defines IDs of one kind of object each, so that they cannot be mixed up.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        $(
            $(#[$doc])*
            #[derive(
                Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            )]
            #[serde(transparent)]
            pub struct $name(pub u64);

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }

            impl From<u64> for $name {
                fn from(id: u64) -> Self {
                    Self(id)
                }
            }

            displayed!($name);
        )*
    };
}

ids! {
    /// The ID of a super campaign.
    SuperCampaignId,
    /// The ID of a campaign (a flight).
    CampaignId,
    /// The ID of a banner.
    BannerId,
    /// The ID of a banner type.
    BannerTypeId,
    /// The ID of a template.
    TemplateId,
    /// The ID of a website.
    WebsiteId,
    /// The ID of a zone (a section).
    ZoneId,
    /// The ID of a place.
    PlaceId,
    /// The ID of a position.
    PositionId,
    /// The ID of a category.
    CategoryId,
    /// The ID of an advertiser.
    AdvertiserId,
    /// The ID of a webmaster.
    WebmasterId,
    /// The ID of an assistant.
    AssistantId,
    /// The ID of a user of any kind.
    UserId,
    /// The ID of a targeting profile.
    TargetingProfileId,
    /// The number of a user criteria, 1 to 63.
    CriteriaId,
    /// The ID of a value of a user criteria; 0 is the unknown value.
    CriteriaValueId,
}

impl From<AdvertiserId> for UserId {
    fn from(id: AdvertiserId) -> Self {
        Self(id.0)
    }
}

/// Defines numbers that have a meaning, open for numbers unknown here.
macro_rules! numbers {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "u32", into = "u32")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* $word,)*
            /// Any other number.
            Other(u32),
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                match number {
                    $($number => Self::$word,)*
                    other => Self::Other(other),
                }
            }
        }

        impl From<$name> for u32 {
            fn from(word: $name) -> Self {
                match word {
                    $($name::$word => $number,)*
                    $name::Other(other) => other,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                u32::from(*self).fmt(f)
            }
        }

        displayed!($name);
    };
}

numbers! {
    /// Whether an object runs.
    Status {
        /// It runs.
        Active = 0,
        /// It is paused.
        Paused = 1,
        /// It is over.
        Completed = 2,
    }
}

numbers! {
    /// How the code of a banner reaches a page.
    PresentationType {
        /// As JavaScript, of any size.
        Nondimensional = 4,
        /// As XML.
        Xml = 5,
    }
}

numbers! {
    /// How often a visitor may meet a campaign: the span that is counted.
    FrequencySpan {
        /// Not limited.
        Unlimited = 0,
        /// One hour.
        Hour = 1,
        /// Four hours.
        FourHours = 2,
        /// Six hours.
        SixHours = 3,
        /// Twelve hours.
        TwelveHours = 4,
        /// A day.
        Day = 5,
        /// A week.
        Week = 6,
        /// A month.
        Month = 7,
        /// A span of its own, given beside.
        Own = 8,
        /// Two weeks.
        TwoWeeks = 9,
    }
}

numbers! {
    /// What a default banner is made of.
    DefaultMode {
        /// An image and a link.
        File = 0,
        /// Code.
        Code = 1,
    }
}

words! {
    /// How much of its rows a list shows.
    Show {
        /// All members; the vendor's default.
        Advanced = "advanced",
        /// ID and name.
        Common = "common",
        /// IDs, status and dates.
        Short = "short",
    }
}

displayed!(Show);
