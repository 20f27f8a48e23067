//! Measures how long many visitors of a site wait for a page while the tracker is failing.
//!
//! `cargo run --release -p adapis-examples --example keitaro_load [VISITORS] [CONCURRENT]
//! [DEADLINE_MS] [SICKNESS]` prints the distribution for each kind of failure (or the named one).
//! It fails if a visitor does not get the site's page, gets it later than the deadline plus 50 ms,
//! or the tracker receives the full load. The tracker runs in a separate process, site and visitors
//! in separate threads.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use adapis::RetryPolicy;
use adapis::keitaro::layer::{ClickLayer, Monitor};
use adapis::keitaro::{Client, Credentials};
use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PAGE: &str = "the site's own page";
const SLACK: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, PartialEq)]
enum Sickness {
    None,
    Hangs,
    Refuses,
    Resets,
    Garbage,
    Html,
    Huge,
}

const ALL: [(&str, Sickness); 7] = [
    ("none", Sickness::None),
    ("hangs", Sickness::Hangs),
    ("refuses", Sickness::Refuses),
    ("resets", Sickness::Resets),
    ("garbage", Sickness::Garbage),
    ("html", Sickness::Html),
    ("huge", Sickness::Huge),
];

struct Plan {
    visitors: usize,
    concurrent: usize,
    deadline: Duration,
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let named = words.last().and_then(|word| {
        let mut all = ALL.iter();
        all.find(|(name, _)| name == word)
    });
    if let (Some("tracker"), Some((_, sickness))) = (words.first().map(String::as_str), named) {
        return suffer_until_told(*sickness);
    }
    let mut numbers = words.iter().map_while(|word| word.parse::<u32>().ok());
    let mut number = |default| numbers.next().unwrap_or(default);
    let plan = Plan {
        visitors: number(10_000).try_into()?,
        concurrent: number(200).max(1).try_into()?,
        deadline: Duration::from_millis(number(800).into()),
    };
    println!(
        "{} visitors, {} at a time, deadline {:?}",
        plan.visitors, plan.concurrent, plan.deadline
    );
    println!(
        "{:<10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}{:>8}",
        "tracker", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms", "calls seen", "page"
    );
    let mut held = true;
    for (name, sickness) in ALL {
        if named.is_none_or(|(only, _)| *only == name) {
            held &= run(name, sickness, &plan)?;
        }
    }
    if held {
        Ok(())
    } else {
        Err("a guarantee was not kept, see above".into())
    }
}

fn run(name: &'static str, sickness: Sickness, plan: &Plan) -> Result<bool, Failure> {
    let tracker = Tracker::start(name)?;
    let server = Runtime::new()?;
    let (site, monitor) = server.block_on(site(tracker.address, plan.deadline))?;
    let (mut times, pages) = Runtime::new()?.block_on(visitors(site, plan))?;
    server.shutdown_background();
    let calls = tracker.calls()?;
    times.sort_unstable();
    let at = |per_mille: usize| {
        let time = times.get((times.len().saturating_sub(1)) * per_mille / 1000);
        time.map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    println!(
        "{name:<10}{:>10.2}{:>10.2}{:>10.2}{:>10.2}{:>10.2}{calls:>12}{pages:>8}",
        at(500),
        at(900),
        at(990),
        at(999),
        at(1000),
    );
    let last = times.last().copied().unwrap_or_default();
    let spared = sickness == Sickness::None || calls <= plan.concurrent;
    let kept = last <= plan.deadline + SLACK && spared && pages == plan.visitors;
    if !kept {
        println!("          NOT KEPT: {:?}", monitor.counts());
    }
    Ok(kept)
}

async fn site(tracker: SocketAddr, deadline: Duration) -> Result<(SocketAddr, Monitor), Failure> {
    let client = Client::builder(&format!("http://{tracker}"), Credentials::token("load"))
        .retry(RetryPolicy::never())
        .body_limit(256 * 1024)
        .build()?;
    let layer = ClickLayer::new(client).deadline(deadline);
    let monitor = layer.monitor();
    let site = Router::new()
        .route("/", get(|| async { PAGE }))
        .layer(layer);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, site).into_future());
    Ok((address, monitor))
}

/// Returns the durations of all visits, and how many of them got the site's page.
async fn visitors(site: SocketAddr, plan: &Plan) -> Result<(Vec<Duration>, usize), Failure> {
    let left = Arc::new(AtomicUsize::new(plan.visitors));
    let mut streams = Vec::new();
    for _ in 0..plan.concurrent {
        let stream = TcpStream::connect(site).await?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let workers: Vec<_> = streams
        .into_iter()
        .map(|stream| tokio::spawn(visit(stream, Arc::clone(&left))))
        .collect();
    let mut times = Vec::with_capacity(plan.visitors);
    let mut pages = 0;
    for worker in workers {
        let (own, good) = worker.await??;
        times.extend(own);
        pages += good;
    }
    Ok((times, pages))
}

/// Visits on one kept-alive connection until no visitor is left.
async fn visit(
    mut stream: TcpStream,
    left: Arc<AtomicUsize>,
) -> Result<(Vec<Duration>, usize), Failure> {
    let mut times = Vec::new();
    let mut good = 0;
    let mut buffer = vec![0; 4096];
    let take = |left: usize| left.checked_sub(1);
    while left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
        .is_ok()
    {
        let started = Instant::now();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
            .await?;
        let mut read = 0;
        let whole = loop {
            let count = stream.read(&mut buffer[read..]).await?;
            read += count;
            let text = String::from_utf8_lossy(&buffer[..read]);
            if count == 0 || text.ends_with(PAGE) {
                break text.starts_with("HTTP/1.1 200") && text.ends_with(PAGE);
            }
        };
        times.push(started.elapsed());
        good += usize::from(whole);
    }
    Ok((times, good))
}

/// The failing tracker: this program, started a second time.
struct Tracker {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Tracker {
    fn start(sickness: &str) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["tracker", sickness])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("the tracker has no output")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        Ok(Self {
            child,
            stdout,
            address: line.trim().parse()?,
        })
    }

    /// Stops the tracker and returns how many calls it has received.
    fn calls(mut self) -> Result<usize, Failure> {
        drop(self.child.stdin.take());
        let mut count = String::new();
        self.stdout.read_to_string(&mut count)?;
        self.child.wait()?;
        Ok(count.trim().parse()?)
    }
}

fn suffer_until_told(sickness: Sickness) -> Result<(), Failure> {
    let runtime = Runtime::new()?;
    let calls = Arc::new(AtomicUsize::new(0));
    let address = runtime.block_on(tracker(sickness, Arc::clone(&calls)))?;
    println!("{address}");
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    println!("{}", calls.load(Ordering::Relaxed));
    runtime.shutdown_background();
    Ok(())
}

async fn tracker(sickness: Sickness, calls: Arc<AtomicUsize>) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    if sickness == Sickness::Refuses {
        return Ok(address);
    }
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let calls = Arc::clone(&calls);
            tokio::spawn(async move {
                let _ = suffer(stream, sickness, &calls).await;
            });
        }
    });
    Ok(address)
}

async fn suffer(
    mut stream: TcpStream,
    sickness: Sickness,
    calls: &AtomicUsize,
) -> Result<(), Failure> {
    const HUGE: usize = 200 * 1024 * 1024;
    let mut buffer = vec![0; 8192];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        calls.fetch_add(1, Ordering::Relaxed);
        match sickness {
            Sickness::None => answer(&mut stream, r#"{"body":"","info":{"sub_id":"s"}}"#).await?,
            Sickness::Html => answer(&mut stream, "<html>maintenance</html>").await?,
            Sickness::Garbage => return Ok(stream.write_all(b"\x16\x03 lorem\r\nipsum").await?),
            Sickness::Hangs | Sickness::Refuses => std::future::pending().await,
            Sickness::Resets => return Ok(stream.set_zero_linger()?),
            Sickness::Huge => {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n");
                stream.write_all(head.as_bytes()).await?;
                for _ in 0..HUGE / buffer.len() {
                    stream.write_all(&buffer).await?;
                }
            }
        }
    }
}

async fn answer(stream: &mut TcpStream, body: &str) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await
}
