//! The client of the statistics API.

mod cut;
mod open;
mod owners;
mod pace;
mod patience;
mod run;
mod settings;
mod stream;
mod verdict;

use std::fmt;
use std::sync::Arc;

use adcore::{CallOptions, ClientSettings, Endpoint, Error, Pipeline, Request, Response};

use super::{Client, VENDOR};
use crate::calls::statistics::{
    AvailableDates, DateRange, OwnerId, Report, ReportInfo, SavedReports, Task, TaskId,
};
use crate::wire::statistics as wire;

pub use settings::StatisticsSettings;
pub use stream::ReportStream;

use cut::Cutter;
use owners::Owners;
use stream::Watch;

/// The statistics API of one ADFOX account: reports, made by tasks; cheap to clone.
///
/// Created by [`Client::statistics`]. It needs [`Credentials::oauth`](crate::Credentials::oauth). The
/// vendor documents the API at <https://yandex.ru/dev/adfox/doc/ru/rest-statistics/about>; the client has
/// not been checked against a live account.
///
/// At most three reports of an owner are in progress at once, and at most 100 requests are sent per
/// minute, by all clones together; see [`StatisticsSettings`].
///
/// ```no_run
/// # async fn example() -> Result<(), adfox_api::Error> {
/// use adfox_api::calls::statistics::Report;
/// use adfox_api::{Client, Credentials, OAUTH_ENDPOINT, date};
///
/// let client = Client::new(OAUTH_ENDPOINT, Credentials::oauth("y0_token"))?;
/// let report = Report::new(date(2024, 1, 1)..=date(2024, 12, 31))
///     .metric("loads_commercial")
///     .metric("ctr")
///     .dimension("date")
///     .dimension("campaign_id");
/// let mut rows = client.statistics().report(&report);
/// while let Some(row) = rows.next().await {
///     let row = row?;
///     println!("{} {}", row[0], row[2]);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Statistics {
    client: Client,
    owner: Option<OwnerId>,
}

/// What a client has for the statistics API.
#[derive(Clone)]
pub(super) struct Parts {
    pipeline: Pipeline,
    shared: Arc<Shared>,
}

struct Shared {
    settings: StatisticsSettings,
    owners: Owners,
}

impl Parts {
    pub(super) fn new(
        settings: StatisticsSettings,
        client: &Endpoint,
        transport: ClientSettings,
    ) -> Result<Self, Error> {
        let endpoint = settings.check(client)?;
        let requests = settings.requests_per_minute;
        let transport = transport.map_transport(|inner| pace::Paced::new(inner, requests));
        Ok(Self {
            pipeline: Pipeline::new(VENDOR, endpoint, transport)?,
            shared: Arc::new(Shared {
                owners: Owners::new(settings.concurrent_reports),
                settings,
            }),
        })
    }

    pub(super) fn with_options(&self, options: CallOptions) -> Self {
        Self {
            pipeline: self.pipeline.with_options(options),
            shared: Arc::clone(&self.shared),
        }
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("pipeline", &self.pipeline)
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Returns the statistics API, with the token and the transport of this client.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            client: self.clone(),
            owner: None,
        }
    }
}

impl Statistics {
    /// Returns the API for the account of an administrator, which advertisers must name.
    ///
    /// A report that names an owner itself keeps it.
    #[must_use]
    pub fn owner(&self, id: impl Into<OwnerId>) -> Self {
        Self {
            client: self.client.clone(),
            owner: Some(id.into()),
        }
    }

    /// Returns the URL that the requests go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.parts().pipeline.endpoint()
    }

    /// Returns the days for which there are statistics.
    ///
    /// # Errors
    /// As [`metadata`](Self::metadata).
    pub async fn available_dates(&self) -> Result<AvailableDates, Error> {
        let request = wire::encode_available_dates(self.owner);
        self.call(&request, wire::read_available_dates).await
    }

    /// Returns the saved reports: those of the vendor, and those made in its interface.
    ///
    /// # Errors
    /// As [`metadata`](Self::metadata).
    pub async fn saved_reports(&self) -> Result<SavedReports, Error> {
        let request = wire::encode_list(self.owner);
        self.call(&request, wire::read_saved_reports).await
    }

    /// Returns the fields of a report that was made in the vendor's interface.
    ///
    /// # Errors
    /// As [`metadata`](Self::metadata).
    pub async fn report_info(&self, name: &str) -> Result<ReportInfo, Error> {
        let request = wire::encode_report_info(name, self.owner);
        let request = named(request, "statistics.report_info")?;
        self.call(&request, wire::read_report_info).await
    }

    /// Makes a report and returns its rows: makes the task, waits for it, and reads its result.
    ///
    /// Nothing is sent before the first row is asked for. The rows are all rows of the report, or the
    /// stream ends with an error:
    ///
    /// - A range of more than 365 days is requested in several parts, in the order of the days.
    /// - A result that may be cut off, because it has 1,000,000 rows or its rows add up to less than the
    ///   vendor's totals, is requested again in halves of its days. Long results are read twice for that:
    ///   once to check them, and once to return their rows, in constant memory.
    /// - Both need the dimension `date`. Without it rows of two parts would have to be merged, and reach,
    ///   CTR and other ratios cannot be added up: that is an `InvalidInput` error.
    /// - A task that has expired, or whose result is refused before its first row, is made again once.
    /// - `RateLimited` (HTTP 429) is waited out, because other programs may use up the account's limits.
    ///
    /// # Errors
    /// Items of the stream: [`ReportRefusal`](crate::ReportRefusal), also for a task that failed;
    /// `InvalidInput`; `Timeout` after [`task_deadline`](StatisticsSettings::task_deadline); `Decode` for
    /// rows that do not add up to the totals; or what went wrong on the way.
    pub fn report(&self, report: &Report) -> ReportStream {
        let watch = Arc::new(Watch::default());
        match Cutter::new(self, report, &watch) {
            Ok(cutter) => {
                let rows = ReportStream::new(cutter.into_results(), watch);
                match report.limit {
                    Some(limit) => rows.limit(limit),
                    None => rows,
                }
            }
            Err(error) => ReportStream::failed(error.with_operation(VENDOR, "statistics.report")),
        }
    }

    /// Makes the task of a report, or finds the one of an equal report made before.
    ///
    /// With its id, [`task`](Self::task) and [`task_rows`](Self::task_rows) can follow it, also after a
    /// restart of the program. It does not wait until fewer than three reports are in progress. The range
    /// may have at most 365 days.
    ///
    /// # Errors
    /// As [`report`](Self::report), for the first request.
    pub async fn create_task(&self, report: &Report) -> Result<Task, Error> {
        let request = named(self.single_task(report), "statistics.report")?;
        self.call(&request, |response| wire::read_task(response, None))
            .await
    }

    /// Returns the state of a task.
    ///
    /// # Errors
    /// As [`metadata`](Self::metadata).
    pub async fn task(&self, id: &TaskId) -> Result<Task, Error> {
        let request = named(wire::encode_task(id, self.owner), "statistics.task")?;
        self.call(&request, |response| wire::read_task(response, Some(id)))
            .await
    }

    /// Waits for a task and returns the rows of its result.
    ///
    /// What the task was made of is not known: a result that may be cut off, and a task that has
    /// expired, are errors. A task that was made with a limit needs the same one here:
    ///
    /// ```no_run
    /// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
    /// use adfox_api::calls::statistics::Report;
    /// use adfox_api::date;
    ///
    /// let statistics = client.statistics();
    /// let report = Report::new(date(2024, 1, 1)..=date(2024, 1, 31))
    ///     .metric("clicks_total")
    ///     .dimension("campaign_id")
    ///     .limit(100);
    /// let task = statistics.create_task(&report).await?;
    /// let table = statistics.task_rows(&task.id).limit(100).collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Items of the stream, as those of [`report`](Self::report).
    pub fn task_rows(&self, id: &TaskId) -> ReportStream {
        let watch = Arc::new(Watch::default());
        let result = cut::task_rows(self.clone(), id.clone(), Arc::clone(&watch));
        ReportStream::new(result, watch)
    }

    fn parts(&self) -> &Parts {
        &self.client.0.statistics
    }

    fn settings(&self) -> &StatisticsSettings {
        &self.parts().shared.settings
    }

    /// Encodes the only task of a report.
    fn single_task(&self, report: &Report) -> Result<Request, Error> {
        wire::check_report(report)?;
        let most = self.settings().window_days;
        if report.range.days() > most {
            let must = format!("must have at most {most} days for one task");
            return Err(Error::invalid_input("range", must));
        }
        let limit = self.limit_of(report, report.limit);
        self.encode(report, report.range, limit)
    }

    fn encode(
        &self,
        report: &Report,
        days: DateRange,
        limit: Option<u64>,
    ) -> Result<Request, Error> {
        wire::encode_report(report, days, limit, report.owner.or(self.owner))
    }

    /// Returns the limit to send when at most `left` rows are wanted.
    ///
    /// Without one, the vendor's own limit would not be known; only saved reports have theirs.
    fn limit_of(&self, report: &Report, left: Option<u64>) -> Option<u64> {
        let most = self.settings().max_rows;
        match left {
            Some(left) => Some(left.min(most)),
            None => report.saved.is_none().then_some(most),
        }
    }

    async fn call<T: Send>(
        &self,
        request: &Request,
        reader: impl Fn(&Response) -> Result<T, Error> + Sync,
    ) -> Result<T, Error> {
        self.check_token()
            .map_err(|error| error.with_operation(VENDOR, request.operation().to_owned()))?;
        let credentials = &self.client.0.credentials;
        let pipeline = &self.parts().pipeline;
        let codes = &self.settings().rate_limit_codes;
        let read = |response| reader(&response).map_err(|error| wire::judge_code(error, codes));
        pipeline.call(request, credentials, read).await
    }

    /// Refuses a login and a password, which would be sent in the query.
    fn check_token(&self) -> Result<(), Error> {
        if self.client.0.credentials.has_token() {
            return Ok(());
        }
        let must = "must be given: statistics need an OAuth token, not a login and a password";
        Err(Error::invalid_input("token", must))
    }
}

fn named(request: Result<Request, Error>, operation: &'static str) -> Result<Request, Error> {
    request.map_err(|error| error.with_operation(VENDOR, operation))
}
