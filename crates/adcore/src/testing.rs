//! A transport that returns scripted responses, for tests without sockets, and a list of warnings.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use crate::transport::{Body, Transport, TransportError, TransportErrorKind};

pub use warnings::Warnings;

mod warnings;

type Reply = Result<http::Response<Body>, TransportError>;

/// Returns scripted responses in order, and records the requests.
///
/// Clones share the script, so a test keeps one and hands another to the client. When the script is
/// used up, every request fails with [`TransportErrorKind::Interrupted`].
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
    /// Creates a transport with an empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn script<T>(&self, edit: impl FnOnce(&mut Script) -> T) -> T {
        edit(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Appends a response with this status and body, without headers.
    pub fn reply(&self, status: u16, body: impl Into<Bytes>) {
        let mut response = http::Response::new(Body::from(body.into()));
        *response.status_mut() =
            http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        self.respond(Ok(response));
    }

    /// Appends a complete response, or a transport error.
    pub fn respond(&self, reply: Reply) {
        self.script(|script| script.replies.push_back(reply));
    }

    /// Appends a transport error of this kind.
    pub fn fail(&self, kind: TransportErrorKind) {
        self.respond(Err(TransportError::new(kind)));
    }

    /// Returns the requests sent so far, including their credentials.
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
