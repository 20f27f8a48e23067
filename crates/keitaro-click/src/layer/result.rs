//! The result of a click, for the site.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::calls::{ClickOutput, OfferId, OfferToken, OfferUrl, SubId};
use crate::{Client, Error};

/// How the layer handled a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The tracker redirected the visitor.
    Redirected,
    /// The visitor got the tracker's content instead of the page.
    Replaced,
    /// The visitor got a 404 page, as the tracker asked.
    NotFound,
    /// The tracker was asked, and the site's page is shown.
    Page,
    /// The tracker redirected to the requested page itself; the site's page is shown.
    Loop,
    /// The visitor's earlier click was restored; no new click was made.
    Restored,
    /// The request does not count as a click by the layer's [`Rules`](super::Rules).
    Skipped,
    /// A browser wanted a page early that would be a click; see
    /// [`Rules::refuse_prefetch`](super::Rules::refuse_prefetch).
    Refused,
    /// The call failed; the site's page is shown.
    Failed,
    /// The call timed out; the site's page is shown.
    TimedOut,
    /// The circuit is open and the tracker was not asked; the site's page is shown.
    CircuitOpen,
    /// Too many calls are in flight and the tracker was not asked; the site's page is shown.
    Overloaded,
}

impl Outcome {
    /// Returns the name in snake case, such as `not_found`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redirected => "redirected",
            Self::Replaced => "replaced",
            Self::NotFound => "not_found",
            Self::Page => "page",
            Self::Loop => "loop",
            Self::Restored => "restored",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::CircuitOpen => "circuit_open",
            Self::Overloaded => "overloaded",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The click behind a request, as the layer leaves it for the site.
///
/// The layer puts it into the extensions of the request that reaches the site, and of every
/// response. Clones are cheap. In axum, extract it as `Extension<ClickResult>`.
///
/// ```
/// use axum::Extension;
/// use keitaro_click::layer::ClickResult;
///
/// async fn page(Extension(click): Extension<ClickResult>) -> String {
///     if click.is_bot() == Some(true) {
///         return "hello, robot".to_owned();
///     }
///     // With a parameter for the tracker; `offer_url` returns the plain link.
///     let link = click.offer().and_then(|offer| click.link(&offer.sub_id(1, "footer")));
///     match link {
///         Some(link) => format!("buy at {link}"),
///         None => format!("no offer: {}", click.outcome()),
///     }
/// }
/// # let _: axum::Router = axum::Router::new().route("/", axum::routing::get(page));
/// ```
#[derive(Clone)]
pub struct ClickResult(Arc<Inner>);

struct Inner {
    client: Client,
    outcome: Outcome,
    output: Option<Box<ClickOutput>>,
    error: Option<Error>,
    /// Of a restored click; otherwise the output has it.
    sub_id: Option<SubId>,
    token: Option<OfferToken>,
    call_time: Option<Duration>,
}

impl fmt::Debug for ClickResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClickResult")
            .field("outcome", &self.0.outcome)
            .field("sub_id", &self.sub_id())
            .field("error", &self.0.error)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn new(client: Client, outcome: Outcome) -> Self {
        Self {
            client,
            outcome,
            output: None,
            error: None,
            sub_id: None,
            token: None,
            call_time: None,
        }
    }
}

impl ClickResult {
    pub(super) fn without_call(client: Client, outcome: Outcome) -> Self {
        Self(Arc::new(Inner::new(client, outcome)))
    }

    pub(super) fn failed(
        client: Client,
        outcome: Outcome,
        error: Error,
        call_time: Duration,
    ) -> Self {
        Self(Arc::new(Inner {
            error: Some(error),
            call_time: Some(call_time),
            ..Inner::new(client, outcome)
        }))
    }

    pub(super) fn restored(client: Client, sub_id: SubId, token: Option<OfferToken>) -> Self {
        Self(Arc::new(Inner {
            sub_id: Some(sub_id),
            token,
            ..Inner::new(client, Outcome::Restored)
        }))
    }

    pub(super) fn with_output(
        client: Client,
        outcome: Outcome,
        output: Box<ClickOutput>,
        call_time: Duration,
    ) -> Self {
        let cookie = || output.cookie("_token").filter(|token| !token.is_empty());
        let token = match output.offer() {
            Some(offer) => Some(offer.token),
            None => cookie().map(OfferToken::from),
        };
        Self(Arc::new(Inner {
            output: Some(output),
            token,
            call_time: Some(call_time),
            ..Inner::new(client, outcome)
        }))
    }

    /// Returns how the layer handled the request.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Returns the tracker's response, or `None` if the tracker was not asked or failed.
    ///
    /// Its status may be 403 or 500 although the page is shown: the layer does not change the
    /// status of the site's page.
    #[must_use]
    pub fn output(&self) -> Option<&ClickOutput> {
        self.0.output.as_deref()
    }

    /// Returns the error of a failed call.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.0.error.as_ref()
    }

    /// Returns how long the tracker took, or `None` if it was not asked.
    #[must_use]
    pub fn call_time(&self) -> Option<Duration> {
        self.0.call_time
    }

    /// Returns the id of the click, new or restored.
    #[must_use]
    pub fn sub_id(&self) -> Option<&str> {
        match &self.0.sub_id {
            Some(restored) => Some(restored.as_str()),
            None => self.output()?.sub_id(),
        }
    }

    /// Returns the token that leads to the offer of this click.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.0.token.as_ref().map(OfferToken::as_str)
    }

    /// Returns whether the tracker considers the visitor a bot; `None` if it did not say.
    #[must_use]
    pub fn is_bot(&self) -> Option<bool> {
        self.output()?.info.as_ref()?.is_bot
    }

    /// Returns whether the visitor is new to the campaign; `None` if the tracker did not say.
    #[must_use]
    pub fn is_unique(&self) -> Option<bool> {
        let info = self.output()?.info.as_ref()?;
        info.uniqueness.as_ref()?.campaign
    }

    /// Returns the link to the offer of this click; `None` without a token.
    #[must_use]
    pub fn offer_url(&self) -> Option<String> {
        self.link(&self.offer()?)
    }

    /// Returns the link to one of several offers; `None` without a token.
    #[must_use]
    pub fn offer_url_of(&self, offer: impl Into<OfferId>) -> Option<String> {
        self.link(&self.offer()?.offer_id(offer))
    }

    /// Returns the offer of this click, to add parameters before [`link`](Self::link).
    #[must_use]
    pub fn offer(&self) -> Option<OfferUrl> {
        self.0.token.clone().map(OfferUrl::new)
    }

    /// Returns the tracker's link to `offer`; `None` if one of its values is not allowed in a link.
    #[must_use]
    pub fn link(&self, offer: &OfferUrl) -> Option<String> {
        self.0.client.offer_url(offer).ok()
    }
}
