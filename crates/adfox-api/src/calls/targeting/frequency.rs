use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calls::{FrequencySpan, ParamValue, Params, Row};

/// How often a campaign is shown to a visitor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct FrequencyTargeting {
    /// The maximum number of impressions per visitor.
    pub max_unique_impressions: Option<u64>,
    /// The maximum number of clicks per visitor.
    pub max_unique_clicks: Option<u64>,
    /// The first day of the limits.
    pub date_period: Option<Date>,
    /// The period of the limit of impressions.
    pub frequency_type_impressions: Option<FrequencySpan>,
    /// A custom period for impressions, `HH:mm`.
    pub unique_period_impressions: Option<String>,
    /// The maximum number of impressions per period.
    pub impressions_per_period: Option<u64>,
    /// The minimum time between impressions, `HH:mm:ss`.
    pub minimal_period_impressions: Option<String>,
    /// The period of the limit of clicks.
    pub frequency_type_clicks: Option<FrequencySpan>,
    /// A custom period for clicks, `HH:mm`.
    pub unique_period_clicks: Option<String>,
    /// The maximum number of clicks per period.
    pub clicks_per_period: Option<u64>,
    /// The minimum time between clicks, `HH:mm:ss`.
    pub minimal_period_clicks: Option<String>,
}

impl FrequencyTargeting {
    /// Creates a targeting without limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits the impressions per visitor to `count` in each `span`.
    #[must_use]
    pub fn impressions(mut self, count: u64, span: FrequencySpan) -> Self {
        self.impressions_per_period = Some(count);
        self.frequency_type_impressions = Some(span);
        self
    }

    /// Limits the clicks per visitor to `count` in each `span`.
    #[must_use]
    pub fn clicks(mut self, count: u64, span: FrequencySpan) -> Self {
        self.clicks_per_period = Some(count);
        self.frequency_type_clicks = Some(span);
        self
    }

    pub(super) fn params(&self) -> Params {
        let mut params = Params::new();
        self.max_unique_impressions
            .put("maxUniqueImpressions", &mut params);
        self.max_unique_clicks.put("maxUniqueClicks", &mut params);
        self.date_period.put("datePeriod", &mut params);
        self.frequency_type_impressions
            .put("frequencyTypeImpressions", &mut params);
        self.unique_period_impressions
            .put("uniquePeriodImpressions", &mut params);
        self.impressions_per_period
            .put("impressionsPerPeriod", &mut params);
        self.minimal_period_impressions
            .put("minimalPeriodImpressions", &mut params);
        self.frequency_type_clicks
            .put("frequencyTypeClicks", &mut params);
        self.unique_period_clicks
            .put("uniquePeriodClicks", &mut params);
        self.clicks_per_period.put("clicksPerPeriod", &mut params);
        self.minimal_period_clicks
            .put("minimalPeriodClicks", &mut params);
        params
    }

    /// Reads a row of a list with `show=targetingFrequency`.
    pub(super) fn read(row: &Row) -> Self {
        let text = |name: &str| row.text(name).map(str::trim);
        Self {
            max_unique_impressions: text("maxUniqueImpressions").and_then(|text| text.parse().ok()),
            max_unique_clicks: text("maxUniqueClicks").and_then(|text| text.parse().ok()),
            date_period: text("datePeriod").and_then(|text| text.parse().ok()),
            frequency_type_impressions: text("frequencyTypeImpressions")
                .and_then(|text| text.parse::<u32>().ok())
                .map(Into::into),
            unique_period_impressions: text("uniquePeriodImpressions").map(str::to_owned),
            impressions_per_period: text("impressionsPerPeriod").and_then(|text| text.parse().ok()),
            minimal_period_impressions: text("minimalPeriodImpressions").map(str::to_owned),
            frequency_type_clicks: text("frequencyTypeClicks")
                .and_then(|text| text.parse::<u32>().ok())
                .map(Into::into),
            unique_period_clicks: text("uniquePeriodClicks").map(str::to_owned),
            clicks_per_period: text("clicksPerPeriod").and_then(|text| text.parse().ok()),
            minimal_period_clicks: text("minimalPeriodClicks").map(str::to_owned),
        }
    }
}
