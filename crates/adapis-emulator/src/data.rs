//! Accounts and rows of the four vendors.

use serde::{Deserialize, Serialize};

use crate::adfox::AdfoxData;
use crate::hybrid::HybridData;
use crate::keitaro::KeitaroData;
use crate::spots::SpotsData;

/// Accounts and rows of the four vendors; an absent vendor plays the default data.
///
/// The default data are the examples of the vendors' pages plus a generated year, 2025.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Keitaro's campaigns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keitaro: Option<KeitaroData>,
    /// SPOTS' accounts and rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spots: Option<SpotsData>,
    /// Hybrid's clients, advertisers and rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hybrid: Option<HybridData>,
    /// ADFOX's accounts and objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adfox: Option<AdfoxData>,
}

impl Data {
    /// Reads the text of a data file.
    ///
    /// # Errors
    ///
    /// When the text is no JSON of the documented shape.
    pub fn from_json(text: &str) -> Result<Self, DataError> {
        serde_json::from_str(text).map_err(DataError)
    }
}

/// A data file that cannot be used, with the line and the reason.
#[derive(Debug, thiserror::Error)]
#[error("the data file cannot be read: {0}")]
pub struct DataError(serde_json::Error);
