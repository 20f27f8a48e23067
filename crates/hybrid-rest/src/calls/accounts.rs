use adcore_json::serialize_decimal;
use rust_decimal::Decimal;
use serde::Serialize;

use super::{AdvertiserId, BannerId, CampaignId, Extra};

/// An advertiser of the agency, from `/advertiser/get`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Advertiser {
    /// The id, for [`Client::for_advertiser`](crate::Client::for_advertiser).
    pub id: AdvertiserId,
    /// The name.
    pub name: Option<String>,
    /// The balance in the account's currency, exactly as printed.
    #[serde(serialize_with = "serialize_decimal")]
    pub balance: Option<Decimal>,
    /// Members that are not on the vendor's page.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A campaign, from `/campaign/get`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Campaign {
    /// The id.
    pub id: CampaignId,
    /// The name.
    pub name: Option<String>,
    /// Members that are not on the vendor's page.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A banner of a campaign, from `/banner/get/{campaignId}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Banner {
    /// The id.
    pub id: BannerId,
    /// The name.
    pub name: Option<String>,
    /// Members that are not on the vendor's page.
    #[serde(flatten)]
    pub extra: Extra,
}
