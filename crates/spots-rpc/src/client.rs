mod batch;
mod builder;
mod sweep;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use adcore::{Authorize, CallOptions, Error, Pipeline, Response, TokenCache};
use adcore_json::RawJson;

use crate::calls::{Call, Statistics, StatisticsRow};
use crate::credentials::Credentials;
use crate::error::{Refusals, RpcError};
use crate::wire::{self, OpenRows, RowsJudge, Rules};

pub use batch::Batch;
pub use builder::ClientBuilder;
pub use sweep::StatisticsStream;

/// The vendor's own address.
pub const ENDPOINT: &str = "https://adm.spotsnetwork.com/api/v2/";

/// Client of one SPOTS user. Cheap to clone; clones share the access token.
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Inner>);

#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) pipeline: Pipeline,
    pub(crate) tokens: TokenCache,
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) ids: Arc<Ids>,
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
        ClientBuilder::new(endpoint, credentials)
    }

    /// Returns counters of this client's token fetches.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn token_counts(&self) -> adcore::TokenCounts {
        self.0.tokens.counts()
    }

    /// Returns a client with options for its calls, such as a longer deadline.
    ///
    /// It shares connections, tokens and retry credit with this one.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self(Arc::new(Inner {
            pipeline: self.0.pipeline.with_options(options),
            ..(*self.0).clone()
        }))
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
    pub async fn call(&self, call: &Call) -> Result<RawJson, Error> {
        self.single(call, |result| adcore_json::decode(result.as_bytes()))
            .await
    }

    /// Several calls in one request, if the caller so chooses.
    pub fn batch(&self) -> Batch {
        Batch::new(self.clone())
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
            row_limit: self.0.pipeline.row_limit(),
        };
        self.0
            .pipeline
            .open(&request, &self.0.tokens, &judge)
            .await
            .map_err(|error| self.redact(error))
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
            .call(&request, &self.0.tokens, |answer: Response| {
                wire::single(&answer, id, rules).and_then(&decode)
            })
            .await
            .map_err(|error| self.redact(error))
    }

    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules {
            refusals: &self.0.refusals,
            quote: true,
        }
    }

    /// Names the operation in an error met outside of the pipeline, and cleanses it.
    pub(crate) fn explain(&self, error: Error, operation: &str) -> Error {
        let error = self.0.pipeline.annotate(error, operation, &self.0.tokens);
        self.redact(error)
    }

    /// Takes the secrets out of the server's error object, as the pipeline does with its words.
    pub(crate) fn redact(&self, error: Error) -> Error {
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
