//! The vendors and the settings of their accounts.

/// A vendor; its name is used for the command, the config table and the variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Vendor {
    Keitaro,
    Spots,
    Hybrid,
    Adfox,
}

impl Vendor {
    pub(crate) const ALL: [Self; 4] = [Self::Keitaro, Self::Spots, Self::Hybrid, Self::Adfox];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Keitaro => "keitaro",
            Self::Spots => "spots",
            Self::Hybrid => "hybrid",
            Self::Adfox => "adfox",
        }
    }

    /// The settings that are not secret.
    pub(crate) fn plain(self) -> &'static [&'static str] {
        match self {
            Self::Keitaro => &["tracker"],
            Self::Spots => &["endpoint", "login", "token_folder"],
            Self::Hybrid => &[
                "endpoint",
                "client_id",
                "advertiser",
                "token_kind",
                "token_folder",
            ],
            Self::Adfox => &["endpoint", "login"],
        }
    }

    /// The secret settings; each can be given directly, by a file or by a command.
    pub(crate) fn secret(self) -> &'static [&'static str] {
        match self {
            Self::Keitaro => &["token", "postback_key"],
            Self::Spots => &["password"],
            Self::Hybrid => &["client_secret"],
            Self::Adfox => &["password", "oauth_token"],
        }
    }

    /// The environment variable of a setting, such as `ADAPIS_SPOTS_LOGIN`.
    pub(crate) fn variable(self, setting: &str) -> String {
        format!("ADAPIS_{}_{setting}", self.name()).to_uppercase()
    }
}
