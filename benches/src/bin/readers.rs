//! How much memory a visitor who does not read costs: the gateway, nginx and a bare hyper proxy before a
//! site whose page is larger than all buffers in between.

use std::net::SocketAddr;
use std::time::Duration;

use adapis_benches::contestants::{gateway, nginx, proxy};
use adapis_benches::program::Program;
use adapis_benches::server::Server;
use anyhow::{Context, Result};
use clap::Parser;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// How many visitors do not read.
#[derive(Debug, Parser)]
struct Plan {
    /// Visitors at a time
    #[arg(long, default_value_t = 1000)]
    readers: u32,
    /// Size of the page
    #[arg(long, default_value_t = 16 * 1024)]
    page_kb: u32,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
async fn main() -> Result<()> {
    let plan = Plan::parse();
    let server = Server::start()?;
    println!(
        "{:<14} {:>10} {:>12} {:>16}",
        "", "idle KiB", "busy KiB", "KiB per reader"
    );
    for (name, started) in [
        ("gateway", Some(gateway(&server)?)),
        ("nginx", nginx(&server)?),
        ("hyper proxy", Some(proxy(&server)?)),
    ] {
        let Some((program, address)) = started else {
            println!("{name:<14} skipped: not installed");
            continue;
        };
        let _warm = begin(address, "/a.css?1kb").await?;
        let idle = settled(&program).await?;
        let target = format!("/a.css?{}kb", plan.page_kb);
        let mut readers = Vec::new();
        for _ in 0..plan.readers {
            readers.push(begin(address, &target).await.context(name)?);
        }
        let busy = settled(&program).await?;
        let each = f64::from(u32::try_from(busy.saturating_sub(idle))?) / f64::from(plan.readers);
        println!("{name:<14} {idle:>10} {busy:>12} {each:>16.1}");
    }
    Ok(())
}

/// Requests a page, and reads no more than its first byte.
async fn begin(address: SocketAddr, target: &str) -> Result<TcpStream> {
    /// So that the system keeps little of the page for the visitor.
    const RECEIVE_BUFFER: u32 = 16 * 1024;
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    let mut stream = socket.connect(address).await?;
    let get = format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    stream.write_all(get.as_bytes()).await?;
    stream.read_u8().await?;
    Ok(stream)
}

/// The memory of the program once it grows no more.
async fn settled(program: &Program) -> Result<u64> {
    let mut last = program.resident_kib()?;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = program.resident_kib()?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
}
