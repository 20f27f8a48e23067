//! The client and its operations.

mod builder;
mod find;
mod operations;
mod statistics;
mod stream;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use adcore::{CallOptions, Endpoint, Error, ErrorKind, Pipeline};
use serde::de::DeserializeOwned;

use crate::calls::{Action, Call, CallOutput, Context, Object, Params, Row, Value};
use crate::credentials::{Credentials, Prepared};
use crate::wire::{self, Envelope, EnvelopeReader, Preview, Settings};

pub use builder::ClientBuilder;
pub use find::FindOrAdd;
pub use statistics::{ReportStream, Statistics, StatisticsSettings};
pub use stream::{Page, Pages, RowStream};

pub(crate) const VENDOR: &str = "adfox";

/// The documented endpoint, which takes a login and the hash of a password.
pub const ENDPOINT: &str = "https://api.adfox.ru/v1/API.php";

/// The newer endpoint, which takes an OAuth token.
pub const OAUTH_ENDPOINT: &str = "https://adfox.yandex.ru/api/v1";

/// A client of one ADFOX account; cheap to clone.
///
/// There is a method for each request type of [`calls`](crate::calls), and [`call`](Self::call) for
/// everything else. Reads are retried. A call that changes something is sent once: if it fails in a way
/// that leaves open whether it ran, the error says so with [`may_have_run`](Error::may_have_run).
///
/// ```no_run
/// # async fn example() -> Result<(), adfox_api::Error> {
/// use adfox_api::calls::{ListCampaigns, ModifyCampaign, Status};
/// use adfox_api::{Client, Credentials, ENDPOINT};
///
/// let client = Client::new(ENDPOINT, Credentials::password("login", "password"))?;
/// for campaign in client.campaigns(&ListCampaigns::new()).collect().await? {
///     println!("{} {:?}", campaign.id, campaign.name);
/// }
/// let pause = ModifyCampaign::new(3001.into()).status(Status::Paused);
/// client.modify_campaign(&pause).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    pipeline: Pipeline,
    credentials: Prepared,
    settings: Settings,
    settle_time: Duration,
    statistics: statistics::Parts,
}

impl Client {
    /// Creates a client with the default settings; [`ENDPOINT`](crate::ENDPOINT) is ADFOX itself.
    ///
    /// # Errors
    /// `InvalidInput` naming `endpoint`, `login`, `password`, `token` or `header`.
    pub fn new(endpoint: &str, credentials: Credentials) -> Result<Self, Error> {
        Self::builder(endpoint, credentials).build()
    }

    /// Returns a builder, to change the settings of the client.
    #[must_use]
    pub fn builder(endpoint: &str, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(endpoint, credentials)
    }

    /// Returns the URL that the calls go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.0.pipeline.endpoint()
    }

    /// Returns a client with other options for its calls, such as a longer deadline.
    ///
    /// It shares connections and retry credit with this one.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self(Arc::new(Inner {
            pipeline: self.0.pipeline.with_options(options.clone()),
            statistics: self.0.statistics.with_options(options),
            ..(*self.0).clone()
        }))
    }

    /// Makes any call: any context, action and object, with any parameters.
    ///
    /// The typed methods are this with a request value of [`calls`](crate::calls), checked before it
    /// is sent.
    ///
    /// ```no_run
    /// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
    /// use adfox_api::{Action, Call, Context, Object};
    ///
    /// let add = Call::new(Context::Account, Action::Add)
    ///     .object(Object::SuperCampaign)
    ///     .param("name", "Autumn")
    ///     .param("advertiserID", 18);
    /// let added = client.call(&add).await?;
    /// println!("{:?} {:?}", added.id, added.partial);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The vendor's [`Refusal`](crate::Refusal), `InvalidInput` naming the parameter that is wrong,
    /// or what went wrong on the way; `Decode` for an `add` whose response has no id, which
    /// [`may_have_run`](Error::may_have_run), and for a list whose response has no place for rows.
    pub async fn call(&self, call: &Call) -> Result<CallOutput, Error> {
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

    /// Returns the request of a call with its secrets masked, without sending it.
    ///
    /// # Errors
    /// `InvalidInput` naming the field that is wrong.
    pub fn preview(&self, call: &Call) -> Result<Preview, Error> {
        let inner = &*self.0;
        wire::preview_call(call, &inner.settings, self.endpoint(), &inner.credentials)
            .map_err(|error| error.with_operation(VENDOR, call.name()))
    }

    /// Lists objects of the account page by page, as untyped rows.
    ///
    /// Nothing is sent before the first page is asked for.
    #[must_use]
    pub fn list(&self, object: Object, params: Params) -> Pages<Row> {
        self.list_as(object, params)
    }

    /// Lists objects of the account page by page, as rows of your own type.
    ///
    /// Numbers, `bool`, dates and [`Decimal`](crate::Decimal) are read from the texts of the response,
    /// and an empty member is `None`. A field `extra: Extra` receives the members that the type does
    /// not name.
    ///
    /// ```no_run
    /// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
    /// use adfox_api::{Object, Params};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Site {
    ///     #[serde(rename = "ID")]
    ///     id: u64,
    ///     name: Option<String>,
    /// }
    ///
    /// let sites = client.list_as::<Site>(Object::Website, Params::new());
    /// for site in sites.collect().await? {
    ///     println!("{} {:?}", site.id, site.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn list_as<T: DeserializeOwned + Send>(&self, object: Object, params: Params) -> Pages<T> {
        let call = Call::new(Context::Account, Action::List);
        self.pages(&call.object(object).params(params))
    }

    /// Reads the rows of any call page by page, such as `campaign.list.banner`.
    #[must_use]
    pub fn pages<T: DeserializeOwned + Send>(&self, call: &Call) -> Pages<T> {
        Pages::new(self.clone(), call.clone())
    }

    /// Streams the rows of one response while it arrives, in constant memory.
    ///
    /// The response may be of any length. For a list in pages it is one page; see
    /// [`pages`](Self::pages) for all of them.
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
    /// println!("{:?} in total", rows.counters().total_rows);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows<T: DeserializeOwned + Send + 'static>(&self, call: &Call) -> RowStream<T> {
        RowStream::new(self.clone(), call)
    }

    pub(crate) async fn exchange<T>(&self, call: &Call) -> Result<Envelope<T>, Error>
    where
        T: DeserializeOwned + Send,
    {
        let inner = &*self.0;
        let request = wire::encode_call(call, &inner.settings)
            .map_err(|error| error.with_operation(VENDOR, call.name()))?;
        let pipeline = &inner.pipeline;
        let reader = EnvelopeReader::new(pipeline.body_limit());
        let credentials = inner.credentials.and_secrets_of(&call.params);
        let mut envelope = pipeline.open(&request, &*credentials, &reader).await?;
        let partial = envelope.partial.as_ref();
        envelope.partial = partial.map(|partial| credentials.redacted(partial));
        let lacks = match &call.action {
            action if action.returns_id() && envelope.id.is_none() => "status.ID",
            action if action.returns_rows() && envelope.lacks_rows() => "result.data",
            _ => return Ok(envelope),
        };
        let mut message = format!("{lacks} is missing");
        if let Some(partial) = &envelope.partial {
            message.push_str(&format!("; the server says {:?}", partial.as_str()));
        }
        Err(Error::new(ErrorKind::Decode, message)
            .with_operation(VENDOR, call.name())
            .with_attempts(1)
            .with_may_have_run(!call.action.is_read()))
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
