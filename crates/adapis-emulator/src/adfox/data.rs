//! Accounts and rows of ADFOX in data files, and its settings.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::reports::{AdfoxGenerated, AdfoxReportRow, AdfoxReportsSettings, rows};
use super::{defaults, xml};

/// Rows by object.
type Objects = BTreeMap<String, Vec<Map<String, Value>>>;

pub(super) const DEFAULT_LOGIN: &str = "test";
pub(super) const DEFAULT_PASSWORD: &str = "Secret-Passw0rd";
pub(super) const DEFAULT_TOKEN: &str = "adfox-oauth-token";
const DEFAULT_API_KEY: &str = "adfox-api-key";

/// Initial accounts and rows of ADFOX.
///
/// A member that is absent keeps its default: a file with only `objects` keeps the default
/// accounts, a file with only `accounts` keeps the default rows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdfoxData {
    /// The accounts.
    pub accounts: Vec<AdfoxAccount>,
    /// Rows by object (`campaign`, `website`, …); members may have any name and may be nested.
    #[serde(deserialize_with = "objects")]
    pub objects: BTreeMap<String, Vec<Map<String, Value>>>,
    /// Statistics, one row per day and whatever else a row names.
    pub report_rows: Vec<AdfoxReportRow>,
    /// Generated statistics of all banners, in addition to the rows; `null` for none.
    pub generated: Option<AdfoxGenerated>,
}

impl Default for AdfoxData {
    fn default() -> Self {
        let accounts = vec![
            AdfoxAccount {
                api_key: Some(DEFAULT_API_KEY.to_owned()),
                ..AdfoxAccount::new(DEFAULT_LOGIN, DEFAULT_PASSWORD, DEFAULT_TOKEN)
            },
            AdfoxAccount {
                rights: AdfoxRights {
                    write: false,
                    objects: None,
                },
                ..AdfoxAccount::new("reader", "Reader-Passw0rd", "adfox-reader-token")
            },
        ];
        Self {
            accounts,
            objects: defaults::objects(),
            report_rows: rows::documented(),
            generated: Some(AdfoxGenerated::default()),
        }
    }
}

/// An account of the ADFOX API.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AdfoxAccount {
    /// The value of `loginAccount`.
    pub login: String,
    /// The plain password; calls contain its SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The SHA-256 of the password in lower-case hexadecimal, used if `password` is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_sha256: Option<String>,
    /// OAuth tokens that `/api/v1` accepts for this account.
    #[serde(default)]
    pub tokens: Vec<String>,
    /// The value of the header `X-Yandex-API-Key`; any that is not empty if absent.
    ///
    /// It is only checked if [`AdfoxSettings::api_key_required`] is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// Rights of the account.
    #[serde(default)]
    pub rights: AdfoxRights,
}

impl AdfoxAccount {
    /// Creates an account with all rights.
    #[must_use]
    pub fn new(login: &str, password: &str, token: &str) -> Self {
        Self {
            login: login.to_owned(),
            password: Some(password.to_owned()),
            password_sha256: None,
            tokens: vec![token.to_owned()],
            api_key: None,
            rights: AdfoxRights::default(),
        }
    }
}

impl fmt::Debug for AdfoxAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdfoxAccount")
            .field("login", &self.login)
            .field("rights", &self.rights)
            .finish_non_exhaustive()
    }
}

/// Rights of an ADFOX account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdfoxRights {
    /// Whether the account may make changes.
    pub write: bool,
    /// The objects that the account may access; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<Vec<String>>,
}

impl Default for AdfoxRights {
    fn default() -> Self {
        Self {
            write: true,
            objects: None,
        }
    }
}

/// Position of the counters in the response to a list.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AdfoxCounters {
    /// In `result`, as client programs have seen them.
    #[default]
    Result,
    /// In `links`, as in the documentation.
    Links,
}

/// The charset of an ADFOX response.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub enum AdfoxCharset {
    /// UTF-8, as in current responses.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// windows-1251, as in older responses.
    #[serde(rename = "windows-1251")]
    Windows1251,
}

impl AdfoxCharset {
    /// Returns the name of the charset in an XML declaration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Windows1251 => "windows-1251",
        }
    }
}

/// How ADFOX behaves where its documentation leaves it open.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdfoxSettings {
    /// Position of the counters in the response to a list.
    pub counters: AdfoxCounters,
    /// The charset that responses are encoded in.
    pub charset: AdfoxCharset,
    /// The charset that responses declare, if it is to be a wrong one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_charset: Option<AdfoxCharset>,
    /// Whether responses start with an XML declaration.
    ///
    /// The `Content-Type` header always names the charset.
    pub xml_declaration: bool,
    /// Whether dates with a time in rows include seconds.
    pub seconds: bool,
    /// Messages to return with code 0, by operation (`adfox.account.add.banner`) or `*` for all.
    pub messages: BTreeMap<String, String>,
    /// Contexts, objects and operations that are refused to all accounts.
    pub denied: Vec<String>,
    /// Whether targeting by URL may be changed.
    pub url_targeting: bool,
    /// Whether `/api/v1` requires the header `X-Yandex-API-Key`, which some programs send.
    ///
    /// The value is that of the account ([`AdfoxAccount::api_key`]); a wrong one is HTTP 401.
    pub api_key_required: bool,
    /// Whether `search` filters rows; some servers ignore it.
    pub search: bool,
    /// Rows per page if the call has no `limit`.
    pub default_limit: usize,
    /// The largest allowed `limit`.
    pub max_limit: usize,
    /// Settings of the statistics API.
    pub reports: AdfoxReportsSettings,
}

impl Default for AdfoxSettings {
    fn default() -> Self {
        Self {
            counters: AdfoxCounters::default(),
            charset: AdfoxCharset::default(),
            declared_charset: None,
            xml_declaration: true,
            seconds: true,
            messages: BTreeMap::new(),
            denied: Vec::new(),
            url_targeting: false,
            api_key_required: false,
            search: true,
            default_limit: 10,
            max_limit: 1000,
            reports: AdfoxReportsSettings::default(),
        }
    }
}

/// Parses rows and refuses members whose names are not valid XML names.
fn objects<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Objects, D::Error> {
    let objects = Objects::deserialize(deserializer)?;
    for (object, rows) in &objects {
        for row in rows {
            if let Some(name) = invalid_name(row) {
                return Err(D::Error::custom(format!(
                    "a row of `{object}` has the member `{name}`, which is not a valid XML name"
                )));
            }
        }
    }
    Ok(objects)
}

fn invalid_name(row: &Map<String, Value>) -> Option<&str> {
    row.iter().find_map(|(name, value)| {
        if xml::is_xml_name(name) {
            invalid_name_within(value)
        } else {
            Some(name)
        }
    })
}

fn invalid_name_within(value: &Value) -> Option<&str> {
    match value {
        Value::Object(row) => invalid_name(row),
        Value::Array(items) => items.iter().find_map(invalid_name_within),
        _ => None,
    }
}
