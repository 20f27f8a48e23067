//! Revisions that a test orders: what changes, of which rows, and when.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::factor::Factor;

/// The largest number that a revision adds, and the largest factor.
const MOST: u64 = 1_000_000_000_000;
const MOST_FACTOR: u64 = 1000;

/// A vendor with statistics that can be revised.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StatisticsVendor {
    /// SPOTS.
    Spots,
    /// Hybrid.
    Hybrid,
    /// The statistics of ADFOX.
    Adfox,
}

/// A change of the statistics of one day.
///
/// The rows are those of the vendor, the day, the account, the item and the row, as far as they are
/// given. Revisions of a row take effect in the order of their instants, and after the plan of
/// [`RevisionSettings`](crate::RevisionSettings).
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The vendor.
    pub vendor: StatisticsVendor,
    /// The day.
    pub day: Date,
    /// The account: the (first) login of SPOTS and ADFOX, the advertiser's id of Hybrid; all if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The domain or id of a site of SPOTS (`site`), the id of a campaign of Hybrid or ADFOX
    /// (`campaign`); all if `None`.
    #[serde(
        default,
        alias = "site",
        alias = "campaign",
        skip_serializing_if = "Option::is_none"
    )]
    pub item: Option<String>,
    /// The id of a placement of SPOTS (`placement`), the id of a banner of ADFOX (`banner`); all if
    /// `None`.
    #[serde(
        default,
        alias = "placement",
        alias = "banner",
        skip_serializing_if = "Option::is_none"
    )]
    pub row: Option<String>,
    /// The instant from which it is in effect; that of the clock if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What changes.
    pub change: Change,
}

/// What a revision changes.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// Multiplies all numbers of the rows, each rounded down, by 0 to 1000 with at most nine decimals.
    Scale(#[serde(with = "crate::amount")] Decimal),
    /// The rows vanish; an item is required.
    Delete,
    /// All rows of the day vanish; neither an item nor a row is allowed.
    Empty,
    /// Adds to one row, which need not have been there; an item and, except in Hybrid, a row are
    /// required.
    ///
    /// What is added to a banner of ADFOX counts on its first place and device.
    Add(Addition),
    /// Undoes all revisions of the rows that took effect earlier.
    Restore,
}

/// What is added to a row.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Addition {
    /// Impressions, or shows; also loads, in ADFOX.
    pub impressions: u64,
    /// Clicks.
    pub clicks: u64,
    /// Cost of Hybrid, income of SPOTS and ADFOX.
    #[serde(with = "crate::amount")]
    pub money: Decimal,
}

impl Addition {
    pub(super) fn plus(self, other: &Self) -> Self {
        Self {
            impressions: self.impressions.saturating_add(other.impressions),
            clicks: self.clicks.saturating_add(other.clicks),
            money: self.money.saturating_add(other.money),
        }
    }

    pub(super) fn times(self, factor: Factor) -> Self {
        Self {
            impressions: factor.count(self.impressions),
            clicks: factor.count(self.clicks),
            money: factor.amount(self.money),
        }
    }
}

impl Revision {
    /// Creates a revision of all rows of a day, in effect at once.
    #[must_use]
    pub fn new(vendor: StatisticsVendor, day: Date, change: Change) -> Self {
        Self {
            vendor,
            day,
            account: None,
            item: None,
            row: None,
            at: None,
            change,
        }
    }

    /// Restricts it to one account: a login of SPOTS or ADFOX, the id of an advertiser of Hybrid.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Restricts it to one item: the domain or id of a site of SPOTS, the id of a campaign of Hybrid or
    /// ADFOX.
    #[must_use]
    pub fn item(mut self, item: impl Into<String>) -> Self {
        self.item = Some(item.into());
        self
    }

    /// Restricts it to one row: the id of a placement of SPOTS or of a banner of ADFOX.
    #[must_use]
    pub fn row(mut self, row: impl Into<String>) -> Self {
        self.row = Some(row.into());
        self
    }

    /// Sets the instant from which it is in effect.
    #[must_use]
    pub fn at(mut self, instant: Timestamp) -> Self {
        self.at = Some(instant);
        self
    }

    /// Checks the change and what it needs. The error is for the user.
    pub(super) fn check(&self) -> Result<(), String> {
        let in_range = |amount: Decimal| (Decimal::ZERO..=MOST.into()).contains(&amount);
        // Days far off would make every request walk through all days between.
        if !(1970..=2100).contains(&self.day.year()) {
            return Err("day: from 1970 to 2100".to_owned());
        }
        match &self.change {
            Change::Scale(factor)
                if *factor > Decimal::from(MOST_FACTOR) || Factor::new(*factor).is_none() =>
            {
                Err("scale: from 0 to 1000, with at most nine decimals".to_owned())
            }
            Change::Delete if self.item.is_none() => {
                Err("delete: needs a site or a campaign; empty is for whole days".to_owned())
            }
            Change::Empty if self.item.is_some() || self.row.is_some() => {
                Err("empty: is for whole days; delete is for single rows".to_owned())
            }
            Change::Add(_) if self.item.is_none() => Err(
                "add: needs a site and a placement, a campaign, or a campaign and a banner"
                    .to_owned(),
            ),
            Change::Add(_) if self.vendor != StatisticsVendor::Hybrid && self.row.is_none() => {
                Err("add: needs a placement or a banner".to_owned())
            }
            Change::Add(add)
                if add.impressions > MOST
                    || add.clicks > MOST
                    || !in_range(add.money)
                    || add.money.normalize().scale() > 9 =>
            {
                Err("add: from 0 to 1000000000000, money with at most nine decimals".to_owned())
            }
            _ => Ok(()),
        }
    }
}
