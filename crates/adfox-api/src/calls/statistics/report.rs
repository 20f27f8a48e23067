use serde::{Deserialize, Serialize};

use super::{DateRange, Filter, FilterValue, Operator, OwnerId};

/// A report: metrics by dimensions over a range of days, or a report that is saved under a name.
///
/// ```no_run
/// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
/// use adfox_api::calls::statistics::Report;
/// use adfox_api::date;
///
/// let report = Report::new(date(2024, 1, 1)..=date(2024, 1, 31))
///     .metric("loads_commercial")
///     .dimension("date")
///     .filter("campaign_id", "eq", "12345");
/// let mut rows = client.statistics().report(&report);
/// while let Some(row) = rows.next().await {
///     let row = row?;
///     println!("{:?}", row.cells());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The name of a saved report, which needs neither metrics nor dimensions.
    #[serde(rename = "reportName")]
    pub saved: Option<String>,
    /// The maximum number of rows of the whole report, from 1 to 1,000,000.
    pub limit: Option<u64>,
    /// The administrator's account, which advertisers name.
    #[serde(rename = "ownerId")]
    pub owner: Option<OwnerId>,
    /// Names of metrics, from 1 to 10.
    pub metrics: Vec<String>,
    /// Names of dimensions, at most 10; without one there is a single row.
    pub dimensions: Vec<String>,
    /// The days, in Moscow time.
    #[serde(rename = "dateRange")]
    pub range: DateRange,
    /// Conditions that all rows fulfil, at most 10.
    pub filters: Vec<Filter>,
}

impl Report {
    /// Creates a report over a range of days, to which at least one metric must be added.
    pub fn new(range: impl Into<DateRange>) -> Self {
        Self {
            saved: None,
            limit: None,
            owner: None,
            metrics: Vec::new(),
            dimensions: Vec::new(),
            range: range.into(),
            filters: Vec::new(),
        }
    }

    /// Creates the report that is saved under a name, over a range of days.
    ///
    /// The vendor documents only its range. What is added to it is sent as well.
    pub fn saved(name: impl Into<String>, range: impl Into<DateRange>) -> Self {
        Self {
            saved: Some(name.into()),
            ..Self::new(range)
        }
    }

    /// Adds a metric.
    #[must_use]
    pub fn metric(mut self, name: impl Into<String>) -> Self {
        self.metrics.push(name.into());
        self
    }

    /// Adds a dimension.
    #[must_use]
    pub fn dimension(mut self, name: impl Into<String>) -> Self {
        self.dimensions.push(name.into());
        self
    }

    /// Adds a condition that all rows must fulfil.
    #[must_use]
    pub fn filter(
        mut self,
        field: impl Into<String>,
        operator: impl Into<Operator>,
        value: impl Into<FilterValue>,
    ) -> Self {
        self.filters.push(Filter::new(field, operator, value));
        self
    }

    /// Sets the maximum number of rows of the whole report.
    ///
    /// A report with this many rows ends there. Without a limit, it has all rows or ends with an error.
    #[must_use]
    pub fn limit(mut self, rows: u64) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Sets the administrator's account, in place of that of the [`Statistics`](crate::Statistics).
    #[must_use]
    pub fn owner(mut self, id: impl Into<OwnerId>) -> Self {
        self.owner = Some(id.into());
        self
    }
}
