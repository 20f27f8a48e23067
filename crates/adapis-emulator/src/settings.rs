//! How the four servers behave where their documents leave it open.

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::adfox::AdfoxSettings;
use crate::hybrid::HybridSettings;
use crate::keitaro::KeitaroSettings;
use crate::spots::SpotsSettings;

/// How the four servers behave where their documents leave it open.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Keitaro's wire forms and switches.
    pub keitaro: KeitaroSettings,
    /// SPOTS' wire forms and token rules.
    pub spots: SpotsSettings,
    /// Hybrid's wire forms, token rules and limits.
    pub hybrid: HybridSettings,
    /// ADFOX's wire forms and limits.
    pub adfox: AdfoxSettings,
}

impl Settings {
    /// The same settings with the members of this JSON object laid over them.
    pub(crate) fn patched(&self, patch: &Value) -> Result<Self, serde_json::Error> {
        let mut whole = serde_json::to_value(self)?;
        lay_over(&mut whole, patch)?;
        serde_json::from_value(whole)
    }
}

fn lay_over(whole: &mut Value, patch: &Value) -> Result<(), serde_json::Error> {
    match (whole, patch) {
        (Value::Object(whole), Value::Object(patch)) => {
            patch.iter().try_for_each(|(name, value)| {
                lay_over(whole.entry(name.as_str()).or_insert(Value::Null), value)
            })
        }
        (Value::Object(_), _) => Err(serde_json::Error::custom("not an object")),
        (whole, patch) => {
            *whole = patch.clone();
            Ok(())
        }
    }
}

/// What becomes of a refresh token once it has been used.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OldRefreshToken {
    /// It stays good until its own time is over.
    Keep,
    /// It is refused from then on.
    #[default]
    Burn,
    /// It is refused, and whoever uses it again takes every descendant down with it.
    RevokeFamily,
}
