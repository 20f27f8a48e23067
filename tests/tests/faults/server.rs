//! A raw TCP server that plays faults which HTTP libraries cannot play.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// The id of a task of ADFOX that has always succeeded.
pub(crate) const READY_TASK: &str = "ready";

/// The queries of campaigns of Hybrid of which the first page, or a later one, is tested.
const FIRST_PAGE: &str = "campaignId=first";
const LATER_PAGE: &str = "campaignId=later";
/// The user agent of a client that asks for the kind of its token.
pub(crate) const ASKING: &str = "asking";

/// The id of a task of ADFOX whose report is ready as soon as it is made.
pub(crate) const MADE_TASK: &str = "made";

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// How many requests of its kind (calls, tokens) the server read before it.
    pub(crate) before: usize,
    /// Whether its connection has carried another request before.
    pub(crate) reused: bool,
}

impl Seen {
    /// Returns the path and query of the request line.
    pub(crate) fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub(crate) fn body_text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns whether it prepares or completes a call: asks for a token of SPOTS or Hybrid, for the state
    /// of the task whose result is then requested, for the result of the task that was made, or for what
    /// precedes or follows the call of Hybrid that is tested.
    pub(crate) fn asks_token(&self) -> bool {
        self.target() == "/token"
            || self.body_text().contains("\"method\":\"user.")
            || self.asks_task()
            || self.asks_made()
            || self.asks_page()
            || self.asks_kind()
    }

    /// Returns whether it asks for another page than the one that is tested.
    pub(crate) fn asks_page(&self) -> bool {
        let target = self.target();
        let is_first = target.contains("&page=0&");
        target.contains(LATER_PAGE) && is_first || target.contains(FIRST_PAGE) && !is_first
    }

    /// Returns whether it asks for the kind of the token, for a call that is tested.
    pub(crate) fn asks_kind(&self) -> bool {
        let agent = format!("user-agent: {ASKING}");
        self.target() == "/v3.0/agency/advertisers"
            && self.head.to_ascii_lowercase().contains(&agent)
    }

    pub(crate) fn asks_task(&self) -> bool {
        let task = self.target().strip_prefix("/api/v2/reports/");
        task == Some(READY_TASK)
    }

    pub(crate) fn asks_made(&self) -> bool {
        let task = self.target().strip_prefix("/api/v2/reports/");
        task.and_then(|task| task.strip_suffix("/result")) == Some(MADE_TASK)
    }

    /// Returns the whole request as a careless server would quote it: verbatim, and decoded.
    pub(crate) fn echo(&self) -> String {
        let raw = format!("{}\n{}", self.head, self.body_text());
        let decoded = percent_encoding::percent_decode_str(&raw).decode_utf8_lossy();
        format!("{decoded}\n{raw}")
    }
}

/// How the server treats one request.
#[derive(Debug, Clone)]
pub(crate) enum Play {
    /// These bytes; the connection stays open for the next request.
    Respond(Vec<u8>),
    /// These bytes piece by piece; the connection stays open for the next request.
    Pieces(Vec<Vec<u8>>),
    /// These bytes, then an orderly close.
    Close(Vec<u8>),
    /// These bytes, then RST.
    Reset(Vec<u8>),
    /// These bytes, then silence.
    Hang(Vec<u8>),
    /// The first bytes at once, the others one by one.
    Drip(Vec<u8>, Vec<u8>),
    /// The first bytes, then the others over and over.
    Endless(Vec<u8>, Vec<u8>),
}

/// What happens before a request is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// The request is read.
    Open,
    /// The connection is closed at once.
    Shut,
    /// The connection is reset at once.
    Reset,
    /// Nothing listens on the port.
    Refused,
}

type Script = Arc<dyn Fn(&Seen) -> Play + Send + Sync>;

#[derive(Debug, Default)]
struct Counts {
    accepted: AtomicUsize,
    open: AtomicUsize,
    calls: AtomicUsize,
    tokens: AtomicUsize,
}

/// Counts what arrives; it and all its connections end on drop.
pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    counts: Arc<Counts>,
    task: Option<AbortHandle>,
    /// Reserves the port that nothing listens on.
    _refuses: Option<TcpSocket>,
}

impl Server {
    pub(crate) async fn start(
        door: Door,
        script: impl Fn(&Seen) -> Play + Send + Sync + 'static,
    ) -> Self {
        let counts = Arc::new(Counts::default());
        if door == Door::Refused {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
            let addr = socket.local_addr().unwrap();
            return Self {
                addr,
                counts,
                task: None,
                _refuses: Some(socket),
            };
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let accepting = accept(listener, door, Arc::new(script), Arc::clone(&counts));
        let task = Some(tokio::spawn(accepting).abort_handle());
        Self {
            addr,
            counts,
            task,
            _refuses: None,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Returns the number of connections so far.
    pub(crate) fn accepted(&self) -> usize {
        self.counts.accepted.load(Ordering::SeqCst)
    }

    /// Returns the number of open connections.
    pub(crate) fn open(&self) -> usize {
        self.counts.open.load(Ordering::SeqCst)
    }

    /// Returns the number of complete requests, without those for tokens.
    pub(crate) fn calls(&self) -> usize {
        self.counts.calls.load(Ordering::SeqCst)
    }

    /// Returns the number of complete requests for tokens.
    pub(crate) fn tokens(&self) -> usize {
        self.counts.tokens.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

struct Open(Arc<Counts>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn accept(listener: TcpListener, door: Door, script: Script, counts: Arc<Counts>) {
    let mut sockets = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        counts.accepted.fetch_add(1, Ordering::SeqCst);
        counts.open.fetch_add(1, Ordering::SeqCst);
        let open = Open(Arc::clone(&counts));
        match door {
            Door::Reset => drop(socket.set_zero_linger()),
            Door::Shut | Door::Refused => {}
            Door::Open => {
                let script = Arc::clone(&script);
                sockets.spawn(async move { serve(socket, &script, &open.0).await });
            }
        }
        while sockets.try_join_next().is_some() {}
    }
}

async fn serve(mut socket: TcpStream, script: &Script, counts: &Counts) {
    let mut buffer = Vec::new();
    let mut reused = false;
    while let Some(mut seen) = read(&mut socket, &mut buffer).await {
        let counter = if seen.asks_token() {
            &counts.tokens
        } else {
            &counts.calls
        };
        seen.before = counter.fetch_add(1, Ordering::SeqCst);
        seen.reused = std::mem::replace(&mut reused, true);
        if !play(&mut socket, script(&seen)).await {
            return;
        }
    }
}

/// Reads the next complete request; `None` if the client disconnects.
async fn read(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    loop {
        if let Some(end) = buffer.windows(4).position(|at| at == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let length = head
                .to_ascii_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
                .unwrap_or(0_usize);
            if buffer.len() >= end + 4 + length {
                let rest = buffer.split_off(end + 4 + length);
                let body = buffer.split_off(end + 4);
                *buffer = rest;
                return Some(Seen {
                    head,
                    body,
                    ..Seen::default()
                });
            }
        }
        if socket.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

/// Plays a response; `false` if the connection has ended.
async fn play(socket: &mut TcpStream, play: Play) -> bool {
    const FLUSH: Duration = Duration::from_millis(15);
    match play {
        Play::Respond(bytes) => socket.write_all(&bytes).await.is_ok(),
        Play::Pieces(pieces) => {
            for piece in pieces {
                tokio::time::sleep(Duration::from_millis(3)).await;
                if socket.write_all(&piece).await.is_err() {
                    return false;
                }
            }
            true
        }
        Play::Close(bytes) => {
            let _ = socket.write_all(&bytes).await;
            let _ = socket.shutdown().await;
            false
        }
        Play::Reset(bytes) => {
            let _ = socket.write_all(&bytes).await;
            tokio::time::sleep(FLUSH).await;
            let _ = socket.set_zero_linger();
            false
        }
        Play::Hang(bytes) => {
            let _ = socket.write_all(&bytes).await;
            gone(socket).await;
            false
        }
        Play::Drip(bytes, drops) => {
            let _ = socket.write_all(&bytes).await;
            for drop in drops {
                tokio::time::sleep(Duration::from_millis(400)).await;
                if socket.write_all(&[drop]).await.is_err() {
                    break;
                }
            }
            false
        }
        Play::Endless(bytes, unit) => {
            let _ = socket.write_all(&bytes).await;
            let portion = unit.repeat(4096_usize.div_ceil(unit.len()));
            while socket.write_all(&portion).await.is_ok() {
                tokio::task::yield_now().await;
            }
            false
        }
    }
}

/// Waits until the client closes its side.
async fn gone(socket: &mut TcpStream) {
    let mut ignored = [0; 512];
    while socket.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
}
