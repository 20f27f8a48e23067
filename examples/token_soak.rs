//! A soak test of the token state machine: 100,000 Hybrid calls with tokens that live one second.
//!
//! The token server fails a third of the time, refuses valid tokens at random, and drops
//! connections.
//!
//! `cargo run --release -p adapis-examples --example token_soak -- [CALLS] [SEED]` prints what was
//! done. It fails if a call failed that a fresh token could have saved.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hybrid_rest::calls::Call;
use hybrid_rest::{Client, Credentials, ErrorKind, RetryPolicy, TokenSettings};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const WORKERS: u64 = 64;
const TOKEN_LIFE: Duration = Duration::from_secs(1);
/// How long a call takes, so that tokens also expire during calls.
const WORK: Duration = Duration::from_millis(10);
/// Of 4,000 calls, how many are refused despite a valid token, and how many lose their connection.
const REFUSED: u64 = 1;
const DROPPED: u64 = 80;

/// The server closes the connection instead of responding.
#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dropped")
    }
}

impl Error for Dropped {}

type Answer = Result<Response<Full<Bytes>>, Dropped>;

/// What the server has counted.
#[derive(Debug, Default)]
struct Seen {
    token_requests: u64,
    token_failures: u64,
    burnt_refresh_tokens: u64,
    stale_tokens: u64,
    refused: u64,
    dropped: u64,
}

struct State {
    random: fastrand::Rng,
    access: HashMap<String, Instant>,
    refresh: Option<String>,
    /// The first token of each call that is to be refused; with another token it is accepted.
    unlucky: HashMap<u64, String>,
    /// Calls that have lost their connection; each loses it only once.
    dropped: HashSet<u64>,
    seen: Seen,
}

/// A token server that revokes used refresh tokens, and the API behind it.
struct Server {
    seed: u64,
    state: Mutex<State>,
}

fn answer(status: StatusCode, body: String) -> Answer {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    Ok(response)
}

impl Server {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            state: Mutex::new(State {
                random: fastrand::Rng::with_seed(seed),
                access: HashMap::new(),
                refresh: None,
                unlucky: HashMap::new(),
                dropped: HashSet::new(),
                seen: Seen::default(),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self: Arc<Self>, listener: TcpListener) -> Result<Infallible, std::io::Error> {
        loop {
            let (stream, _) = listener.accept().await?;
            let server = Arc::clone(&self);
            let service = service_fn(move |request| Arc::clone(&server).answer(request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        if request.uri().path() == "/token" {
            let form = request.into_body().collect().await.map_err(|_| Dropped)?;
            return self
                .state()
                .token(&String::from_utf8_lossy(&form.to_bytes()));
        }
        let call = request.uri().path().rsplit('/').next();
        let call = call.and_then(|call| call.parse().ok()).unwrap_or_default();
        let token = request.headers().get(AUTHORIZATION);
        let token = token.and_then(|token| token.to_str().ok()?.strip_prefix("Bearer "));
        let luck = fastrand::Rng::with_seed(self.seed.rotate_left(32) ^ call).u64(..4000);
        let answer = self.state().call(call, token.unwrap_or_default(), luck);
        tokio::time::sleep(WORK).await;
        answer
    }
}

impl State {
    fn token(&mut self, form: &str) -> Answer {
        self.seen.token_requests += 1;
        let fails = self.random.u8(..3) == 0;
        let how = self.random.u8(..3);
        self.seen.token_failures += u64::from(fails);
        match how {
            0 if fails => return answer(StatusCode::SERVICE_UNAVAILABLE, String::new()),
            1 if fails => return Err(Dropped),
            _ => {}
        }
        let old = form
            .split('&')
            .find_map(|pair| pair.strip_prefix("refresh_token="));
        if old.is_some() && old != self.refresh.as_deref() {
            self.seen.burnt_refresh_tokens += 1;
            return answer(
                StatusCode::BAD_REQUEST,
                r#"{"error":"invalid_grant"}"#.to_owned(),
            );
        }
        let access = format!("{:032x}", self.random.u128(..));
        let refresh = format!("{:032x}", self.random.u128(..));
        let body = format!(
            r#"{{"access_token":"{access}","expires_in":"1","refresh_token":"{refresh}"}}"#
        );
        self.access.insert(access, Instant::now());
        self.refresh = Some(refresh);
        if fails {
            return Err(Dropped);
        }
        answer(StatusCode::OK, body)
    }

    fn call(&mut self, call: u64, token: &str, luck: u64) -> Answer {
        let refused =
            luck < REFUSED && self.unlucky.entry(call).or_insert_with(|| token.to_owned()) == token;
        let alive = self.access.get(token);
        if alive.is_none_or(|issued| issued.elapsed() > TOKEN_LIFE) {
            self.seen.stale_tokens += 1;
            return answer(StatusCode::UNAUTHORIZED, String::new());
        }
        if refused {
            self.seen.refused += 1;
            return answer(StatusCode::UNAUTHORIZED, String::new());
        }
        let dropped = (REFUSED..REFUSED + DROPPED).contains(&luck);
        if dropped && self.dropped.insert(call) {
            self.seen.dropped += 1;
            return Err(Dropped);
        }
        answer(StatusCode::OK, "[]".to_owned())
    }
}

/// Makes calls until all are made, and returns the error kinds of those that failed.
async fn work(client: Client, next: Arc<AtomicU64>, calls: u64) -> Vec<ErrorKind> {
    let mut failed = Vec::new();
    loop {
        let call = next.fetch_add(1, Ordering::Relaxed);
        if call >= calls {
            return failed;
        }
        if let Err(error) = client.call(&Call::get(format!("/campaign/{call}"))).await {
            println!("call {call} failed: {error}");
            failed.push(error.kind());
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().map_or(Ok(default), |text| text.parse());
    let calls = number(100_000)?;
    let seed = number(1)?;

    let server = Arc::new(Server::new(seed));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    tokio::spawn(Arc::clone(&server).serve(listener));

    let retry = RetryPolicy::default()
        .max_attempts(20)
        .initial_delay(Duration::from_millis(2))
        .max_delay(Duration::from_millis(50))
        .seed(seed);
    let tokens = TokenSettings::default()
        .pause(Duration::from_millis(10))
        .seed(seed);
    let client = Client::builder(&endpoint, Credentials::new("soak", "soak/secret+="))
        .retry(retry)
        .token_settings(tokens)
        .build()?;

    let started = Instant::now();
    let next = Arc::new(AtomicU64::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(work(client.clone(), Arc::clone(&next), calls));
    }
    let failed = workers.join_all().await.concat();

    let counts = client.token_counts();
    let seen = &server.state().seen;
    for (name, count) in [
        ("calls", calls),
        ("failed calls", failed.len() as u64),
        ("token renewals", counts.renewals),
        ("refreshes", counts.refreshes),
        ("forced refreshes", counts.forced),
        ("grants", counts.grants),
        ("failed renewals", counts.failures),
        ("shared failures", counts.shared_failures),
        ("token requests served", seen.token_requests),
        ("token requests failed", seen.token_failures),
        ("refresh tokens found burnt", seen.burnt_refresh_tokens),
        ("calls with a stale token", seen.stale_tokens),
        ("good tokens refused", seen.refused),
        ("calls dropped", seen.dropped),
    ] {
        println!("{name:<28}{count:>8}");
    }
    println!("took {:.1?}", started.elapsed());
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("{} calls failed: {failed:?}", failed.len()).into())
    }
}
