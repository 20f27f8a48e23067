use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use adcore::json::Raw;
use adcore::{
    Answer, Authorize, Endpoint, Error, Pipeline, PipelineBuilder, RetryPolicy, TokenCache,
    TokenCounts, TokenSettings, TokenStore, Transport,
};

use crate::batch::Batch;
use crate::calls::{Call, Statistics, StatisticsRow};
use crate::credentials::{Credentials, Door};
use crate::error::{Refusals, RpcError};
use crate::sweep::{self, StatisticsStream};
use crate::wire::{self, OpenRows, RowsJudge, Rules};

/// The vendor's own address.
pub const ENDPOINT: &str = "https://adm.spotsnetwork.com/api/v2/";

/// Client of one SPOTS user. Cheap to clone; clones share the access token.
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) pipeline: Pipeline,
    /// The same without retries: for tokens, whose cache paces them, and for batches.
    pub(crate) once: Pipeline,
    pub(crate) tokens: TokenCache,
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) ids: Ids,
    pub(crate) retry: RetryPolicy,
    pub(crate) deadline: Duration,
    pub(crate) window_days: u32,
    pub(crate) concurrency: usize,
}

/// Hands out the ids of calls: 1 … 2^53−1, over and over.
#[derive(Debug, Default)]
pub(crate) struct Ids(AtomicU64);

impl Ids {
    pub(crate) fn next(&self) -> u64 {
        const LARGEST: u64 = (1 << 53) - 1;
        self.0.fetch_add(1, Ordering::Relaxed) % LARGEST + 1
    }
}

impl Client {
    /// A client with the default settings; [`ENDPOINT`] is the real service.
    ///
    /// # Errors
    /// `InvalidInput` naming `endpoint`, `login` or `password`.
    pub fn new(endpoint: &str, credentials: Credentials) -> Result<Self, Error> {
        Self::builder(endpoint, credentials).build()
    }

    /// Settings of a client.
    #[must_use]
    pub fn builder(endpoint: &str, credentials: Credentials) -> ClientBuilder {
        ClientBuilder {
            endpoint: endpoint.to_owned(),
            credentials,
            transport: None,
            retry: RetryPolicy::default(),
            deadline: Duration::from_secs(60),
            attempt_timeout: None,
            body_limit: None,
            tokens: TokenSettings::default(),
            store: None,
            refusals: Refusals::default(),
            window_days: 31,
            concurrency: 4,
        }
    }

    /// Statistics of the user's sites, all rows at once.
    ///
    /// A range longer than [`window_days`](ClientBuilder::window_days) is fetched in pieces; rows
    /// without a day are summed over them, exactly. Groups without data have no row.
    ///
    /// # Errors
    /// `InvalidInput` naming the field; else see [`ErrorKind`](adcore::ErrorKind).
    pub async fn statistics(&self, request: &Statistics) -> Result<Vec<StatisticsRow>, Error> {
        sweep::collect(self, request).await
    }

    /// Statistics of the user's sites as a stream, in constant memory.
    ///
    /// Rows come in the order of their days as far as the vendor orders them within a window. Rows
    /// without a day come at the end when the range was cut, because they are summed up. After an
    /// error the stream ends.
    pub fn statistics_stream(&self, request: &Statistics) -> StatisticsStream {
        StatisticsStream::new(self, request)
    }

    /// Calls any method and gives its result as the JSON it is.
    ///
    /// # Errors
    /// `InvalidInput` naming `method` or `params`; a server's error object is in
    /// [`RpcError::of`].
    pub async fn call(&self, call: &Call) -> Result<Raw, Error> {
        self.single(call, |result| adcore::json::decode(result.as_bytes()))
            .await
    }

    /// Several calls in one request, if the caller so chooses.
    pub fn batch(&self) -> Batch {
        Batch::new(self.clone())
    }

    /// How often tokens were fetched, refreshed and shared.
    #[must_use]
    pub fn token_counts(&self) -> TokenCounts {
        self.0.tokens.counts()
    }

    pub(crate) async fn window(&self, call: &Call) -> Result<Vec<StatisticsRow>, Error> {
        self.single(call, wire::decode_rows).await
    }

    /// Opens a statistics answer up to its first row.
    pub(crate) async fn open(&self, call: &Call) -> Result<OpenRows, Error> {
        let id = self.0.ids.next();
        let request = wire::request(call, id)?;
        let judge = RowsJudge {
            id,
            refusals: &self.0.refusals,
        };
        self.0
            .pipeline
            .open(&request, &self.0.tokens, &judge)
            .await
            .map_err(|error| self.cleanse(error))
    }

    async fn single<T: Send>(
        &self,
        call: &Call,
        decode: impl Fn(&str) -> Result<T, Error> + Sync,
    ) -> Result<T, Error> {
        let id = self.0.ids.next();
        let request = wire::request(call, id)?;
        let rules = self.rules();
        self.0
            .pipeline
            .call(&request, &self.0.tokens, |answer: Answer| {
                wire::single(&answer, id, rules).and_then(&decode)
            })
            .await
            .map_err(|error| self.cleanse(error))
    }

    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules {
            refusals: &self.0.refusals,
            quote: true,
        }
    }

    /// Names the operation in an error met outside of the pipeline, and cleanses it.
    pub(crate) fn explain(&self, error: Error, operation: &str) -> Error {
        let error = self.0.pipeline.explain(error, operation, &self.0.tokens);
        self.cleanse(error)
    }

    /// Takes the secrets out of the server's error object, as the pipeline does with its words.
    pub(crate) fn cleanse(&self, error: Error) -> Error {
        let Some(mut rpc) = RpcError::of(&error).cloned() else {
            return error;
        };
        self.0.tokens.secrets(&mut |secret| {
            rpc = rpc.clone().without(secret);
        });
        error.with_source(rpc)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.0.pipeline.endpoint())
            .field("tokens", &self.0.tokens)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Client`].
#[derive(Debug)]
pub struct ClientBuilder {
    endpoint: String,
    credentials: Credentials,
    transport: Option<Arc<dyn Transport>>,
    retry: RetryPolicy,
    deadline: Duration,
    attempt_timeout: Option<Duration>,
    body_limit: Option<usize>,
    tokens: TokenSettings,
    store: Option<Arc<dyn TokenStore>>,
    refusals: Refusals,
    window_days: u32,
    concurrency: usize,
}

impl ClientBuilder {
    /// Sends through this transport instead of the default one.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets when and how often a failed call is sent again.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the time for a whole call: tokens, attempts and waits. Default 60 s.
    ///
    /// Of statistics it is the time for one window; of a stream it ends with the first row.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the time for one attempt. Default 30 s.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets how many bytes an answer that is collected may have. Default 64 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Sets when tokens are renewed.
    #[must_use]
    pub fn token_settings(mut self, settings: TokenSettings) -> Self {
        self.tokens = settings;
        self
    }

    /// Keeps tokens where they outlive the program and are shared with other processes.
    #[must_use]
    pub fn token_store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Sets the error codes that refuse a token. Default `401`.
    ///
    /// HTTP 401 always does.
    #[must_use]
    pub fn refused_codes(mut self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.refusals.codes = codes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the words of an error that refuse a token, in any case.
    ///
    /// An entry fits where all its words occur in this order: `token expired` fits "The token has
    /// expired". Default: `invalid token`, `token expired`, `expired token`, `unauthorized`,
    /// `unauthenticated`.
    #[must_use]
    pub fn refused_words(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.refusals.words = words.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the longest range of statistics asked for at once. Default 31 days.
    #[must_use]
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = days;
        self
    }

    /// Sets how many requests of one operation may be under way at once. Default 4.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests;
        self
    }

    /// Builds the client; nothing is sent before its first call.
    ///
    /// # Errors
    /// `InvalidInput` naming the setting.
    pub fn build(self) -> Result<Client, Error> {
        self.credentials.check()?;
        if self.window_days == 0 {
            return Err(Error::invalid_input("window_days", "must be at least 1"));
        }
        if self.concurrency == 0 {
            return Err(Error::invalid_input("concurrency", "must be at least 1"));
        }
        let pipeline = self.pipeline(self.transport.clone(), self.retry.clone())?;
        let once = self.pipeline(Some(pipeline.transport()), RetryPolicy::never())?;
        let refusals = Arc::new(self.refusals);
        let door = Door {
            pipeline: once.clone(),
            credentials: self.credentials,
            refusals: Arc::clone(&refusals),
            ids: Ids::default(),
        };
        let tokens = match self.store {
            Some(store) => TokenCache::with_store(door, self.tokens, store),
            None => TokenCache::new(door, self.tokens),
        };
        Ok(Client(Arc::new(Inner {
            pipeline,
            once,
            tokens,
            refusals,
            ids: Ids::default(),
            retry: self.retry,
            deadline: self.deadline,
            window_days: self.window_days,
            concurrency: self.concurrency,
        })))
    }

    fn pipeline(
        &self,
        transport: Option<Arc<dyn Transport>>,
        retry: RetryPolicy,
    ) -> Result<Pipeline, Error> {
        let mut builder: PipelineBuilder =
            Pipeline::builder("spots", Endpoint::parse(&self.endpoint)?)
                .retry(retry)
                .deadline(self.deadline);
        if let Some(transport) = transport {
            builder = builder.transport(transport);
        }
        if let Some(timeout) = self.attempt_timeout {
            builder = builder.attempt_timeout(timeout);
        }
        if let Some(limit) = self.body_limit {
            builder = builder.body_limit(limit);
        }
        builder.build()
    }
}
