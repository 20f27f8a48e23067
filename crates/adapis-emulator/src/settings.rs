//! Settings of the four vendors.

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::adfox::AdfoxSettings;
use crate::hybrid::HybridSettings;
use crate::keitaro::KeitaroSettings;
use crate::revisions::{ClockSettings, RevisionSettings};
use crate::spots::SpotsSettings;

/// How the four vendors behave where their documentation leaves it open.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Keitaro's wire formats and features.
    pub keitaro: KeitaroSettings,
    /// SPOTS' wire formats and token rules.
    pub spots: SpotsSettings,
    /// Hybrid's wire formats, token rules and limits.
    pub hybrid: HybridSettings,
    /// ADFOX's wire formats and limits.
    pub adfox: AdfoxSettings,
    /// What follows the emulator's clock.
    pub clock: ClockSettings,
    /// What happens to statistics as the clock advances.
    pub revisions: RevisionSettings,
}

impl Settings {
    /// Returns these settings with a JSON merge patch applied.
    pub(crate) fn patched(&self, patch: &Value) -> Result<Self, serde_json::Error> {
        let mut settings = serde_json::to_value(self)?;
        merge_patch(&mut settings, patch)?;
        serde_json::from_value(settings)
    }
}

/// Applies a JSON Merge Patch (RFC 7396), except that `null` is stored.
///
/// A setting cannot be removed, and `null` is a value of some of them (`spots.refused_code`).
fn merge_patch(target: &mut Value, patch: &Value) -> Result<(), serde_json::Error> {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            patch.iter().try_for_each(|(name, value)| {
                merge_patch(target.entry(name.as_str()).or_insert(Value::Null), value)
            })
        }
        (Value::Object(_), _) => Err(serde_json::Error::custom("not an object")),
        (target, patch) => {
            *target = patch.clone();
            Ok(())
        }
    }
}
