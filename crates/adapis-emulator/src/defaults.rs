//! The default data, read from the files in `data/`.

use crate::hybrid::HybridData;
use crate::keitaro::KeitaroData;
use crate::spots::SpotsData;

/// The default campaigns of the tracker.
pub(crate) fn keitaro() -> Result<KeitaroData, String> {
    read(include_str!("../data/keitaro.json"))
}

/// The vendor's example rows and one generated year of 40 sites.
pub(crate) fn spots() -> Result<SpotsData, String> {
    read(include_str!("../data/spots.json"))
}

/// The vendor's example rows and one generated year of 200 campaigns.
pub(crate) fn hybrid() -> Result<HybridData, String> {
    read(include_str!("../data/hybrid.json"))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
