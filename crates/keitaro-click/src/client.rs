mod builder;

use std::sync::Arc;

use adcore::{Anonymous, CallOptions, Endpoint, Error, Pipeline, Request};

pub use builder::ClientBuilder;

use crate::calls::{Click, ClickEncoding, ClickOutput, OfferUrl, Postback, Update};
use crate::{Credentials, wire};

/// A tracker, ready to be asked. Cheap to clone; clones share connections.
///
/// See the [vendor's page](https://docs.keitaro.io/en/development/click-api.html).
#[derive(Debug, Clone)]
pub struct Client {
    pipeline: Pipeline,
    credentials: Arc<Credentials>,
    encoding: ClickEncoding,
}

impl Client {
    /// A client of the tracker at this URL; a port and a directory are kept.
    ///
    /// # Errors
    /// `InvalidInput` naming `endpoint` for a wrong URL and `token` for an empty token.
    pub fn new(tracker: &str, credentials: Credentials) -> Result<Self, Error> {
        Self::builder(tracker, credentials).build()
    }

    /// Settings for a client of the tracker at this URL.
    pub fn builder(tracker: &str, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(tracker, credentials)
    }

    /// Returns a client with options for its calls, such as a shorter deadline.
    ///
    /// It shares connections and retry credit with this one.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            pipeline: self.pipeline.with_options(options),
            ..self.clone()
        }
    }

    /// The tracker's URL.
    #[must_use]
    pub fn tracker(&self) -> &Endpoint {
        self.pipeline.endpoint()
    }

    /// Asks what to do with a visitor. Every call counts a click.
    ///
    /// A failure that leaves open whether the click was counted is not repeated; such an error
    /// says [`may_have_run`](Error::may_have_run).
    ///
    /// # Errors
    /// `InvalidInput` naming a field; `Unauthenticated` for a bad token or a missing campaign,
    /// `Rejected` or `NotFound` for other refusals (see [`Refusal`](crate::Refusal)); `Decode`
    /// for an answer that is none.
    pub async fn click(&self, click: &Click) -> Result<ClickOutput, Error> {
        self.send_click(&wire::encode_click(click, self.encoding)?)
            .await
    }

    pub(crate) async fn send_click(&self, request: &Request) -> Result<ClickOutput, Error> {
        let credential = self.credentials.click()?;
        self.pipeline
            .call(request, &credential, |answer| wire::read_click(&answer))
            .await
            .map(|output| *output)
    }

    /// The link that leads a visitor on to an offer.
    ///
    /// # Errors
    /// `InvalidInput` naming the field.
    pub fn offer_url(&self, offer: &OfferUrl) -> Result<String, Error> {
        wire::encode_offer_url(self.tracker(), offer)
    }

    /// Changes parameters of an earlier click.
    ///
    /// # Errors
    /// `InvalidInput` naming a field; otherwise what the HTTP status says.
    pub async fn update(&self, update: &Update) -> Result<(), Error> {
        let request = wire::encode_update(update)?;
        self.pipeline
            .call(&request, &Anonymous, |answer| wire::read_update(&answer))
            .await
    }

    /// Reports a conversion of an earlier click.
    ///
    /// Not repeated after an ambiguous failure: a conversion counted twice costs money.
    ///
    /// # Errors
    /// `InvalidInput` naming a field, `postback_key` when the credentials hold none; `Rejected`
    /// when the tracker answers anything but `Success`.
    pub async fn postback(&self, postback: &Postback) -> Result<(), Error> {
        let key = self.credentials.postback()?;
        let request = wire::encode_postback(postback, &key.segment()?)?;
        let accepted = postback.return_text.as_deref();
        self.pipeline
            .call(&request, &key, |answer| {
                wire::read_postback(&answer, accepted)
            })
            .await
    }
}
