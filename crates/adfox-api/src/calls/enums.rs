//! Values that ADFOX writes as a number or a word with a fixed meaning.

/// Defines an enum of words; a word that is unknown here becomes `Other`.
macro_rules! string_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// Any other word, sent unchanged.
            Other(String),
        }

        impl $name {
            /// Returns the word as it is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::from(word.as_str())
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.as_str().to_owned()
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(word))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use string_enum;

/// Defines an enum of numbers; a number that is unknown here becomes `Other`.
macro_rules! number_enum {
    ($(#[$doc:meta])* $name:ident: $repr:ident, $as_text:literal {
        $($(#[$variant_doc:meta])* $variant:ident = $number:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = $as_text, into = $as_text)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// Any other number.
            Other($repr),
        }

        impl From<$repr> for $name {
            fn from(number: $repr) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    other => Self::Other(other),
                }
            }
        }

        impl From<$name> for $repr {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => $number,)*
                    $name::Other(other) => other,
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(number: &str) -> Result<Self, Self::Err> {
                number.parse::<$repr>().map(Self::from)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $repr::from(*self).fmt(f)
            }
        }

        $crate::calls::param_value::displayed!($name);
    };
}
pub(super) use number_enum;

number_enum! {
    /// Whether an object is active.
    Status: u32, "u32" {
        /// It is active.
        Active = 0,
        /// It is paused.
        Paused = 1,
        /// It is completed.
        Completed = 2,
    }
}

number_enum! {
    /// How the code of a banner is put into a page.
    PresentationType: u32, "u32" {
        /// As JavaScript, of any size.
        Nondimensional = 4,
        /// As XML.
        Xml = 5,
    }
}

number_enum! {
    /// The period of a limit per visitor.
    FrequencySpan: u32, "u32" {
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
        /// A custom period, given in another parameter.
        Own = 8,
        /// Two weeks.
        TwoWeeks = 9,
    }
}

number_enum! {
    /// What a default banner consists of.
    DefaultMode: u32, "u32" {
        /// An image and a link.
        File = 0,
        /// Code.
        Code = 1,
    }
}

number_enum! {
    /// How the banners of a campaign are rotated.
    RotationMethod: i32, "i32" {
        /// By the method of the level above; only where a campaign is placed.
        Inherited = -1,
        /// By level and priority.
        Priority = 0,
        /// By the share of the traffic.
        TrafficShare = 1,
    }
}

string_enum! {
    /// Which members the rows of a list have.
    Show {
        /// All members; the vendor's default.
        Advanced = "advanced",
        /// Id and name.
        Common = "common",
        /// Ids, status and dates.
        Short = "short",
    }
}
