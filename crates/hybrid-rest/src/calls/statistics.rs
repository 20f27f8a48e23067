use adcore_json::{Extra, text};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{AdvertiserId, BannerId, CampaignId, DateBound};

/// Asks for campaigns' statistics by day: `/statistic/campaign/{from}/{to}/{ids}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CampaignStatistics {
    /// The first day or moment.
    pub from: DateBound,
    /// The last day or moment, included.
    pub to: DateBound,
    /// The campaigns, at least one.
    pub ids: Vec<CampaignId>,
}

impl CampaignStatistics {
    /// Statistics of these campaigns from `from` to `to`.
    pub fn new<I: Into<CampaignId>>(
        from: impl Into<DateBound>,
        to: impl Into<DateBound>,
        ids: impl IntoIterator<Item = I>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            ids: ids.into_iter().map(Into::into).collect(),
        }
    }
}

/// Asks for statistics of advertisers' campaigns by day: `/statistic/advertiser/{from}/{to}/{ids}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AdvertiserStatistics {
    /// The first day or moment.
    pub from: DateBound,
    /// The last day or moment, included.
    pub to: DateBound,
    /// The advertisers, at least one.
    pub ids: Vec<AdvertiserId>,
}

impl AdvertiserStatistics {
    /// Statistics of these advertisers' campaigns from `from` to `to`.
    pub fn new<I: Into<AdvertiserId>>(
        from: impl Into<DateBound>,
        to: impl Into<DateBound>,
        ids: impl IntoIterator<Item = I>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            ids: ids.into_iter().map(Into::into).collect(),
        }
    }
}

/// Asks for a campaign's statistics by day and domain:
/// `/statistic/banners/campaign/{from}/{to}/{campaignId}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CampaignDomainStatistics {
    /// The first day or moment.
    pub from: DateBound,
    /// The last day or moment, included.
    pub to: DateBound,
    /// The campaign.
    pub campaign: CampaignId,
}

impl CampaignDomainStatistics {
    /// Statistics of this campaign's banners from `from` to `to`.
    pub fn new(
        from: impl Into<DateBound>,
        to: impl Into<DateBound>,
        campaign: impl Into<CampaignId>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            campaign: campaign.into(),
        }
    }
}

/// Asks for statistics of all banners on one domain: `/statistic/banners/domain/{domain}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DomainStatistics {
    /// The domain, such as `sport-express.ru`.
    pub domain: String,
}

impl DomainStatistics {
    /// Statistics of banners on this domain.
    pub fn new(domain: impl Into<String>) -> Self {
        Self {
            domain: domain.into(),
        }
    }
}

/// Asks for one banner's statistics: `/statistic/banner/{from}/{to}/{bannerId}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BannerStatistics {
    /// The first day or moment.
    pub from: DateBound,
    /// The last day or moment, included.
    pub to: DateBound,
    /// The banner.
    pub banner: BannerId,
}

impl BannerStatistics {
    /// Statistics of this banner from `from` to `to`.
    pub fn new(
        from: impl Into<DateBound>,
        to: impl Into<DateBound>,
        banner: impl Into<BannerId>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            banner: banner.into(),
        }
    }
}

/// A campaign with its days, from the campaign and advertiser statistics.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CampaignDays {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its days, as ordered by the vendor.
    pub stat: Vec<CampaignDay>,
    /// Members that Hybrid does not document.
    #[serde(rename = "extra", default)]
    pub extra: Extra,
}

impl CampaignDays {
    /// The same days as rows, each with the campaign's id.
    pub fn rows(self) -> impl Iterator<Item = CampaignRow> {
        let Self {
            campaign_id,
            stat,
            extra,
        } = self;
        stat.into_iter()
            .map(move |day| CampaignRow::new(campaign_id.clone(), day, &extra))
    }
}

/// One day of one campaign: a row of the streams. What Hybrid left out is `None`, not 0.
///
/// The same as a [`CampaignDay`] of [`CampaignDays`], with the campaign's id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CampaignRow {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Impressions.
    pub impression_count: Option<i64>,
    /// Clicks.
    pub click_count: Option<i64>,
    /// The day as printed.
    pub date: Option<Date>,
    /// The cost in the account's currency, exactly as printed.
    #[serde(with = "text::decimal", default)]
    pub cost: Option<Decimal>,
    /// The sum of the bets, exactly as printed.
    #[serde(with = "text::decimal", default)]
    pub sum_bets: Option<Decimal>,
    /// Bets.
    pub bet_count: Option<i64>,
    /// Auctions won.
    pub win_count: Option<i64>,
    /// Conversions.
    pub conversion_count: Option<i64>,
    /// Conversions after a click.
    pub post_click_conversions_count: Option<i64>,
    /// Conversions after a view.
    pub post_view_conversions_count: Option<i64>,
    /// Visits counted by the pixel.
    pub pixel_visit_count: Option<i64>,
    /// Active visits counted by the pixel.
    pub active_pixel_visit_count: Option<i64>,
    /// The vendor's click-through rate: a rounded percentage.
    #[serde(with = "text::decimal", default)]
    pub ctr: Option<Decimal>,
    /// Members that Hybrid does not document, of the day and of its campaign.
    ///
    /// Where both have a member of the same name, this is that of the day.
    #[serde(rename = "extra", default)]
    pub extra: Extra,
}

impl CampaignRow {
    /// Joins a day with the members of its campaign.
    pub(crate) fn new(campaign_id: CampaignId, day: CampaignDay, campaign_extra: &Extra) -> Self {
        let CampaignDay {
            impression_count,
            click_count,
            date,
            cost,
            sum_bets,
            bet_count,
            win_count,
            conversion_count,
            post_click_conversions_count,
            post_view_conversions_count,
            pixel_visit_count,
            active_pixel_visit_count,
            ctr,
            mut extra,
        } = day;
        for (name, value) in campaign_extra {
            extra.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Self {
            campaign_id,
            impression_count,
            click_count,
            date,
            cost,
            sum_bets,
            bet_count,
            win_count,
            conversion_count,
            post_click_conversions_count,
            post_view_conversions_count,
            pixel_visit_count,
            active_pixel_visit_count,
            ctr,
            extra,
        }
    }
}

/// A campaign on one Moscow day. What the vendor left out is `None`, not 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct CampaignDay {
    /// Impressions.
    pub impression_count: Option<i64>,
    /// Clicks.
    pub click_count: Option<i64>,
    /// The day as printed.
    pub date: Option<Date>,
    /// The cost in the account's currency, exactly as printed.
    #[serde(with = "text::decimal")]
    pub cost: Option<Decimal>,
    /// The sum of the bets, exactly as printed.
    #[serde(with = "text::decimal")]
    pub sum_bets: Option<Decimal>,
    /// Bets.
    pub bet_count: Option<i64>,
    /// Auctions won.
    pub win_count: Option<i64>,
    /// Conversions.
    pub conversion_count: Option<i64>,
    /// Conversions after a click.
    pub post_click_conversions_count: Option<i64>,
    /// Conversions after a view.
    pub post_view_conversions_count: Option<i64>,
    /// Visits counted by the pixel.
    pub pixel_visit_count: Option<i64>,
    /// Active visits counted by the pixel.
    pub active_pixel_visit_count: Option<i64>,
    /// The vendor's click-through rate: a rounded percentage.
    #[serde(with = "text::decimal")]
    pub ctr: Option<Decimal>,
    /// Members that Hybrid does not document.
    #[serde(rename = "extra")]
    pub extra: Extra,
}

/// Banners on one Moscow day and domain. What the vendor left out is `None`, not 0.
///
/// Such rows name no banner, so day and domain are no safe key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct DomainDay {
    /// The day as printed.
    pub date: Option<Date>,
    /// The sum of winning prices, exactly as printed.
    #[serde(with = "text::decimal")]
    pub sum_winning_price: Option<Decimal>,
    /// The same with commission; the wire spells it `Comission`.
    #[serde(rename = "SumWinningPriceWithComission", with = "text::decimal")]
    pub sum_winning_price_with_commission: Option<Decimal>,
    /// The sum of the bets, exactly as printed.
    #[serde(with = "text::decimal")]
    pub sum_bets: Option<Decimal>,
    /// The domain.
    pub domain: Option<String>,
    /// Bets.
    pub bet_count: Option<i64>,
    /// Auctions won.
    pub win_count: Option<i64>,
    /// Impressions.
    pub impression_count: Option<i64>,
    /// Views.
    pub view_count: Option<i64>,
    /// Clicks.
    pub click_count: Option<i64>,
    /// Conversions.
    pub conversion_count: Option<i64>,
    /// Conversions after a click.
    pub post_click_conversions_count: Option<i64>,
    /// Conversions after a view.
    pub post_view_conversions_count: Option<i64>,
    /// Visits counted by the pixel.
    pub pixel_visit_count: Option<i64>,
    /// Active visits counted by the pixel.
    pub active_pixel_visit_count: Option<i64>,
    /// Members that Hybrid does not document.
    #[serde(rename = "extra")]
    pub extra: Extra,
}

/// One banner over the range asked for. What the vendor left out is `None`, not 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct BannerTotals {
    /// The day as printed.
    pub date: Option<Date>,
    /// Clicks.
    pub click_count: Option<i64>,
    /// Impressions.
    pub impression_count: Option<i64>,
    /// People reached; it does not add up over days.
    pub reach: Option<i64>,
    /// Active visits counted by the pixel.
    pub active_pixel_visit_count: Option<i64>,
    /// Visits counted by the pixel.
    pub pixel_visit_count: Option<i64>,
    /// Conversions.
    pub conversion_count: Option<i64>,
    /// Conversions after a click.
    pub post_click_conversions_count: Option<i64>,
    /// Conversions after a view.
    pub post_view_conversions_count: Option<i64>,
    /// The sum of winning prices with commission; the wire spells it `Comission`.
    #[serde(rename = "SumWinningPriceWithComission", with = "text::decimal")]
    pub sum_winning_price_with_commission: Option<Decimal>,
    /// Views.
    pub view_count: Option<i64>,
    /// The sum of winning prices, exactly as printed.
    #[serde(with = "text::decimal")]
    pub sum_winning_price: Option<Decimal>,
    /// The sum of the bets, exactly as printed.
    #[serde(with = "text::decimal")]
    pub sum_bets: Option<Decimal>,
    /// Bets.
    pub bet_count: Option<i64>,
    /// Auctions won.
    pub win_count: Option<i64>,
    /// Members that Hybrid does not document.
    #[serde(rename = "extra")]
    pub extra: Extra,
}

/// Clicks in percent of impressions, to 28 digits.
fn exact_ctr(clicks: Option<i64>, impressions: Option<i64>) -> Option<Decimal> {
    (Decimal::from(clicks?) * Decimal::ONE_HUNDRED).checked_div(Decimal::from(impressions?))
}

macro_rules! exact_ctr {
    ($($row:ident)*) => {$(
        impl $row {
            /// Clicks in percent of impressions, unrounded; `None` where nothing was shown.
            #[must_use]
            pub fn exact_ctr(&self) -> Option<Decimal> {
                exact_ctr(self.click_count, self.impression_count)
            }
        }
    )*};
}

exact_ctr!(CampaignDay CampaignRow DomainDay BannerTotals);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_ctr_is_clicks_by_impressions() {
        let day = |clicks, impressions| CampaignDay {
            click_count: clicks,
            impression_count: impressions,
            ..CampaignDay::default()
        };
        let exact = day(Some(310), Some(61239)).exact_ctr().unwrap();
        assert_eq!(exact.round_dp(6).to_string(), "0.506213");
        assert_eq!(day(Some(0), Some(0)).exact_ctr(), None);
        assert_eq!(day(None, Some(1)).exact_ctr(), None);
        assert_eq!(day(Some(1), None).exact_ctr(), None);
        assert_eq!(
            day(Some(i64::MAX), Some(1))
                .exact_ctr()
                .unwrap()
                .to_string(),
            "922337203685477580700"
        );
    }
}
