//! The same requests over real sockets: no additional line, header or request arrives.

use std::cell::Cell;
use std::sync::mpsc::{Receiver, channel};

use bytes::Bytes;
use http::Request;

use crate::matrix::{Carrier, carriers};
use crate::server::{Door, Play, Seen, Server};

/// Headers that transports add, whose values contain no text of ours.
const ADDED: [&str; 4] = ["host", "content-length", "accept", "accept-encoding"];

pub(super) struct Wire {
    server: Server,
    carriers: [Carrier; 2],
    seen: Receiver<Seen>,
    sent: Cell<usize>,
}

impl Wire {
    pub(super) async fn start() -> Self {
        let (sender, seen) = channel();
        let server = Server::start(Door::Open, move |seen: &Seen| {
            sender.send(seen.clone()).unwrap();
            Play::Respond(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())
        })
        .await;
        Self {
            server,
            carriers: carriers(),
            seen,
            sent: Cell::new(0),
        }
    }

    /// Sends the request with one transport or the other, and checks what arrives.
    pub(super) async fn check(&self, request: &Request<Bytes>) {
        let mut uri = request.uri().clone().into_parts();
        uri.authority = Some(self.server.addr.to_string().parse().unwrap());
        let mut outgoing = request.clone();
        *outgoing.uri_mut() = uri.try_into().unwrap();
        let carrier = &self.carriers[self.sent.get() % self.carriers.len()];
        let response = carrier.transport.send(outgoing).await.unwrap();
        assert_eq!(response.status(), 204, "{}", carrier.name);
        self.sent.set(self.sent.get() + 1);
        let arrived = self.server.calls() + self.server.tokens();
        assert_eq!(arrived, self.sent.get(), "one request became more");
        let seen = self.seen.try_recv().unwrap();
        let mut lines = seen.head.split("\r\n");
        let target = request.uri().path_and_query().unwrap();
        let first = format!("{} {target} HTTP/1.1", request.method());
        assert_eq!(lines.next(), Some(first.as_str()), "{}", carrier.name);
        let mut headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .filter(|(name, _)| {
                !ADDED.contains(&name.as_str()) || request.headers().contains_key(name)
            })
            .collect();
        let mut wanted: Vec<(String, String)> = request
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.to_string(), value.into_owned())
            })
            .collect();
        headers.sort();
        wanted.sort();
        assert_eq!(headers, wanted, "{}", carrier.name);
        assert_eq!(seen.body, *request.body(), "{}", carrier.name);
    }
}
