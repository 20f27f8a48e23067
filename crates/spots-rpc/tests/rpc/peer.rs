//! A server that responds to calls with the bytes a test gives it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use spots_rpc::{Client, ClientBuilder, Credentials, RetryPolicy};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One response.
///
/// `$1`, `$2`, … in the body become the ids of the request's calls, `$COUNT` becomes the number of
/// token requests so far.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: &'static str,
    pub(crate) body: Vec<u8>,
    /// Closes the connection after this number of bytes of the promised body.
    pub(crate) cut: Option<usize>,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: "Content-Type: application/json\r\n",
            body: body.into(),
            cut: None,
        }
    }

    pub(crate) fn headers(mut self, headers: &'static str) -> Self {
        self.headers = headers;
        self
    }

    pub(crate) fn cut(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Seen {
    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            (found.eq_ignore_ascii_case(name)).then(|| value.trim())
        })
    }

    /// Returns the methods that the request calls.
    pub(crate) fn methods(&self) -> Vec<&str> {
        self.calls()
            .map(|call| call["method"].as_str().unwrap())
            .collect()
    }

    fn calls(&self) -> impl Iterator<Item = &Value> {
        let calls = self
            .body
            .as_array()
            .map_or(std::slice::from_ref(&self.body), Vec::as_slice);
        calls.iter()
    }
}

#[derive(Debug, Default)]
struct State {
    tokens: VecDeque<Reply>,
    replies: VecDeque<Reply>,
    seen: Vec<Seen>,
}

/// The server; it stops with the test's runtime.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl Peer {
    /// Starts a server that sends these in order, and the last one from then on.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Self {
            url: format!("http://{}/api/v2/", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        peer.state.lock().unwrap().replies = replies.into_iter().collect();
        let serving = peer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        peer
    }

    /// Sends these to token requests in order, and the last one from then on.
    pub(crate) fn tokens(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.state.lock().unwrap().tokens = replies.into_iter().collect();
        self
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// Returns the builder of a client that sends every call once.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let credentials = Credentials::new("publisher@example.com", "canary-password");
        Client::builder(&self.url, credentials).retry(RetryPolicy::never())
    }

    /// Returns the requests, without those for tokens.
    pub(crate) fn calls(&self) -> Vec<Seen> {
        self.requests(|seen| !is_for_tokens(&seen.body))
    }

    /// Returns the requests for tokens.
    pub(crate) fn token_calls(&self) -> Vec<Seen> {
        self.requests(|seen| is_for_tokens(&seen.body))
    }

    fn requests(&self, which: impl Fn(&Seen) -> bool) -> Vec<Seen> {
        let state = self.state.lock().unwrap();
        state
            .seen
            .iter()
            .filter(|&seen| which(seen))
            .cloned()
            .collect()
    }

    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let mut seen = Seen {
            head,
            body: Value::Null,
        };
        let length = seen.header("content-length").unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        seen.body = serde_json::from_slice(&body).unwrap();
        let reply = self.respond(seen);
        // A client may hang up as soon as it has seen enough.
        let _ = stream.write_all(&reply).await;
    }

    fn respond(&self, seen: Seen) -> Vec<u8> {
        let mut state = self.state.lock().unwrap();
        let count = state
            .seen
            .iter()
            .filter(|seen| is_for_tokens(&seen.body))
            .count()
            + 1;
        let queue = if is_for_tokens(&seen.body) {
            &mut state.tokens
        } else {
            &mut state.replies
        };
        let reply = if queue.len() > 1 {
            queue.pop_front()
        } else {
            queue.front().cloned()
        };
        let reply = reply.unwrap_or_else(|| {
            assert!(is_for_tokens(&seen.body), "no response for {}", seen.body);
            Reply::new(200, format!(
                r#"{{"jsonrpc":"2.0","result":{{"access_token":"canary-access-{count}","refresh_token":"canary-refresh-{count}","access_ttl":1800,"refresh_ttl":5184000}},"id":$1}}"#
            ))
        });
        let mut body = replace(&reply.body, b"$COUNT", (count - 1).to_string().as_bytes());
        for (place, call) in seen.calls().enumerate() {
            let id = call["id"].to_string();
            body = replace(&body, format!("${}", place + 1).as_bytes(), id.as_bytes());
        }
        state.seen.push(seen);
        let mut whole = format!(
            "HTTP/1.1 {} Status\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n",
            reply.status,
            body.len(),
            reply.headers
        )
        .into_bytes();
        body.truncate(reply.cut.unwrap_or(usize::MAX));
        whole.extend(body);
        whole
    }
}

fn is_for_tokens(body: &Value) -> bool {
    matches!(
        body["method"].as_str(),
        Some("user.auth" | "user.tokenRefresh")
    )
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(from.len()).position(|part| part == from) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
}
