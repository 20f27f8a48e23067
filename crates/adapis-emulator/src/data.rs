//! Data files: accounts and rows of the four vendors.

use serde::{Deserialize, Serialize};

use crate::adfox::AdfoxData;
use crate::hybrid::HybridData;
use crate::keitaro::KeitaroData;
use crate::spots::SpotsData;

/// Accounts and rows of the four vendors.
///
/// A vendor that is absent uses the default data: the examples of the vendor's documentation and
/// one generated year, 2025.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Campaigns of Keitaro.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keitaro: Option<KeitaroData>,
    /// Accounts and rows of SPOTS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spots: Option<SpotsData>,
    /// Clients, advertisers and rows of Hybrid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hybrid: Option<HybridData>,
    /// Accounts and objects of ADFOX.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adfox: Option<AdfoxData>,
}

impl Data {
    /// Parses a data file.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not JSON of the documented form.
    pub fn from_json(text: &str) -> Result<Self, DataError> {
        serde_json::from_str(text).map_err(DataError)
    }
}

/// The error of parsing a data file, with the line and the reason.
#[derive(Debug, thiserror::Error)]
#[error("invalid data file: {0}")]
pub struct DataError(serde_json::Error);
