use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{defaults, text};

/// Rows by object.
type Objects = BTreeMap<String, Vec<Map<String, Value>>>;

pub(super) const DEFAULT_LOGIN: &str = "test";
pub(super) const DEFAULT_PASSWORD: &str = "Secret-Passw0rd";
pub(super) const DEFAULT_TOKEN: &str = "adfox-oauth-token";

/// Accounts and rows that the ADFOX server starts with.
///
/// What a file does not name keeps its default: a file with `objects` alone keeps the default
/// account, a file with `accounts` alone keeps the default rows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdfoxData {
    /// Who may call.
    pub accounts: Vec<AdfoxAccount>,
    /// Rows of any members by object (`campaign`, `website`, …); nested members allowed.
    #[serde(deserialize_with = "objects")]
    pub objects: BTreeMap<String, Vec<Map<String, Value>>>,
}

impl Default for AdfoxData {
    fn default() -> Self {
        let accounts = vec![
            AdfoxAccount::new(DEFAULT_LOGIN, DEFAULT_PASSWORD, DEFAULT_TOKEN),
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
        }
    }
}

/// One user of the ADFOX API with credentials and rights.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AdfoxAccount {
    /// The value of `loginAccount`.
    pub login: String,
    /// The plain password; its SHA-256 is what calls carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The lower-case hexadecimal SHA-256 of the password, where the password is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_sha256: Option<String>,
    /// OAuth tokens that `/api/v1` accepts for this account.
    #[serde(default)]
    pub tokens: Vec<String>,
    /// What this account may do.
    #[serde(default)]
    pub rights: AdfoxRights,
}

impl AdfoxAccount {
    /// An account with all rights.
    #[must_use]
    pub fn new(login: &str, password: &str, token: &str) -> Self {
        Self {
            login: login.to_owned(),
            password: Some(password.to_owned()),
            password_sha256: None,
            tokens: vec![token.to_owned()],
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

/// What an ADFOX account may do.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdfoxRights {
    /// Whether calls that change something are allowed.
    pub write: bool,
    /// The objects that the account may name; all when absent.
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

/// Where the counters of a list stand.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AdfoxCounters {
    /// Under `result`, as client programs met them.
    #[default]
    Result,
    /// Inside `links`, as the vendor's pages show them.
    Links,
}

/// The charset of an ADFOX answer.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub enum AdfoxCharset {
    /// UTF-8, today's answers.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// windows-1251, the older answers.
    #[serde(rename = "windows-1251")]
    Windows1251,
}

impl AdfoxCharset {
    /// The name that an XML declaration carries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Windows1251 => "windows-1251",
        }
    }
}

/// How the ADFOX server answers; may change while it runs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdfoxSettings {
    /// Where the counters of a list stand.
    pub counters: AdfoxCounters,
    /// The charset that answers are written in.
    pub charset: AdfoxCharset,
    /// The charset that answers declare, where it is to be the wrong one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_charset: Option<AdfoxCharset>,
    /// Whether answers start with an XML declaration; the HTTP header names the charset anyway.
    pub xml_declaration: bool,
    /// Whether dates with a time in rows carry seconds.
    pub seconds: bool,
    /// Messages beside code 0, by operation (`adfox.account.add.banner`) or `*` for all.
    pub messages: BTreeMap<String, String>,
    /// Contexts, objects or operations that nobody may name.
    pub denied: Vec<String>,
    /// Whether targeting by URL may be changed.
    pub url_targeting: bool,
    /// Whether `search` filters; a server that ignores it was met.
    pub search: bool,
    /// Rows of a page when the call has no `limit`.
    pub default_limit: usize,
    /// The largest `limit` that is not refused.
    pub max_limit: usize,
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
            search: true,
            default_limit: 10,
            max_limit: 1000,
        }
    }
}

/// Reads rows and refuses members that no XML element could be named after.
fn objects<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Objects, D::Error> {
    let objects = Objects::deserialize(deserializer)?;
    for (object, rows) in &objects {
        for row in rows {
            if let Some(name) = unnameable(row) {
                return Err(D::Error::custom(format!(
                    "a row of `{object}` has the member `{name}`, which is no XML name"
                )));
            }
        }
    }
    Ok(objects)
}

fn unnameable(row: &Map<String, Value>) -> Option<&str> {
    row.iter().find_map(|(name, value)| {
        if text::is_xml_name(name) {
            unnameable_within(value)
        } else {
            Some(name)
        }
    })
}

fn unnameable_within(value: &Value) -> Option<&str> {
    match value {
        Value::Object(row) => unnameable(row),
        Value::Array(items) => items.iter().find_map(unnameable_within),
        _ => None,
    }
}
