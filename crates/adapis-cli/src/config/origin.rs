//! Where a setting comes from, without its value.

use std::fmt;

use super::Profile;
use crate::vendor::Vendor;

/// Where a setting comes from. Its `Display` never shows a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An environment variable.
    Variable(String),
    /// A setting of the profile.
    Profile(String),
    /// A file that an environment variable or a setting of the profile names.
    File { path: String, named_by: String },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) | Self::Profile(name) => f.write_str(name),
            Self::File { path, named_by } => write!(f, "{named_by} ({path})"),
        }
    }
}

impl Profile {
    /// Where a setting comes from, in the order in which it is looked up; `None` if it is not set.
    pub(crate) fn origin(&self, vendor: Vendor, setting: &str) -> Option<Origin> {
        let from_environment = ways(vendor, setting).find_map(|name| {
            let variable_name = vendor.variable(&name);
            let value = self.environment(&variable_name)?;
            Some(if name.ends_with("_file") {
                Origin::File {
                    path: value,
                    named_by: variable_name,
                }
            } else {
                Origin::Variable(variable_name)
            })
        });
        from_environment.or_else(|| self.origin_in_file(vendor, setting))
    }

    /// Whether ADFOX's OAuth token is used rather than its password: the one whose source comes first,
    /// or the token if both have the same one.
    pub(crate) fn has_adfox_token(&self) -> bool {
        let vendor = Vendor::Adfox;
        let in_environment = |setting| {
            let mut names = ways(vendor, setting);
            names.any(|name| self.environment(&vendor.variable(&name)).is_some())
        };
        in_environment("oauth_token")
            || !in_environment("password") && self.origin(vendor, "oauth_token").is_some()
    }

    /// Where the profile itself has a setting from.
    fn origin_in_file(&self, vendor: Vendor, setting: &str) -> Option<Origin> {
        ways(vendor, setting).find_map(|name| {
            let value = self.settings.get(&(vendor, name.clone()))?;
            let section = format!("{name} in [profile.{}.{}]", self.name, vendor.name());
            Some(if name.ends_with("_file") {
                Origin::File {
                    path: value.clone(),
                    named_by: section,
                }
            } else {
                Origin::Profile(section)
            })
        })
    }

    /// Whether any setting of the vendor is set.
    pub(crate) fn configures(&self, vendor: Vendor) -> bool {
        let settings = vendor.plain().iter().chain(vendor.secret());
        settings
            .into_iter()
            .any(|setting| self.origin(vendor, setting).is_some())
    }
}

/// The names under which a setting is looked up.
fn ways(vendor: Vendor, setting: &str) -> impl Iterator<Item = String> {
    let suffixes: &[&str] = if vendor.secret().contains(&setting) {
        &["", "_file", "_command"]
    } else {
        &[""]
    };
    suffixes
        .iter()
        .map(move |suffix| format!("{setting}{suffix}"))
}
