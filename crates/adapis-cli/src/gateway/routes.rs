//! Several campaigns behind one gateway: `[[gateway.route]]`.

use std::fmt;
use std::path::PathBuf;

use http::header::HOST;
use http::request::Parts;
use keitaro_click::layer::Rules;
use secrecy::SecretString;
use serde::Deserialize;

use super::settings::RestoreFrom;
use crate::config::{self, Source};
use crate::error::CliError;

/// One route: which requests it matches, and what differs there from `[gateway]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RouteSettings {
    /// Name in the metrics and in logs.
    pub(super) name: Option<String>,
    /// Hosts, such as `shop.example` or `*.shop.example`; if empty, all.
    pub(super) host: Vec<String>,
    /// Paths, such as `/landing/*`; if empty, all.
    pub(super) path: Vec<String>,
    /// Parameters of the query, as `NAME` or `NAME=VALUE`; if empty, all queries.
    pub(super) query: Vec<String>,
    /// Whether the tracker is asked at all.
    pub(super) click: Option<bool>,
    token: Option<Token>,
    #[serde(deserialize_with = "config::path")]
    token_file: Option<PathBuf>,
    token_command: Option<String>,
    pub(super) param: Vec<String>,
    pub(super) landing_id: Option<u64>,
    pub(super) only: Vec<String>,
    pub(super) except: Vec<String>,
    pub(super) restore: Option<RestoreFrom>,
    pub(super) offer_fallback: Option<String>,
    pub(super) force_redirect_offer: Option<bool>,
    pub(super) ask_only: Option<bool>,
}

/// A token in the config file.
#[derive(Clone, Deserialize)]
struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl RouteSettings {
    /// The token of the route's campaign, or `None` for that of the command line.
    pub(crate) fn token(&self) -> Result<Option<SecretString>, CliError> {
        let value = self.token.as_ref().map(|token| token.0.clone().into());
        let source = value
            .map(Source::Value)
            .or_else(|| self.token_file.clone().map(Source::File))
            .or_else(|| self.token_command.clone().map(Source::Command));
        source.map(|source| source.read("token", None)).transpose()
    }

    pub(crate) fn asks(&self) -> bool {
        self.click.unwrap_or(true)
    }

    /// Whether the route matches this request.
    pub(super) fn matches(&self, parts: &Parts) -> bool {
        let any = |patterns: &[String], matches: &dyn Fn(&str) -> bool| {
            patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern))
        };
        let path = parts.uri.path();
        any(&self.path, &|pattern| Rules::path_matches(pattern, path))
            && any(&self.host, &|pattern| {
                let pattern = pattern.to_ascii_lowercase();
                host(parts).is_some_and(|host| Rules::path_matches(&pattern, &host))
            })
            && any(&self.query, &|wanted| {
                has_param(parts.uri.query().unwrap_or_default(), wanted)
            })
    }
}

/// The requested host in lower case, without its port.
fn host(parts: &Parts) -> Option<String> {
    let host = parts.headers.get(HOST)?.to_str().ok()?;
    let end = match host.rfind(']') {
        Some(bracket) => bracket + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    let name = host[..end].trim_end_matches('.');
    Some(name.to_ascii_lowercase())
}

fn has_param(query: &str, wanted: &str) -> bool {
    let (name, value) = match wanted.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (wanted, None),
    };
    form_urlencoded::parse(query.as_bytes()).any(|(other, found)| {
        other == name && value.is_none_or(|pattern| Rules::path_matches(pattern, &found))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(toml: &str, host: &str, target: &str) -> bool {
        let route: RouteSettings = toml::from_str(toml).unwrap();
        let request = http::Request::get(target).header("host", host).body(());
        route.matches(&request.unwrap().into_parts().0)
    }

    #[test]
    fn all_kinds_must_match_and_any_pattern_of_a_kind() {
        let route = "host = ['shop.example', '*.shop.example']\npath = ['/a', '/b/*']\nquery = ['c', 'd=1*']";
        for (host, target, expected) in [
            ("shop.example", "/a?c", true),
            ("WWW.Shop.example:8080", "/b/x?e&d=12", true),
            ("shop.example.", "/a?c=1", true),
            ("shop.example", "/a", false),
            ("shop.example", "/a?d=2", false),
            ("shop.example", "/ab?c", false),
            ("other.example", "/a?c", false),
        ] {
            assert_eq!(matches(route, host, target), expected, "{host}{target}");
        }
        assert!(matches("", "x", "/"));
        assert!(matches("host = ['[::1]']", "[::1]:80", "/"));
    }

    #[test]
    fn a_token_is_not_shown() {
        let route: RouteSettings = toml::from_str("token = 's3cret'").unwrap();
        assert!(!format!("{route:?}").contains("s3cret"));
        assert!(toml::from_str::<RouteSettings>("tokens = 'x'").is_err());
    }
}
