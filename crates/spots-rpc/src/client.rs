//! The client and its operations.

mod batch;
mod builder;
mod group;
mod merge;
mod stream;
mod window;

use std::fmt;
use std::sync::Arc;

use adcore::{CallOptions, Endpoint, Error, Pipeline, Response, StreamTime, TokenCache};
use adcore_json::RawJson;

use crate::calls::{Call, Statistics, StatisticsRow};
use crate::credentials::Credentials;
use crate::error::TokenRejection;
use crate::wire::{self, OpenRows, ReadOptions, RequestIds, RowsReader};

pub use builder::ClientBuilder;
pub use stream::StatisticsStream;

/// The endpoint of SPOTS itself.
pub const ENDPOINT: &str = "https://adm.spotsnetwork.com/api/v2/";

/// A client of one SPOTS user.
///
/// Access tokens are fetched with the first call, and renewed before they expire and after the
/// server has rejected one. Cloning is cheap; clones share connections, tokens and retry credit.
///
/// ```no_run
/// use spots_rpc::calls::{Group, Statistics};
/// use spots_rpc::{Client, Credentials, ENDPOINT, Error, date};
///
/// # async fn run() -> Result<(), Error> {
/// let client = Client::new(ENDPOINT, Credentials::new("publisher@example.com", "password"))?;
/// let request = Statistics::new(date(2023, 8, 23), date(2023, 8, 24)).group(Group::Site);
/// for row in client.statistics(&request).await? {
///     println!("{:?} {:?}", row.site, row.income);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    pipeline: Pipeline,
    tokens: TokenCache,
    rejection: Arc<TokenRejection>,
    ids: Arc<RequestIds>,
    window_days: u32,
    concurrency: usize,
}

impl Client {
    /// Creates a client with the default settings; [`ENDPOINT`] is SPOTS itself.
    ///
    /// # Errors
    /// `InvalidInput` naming `endpoint`, `login` or `password`.
    pub fn new(endpoint: &str, credentials: Credentials) -> Result<Self, Error> {
        Self::builder(endpoint, credentials).build()
    }

    /// Returns a builder, to change the settings of the client.
    pub fn builder(endpoint: &str, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(endpoint, credentials)
    }

    /// Returns the URL that the calls go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.0.pipeline.endpoint()
    }

    /// Returns counters of this client's token requests.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn token_counts(&self) -> adcore::TokenCounts {
        self.0.tokens.counts()
    }

    /// Returns a client with other options for its calls, such as a longer deadline.
    ///
    /// It shares connections, tokens and retry credit with this one.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self(Arc::new(Inner {
            pipeline: self.0.pipeline.with_options(options),
            ..(*self.0).clone()
        }))
    }

    /// Returns statistics of the user's sites, all rows at once.
    ///
    /// These are the rows of [`statistics_stream`](Self::statistics_stream), collected.
    ///
    /// # Errors
    /// `InvalidInput` naming the field of the request that is wrong; any other
    /// [`ErrorKind`](adcore::ErrorKind) that a call can have.
    pub async fn statistics(&self, request: &Statistics) -> Result<Vec<StatisticsRow>, Error> {
        let mut stream = self.statistics_stream(request);
        let mut rows = Vec::new();
        while let Some(row) = stream.next().await {
            rows.push(row?);
        }
        Ok(rows)
    }

    /// Returns statistics of the user's sites as a stream, in constant memory.
    ///
    /// A range of more than [`window_days`](ClientBuilder::window_days) is fetched in windows. Rows
    /// with a day come in the order of the windows, and within a window in the server's order. Rows
    /// without a day are sums over a window: they are added up, exactly, and come at the end.
    ///
    /// A response that breaks off is requested again, within the limits of the
    /// [`RetryPolicy`](adcore::RetryPolicy). The rows that the stream has returned already are
    /// skipped; if they have changed, the stream ends with an error.
    pub fn statistics_stream(&self, request: &Statistics) -> StatisticsStream {
        StatisticsStream::new(self, request)
    }

    /// Calls any method and returns the JSON of its result.
    ///
    /// ```no_run
    /// use spots_rpc::calls::Call;
    /// use spots_rpc::{Client, Error};
    ///
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// let result = client.call(&Call::new("platform.list").idempotent(true)).await?;
    /// let names: Vec<String> = result.decode()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `InvalidInput` naming `method` or `params`. [`RpcError::of`](crate::RpcError::of) has the
    /// error object of the server.
    pub async fn call(&self, call: &Call) -> Result<RawJson, Error> {
        let id = self.0.ids.next();
        let request = wire::encode_call(call, id)?;
        let options = self.read_options();
        self.0
            .pipeline
            .call(&request, &self.0.tokens, |response: Response| {
                let result = wire::read_result(&response, id, options)?;
                adcore_json::decode(result.as_bytes())
            })
            .await
    }

    /// Sends several calls in one request and returns their results in the same order.
    ///
    /// A failure of the whole request is the error of every call. An invalid call is not sent, and does
    /// not affect the others. Only calls that failed are repeated: the idempotent ones,
    /// and those that the server refused without running them. If the server takes no batches, the
    /// calls are sent one by one. The client's deadline applies to the whole.
    ///
    /// ```no_run
    /// use spots_rpc::calls::{Call, Statistics};
    /// use spots_rpc::{Client, Error, date};
    ///
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// let today = Statistics::new(date(2023, 8, 24), date(2023, 8, 24));
    /// let calls = [Call::new("platform.list"), Call::try_from(&today)?];
    /// for result in client.batch(&calls).await {
    ///     println!("{:?}", result?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn batch(&self, calls: &[Call]) -> Vec<Result<RawJson, Error>> {
        batch::run(self, calls).await
    }

    /// Opens a response of statistics.
    async fn open(&self, request: &Statistics, time: &StreamTime) -> Result<OpenRows, Error> {
        let id = self.0.ids.next();
        let request = wire::encode_statistics(request, id)?;
        let reader = RowsReader {
            id,
            rejection: Arc::clone(&self.0.rejection),
            row_limit: self.0.pipeline.row_limit(),
        };
        self.0
            .pipeline
            .open_within(&request, &self.0.tokens, &reader, time)
            .await
    }

    fn read_options(&self) -> ReadOptions<'_> {
        ReadOptions {
            rejection: &self.0.rejection,
            quote: true,
        }
    }

    /// Adds the operation to an error that occurred outside of the pipeline, and redacts it.
    fn annotate(&self, error: Error, operation: &str) -> Error {
        self.0.pipeline.annotate(error, operation, &self.0.tokens)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.endpoint())
            .field("tokens", &self.0.tokens)
            .finish_non_exhaustive()
    }
}
