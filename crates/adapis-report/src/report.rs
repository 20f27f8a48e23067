//! What a page is made from.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The language of a page's texts, and of its numbers and dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Language {
    /// Russian: `1 234,5`, with a no-break space.
    Russian,
    /// English: `1,234.5`.
    #[default]
    English,
}

/// What the money of the rows is.
///
/// Determines the words of the page, and whether a rise is good news. The price of income is shown
/// per thousand impressions (eCPM); that of a cost per click (CPC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Money {
    /// What a publisher earns.
    #[default]
    Income,
    /// What an advertiser spends.
    Cost,
}

/// What the rows are grouped by; determines only the words of the page. [`Report::dimension`] names anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Grouping {
    /// The groups are sites.
    #[default]
    Site,
    /// The groups are campaigns.
    Campaign,
    /// The groups are banners.
    Banner,
    /// The groups are domains.
    Domain,
    /// The groups are placements.
    Placement,
}

/// One group on one day.
///
/// A number that is not known is `None`, not 0. Several rows of the same group and day are added up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DayRow {
    /// The day, in the time zone of the source.
    pub day: Date,
    /// The name of the site or campaign. May be empty.
    pub group: String,
    /// Number of impressions.
    pub impressions: Option<u64>,
    /// Number of clicks.
    pub clicks: Option<u64>,
    /// Income or cost, exact.
    pub money: Option<Decimal>,
}

impl DayRow {
    /// Creates a row without numbers.
    #[must_use]
    pub fn new(day: Date, group: impl Into<String>) -> Self {
        Self {
            day,
            group: group.into(),
            impressions: None,
            clicks: None,
            money: None,
        }
    }

    /// Sets the number of impressions.
    #[must_use]
    pub fn impressions(mut self, impressions: impl Into<Option<u64>>) -> Self {
        self.impressions = impressions.into();
        self
    }

    /// Sets the number of clicks.
    #[must_use]
    pub fn clicks(mut self, clicks: impl Into<Option<u64>>) -> Self {
        self.clicks = clicks.into();
        self
    }

    /// Sets the income or cost.
    #[must_use]
    pub fn money(mut self, money: impl Into<Option<Decimal>>) -> Self {
        self.money = money.into();
        self
    }
}

/// How complete and how recent the rows are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Freshness {
    /// Number of days that are there, of those that should be.
    pub days: u64,
    /// The days that should be there and are not.
    pub missing: BTreeSet<Date>,
    /// The days that are in doubt: their new numbers were held back because a check failed, and the rows have
    /// the old ones, or they do not agree with the vendor's totals or were not compared with them.
    pub suspect: BTreeSet<Date>,
    /// The end of the last run.
    pub last_run: Option<Timestamp>,
    /// Whether the sums agree with those that the vendor states itself. `None`: not compared.
    pub reconciled: Option<bool>,
}

impl Freshness {
    /// Creates the freshness of complete data: `days` are there, and none is missing or suspect.
    #[must_use]
    pub fn new(days: u64) -> Self {
        Self {
            days,
            ..Self::default()
        }
    }

    /// Sets the days that are missing.
    #[must_use]
    pub fn missing(mut self, days: impl IntoIterator<Item = Date>) -> Self {
        self.missing = days.into_iter().collect();
        self
    }

    /// Sets the days that are suspect.
    #[must_use]
    pub fn suspect(mut self, days: impl IntoIterator<Item = Date>) -> Self {
        self.suspect = days.into_iter().collect();
        self
    }

    /// Sets the end of the last run.
    #[must_use]
    pub fn last_run(mut self, at: impl Into<Option<Timestamp>>) -> Self {
        self.last_run = at.into();
        self
    }

    /// Sets whether the sums agree with the vendor's.
    #[must_use]
    pub fn reconciled(mut self, reconciled: impl Into<Option<bool>>) -> Self {
        self.reconciled = reconciled.into();
        self
    }
}

/// How the money of one day changed when the day was pulled again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LateChange {
    /// The day whose numbers changed.
    pub day: Date,
    /// Number of whole days between the end of the day and the pull that found the change.
    pub days_after: u32,
    /// The sum before.
    pub before: Decimal,
    /// The sum after.
    pub after: Decimal,
}

impl LateChange {
    /// Creates a change of `day`, found `days_after` whole days after the day had ended.
    #[must_use]
    pub fn new(day: Date, days_after: u32, before: Decimal, after: Decimal) -> Self {
        Self {
            day,
            days_after,
            before,
            after,
        }
    }
}

/// What a page is made from.
///
/// Only the title and the time at which the page is generated are required. A part of the page whose
/// numbers are missing says so or is left out.
///
/// ```
/// use adapis_report::{DayRow, Decimal, Language, Report, date};
///
/// let income: Decimal = "8011.500411245".parse()?;
/// let report = Report::new("example.com", "2026-11-29T04:00:00Z".parse()?)
///     .language(Language::Russian)
///     .currency("₽")
///     .rows([
///         DayRow::new(date(2026, 11, 27), "news").impressions(61_239),
///         DayRow::new(date(2026, 11, 28), "news").impressions(60_100).money(income),
///     ]);
/// let html = adapis_report::render(&report);
/// assert!(html.contains("8\u{a0}011,50\u{a0}₽"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The heading of the page.
    pub title: String,
    /// When the page is generated. An argument, so that the same input gives the same page.
    pub generated: Timestamp,
    /// The language of the page.
    #[serde(default)]
    pub language: Language,
    /// What the money is.
    #[serde(default)]
    pub money: Money,
    /// What the groups are.
    #[serde(default)]
    pub grouping: Grouping,
    /// The vendor's word for what the groups are, such as `Country`, if `grouping` has none for it.
    #[serde(default)]
    pub dimension: Option<String>,
    /// The currency as it is written behind a sum, such as `₽` or `USD`.
    #[serde(default)]
    pub currency: Option<String>,
    /// A remark on the days' time zone, such as `Moscow time`.
    #[serde(default)]
    pub zone: Option<String>,
    /// Offset from UTC in seconds, in which times of day are shown.
    #[serde(default)]
    pub offset_seconds: i32,
    /// The day that the page calls yesterday. `None`: the latest day of the rows.
    #[serde(default)]
    pub last_day: Option<Date>,
    /// How complete the rows are. `None`: the page says nothing about it.
    #[serde(default)]
    pub freshness: Option<Freshness>,
    /// The days whose numbers may still change.
    #[serde(default)]
    pub open: BTreeSet<Date>,
    /// The rows, in any order. Those of the last 70 days are used.
    #[serde(default)]
    pub rows: Vec<DayRow>,
    /// How late days changed, in any order.
    #[serde(default)]
    pub late: Vec<LateChange>,
}

impl Report {
    /// Creates a report without rows, in English, of income by site.
    #[must_use]
    pub fn new(title: impl Into<String>, generated: Timestamp) -> Self {
        Self {
            title: title.into(),
            generated,
            language: Language::default(),
            money: Money::default(),
            grouping: Grouping::default(),
            dimension: None,
            currency: None,
            zone: None,
            offset_seconds: 0,
            last_day: None,
            freshness: None,
            open: BTreeSet::new(),
            rows: Vec::new(),
            late: Vec::new(),
        }
    }

    /// Sets the language. Default: English.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Sets what the money is. Default: income.
    #[must_use]
    pub fn money(mut self, money: Money) -> Self {
        self.money = money;
        self
    }

    /// Sets what the groups are. Default: sites.
    #[must_use]
    pub fn grouping(mut self, grouping: Grouping) -> Self {
        self.grouping = grouping;
        self
    }

    /// Sets the vendor's word for what the groups are, which is shown instead of that of the grouping. Default: none.
    #[must_use]
    pub fn dimension(mut self, name: impl Into<String>) -> Self {
        self.dimension = Some(name.into());
        self
    }

    /// Sets the currency as it is written behind a sum. Default: none is written.
    #[must_use]
    pub fn currency(mut self, currency: impl Into<String>) -> Self {
        self.currency = Some(currency.into());
        self
    }

    /// Sets the remark on the time zone, and the offset in which times of day are shown.
    /// Default: no remark, UTC.
    #[must_use]
    pub fn zone(mut self, remark: impl Into<String>, offset: Offset) -> Self {
        self.zone = Some(remark.into());
        self.offset_seconds = offset.seconds();
        self
    }

    /// Sets the day that the page calls yesterday. Default: the latest day of the rows.
    #[must_use]
    pub fn last_day(mut self, day: Date) -> Self {
        self.last_day = Some(day);
        self
    }

    /// Sets how complete the rows are. Default: the page says nothing about it.
    #[must_use]
    pub fn freshness(mut self, freshness: Freshness) -> Self {
        self.freshness = Some(freshness);
        self
    }

    /// Sets the days whose numbers may still change. Default: none.
    #[must_use]
    pub fn open(mut self, days: impl IntoIterator<Item = Date>) -> Self {
        self.open = days.into_iter().collect();
        self
    }

    /// Sets the rows.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = DayRow>) -> Self {
        self.rows = rows.into_iter().collect();
        self
    }

    /// Sets how late days changed.
    #[must_use]
    pub fn late(mut self, changes: impl IntoIterator<Item = LateChange>) -> Self {
        self.late = changes.into_iter().collect();
        self
    }
}
