//! Implements a transport: the clients over plain sockets, without an HTTP library.
//!
//! A real one would use your HTTP stack, a proxy, or recorded responses for tests. The client still
//! handles deadlines, retries and credentials.
//!
//! `cargo run -p adapis-examples --example own_transport`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::sync::Arc;

use adapis::core::{Body, Transport, TransportError, TransportErrorKind, async_trait};
use adapis::spots::calls::{Group, Statistics};
use adapis::spots::{Client, Credentials};
use adapis_emulator::Emulator;
use bytes::Bytes;
use jiff::civil::date;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// HTTP/1.0 with a new connection for each call: no TLS, no reuse, and a response ends when the
/// connection closes.
#[derive(Debug)]
struct PlainSockets;

#[async_trait]
impl Transport for PlainSockets {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let uri = request.uri();
        let (Some(host), Some(target)) = (uri.authority(), uri.path_and_query()) else {
            return Err(TransportError::new(TransportErrorKind::Request));
        };
        let mut head = format!("{} {target} HTTP/1.0\r\nhost: {host}\r\n", request.method());
        head += &format!("content-length: {}\r\n", request.body().len());
        for (name, value) in request.headers() {
            head += &format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
        }
        head += "\r\n";

        let mut socket = TcpStream::connect(host.as_str())
            .await
            .map_err(failed(TransportErrorKind::Connect))?;
        let broken = failed(TransportErrorKind::Interrupted);
        socket.write_all(head.as_bytes()).await.map_err(&broken)?;
        socket.write_all(request.body()).await.map_err(&broken)?;
        let mut response = Vec::new();
        socket.read_to_end(&mut response).await.map_err(&broken)?;
        read(&response).ok_or_else(|| TransportError::new(TransportErrorKind::Malformed))
    }
}

fn failed(kind: TransportErrorKind) -> impl Fn(std::io::Error) -> TransportError {
    move |cause| TransportError::new(kind).with_source(cause)
}

fn read(bytes: &[u8]) -> Option<http::Response<Body>> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(&bytes[..end]).ok()?.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?;
    let mut response = http::Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        response = response.header(name, value.trim());
    }
    let body = Bytes::copy_from_slice(&bytes[end + 4..]);
    response.body(Body::from(body)).ok()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start().await?;
    let account = emulator.credentials().spots.clone();
    let credentials = Credentials::new(account.login, account.password);
    let client = Client::builder(&emulator.spots_url(), credentials)
        .transport(Arc::new(PlainSockets))
        .build()?;
    let request = Statistics::new(date(2023, 8, 23), date(2023, 8, 24)).group(Group::Site);
    for row in client.statistics(&request).await? {
        println!("{:?} {:?} {:?}", row.site, row.shows, row.income);
    }
    Ok(())
}
