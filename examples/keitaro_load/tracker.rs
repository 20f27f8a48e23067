//! The failing tracker: this program, started a second time.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::Failure;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Sickness {
    None,
    Hangs,
    Drips,
    Refuses,
    Resets,
    Fails,
    Garbage,
    Html,
    Huge,
    Floods,
}

pub(crate) const ALL: [(&str, Sickness); 10] = [
    ("none", Sickness::None),
    ("hangs", Sickness::Hangs),
    ("drips", Sickness::Drips),
    ("refuses", Sickness::Refuses),
    ("resets", Sickness::Resets),
    ("fails", Sickness::Fails),
    ("garbage", Sickness::Garbage),
    ("html", Sickness::Html),
    ("huge", Sickness::Huge),
    ("floods", Sickness::Floods),
];

/// The process of the tracker.
pub(crate) struct Tracker {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

impl Tracker {
    pub(crate) fn start(sickness: &str) -> Result<Self, Failure> {
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
    pub(crate) fn calls(mut self) -> Result<usize, Failure> {
        drop(self.child.stdin.take());
        let mut count = String::new();
        self.stdout.read_to_string(&mut count)?;
        self.child.wait()?;
        Ok(count.trim().parse()?)
    }
}

/// Acts as the tracker until stdin is closed, then prints how many calls it has received.
pub(crate) fn suffer_until_told(sickness: Sickness) -> Result<(), Failure> {
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
            Sickness::Fails => {
                let failed = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
                stream.write_all(failed).await?;
            }
            Sickness::Drips => {
                for byte in b"HTTP/1.1 200 OK\r\nX: ".iter().chain(&[b'x'; 1000]) {
                    stream.write_all(&[*byte]).await?;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                return Ok(());
            }
            Sickness::Floods => {
                let interim = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
                loop {
                    stream.write_all(&interim).await?;
                }
            }
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
