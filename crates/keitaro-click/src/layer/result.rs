use std::fmt;
use std::sync::Arc;

use crate::Client;
use crate::Error;
use crate::calls::{ClickOutput, OfferId, OfferUrl};

/// What became of a request on its way through the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The tracker sent the visitor elsewhere.
    Redirected,
    /// The tracker's content stands in place of the page.
    Replaced,
    /// The tracker wants a 404 page.
    NotFound,
    /// The tracker lets the site's page go on.
    Page,
    /// The tracker redirects to this very page; the page goes on.
    Loop,
    /// The visitor is known; no click was made.
    Restored,
    /// This request should not click.
    Skipped,
    /// The call failed; the page goes on.
    Failed,
    /// The call was out of time; the page goes on.
    TimedOut,
    /// The tracker is dead and was not asked; the page goes on.
    CircuitOpen,
    /// Too many calls are under way; the page goes on.
    Overloaded,
}

impl Outcome {
    /// The outcome as a word in snake case.
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
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::CircuitOpen => "circuit_open",
            Self::Overloaded => "overloaded",
        }
    }
}

/// A visitor's click, in the extensions of his request and of the layer's own responses.
///
/// Cheap to clone. In axum take it as `Extension<ClickResult>`.
#[derive(Clone)]
pub struct ClickResult(Arc<Inner>);

struct Inner {
    client: Client,
    outcome: Outcome,
    output: Option<ClickOutput>,
    error: Option<Error>,
    /// Where no output holds it.
    sub_id: Option<String>,
    token: Option<String>,
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

impl ClickResult {
    pub(super) fn empty(client: Client, outcome: Outcome) -> Self {
        Self::restored(client, outcome, None, None)
    }

    pub(super) fn failed(client: Client, outcome: Outcome, error: Error) -> Self {
        Self(Arc::new(Inner {
            client,
            outcome,
            output: None,
            error: Some(error),
            sub_id: None,
            token: None,
        }))
    }

    pub(super) fn restored(
        client: Client,
        outcome: Outcome,
        sub_id: Option<String>,
        token: Option<String>,
    ) -> Self {
        Self(Arc::new(Inner {
            client,
            outcome,
            output: None,
            error: None,
            sub_id,
            token,
        }))
    }

    pub(super) fn answered(client: Client, outcome: Outcome, output: ClickOutput) -> Self {
        let token = output.offer().map(|offer| offer.token.0);
        let cookie = || output.cookie("_token").filter(|token| !token.is_empty());
        let token = token.or_else(|| cookie().map(str::to_owned));
        Self(Arc::new(Inner {
            client,
            outcome,
            output: Some(output),
            error: None,
            sub_id: None,
            token,
        }))
    }

    /// What became of the request.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// The tracker's answer, if it was asked and gave one.
    ///
    /// Its status may be 403 or 500 where the page goes on: the page's own status is not touched.
    #[must_use]
    pub fn output(&self) -> Option<&ClickOutput> {
        self.0.output.as_ref()
    }

    /// Why the tracker's answer is missing.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.0.error.as_ref()
    }

    /// The id of the click.
    #[must_use]
    pub fn sub_id(&self) -> Option<&str> {
        let brought = self.0.sub_id.as_deref();
        brought.or_else(|| self.output()?.sub_id())
    }

    /// The token that leads to the offer.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.0.token.as_deref()
    }

    /// Whether the tracker takes the visitor for a robot; `None` when it did not say.
    #[must_use]
    pub fn is_bot(&self) -> Option<bool> {
        self.output()?.info.as_ref()?.is_bot
    }

    /// Whether the visitor is new to the campaign; `None` when the tracker did not say.
    #[must_use]
    pub fn is_unique(&self) -> Option<bool> {
        let info = self.output()?.info.as_ref()?;
        info.uniqueness.as_ref()?.campaign
    }

    /// The link to the offer of this click; `None` without a token.
    #[must_use]
    pub fn offer_url(&self) -> Option<String> {
        self.link(&self.offer()?)
    }

    /// The link to one of several offers; `None` without a token.
    #[must_use]
    pub fn offer_url_of(&self, offer: impl Into<OfferId>) -> Option<String> {
        self.link(&self.offer()?.offer_id(offer))
    }

    /// The offer of this click, to add parameters before [`link`](Self::link).
    #[must_use]
    pub fn offer(&self) -> Option<OfferUrl> {
        self.token().map(OfferUrl::new)
    }

    /// The link of an offer at this tracker; `None` for a value that cannot stand in one.
    #[must_use]
    pub fn link(&self, offer: &OfferUrl) -> Option<String> {
        self.0.client.offer_url(offer).ok()
    }
}
