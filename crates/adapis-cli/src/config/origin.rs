//! Where a setting comes from, without its value.

use std::fmt;

use super::{Profile, variable};
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
        let from_environment = || {
            ways(vendor, setting).find_map(|name| {
                let variable_name = vendor.variable(&name);
                let value = variable(&variable_name)?;
                Some(if name.ends_with("_file") {
                    Origin::File {
                        path: value,
                        named_by: variable_name,
                    }
                } else {
                    Origin::Variable(variable_name)
                })
            })
        };
        let from_profile = || self.origin_in_file(vendor, setting);
        if !self.named {
            from_environment().or_else(from_profile)
        } else if vendor.secret().contains(&setting) {
            from_profile().or_else(from_environment)
        } else {
            from_profile()
        }
    }

    /// Whether ADFOX's OAuth token is used rather than its password: the one whose source comes first,
    /// or the token if both have the same one.
    pub(crate) fn has_adfox_token(&self) -> bool {
        let vendor = Vendor::Adfox;
        let in_environment = |setting: &str| {
            let mut names = ways(vendor, setting);
            names.any(|name| variable(&vendor.variable(&name)).is_some())
        };
        let in_profile = |setting: &str| self.origin_in_file(vendor, setting).is_some();
        let in_first = |setting| match self.named {
            true => in_profile(setting),
            false => in_environment(setting),
        };
        in_first("oauth_token")
            || !in_first("password") && self.origin(vendor, "oauth_token").is_some()
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

    /// Whether the profile or, if it is not outranked, the environment has a setting of the vendor.
    pub(crate) fn configures(&self, vendor: Vendor) -> bool {
        let settings = vendor.plain().iter().chain(vendor.secret());
        settings.into_iter().any(|setting| {
            if self.named {
                self.origin_in_file(vendor, setting).is_some()
            } else {
                self.origin(vendor, setting).is_some()
            }
        })
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
