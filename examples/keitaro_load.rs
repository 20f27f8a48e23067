//! Many visitors of a site whose tracker is sick: how late do they get the page?
//!
//! `cargo run --release -p adapis-examples --example keitaro_load [VISITORS] [CONCURRENT] [DEADLINE_MS]`
//! prints the distribution for each sickness, and fails when a visitor does not get the site's
//! page, gets it later than the deadline plus 50 ms, or the tracker sees the whole load.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::net::SocketAddr;
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

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PAGE: &str = "the site's own page";
const SLACK: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug)]
enum Sickness {
    None,
    Hangs,
    Refuses,
    Resets,
    Garbage,
    Html,
    Huge,
}

struct Plan {
    visitors: usize,
    concurrent: usize,
    deadline: Duration,
}

fn main() -> Result<(), Failure> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut number = |default| numbers.next().unwrap_or(Ok(default));
    let plan = Plan {
        visitors: number(10_000)?,
        concurrent: number(200)?.max(1),
        deadline: Duration::from_millis(number(800)?.try_into()?),
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
    for sickness in [
        Sickness::None,
        Sickness::Hangs,
        Sickness::Refuses,
        Sickness::Resets,
        Sickness::Garbage,
        Sickness::Html,
        Sickness::Huge,
    ] {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        held &= runtime.block_on(run(sickness, &plan))?;
        runtime.shutdown_background();
    }
    if held {
        Ok(())
    } else {
        Err("a promise was not kept, see above".into())
    }
}

async fn run(sickness: Sickness, plan: &Plan) -> Result<bool, Failure> {
    let calls = Arc::new(AtomicUsize::new(0));
    let tracker = tracker(sickness, Arc::clone(&calls)).await?;
    let (site, monitor) = site(tracker, plan.deadline).await?;
    let left = Arc::new(AtomicUsize::new(plan.visitors));
    let workers: Vec<_> = (0..plan.concurrent)
        .map(|_| tokio::spawn(visit(site, Arc::clone(&left))))
        .collect();
    let mut times = Vec::with_capacity(plan.visitors);
    let mut pages = 0;
    for worker in workers {
        let (own, good) = worker.await??;
        times.extend(own);
        pages += good;
    }
    times.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank among some thousands"
        )]
        let rank = ((times.len() - 1) as f64 * share) as usize;
        times[rank].as_secs_f64() * 1000.0
    };
    let calls = calls.load(Ordering::Relaxed);
    println!(
        "{:<10}{:>10.2}{:>10.2}{:>10.2}{:>10.2}{:>10.2}{:>12}{:>8}",
        format!("{sickness:?}"),
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999),
        at(1.0),
        calls,
        pages
    );
    let in_time = times
        .last()
        .is_some_and(|last| *last <= plan.deadline + SLACK);
    let spared = matches!(sickness, Sickness::None) || calls <= plan.concurrent * 3;
    let counts = monitor.counts();
    if !in_time || !spared || pages != plan.visitors {
        println!("          NOT KEPT: {counts:?}");
    }
    Ok(in_time && spared && pages == plan.visitors)
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

/// Visits on one kept-alive connection until no visitor is left.
async fn visit(
    site: SocketAddr,
    left: Arc<AtomicUsize>,
) -> Result<(Vec<Duration>, usize), Failure> {
    let mut stream = TcpStream::connect(site).await?;
    stream.set_nodelay(true)?;
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

async fn tracker(sickness: Sickness, calls: Arc<AtomicUsize>) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    if matches!(sickness, Sickness::Refuses) {
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
