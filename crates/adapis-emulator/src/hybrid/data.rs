use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// Hybrid's OAuth clients, advertisers and rows.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HybridData {
    /// Who may ask for tokens; the first one is in the ready line.
    pub clients: Vec<HybridClient>,
    /// Advertisers with their campaigns and banners.
    pub advertisers: Vec<HybridAdvertiser>,
    /// Statistics of one campaign and day each.
    pub campaign_rows: Vec<HybridCampaignRow>,
    /// Statistics of one campaign, day and domain each.
    pub domain_rows: Vec<HybridDomainRow>,
    /// Statistics of one banner and day each.
    pub banner_rows: Vec<HybridBannerRow>,
    /// Campaigns and statistics made up for a span of days, besides the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated: Option<HybridGenerated>,
}

/// An OAuth client: an agency, or one advertiser's own.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HybridClient {
    /// `client_id`
    pub client_id: String,
    /// `client_secret`
    pub client_secret: String,
    /// The advertisers of this agency; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertisers: Option<Vec<String>>,
    /// The advertiser whose own client this is; an agency's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertiser: Option<String>,
    /// The `scope` of its tokens.
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
    /// The balance as printed; `null` when absent.
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

/// Made-up campaigns, dealt out over the advertisers that have none.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HybridGenerated {
    /// How many campaigns, with three banners each.
    pub campaigns: u32,
    /// The first day with statistics.
    #[serde(with = "crate::day")]
    pub from: Date,
    /// The last day with statistics.
    #[serde(with = "crate::day")]
    pub to: Date,
    /// The seed; the emulator's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// Statistics of one campaign on one day; members bear the wire's names.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the members are the wire's own")]
pub struct HybridCampaignRow {
    pub campaign_id: String,
    #[serde(with = "crate::day")]
    pub date: Date,
    #[serde(default)]
    pub impression_count: u64,
    #[serde(default)]
    pub click_count: u64,
    #[serde(default)]
    pub cost: Money,
    #[serde(default)]
    pub sum_bets: Money,
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
    /// The printed percentage; clicks by impressions with one decimal when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ctr: Option<Money>,
}

/// Statistics of one campaign, day and domain; members bear the wire's names.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the members are the wire's own")]
pub struct HybridDomainRow {
    pub campaign_id: String,
    #[serde(with = "crate::day")]
    pub date: Date,
    pub domain: String,
    #[serde(default)]
    pub sum_winning_price: Money,
    #[serde(default)]
    pub sum_winning_price_with_comission: Money,
    #[serde(default)]
    pub sum_bets: Money,
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

/// Statistics of one banner on one day; members bear the wire's names.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the members are the wire's own")]
pub struct HybridBannerRow {
    pub banner_id: String,
    #[serde(with = "crate::day")]
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
    #[serde(default)]
    pub sum_winning_price_with_comission: Money,
    #[serde(default)]
    pub view_count: u64,
    #[serde(default)]
    pub sum_winning_price: Money,
    #[serde(default)]
    pub sum_bets: Money,
    #[serde(default)]
    pub bet_count: u64,
    #[serde(default)]
    pub win_count: u64,
}
