//! Writes rows as JSON, with the names, dates and numbers that the settings select.

use std::borrow::Cow;
use std::fmt::Display;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::data::{HybridBannerRow, HybridCampaignRow, HybridDomainRow};
use super::settings::{HybridDates, HybridNames, HybridNumbers, HybridSettings, HybridZeros};
use crate::json::Object;

/// Returns the name of a member in the case that the settings select.
pub(super) fn name<'a>(settings: &HybridSettings, page: &'a str) -> Cow<'a, str> {
    match settings.names {
        HybridNames::Page => page.into(),
        HybridNames::Upper => page.to_uppercase().into(),
        HybridNames::Camel => {
            let mut chars = page.chars();
            let first = chars.by_ref().take(1).flat_map(char::to_lowercase);
            let first: String = first.collect();
            format!("{first}{}", chars.as_str()).into()
        }
    }
}

/// Writes one row into a buffer.
pub(super) struct Row<'a> {
    object: Object<'a>,
    settings: &'a HybridSettings,
}

impl<'a> Row<'a> {
    pub(super) fn open(out: &'a mut Vec<u8>, settings: &'a HybridSettings) -> Self {
        Self {
            object: Object::open(out),
            settings,
        }
    }

    fn number(&mut self, page: &'static str, value: impl Display, is_zero: bool) -> &mut Self {
        let name = name(self.settings, page);
        let quoted = self.settings.numbers == HybridNumbers::Strings;
        match self.settings.zeros {
            HybridZeros::Null if is_zero => self.object.raw(&name, "null"),
            HybridZeros::Absent if is_zero => return self,
            _ => self.object.number(&name, value, quoted),
        };
        self
    }

    pub(super) fn count(&mut self, page: &'static str, value: u64) -> &mut Self {
        self.number(page, value, value == 0)
    }

    pub(super) fn amount(&mut self, page: &'static str, value: Decimal) -> &mut Self {
        self.number(page, value.normalize(), value.is_zero())
    }

    fn date(&mut self, date: Date, page: HybridDates) -> &mut Self {
        let form = match self.settings.dates {
            HybridDates::Page => page,
            form => form,
        };
        let tail = match form {
            HybridDates::Page | HybridDates::Date => "",
            HybridDates::Time => "T00:00:00",
            HybridDates::Offset => "T00:00:00+03:00",
        };
        let name = name(self.settings, "Date");
        self.object.raw(&name, format_args!("\"{date}{tail}\""));
        self
    }

    pub(super) fn text(&mut self, page: &str, value: &str) -> &mut Self {
        self.object.text(&name(self.settings, page), value);
        self
    }

    pub(super) fn null(&mut self, page: &'static str) {
        self.object.raw(&name(self.settings, page), "null");
    }

    /// Writes an amount per unit, or `null` if there are no units.
    pub(super) fn ratio(&mut self, page: &'static str, amount: Decimal, units: u64) {
        match amount.checked_div(Decimal::from(units)) {
            Some(ratio) => {
                self.amount(page, ratio.round_dp(6));
            }
            None => self.null(page),
        }
    }

    pub(super) fn close(&mut self) {
        self.object.close();
    }
}

pub(super) fn campaign_row(out: &mut Vec<u8>, row: &HybridCampaignRow, settings: &HybridSettings) {
    let ctr = row
        .ctr
        .unwrap_or_else(|| percentage(row.click_count, row.impression_count));
    Row::open(out, settings)
        .count("ImpressionCount", row.impression_count)
        .count("ClickCount", row.click_count)
        .date(row.date, HybridDates::Date)
        .amount("Cost", row.cost)
        .amount("SumBets", row.sum_bets)
        .count("BetCount", row.bet_count)
        .count("WinCount", row.win_count)
        .count("ConversionCount", row.conversion_count)
        .count(
            "PostClickConversionsCount",
            row.post_click_conversions_count,
        )
        .count("PostViewConversionsCount", row.post_view_conversions_count)
        .count("PixelVisitCount", row.pixel_visit_count)
        .count("ActivePixelVisitCount", row.active_pixel_visit_count)
        .amount("Ctr", ctr)
        .object
        .close();
}

/// Returns a share in percent, rounded to one decimal like the example of the page.
pub(super) fn percentage(part: u64, whole: u64) -> Decimal {
    if whole == 0 {
        return Decimal::ZERO;
    }
    let tenths = (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2);
    Decimal::from_i128_with_scale(i128::try_from(tenths).unwrap_or_default(), 1)
}

pub(super) fn domain_row(
    out: &mut Vec<u8>,
    row: &HybridDomainRow,
    settings: &HybridSettings,
    page: HybridDates,
) {
    Row::open(out, settings)
        .date(row.date, page)
        .amount("SumWinningPrice", row.sum_winning_price)
        .amount(
            "SumWinningPriceWithComission",
            row.sum_winning_price_with_comission,
        )
        .amount("SumBets", row.sum_bets)
        .text("Domain", &row.domain)
        .count("BetCount", row.bet_count)
        .count("WinCount", row.win_count)
        .count("ImpressionCount", row.impression_count)
        .count("ViewCount", row.view_count)
        .count("ClickCount", row.click_count)
        .count("ConversionCount", row.conversion_count)
        .count(
            "PostClickConversionsCount",
            row.post_click_conversions_count,
        )
        .count("PostViewConversionsCount", row.post_view_conversions_count)
        .count("PixelVisitCount", row.pixel_visit_count)
        .count("ActivePixelVisitCount", row.active_pixel_visit_count)
        .object
        .close();
}

pub(super) fn banner_row(out: &mut Vec<u8>, row: &HybridBannerRow, settings: &HybridSettings) {
    Row::open(out, settings)
        .date(row.date, HybridDates::Time)
        .count("ClickCount", row.click_count)
        .count("ImpressionCount", row.impression_count)
        .count("Reach", row.reach)
        .count("ActivePixelVisitCount", row.active_pixel_visit_count)
        .count("PixelVisitCount", row.pixel_visit_count)
        .count("ConversionCount", row.conversion_count)
        .count(
            "PostClickConversionsCount",
            row.post_click_conversions_count,
        )
        .count("PostViewConversionsCount", row.post_view_conversions_count)
        .amount(
            "SumWinningPriceWithComission",
            row.sum_winning_price_with_comission,
        )
        .count("ViewCount", row.view_count)
        .amount("SumWinningPrice", row.sum_winning_price)
        .amount("SumBets", row.sum_bets)
        .count("BetCount", row.bet_count)
        .count("WinCount", row.win_count)
        .object
        .close();
}
