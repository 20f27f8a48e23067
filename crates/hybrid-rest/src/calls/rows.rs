//! Rows of statistics.

use adcore_json::{Extra, text};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::CampaignId;

/// A campaign with its days, returned for [`CampaignStatistics`](super::CampaignStatistics) and
/// [`AdvertiserStatistics`](super::AdvertiserStatistics).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CampaignDays {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The days, in Hybrid's order.
    pub stat: Vec<CampaignDay>,
    /// Members that Hybrid does not document.
    #[serde(rename = "extra", default)]
    pub extra: Extra,
}

impl CampaignDays {
    /// Returns the days as rows, each with the campaign's id.
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

/// One campaign on one Moscow day, as the streams return it. What Hybrid left out is `None`, not 0.
///
/// A [`CampaignDay`] with the id of its campaign; flat, so that it is a row of CSV or of a table.
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
    /// The day as Hybrid writes it, not converted to another time zone.
    pub date: Option<Date>,
    /// The cost in the account's currency, exact.
    #[serde(with = "text::decimal", default)]
    pub cost: Option<Decimal>,
    /// The sum of the bets, exact.
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
    /// The click-through rate as Hybrid rounds it, in percent; see [`exact_ctr`](Self::exact_ctr).
    #[serde(with = "text::decimal", default)]
    pub ctr: Option<Decimal>,
    /// Members that Hybrid does not document, of the day and of its campaign.
    ///
    /// If both have a member of the same name, it is the one of the day.
    #[serde(rename = "extra", default)]
    pub extra: Extra,
}

impl CampaignRow {
    /// Joins a day with the members of its campaign.
    #[inline]
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

/// One day of [`CampaignDays`], in Moscow time. What Hybrid left out is `None`, not 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct CampaignDay {
    /// Impressions.
    pub impression_count: Option<i64>,
    /// Clicks.
    pub click_count: Option<i64>,
    /// The day as Hybrid writes it, not converted to another time zone.
    pub date: Option<Date>,
    /// The cost in the account's currency, exact.
    #[serde(with = "text::decimal")]
    pub cost: Option<Decimal>,
    /// The sum of the bets, exact.
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
    /// The click-through rate as Hybrid rounds it, in percent; see [`exact_ctr`](Self::exact_ctr).
    #[serde(with = "text::decimal")]
    pub ctr: Option<Decimal>,
    /// Members that Hybrid does not document.
    #[serde(rename = "extra")]
    pub extra: Extra,
}

/// All banners on one Moscow day and domain. What Hybrid left out is `None`, not 0.
///
/// Returned for [`CampaignDomainStatistics`](super::CampaignDomainStatistics) and
/// [`DomainStatistics`](super::DomainStatistics). Several rows may have the same day and domain: they do
/// not name the banner.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct DomainDay {
    /// The day as Hybrid writes it, not converted to another time zone.
    pub date: Option<Date>,
    /// The sum of winning prices, exact.
    #[serde(with = "text::decimal")]
    pub sum_winning_price: Option<Decimal>,
    /// The sum of winning prices with commission, exact. Hybrid spells it `Comission`.
    #[serde(rename = "SumWinningPriceWithComission", with = "text::decimal")]
    pub sum_winning_price_with_commission: Option<Decimal>,
    /// The sum of the bets, exact.
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

/// The totals of one banner over a range. What Hybrid left out is `None`, not 0.
///
/// Returned for [`BannerStatistics`](super::BannerStatistics).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct BannerTotals {
    /// The day as Hybrid writes it, not converted to another time zone.
    pub date: Option<Date>,
    /// Clicks.
    pub click_count: Option<i64>,
    /// Impressions.
    pub impression_count: Option<i64>,
    /// People reached. Sums of several rows count people twice.
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
    /// The sum of winning prices with commission, exact. Hybrid spells it `Comission`.
    #[serde(rename = "SumWinningPriceWithComission", with = "text::decimal")]
    pub sum_winning_price_with_commission: Option<Decimal>,
    /// Views.
    pub view_count: Option<i64>,
    /// The sum of winning prices, exact.
    #[serde(with = "text::decimal")]
    pub sum_winning_price: Option<Decimal>,
    /// The sum of the bets, exact.
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

/// Returns clicks in percent of impressions, to 28 digits.
fn exact_ctr(clicks: Option<i64>, impressions: Option<i64>) -> Option<Decimal> {
    (Decimal::from(clicks?) * Decimal::ONE_HUNDRED).checked_div(Decimal::from(impressions?))
}

macro_rules! exact_ctr {
    ($($row:ident)*) => {$(
        impl $row {
            /// Returns clicks in percent of impressions, to 28 digits.
            ///
            /// `None` if one of the counts is missing or there were no impressions.
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
