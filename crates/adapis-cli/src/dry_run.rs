//! `--dry-run`: the request as it would be sent, with its secrets masked.
//!
//! The clients are given masks instead of secrets, so that there is nothing to leak.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use adapis::core::{
    Body, StoreLock, StoredTokens, TokenStore, TransportError, TransportErrorKind, async_trait,
};
use adapis::{Error, Transport};
use bytes::Bytes;
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::output::Row;

/// What is sent in place of a secret.
pub(crate) const MASK: &str = "***";

/// A transport that keeps the request and sends nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct DryRun(Arc<Mutex<Option<http::Request<Bytes>>>>);

/// The request, with the same members as those of `adfox`.
#[derive(Serialize)]
struct Preview {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: Option<String>,
}

impl DryRun {
    /// Prints the request of the call that returned `result`, or why there is none.
    pub(crate) fn print<T>(&self, result: Result<T, Error>, ctx: &Context) -> Result<(), CliError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (kept, result) {
            (Some(request), _) => {
                let mut out = ctx.output();
                out.note_limit();
                out.object(&Row::of(&preview(&request))?)
            }
            (None, Err(error)) => Err(error.into()),
            (None, Ok(_)) => Ok(()),
        }
    }
}

fn preview(request: &http::Request<Bytes>) -> Preview {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("%2A%2A%2A", MASK);
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), text(value.as_bytes())));
    Preview {
        method: request.method().to_string(),
        url: text(request.uri().to_string().as_bytes()),
        headers: headers.collect(),
        body: Some(request.body())
            .filter(|body| !body.is_empty())
            .map(|body| text(body)),
    }
}

#[async_trait]
impl Transport for DryRun {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        Err(TransportError::new(TransportErrorKind::Request))
    }
}

/// Tokens that are a mask, so that no login comes before the call.
#[derive(Debug)]
pub(crate) struct MaskedTokens;

#[async_trait]
impl TokenStore for MaskedTokens {
    async fn lock(&self) -> Result<StoreLock, Error> {
        Ok(Box::new(()))
    }

    async fn load(&self) -> Result<Option<StoredTokens>, Error> {
        const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
        Ok(Some(StoredTokens {
            access_token: MASK.into(),
            expires_at: SystemTime::now() + LIFETIME,
            refresh_token: None,
            refresh_expires_at: None,
        }))
    }

    async fn save(&self, _: &StoredTokens) -> Result<(), Error> {
        Ok(())
    }
}
