//! The clock of the server, from the responses to the other checks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use adapis::core::{Body, Endpoint, TransportError, async_trait};
use adapis::{ReqwestTransport, Transport};
use bytes::Bytes;
use http::header::DATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::Problem;
use crate::context::Context;
use crate::error::CliError;

/// The largest difference between the clocks that is tolerated, in seconds.
const TOLERANCE: i64 = 60;

/// A transport that compares the `Date` header of responses with the clock of this machine.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    inner: Arc<dyn Transport>,
    seen: Arc<Mutex<Option<Seen>>>,
}

#[derive(Debug, Clone, Copy)]
enum Seen {
    NoDate,
    /// How far this machine is ahead, in seconds.
    Ahead(i64),
}

impl Watch {
    /// A watch over the transport that commands use.
    pub(super) fn over(ctx: &Context, endpoint: &Endpoint) -> Result<Self, CliError> {
        let inner = match ctx.transport()? {
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::for_endpoint(endpoint)?),
        };
        Ok(Self {
            inner,
            seen: Arc::default(),
        })
    }

    /// The difference between the clocks; `None` if there was no response.
    pub(super) fn clock(&self) -> Option<Result<String, Problem>> {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = match seen? {
            Seen::NoDate => return Some(Ok("not known: the server sends no Date".to_owned())),
            Seen::Ahead(seconds) => seconds,
        };
        let direction = if ahead > 0 { "ahead of" } else { "behind" };
        let message = format!(
            "this machine is {} s {direction} the server",
            ahead.unsigned_abs()
        );
        Some(match ahead.abs() {
            // `Date` has whole seconds.
            0..=1 => Ok("as that of the server".to_owned()),
            2..=TOLERANCE => Ok(message),
            _ => {
                let error = CliError::local("wrong clock", std::io::Error::other(message));
                Err(Problem::hint(
                    error,
                    "set the clock of this machine, for instance by NTP",
                ))
            }
        })
    }
}

#[async_trait]
impl Transport for Watch {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let sent = SystemTime::now();
        let response = self.inner.send(request).await?;
        let date = response.headers().get(DATE).and_then(|v| v.to_str().ok());
        let seen = match date.and_then(|text| DateTimeParser::new().parse_timestamp(text).ok()) {
            Some(server) => Seen::Ahead(ahead(sent, SystemTime::now(), server)),
            None => Seen::NoDate,
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(response)
    }
}

/// How far this machine is ahead of a server that wrote its time between `sent` and `received`.
fn ahead(sent: SystemTime, received: SystemTime, server: Timestamp) -> i64 {
    let seconds = |time: SystemTime| Timestamp::try_from(time).map_or(0, Timestamp::as_second);
    let server = server.as_second();
    // A slow response does not mean that the clocks differ.
    if server < seconds(sent) {
        seconds(sent) - server
    } else if server > seconds(received) {
        seconds(received) - server
    } else {
        0
    }
}
