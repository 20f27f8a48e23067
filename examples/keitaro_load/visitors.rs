//! The visitors, who all come at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Failure;
use crate::site::PAGE;

/// What the visitors have seen.
pub(crate) struct Seen {
    /// How long each page took.
    pub(crate) times: Vec<Duration>,
    /// How many of them were the site's page.
    pub(crate) pages: usize,
    /// The longest time that an asset took meanwhile.
    pub(crate) asset: Duration,
}

/// Has `visitors` visitors visit a site concurrently, while another one fetches assets.
pub(crate) async fn visit_all(
    site: SocketAddr,
    visitors: usize,
    visits: usize,
    pause: Duration,
) -> Result<Seen, Failure> {
    let left = Arc::new(AtomicUsize::new(visits));
    let mut streams = Vec::new();
    for _ in 0..visitors {
        streams.push(connect(site).await?);
    }
    let done = Arc::new(AtomicBool::new(false));
    let assets = tokio::spawn(fetch_assets(connect(site).await?, Arc::clone(&done)));
    let workers: Vec<_> = streams
        .into_iter()
        .map(|stream| tokio::spawn(visit(stream, Arc::clone(&left), pause)))
        .collect();
    let mut seen = Seen {
        times: Vec::with_capacity(visits),
        pages: 0,
        asset: Duration::ZERO,
    };
    for worker in workers {
        let (times, pages) = worker.await??;
        seen.times.extend(times);
        seen.pages += pages;
    }
    done.store(true, Ordering::Relaxed);
    seen.asset = assets.await??;
    Ok(seen)
}

async fn connect(site: SocketAddr) -> Result<TcpStream, Failure> {
    let stream = TcpStream::connect(site).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Visits on one kept-alive connection until no visit is left.
async fn visit(
    mut stream: TcpStream,
    left: Arc<AtomicUsize>,
    pause: Duration,
) -> Result<(Vec<Duration>, usize), Failure> {
    let mut times = Vec::new();
    let mut good = 0;
    let take = |left: usize| left.checked_sub(1);
    while left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
        .is_ok()
    {
        let started = Instant::now();
        let whole = fetch(&mut stream, "/").await?;
        times.push(started.elapsed());
        good += usize::from(whole);
        if !pause.is_zero() {
            // Not all of them at the same moment again.
            let share = fastrand::f64() + 0.5;
            tokio::time::sleep(pause.mul_f64(share)).await;
        }
    }
    Ok((times, good))
}

/// Fetches an asset now and then, and returns the longest time that one took.
async fn fetch_assets(mut stream: TcpStream, done: Arc<AtomicBool>) -> Result<Duration, Failure> {
    let mut longest = Duration::ZERO;
    while !done.load(Ordering::Relaxed) {
        let started = Instant::now();
        fetch(&mut stream, "/a.css").await?;
        longest = longest.max(started.elapsed());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(longest)
}

/// Fetches a page, and returns whether it is that of the site.
async fn fetch(stream: &mut TcpStream, target: &str) -> Result<bool, Failure> {
    let get = format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    stream.write_all(get.as_bytes()).await?;
    let mut buffer = vec![0; 4096];
    let mut read = 0;
    loop {
        let count = stream.read(&mut buffer[read..]).await?;
        read += count;
        let text = String::from_utf8_lossy(&buffer[..read]);
        if count == 0 || text.ends_with(PAGE) {
            return Ok(text.starts_with("HTTP/1.1 200") && text.ends_with(PAGE));
        }
    }
}
