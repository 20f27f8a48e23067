//! A transport that responds from a script, for tests without a socket, and a list of warnings.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use crate::transport::{Body, Transport, TransportError, TransportErrorKind};

pub use warnings::Warnings;

mod warnings;

type Reply = Result<http::Response<Body>, TransportError>;

/// Responds to requests in the order of its script and keeps the requests.
///
/// ```
/// use adcore::testing::ScriptedTransport;
///
/// let transport = ScriptedTransport::new();
/// transport.reply(200, r#"{"ok":true}"#);
/// assert!(transport.requests().is_empty());
/// ```
#[derive(Debug, Clone, Default)]
pub struct ScriptedTransport(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    replies: VecDeque<Reply>,
    requests: Vec<http::Request<Bytes>>,
}

impl ScriptedTransport {
    /// A transport with an empty script: it breaks every exchange.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn script<T>(&self, edit: impl FnOnce(&mut Script) -> T) -> T {
        edit(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Appends a response with this status and body.
    pub fn reply(&self, status: u16, body: impl Into<Bytes>) {
        let mut response = http::Response::new(Body::from(body.into()));
        *response.status_mut() =
            http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        self.respond(Ok(response));
    }

    /// Appends a whole response or a fault.
    pub fn respond(&self, reply: Reply) {
        self.script(|script| script.replies.push_back(reply));
    }

    /// Appends a fault of this kind.
    pub fn fail(&self, kind: TransportErrorKind) {
        self.respond(Err(TransportError::new(kind)));
    }

    /// What was sent so far, credentials included.
    #[must_use]
    pub fn requests(&self) -> Vec<http::Request<Bytes>> {
        self.script(|script| script.requests.clone())
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: http::Request<Bytes>) -> Reply {
        self.script(|script| {
            script.requests.push(request);
            script.replies.pop_front()
        })
        .unwrap_or_else(|| Err(TransportError::new(TransportErrorKind::Interrupted)))
    }
}
