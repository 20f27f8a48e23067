//! Clients, advertisers and rows of Hybrid in data files.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// OAuth clients, advertisers and rows of Hybrid.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HybridData {
    /// The OAuth clients; the ready line contains the first one.
    pub clients: Vec<HybridClient>,
    /// Advertisers with their campaigns and banners.
    pub advertisers: Vec<HybridAdvertiser>,
    /// Statistics, one row per campaign and day.
    pub campaign_rows: Vec<HybridCampaignRow>,
    /// Statistics, one row per campaign, day and domain.
    pub domain_rows: Vec<HybridDomainRow>,
    /// Statistics, one row per banner and day.
    pub banner_rows: Vec<HybridBannerRow>,
    /// Generated campaigns and statistics, in addition to the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated: Option<HybridGenerated>,
}

/// An OAuth client of an agency or of one advertiser.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HybridClient {
    /// The OAuth `client_id`.
    pub client_id: String,
    /// The OAuth `client_secret`.
    pub client_secret: String,
    /// The advertisers of the agency; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertisers: Option<Vec<String>>,
    /// The advertiser that the client belongs to; the client is an agency's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertiser: Option<String>,
    /// The `scope` of the client's tokens.
    #[serde(default)]
    pub scope: String,
}

impl fmt::Debug for HybridClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HybridClient")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// An advertiser with its campaigns.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HybridAdvertiser {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The balance as text; `null` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<String>,
    /// The campaigns.
    #[serde(default)]
    pub campaigns: Vec<HybridCampaign>,
}

/// A campaign with its banners.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HybridCampaign {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The banners.
    #[serde(default)]
    pub banners: Vec<HybridBanner>,
}

/// A banner.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HybridBanner {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// Generated campaigns, distributed among the advertisers without campaigns.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HybridGenerated {
    /// Number of campaigns, with three banners each.
    pub campaigns: u32,
    /// The first day with statistics.
    pub from: Date,
    /// The last day with statistics.
    pub to: Date,
    /// The seed; the emulator's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// Statistics of one campaign on one day.
///
/// Fields are named as on the wire; absent counts and amounts are 0.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the wire format")]
pub struct HybridCampaignRow {
    pub campaign_id: String,
    pub date: Date,
    #[serde(default)]
    pub impression_count: u64,
    #[serde(default)]
    pub click_count: u64,
    #[serde(default, with = "crate::amount")]
    pub cost: Decimal,
    #[serde(default, with = "crate::amount")]
    pub sum_bets: Decimal,
    #[serde(default)]
    pub bet_count: u64,
    #[serde(default)]
    pub win_count: u64,
    #[serde(default)]
    pub conversion_count: u64,
    #[serde(default)]
    pub post_click_conversions_count: u64,
    #[serde(default)]
    pub post_view_conversions_count: u64,
    #[serde(default)]
    pub pixel_visit_count: u64,
    #[serde(default)]
    pub active_pixel_visit_count: u64,
    /// Click-through rate in percent; computed with one decimal if absent.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::amount::option"
    )]
    pub ctr: Option<Decimal>,
}

/// Statistics of one campaign, day and domain.
///
/// Fields are named as on the wire; absent counts and amounts are 0.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the wire format")]
pub struct HybridDomainRow {
    pub campaign_id: String,
    pub date: Date,
    pub domain: String,
    #[serde(default, with = "crate::amount")]
    pub sum_winning_price: Decimal,
    #[serde(default, with = "crate::amount")]
    pub sum_winning_price_with_comission: Decimal,
    #[serde(default, with = "crate::amount")]
    pub sum_bets: Decimal,
    #[serde(default)]
    pub bet_count: u64,
    #[serde(default)]
    pub win_count: u64,
    #[serde(default)]
    pub impression_count: u64,
    #[serde(default)]
    pub view_count: u64,
    #[serde(default)]
    pub click_count: u64,
    #[serde(default)]
    pub conversion_count: u64,
    #[serde(default)]
    pub post_click_conversions_count: u64,
    #[serde(default)]
    pub post_view_conversions_count: u64,
    #[serde(default)]
    pub pixel_visit_count: u64,
    #[serde(default)]
    pub active_pixel_visit_count: u64,
}

/// Statistics of one banner on one day.
///
/// Fields are named as on the wire; absent counts and amounts are 0.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the wire format")]
pub struct HybridBannerRow {
    pub banner_id: String,
    pub date: Date,
    #[serde(default)]
    pub click_count: u64,
    #[serde(default)]
    pub impression_count: u64,
    #[serde(default)]
    pub reach: u64,
    #[serde(default)]
    pub active_pixel_visit_count: u64,
    #[serde(default)]
    pub pixel_visit_count: u64,
    #[serde(default)]
    pub conversion_count: u64,
    #[serde(default)]
    pub post_click_conversions_count: u64,
    #[serde(default)]
    pub post_view_conversions_count: u64,
    #[serde(default, with = "crate::amount")]
    pub sum_winning_price_with_comission: Decimal,
    #[serde(default)]
    pub view_count: u64,
    #[serde(default, with = "crate::amount")]
    pub sum_winning_price: Decimal,
    #[serde(default, with = "crate::amount")]
    pub sum_bets: Decimal,
    #[serde(default)]
    pub bet_count: u64,
    #[serde(default)]
    pub win_count: u64,
}
