//! Advertisers, campaigns and banners.

use adcore_json::{Extra, text};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{AdvertiserId, BannerId, CampaignId};

/// An advertiser of the agency, returned by [`Client::advertisers`](crate::Client::advertisers).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Advertiser {
    /// The id, as in [`Client::for_advertiser`](crate::Client::for_advertiser).
    pub id: AdvertiserId,
    /// The name.
    pub name: Option<String>,
    /// The balance in the account's currency, exact.
    #[serde(with = "text::decimal", default)]
    pub balance: Option<Decimal>,
    /// Members that Hybrid does not document.
    #[serde(rename = "extra", default)]
    pub extra: Extra,
}

/// A campaign, returned by [`Client::campaigns`](crate::Client::campaigns).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Campaign {
    /// The id.
    pub id: CampaignId,
    /// The name.
    pub name: Option<String>,
    /// Members that Hybrid does not document.
    #[serde(rename = "extra", default)]
    pub extra: Extra,
}

/// A banner, returned by [`Client::banners`](crate::Client::banners).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Banner {
    /// The id.
    pub id: BannerId,
    /// The name.
    pub name: Option<String>,
    /// Members that Hybrid does not document.
    #[serde(rename = "extra", default)]
    pub extra: Extra,
}
