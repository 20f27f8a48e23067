//! The kind of a token, and the advertiser that a call of version 3.0 is about.

use adcore::{Error, ErrorKind};
use http::StatusCode;

use super::v3::V3;
use crate::calls::AdvertiserId;

/// Whose token the client has in version 3.0; see [`ClientBuilder::token_kind`](crate::ClientBuilder::token_kind).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// The token of an agency, which serves all of its advertisers.
    Agency,
    /// The token of one advertiser.
    Advertiser,
}

/// The advertiser of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    /// The advertiser, if it is known.
    pub(super) advertiser: Option<AdvertiserId>,
    /// Whether its id has to be sent.
    pub(super) is_sent: bool,
}

impl Subject {
    /// Returns the id to send.
    pub(super) fn sent(&self) -> Option<&AdvertiserId> {
        self.advertiser.as_ref().filter(|_| self.is_sent)
    }
}

impl V3 {
    /// Refuses a call about another advertiser than the client's own.
    pub(super) fn check_own(&self, requested: Option<&AdvertiserId>) -> Result<(), Error> {
        match (&self.client.advertiser, requested) {
            (Some(own), Some(requested)) if own != requested => {
                let must = format!("must be that of the client, {own}, or be left out");
                Err(Error::invalid_input("advertiser", must))
            }
            _ => Ok(()),
        }
    }

    /// Returns the advertiser of a call; `is_required` is whether an agency has to name it.
    pub(super) async fn subject(
        &self,
        requested: Option<&AdvertiserId>,
        is_required: bool,
    ) -> Result<Subject, Error> {
        self.check_own(requested)?;
        if let Some(own) = &self.client.advertiser {
            return Ok(Subject {
                advertiser: Some(own.clone()),
                is_sent: false,
            });
        }
        if requested.is_none() && !is_required {
            return Ok(Subject::default());
        }
        match (self.kind().await?, requested) {
            (TokenKind::Agency, None) => Err(Error::invalid_input(
                "advertiser",
                "must be given with the token of an agency",
            )),
            (TokenKind::Agency, Some(requested)) => Ok(Subject {
                advertiser: Some(requested.clone()),
                is_sent: true,
            }),
            (TokenKind::Advertiser, None) => Ok(Subject::default()),
            (TokenKind::Advertiser, Some(requested)) => {
                // Its own id is not known, so that rows cannot be said to be of the requested one.
                tracing::warn!(
                    advertiser = %requested,
                    "the token is that of an advertiser: the advertiser of the call is not sent"
                );
                Ok(Subject::default())
            }
        }
    }

    /// Returns the kind of the client's token, which is asked for at most once.
    pub(super) async fn kind(&self) -> Result<TokenKind, Error> {
        let shared = &self.client.shared;
        if self.client.advertiser.is_some() {
            return Ok(TokenKind::Advertiser);
        }
        if let Some(kind) = shared.token_kind {
            return Ok(kind);
        }
        let mut known = shared.asked_kind.lock().await;
        if let Some(kind) = *known {
            return Ok(kind);
        }
        let kind = match self.advertisers().await {
            Ok(_) => TokenKind::Agency,
            Err(error) if error.status() == Some(StatusCode::BAD_REQUEST) => TokenKind::Advertiser,
            Err(error) => return Err(unknown_kind(error)),
        };
        *known = Some(kind);
        Ok(kind)
    }

    /// Asks for the kind of the token again before the next call that needs it, if this one was refused.
    ///
    /// Status 400 may have had another reason, and then an agency has not named the advertiser.
    pub(super) async fn doubt(&self, error: &Error) {
        let refused = matches!(
            error.kind(),
            ErrorKind::Rejected
                | ErrorKind::PermissionDenied
                | ErrorKind::NotFound
                | ErrorKind::Server
        );
        if refused {
            let mut known = self.client.shared.asked_kind.lock().await;
            known.take_if(|kind| *kind == TokenKind::Advertiser);
        }
    }
}

/// Names the setting that makes the question unnecessary, if asking again would not help.
fn unknown_kind(error: Error) -> Error {
    let refused = matches!(
        error.status(),
        Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
    );
    if !refused {
        return error;
    }
    let message = format!(
        "{} (asked for the advertisers to find out whether the token is that of an agency: set token_kind)",
        error.message()
    );
    error.with_field("token_kind").with_message(message)
}
