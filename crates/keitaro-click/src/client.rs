//! The client and its operations.

mod builder;

use std::sync::Arc;

use adcore::{Anonymous, CallOptions, Endpoint, Error, Pipeline, Request};

pub use builder::ClientBuilder;

use crate::calls::{Click, ClickEncoding, ClickOutput, OfferUrl, Postback, Update};
use crate::{Credentials, wire};

/// A client of one tracker.
///
/// Cheap to clone: clones share connections and settings. See the
/// [vendor's documentation](https://docs.keitaro.io/en/development/click-api.html).
///
/// ```no_run
/// use keitaro_click::calls::Click;
/// use keitaro_click::{Client, Credentials};
///
/// # async fn run() -> Result<(), keitaro_click::Error> {
/// let client = Client::new("https://tracker.example", Credentials::token("campaign token"))?;
/// let click = Click::new().ip([203, 0, 113, 7].into()).user_agent("Mozilla/5.0");
/// let output = client.click(&click).await?;
/// println!("{}", output.action().as_str());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    pipeline: Pipeline,
    credentials: Arc<Credentials>,
    encoding: ClickEncoding,
}

impl Client {
    /// Creates a client of the tracker at this URL, which may have a port and a directory.
    ///
    /// # Errors
    /// `InvalidInput` naming `endpoint` for an invalid URL and `token` for an empty token.
    pub fn new(tracker: &str, credentials: Credentials) -> Result<Self, Error> {
        Self::builder(tracker, credentials).build()
    }

    /// Returns a builder, to change the settings of the client.
    pub fn builder(tracker: &str, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(tracker, credentials)
    }

    /// Returns a client with other options for its calls, such as a shorter deadline.
    ///
    /// It shares connections and retry credit with this one.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            pipeline: self.pipeline.with_options(options),
            ..self.clone()
        }
    }

    /// Returns the URL that the calls go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.pipeline.endpoint()
    }

    /// Asks the tracker what to do with a visitor. Every call counts a click.
    ///
    /// A call that may have counted a click is not retried; for its error,
    /// [`may_have_run`](Error::may_have_run) returns `true`.
    ///
    /// # Errors
    /// - `InvalidInput` that names a field
    /// - `Unauthenticated` for a wrong token or a missing campaign, `Rejected` or `NotFound` for
    ///   other refusals; see [`Refusal`](crate::Refusal)
    /// - `Decode` if the response is not the response to a click
    pub async fn click(&self, click: &Click) -> Result<ClickOutput, Error> {
        let request = wire::encode_click(click, self.encoding)?;
        Ok(*self.send_click(&request).await?)
    }

    /// The output is boxed, because it is large and handed on many times.
    pub(crate) async fn send_click(&self, request: &Request) -> Result<Box<ClickOutput>, Error> {
        let credential = self.credentials.click()?;
        self.pipeline
            .call(request, &credential, |response| wire::read_click(&response))
            .await
    }

    /// Returns the link that leads a visitor to an offer. Sends nothing.
    ///
    /// # Errors
    /// `InvalidInput` that names the field.
    pub fn offer_url(&self, offer: &OfferUrl) -> Result<String, Error> {
        wire::encode_offer_url(self.endpoint(), offer)
    }

    /// Changes parameters of an earlier click, and returns what the tracker says, often nothing.
    ///
    /// # Errors
    /// `InvalidInput` that names a field; otherwise the kind of the HTTP status.
    pub async fn update(&self, update: &Update) -> Result<String, Error> {
        let request = wire::encode_update(update)?;
        self.pipeline
            .call(&request, &Anonymous, |response| {
                wire::read_update(&response)
            })
            .await
    }

    /// Reports a conversion of an earlier click.
    ///
    /// A call that may have been counted is not retried: a conversion that is counted twice costs
    /// money.
    ///
    /// # Errors
    /// `InvalidInput` that names a field, or `postback_key` if the credentials have no such key;
    /// `Rejected` unless the tracker responds with `Success` or
    /// [`Postback::return_text`]; with status 200 it may have booked the conversion all the same, so
    /// [`may_have_run`](Error::may_have_run) returns `true`.
    pub async fn postback(&self, postback: &Postback) -> Result<(), Error> {
        let key = self.credentials.postback()?;
        let request = wire::encode_postback(postback, &key.segment()?)?;
        let accepted = postback.return_text.as_deref();
        self.pipeline
            .call(&request, &key, |response| {
                wire::read_postback(&response, accepted)
            })
            .await
    }
}
