use std::sync::Arc;
use std::time::Duration;

use adcore::{Endpoint, Error};

use crate::wire::statistics::{BASE_PATH, MAX_ROWS, Summing};

/// Settings of the statistics API, for [`ClientBuilder::statistics`](crate::ClientBuilder::statistics).
///
/// The defaults are the limits that the vendor documents, or our choice where it documents nothing.
///
/// ```
/// use std::time::Duration;
///
/// use adfox_api::{Client, Credentials, OAUTH_ENDPOINT, StatisticsSettings};
///
/// # fn example() -> Result<(), adfox_api::Error> {
/// let settings = StatisticsSettings::new()
///     .task_deadline(Duration::from_secs(3600))
///     .not_summed(["viewers"]);
/// let client = Client::builder(OAUTH_ENDPOINT, Credentials::oauth("y0_token"))
///     .statistics(settings)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct StatisticsSettings {
    endpoint: Option<String>,
    pub(super) requests_per_minute: u32,
    pub(super) concurrent_reports: usize,
    pub(super) queue_deadline: Duration,
    pub(super) task_deadline: Duration,
    pub(super) first_poll: Duration,
    pub(super) longest_poll: Duration,
    pub(super) window_days: u32,
    pub(super) max_rows: u64,
    pub(super) rate_limit_codes: Arc<[String]>,
    pub(super) summing: Summing,
}

impl Default for StatisticsSettings {
    fn default() -> Self {
        Self {
            endpoint: None,
            requests_per_minute: 100,
            concurrent_reports: 3,
            queue_deadline: Duration::from_secs(60 * 60),
            task_deadline: Duration::from_secs(15 * 60),
            first_poll: Duration::from_secs(1),
            longest_poll: Duration::from_secs(30),
            window_days: 365,
            max_rows: MAX_ROWS,
            rate_limit_codes: ["TOO_MANY_REQUESTS", "TOO_MANY_REPORTS"]
                .map(str::to_owned)
                .into(),
            summing: Summing {
                enabled: true,
                except: Arc::default(),
                certain: Arc::default(),
            },
        }
    }
}

impl StatisticsSettings {
    /// Creates the default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the URL of the API. Default `/api/v2/reports` on the host of the client's endpoint.
    ///
    /// The client's credentials are sent to it.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets the maximum number of requests in any minute, repeated ones included. Default 100.
    ///
    /// A tenth of them may be sent at once, the others evenly spaced. A request waits for its turn within
    /// the deadline of its call; if that is over first, the error is `RateLimited`, and the request was
    /// not sent.
    #[must_use]
    pub fn requests_per_minute(mut self, requests: u32) -> Self {
        self.requests_per_minute = requests;
        self
    }

    /// Sets how many reports of one owner the vendor may be making at once. Default 3.
    ///
    /// The owner is that of the report or of [`Statistics::owner`](crate::Statistics::owner); reports
    /// without one are those of the account itself. Further reports wait, in the order in which they are
    /// asked for.
    #[must_use]
    pub fn concurrent_reports(mut self, reports: usize) -> Self {
        self.concurrent_reports = reports;
        self
    }

    /// Sets how long a report may wait for other reports of its owner before its task is made. Default 1
    /// hour.
    ///
    /// A report that has waited this long is a `Timeout` and was not requested.
    #[must_use]
    pub fn queue_deadline(mut self, deadline: Duration) -> Self {
        self.queue_deadline = deadline;
        self
    }

    /// Sets how long a task may take until its report is ready. Default 15 minutes.
    ///
    /// The time begins when the task is made, after the wait for
    /// [other reports](Self::queue_deadline).
    ///
    /// Refusals because of the account's limits are waited out within this time, and those of the request
    /// for its result within the same time again. A wait that would take longer is not started.
    ///
    /// A report of several tasks has this time for each of them.
    #[must_use]
    pub fn task_deadline(mut self, deadline: Duration) -> Self {
        self.task_deadline = deadline;
        self
    }

    /// Sets the time between two polls of a task: the first one, and the longest, up to which it doubles.
    /// Default 1 s and 30 s.
    #[must_use]
    pub fn poll_interval(mut self, first: Duration, longest: Duration) -> Self {
        self.first_poll = first;
        self.longest_poll = longest;
        self
    }

    /// Sets the maximum number of days of one task. Default 365.
    #[must_use]
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = days;
        self
    }

    /// Sets the maximum number of rows of one task, from 1 to 1,000,000. Default 1,000,000.
    ///
    /// A result with this many rows is taken to be cut off by the vendor.
    #[must_use]
    pub fn max_rows(mut self, rows: u64) -> Self {
        self.max_rows = rows;
        self
    }

    /// Sets the codes of refusals because of the account's limits, which are waited out.
    ///
    /// The vendor documents neither their codes nor their status, so these are guesses. Default
    /// `TOO_MANY_REQUESTS` and `TOO_MANY_REPORTS`, with any HTTP status; a refusal with status 429 is one
    /// whatever its code.
    #[must_use]
    pub fn rate_limit_codes<N: Into<String>>(mut self, codes: impl IntoIterator<Item = N>) -> Self {
        self.rate_limit_codes = codes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether the rows are added up and compared with the vendor's totals. Default true.
    #[must_use]
    pub fn check_totals(mut self, check: bool) -> Self {
        self.summing.enabled = check;
        self
    }

    /// Names metrics that are not compared with the vendor's totals, because they cannot be added up.
    ///
    /// Those of [`Column::is_additive`](crate::calls::statistics::Column::is_additive) are known anyway.
    #[must_use]
    pub fn not_summed<N: Into<String>>(mut self, metrics: impl IntoIterator<Item = N>) -> Self {
        self.summing.except = metrics.into_iter().map(Into::into).collect();
        self
    }

    /// Names metrics that are sums, and compared with the vendor's totals whatever their columns say.
    ///
    /// For example money whose column has the format `float`, which is otherwise taken as a ratio. Any
    /// difference is then an error.
    #[must_use]
    pub fn summed<N: Into<String>>(mut self, metrics: impl IntoIterator<Item = N>) -> Self {
        self.summing.certain = metrics.into_iter().map(Into::into).collect();
        self
    }

    /// Returns the pause after this one.
    pub(super) fn longer(&self, pause: Duration) -> Duration {
        let longest = self.longest_poll.max(self.first_poll);
        pause.saturating_mul(2).min(longest)
    }

    /// Checks the settings, and returns the endpoint for a client of `client`.
    pub(in crate::client) fn check(&self, client: &Endpoint) -> Result<Endpoint, Error> {
        let above_zero = |field, wrong: bool| {
            if wrong {
                return Err(Error::invalid_input(field, "must be above zero"));
            }
            Ok(())
        };
        above_zero("requests_per_minute", self.requests_per_minute == 0)?;
        above_zero("concurrent_reports", self.concurrent_reports == 0)?;
        above_zero("queue_deadline", self.queue_deadline.is_zero())?;
        above_zero("task_deadline", self.task_deadline.is_zero())?;
        above_zero("poll_interval", self.first_poll.is_zero())?;
        above_zero("window_days", self.window_days == 0)?;
        let Summing {
            except, certain, ..
        } = &self.summing;
        if let Some(name) = certain.iter().find(|name| except.contains(name)) {
            let must = format!("must not name `{name}`, which `not_summed` names");
            return Err(Error::invalid_input("summed", must));
        }
        if !(1..=MAX_ROWS).contains(&self.max_rows) {
            let must = format!("must be from 1 to {MAX_ROWS}");
            return Err(Error::invalid_input("max_rows", must));
        }
        match &self.endpoint {
            Some(url) => Endpoint::parse(url),
            None => {
                let scheme = if client.is_https() { "https" } else { "http" };
                Endpoint::parse(&format!("{scheme}://{}{BASE_PATH}", client.authority()))
            }
        }
    }
}
