mod find;
mod operations;
mod pages;
mod rows;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use adcore::{Endpoint, Error, Pipeline, PipelineBuilder, RetryPolicy, Transport};
use serde::de::DeserializeOwned;

use crate::calls::{Action, Call, CallOutput, Context, Encoding, Object, Params, Row, Value};
use crate::credentials::{Credentials, Prepared};
use crate::wire::{self, Envelope, Preview, Settings, Whole};

pub use find::FindOrAdd;
pub use pages::{Page, Pages};
pub use rows::Rows;

pub(crate) const VENDOR: &str = "adfox";

/// The longest URL that proxies and servers surely take.
const URL_LIMIT: usize = 2000;

/// A client of one ADFOX account; cheap to clone.
///
/// Calls that change something are sent once; after an ambiguous failure the error says
/// [`may_have_run`](Error::may_have_run).
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    pipeline: Pipeline,
    credentials: Prepared,
    settings: Settings,
    body_limit: usize,
    row_limit: usize,
}

impl Client {
    /// A client at `endpoint`, such as [`ENDPOINT`](crate::ENDPOINT).
    ///
    /// # Errors
    /// `InvalidInput` naming what is wrong in endpoint or credentials.
    pub fn new(endpoint: &str, credentials: Credentials) -> Result<Self, Error> {
        Self::builder(endpoint, credentials).build()
    }

    /// Settings of a client at `endpoint`.
    #[must_use]
    pub fn builder(endpoint: &str, credentials: Credentials) -> ClientBuilder {
        let pipeline =
            Endpoint::parse(endpoint).map(|endpoint| Pipeline::builder(VENDOR, endpoint));
        ClientBuilder {
            pipeline,
            credentials,
            encoding: Encoding::default(),
            url_limit: URL_LIMIT,
            body_limit: 64 * 1024 * 1024,
            row_limit: 1024 * 1024,
        }
    }

    /// Makes any call: known or unknown words, any parameters.
    ///
    /// ```no_run
    /// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
    /// use adfox_api::{Action, Context, Object, Params};
    ///
    /// let params = Params::new().with("name", "Autumn").with("advertiserID", 18);
    /// let added = client
    ///     .call(Context::Account, Action::Add, Object::SuperCampaign, params)
    ///     .await?;
    /// println!("{:?} {:?}", added.id, added.partial);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The vendor's [`Refusal`](crate::Refusal), or what was met on the way.
    pub async fn call(
        &self,
        context: Context,
        action: Action,
        object: impl Into<Option<Object>>,
        params: Params,
    ) -> Result<CallOutput, Error> {
        let call = Call::new(context, action).object(object).params(params);
        self.send(&call).await
    }

    /// Makes any call, given as a value.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn send(&self, call: &Call) -> Result<CallOutput, Error> {
        let envelope: Envelope<Value> = self.exchange(call).await?;
        Ok(CallOutput {
            id: envelope.id,
            partial: envelope.partial,
            counters: envelope.counters,
            rows: envelope
                .rows
                .map(|rows| rows.into_iter().map(|keyed| keyed.row).collect()),
            members: envelope.members,
        })
    }

    /// Shows what a call would send, secrets masked, and sends nothing.
    ///
    /// # Errors
    /// `InvalidInput` naming the field that is wrong.
    pub fn preview(&self, call: &Call) -> Result<Preview, Error> {
        let inner = &*self.0;
        wire::preview(
            call,
            &inner.settings,
            inner.pipeline.endpoint(),
            &inner.credentials,
        )
        .map_err(|error| error.with_operation(VENDOR, call.name()))
    }

    /// Lists objects of the account, page by page, as untyped rows.
    #[must_use]
    pub fn list(&self, object: Object, params: Params) -> Pages<Row> {
        self.list_as(object, params)
    }

    /// Lists objects of the account, page by page, as rows of the caller's type.
    #[must_use]
    pub fn list_as<T: DeserializeOwned + Send>(&self, object: Object, params: Params) -> Pages<T> {
        let call = Call::new(Context::Account, Action::List);
        self.pages(call.object(object).params(params))
    }

    /// Pages through any call that answers with rows, such as `campaign.list.banner`.
    #[must_use]
    pub fn pages<T: DeserializeOwned + Send>(&self, call: Call) -> Pages<T> {
        Pages::new(self.clone(), call)
    }

    /// The rows of one call's answer while it arrives, in constant memory.
    ///
    /// For answers of any length; of a list in pages it is one page, see [`pages`](Self::pages).
    ///
    /// ```no_run
    /// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
    /// use adfox_api::calls::Banner;
    /// use adfox_api::{Action, Call, Context, Object};
    ///
    /// let call = Call::new(Context::Account, Action::List).object(Object::Banner);
    /// let mut rows = client.rows::<Banner>(&call.param("limit", 1000));
    /// while let Some(row) = rows.next().await {
    ///     println!("{:?}", row?.name);
    /// }
    /// println!("{:?} in all", rows.counters().total_rows);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows<T: DeserializeOwned + Send + 'static>(&self, call: &Call) -> Rows<T> {
        Rows::new(self.clone(), call)
    }

    pub(crate) async fn exchange<T>(&self, call: &Call) -> Result<Envelope<T>, Error>
    where
        T: DeserializeOwned + Send,
    {
        let inner = &*self.0;
        let request = wire::encode(call, &inner.settings)
            .map_err(|error| error.with_operation(VENDOR, call.name()))?;
        let hide = |text: &mut String| inner.credentials.hide(text);
        let judge = Whole::new(inner.body_limit, &hide);
        let pipeline = &inner.pipeline;
        pipeline.open(&request, &inner.credentials, &judge).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("pipeline", &self.0.pipeline)
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Client`].
#[derive(Debug)]
pub struct ClientBuilder {
    pipeline: Result<PipelineBuilder, Error>,
    credentials: Credentials,
    encoding: Encoding,
    url_limit: usize,
    body_limit: usize,
    row_limit: usize,
}

impl ClientBuilder {
    /// Sends through this transport instead of the default one.
    #[must_use]
    pub fn transport(self, transport: Arc<dyn Transport>) -> Self {
        self.pipeline(|pipeline| pipeline.transport(transport))
    }

    /// Sets when and how often a failed call is sent again; calls that change something are not.
    #[must_use]
    pub fn retry(self, policy: RetryPolicy) -> Self {
        self.pipeline(|pipeline| pipeline.retry(policy))
    }

    /// Sets the time for a whole call, attempts and waits. Default 60 s.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        self.pipeline(|pipeline| pipeline.deadline(deadline))
    }

    /// Sets the time for one attempt. Default 30 s.
    #[must_use]
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.pipeline(|pipeline| pipeline.attempt_timeout(timeout))
    }

    /// Sets how many bytes an answer whose rows are collected may have. Default 64 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Sets how many bytes one row of [`Client::rows`] may have. Default 1 MiB.
    #[must_use]
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.row_limit = bytes;
        self
    }

    /// Sets how long an answer may pause once it arrives. Default 30 s.
    #[must_use]
    pub fn idle_timeout(self, timeout: Duration) -> Self {
        self.pipeline(|pipeline| pipeline.idle_timeout(timeout))
    }

    /// Sets how long [`Client::rows`] may keep its reader waiting in all. Default 15 minutes.
    #[must_use]
    pub fn stream_deadline(self, deadline: Duration) -> Self {
        self.pipeline(|pipeline| pipeline.stream_deadline(deadline))
    }

    /// Sets the `User-Agent` of all requests.
    #[must_use]
    pub fn user_agent(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.pipeline(|pipeline| pipeline.user_agent(name))
    }

    /// Sets the encoding of parameters. Default UTF-8.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets how long a URL may be before a read goes by POST. Default 2000 bytes.
    #[must_use]
    pub fn url_limit(mut self, bytes: usize) -> Self {
        self.url_limit = bytes;
        self
    }

    fn pipeline(mut self, edit: impl FnOnce(PipelineBuilder) -> PipelineBuilder) -> Self {
        self.pipeline = self.pipeline.map(edit);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// `InvalidInput` naming what is wrong: `endpoint`, `login`, `password`, `token`, …
    pub fn build(self) -> Result<Client, Error> {
        let named = |error: Error| error.with_operation(VENDOR, "client");
        let credentials = self.credentials.prepare().map_err(named)?;
        let pipeline = self
            .pipeline
            .and_then(PipelineBuilder::build)
            .map_err(named)?;
        let settings = Settings {
            encoding: self.encoding,
            url_limit: self.url_limit,
            url_overhead: pipeline.endpoint().to_string().len() + credentials.query_length(),
            ascii_credentials: credentials.is_ascii(),
        };
        Ok(Client(Arc::new(Inner {
            pipeline,
            credentials,
            settings,
            body_limit: self.body_limit,
            row_limit: self.row_limit,
        })))
    }
}
