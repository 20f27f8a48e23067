//! Checks on both transports, over raw sockets, what the trait promises.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adcore::{Endpoint, Transport, TransportErrorKind};
use adcore_http::{HyperTransport, ReqwestTransport};
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn transports() -> [Arc<dyn Transport>; 2] {
    let loopback = Endpoint::parse("http://127.0.0.1").unwrap();
    [
        Arc::new(ReqwestTransport::for_endpoint(&loopback).unwrap()),
        Arc::new(HyperTransport::for_endpoint(&loopback).unwrap()),
    ]
}

/// A server that responds to each request with the given bytes, then closes the connection or not.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
}

#[derive(Clone, Copy)]
enum After {
    Keep,
    Close,
    Reset,
}

impl Server {
    async fn start(response: &'static [u8], after: After) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/path", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(socket, response, after));
            }
        });
        Self { url, connections }
    }
}

async fn serve(mut socket: TcpStream, response: &'static [u8], after: After) {
    let mut seen = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(length) => seen.extend_from_slice(&buffer[..length]),
        }
        if !seen.windows(4).any(|end| end == b"\r\n\r\n") {
            continue;
        }
        seen.clear();
        socket.write_all(response).await.unwrap();
        match after {
            After::Keep => {}
            After::Close => return,
            After::Reset => {
                socket.set_zero_linger().unwrap();
                tokio::time::sleep(Duration::from_millis(20)).await;
                return;
            }
        }
    }
}

async fn get(transport: &dyn Transport, url: &str) -> Result<(u16, Bytes), TransportErrorKind> {
    let request = http::Request::get(url).body(Bytes::new()).unwrap();
    let response = transport
        .send(request)
        .await
        .map_err(|error| error.kind())?;
    let status = response.status().as_u16();
    let body = response.into_body().collect(1 << 20).await;
    body.map(|body| (status, body))
        .map_err(|error| error.kind())
}

#[tokio::test]
async fn a_response_of_any_status_is_a_response() {
    for (response, status) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"[..],
            200,
        ),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nbody", 500),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 4\r\n\r\nbody",
            302,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
            200,
        ),
    ] {
        for transport in transports() {
            let server = Server::start(response, After::Keep).await;
            let (got, body) = get(&*transport, &server.url).await.unwrap();
            assert_eq!((got, &body[..]), (status, &b"body"[..]), "{transport:?}");
        }
    }
}

#[tokio::test]
async fn connections_are_kept_and_a_closed_one_is_replaced() {
    let response = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    for transport in transports() {
        let kept = Server::start(response, After::Keep).await;
        let closing = Server::start(response, After::Close).await;
        for _ in 0..5 {
            assert_eq!(get(&*transport, &kept.url).await.unwrap().0, 200);
            assert_eq!(get(&*transport, &closing.url).await.unwrap().0, 200);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(kept.connections.load(Ordering::SeqCst), 1, "{transport:?}");
        assert_eq!(
            closing.connections.load(Ordering::SeqCst),
            5,
            "{transport:?}"
        );
    }
}

#[tokio::test]
async fn faults_have_their_kinds() {
    use TransportErrorKind::{Connect, Interrupted, Malformed};
    let faults: [(&[u8], After, TransportErrorKind); 7] = [
        (b"", After::Close, Interrupted),
        (b"", After::Reset, Interrupted),
        (b"HTTP/1.1 200 OK\r\nContent-Le", After::Close, Interrupted),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody",
            After::Close,
            Interrupted,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody",
            After::Reset,
            Interrupted,
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", After::Keep, Malformed),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbo\r\n",
            After::Keep,
            Malformed,
        ),
    ];
    for (response, after, kind) in faults {
        for transport in transports() {
            let server = Server::start(response, after).await;
            let text = String::from_utf8_lossy(response);
            let got = get(&*transport, &server.url).await.unwrap_err();
            assert_eq!(got, kind, "{transport:?} {text}");
        }
    }
    for transport in transports() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", free.local_addr().unwrap());
        drop(free);
        assert_eq!(
            get(&*transport, &url).await.unwrap_err(),
            Connect,
            "{transport:?}"
        );
    }
}

#[tokio::test]
async fn endless_headers_end() {
    for transport in transports() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n").await;
            while socket
                .write_all(b"X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")
                .await
                .is_ok()
            {}
        });
        let got = get(&*transport, &url).await.unwrap_err();
        assert_eq!(got, TransportErrorKind::Malformed, "{transport:?}");
    }
}

#[tokio::test]
async fn tls_refuses_a_peer_that_speaks_none() {
    let transports: [Arc<dyn Transport>; 2] = [
        Arc::new(ReqwestTransport::new().unwrap()),
        Arc::new(HyperTransport::new().unwrap()),
    ];
    let mut checks = Vec::new();
    for transport in transports {
        checks.push(tokio::spawn(async move {
            let server = Server::start(b"", After::Keep).await;
            let url = server.url.replace("http://", "https://");
            let got = get(&*transport, &url).await.unwrap_err();
            assert_eq!(got, TransportErrorKind::Connect, "{transport:?}");
        }));
    }
    for check in checks {
        let limit = Duration::from_secs(20);
        tokio::time::timeout(limit, check).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn an_idle_connection_is_not_used_again() {
    let response = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let server = Server::start(response, After::Keep).await;
    let loopback = Endpoint::parse("http://127.0.0.1").unwrap();
    let transport = HyperTransport::for_endpoint(&loopback).unwrap();
    for (pause, connections) in [(0, 1), (19, 1), (21, 2), (0, 2)] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(pause)).await;
        tokio::time::resume();
        assert_eq!(get(&transport, &server.url).await.unwrap().0, 200);
        assert_eq!(
            server.connections.load(Ordering::SeqCst),
            connections,
            "{pause}"
        );
    }
}

#[tokio::test]
async fn a_body_dropped_midway_takes_its_connection_along() {
    let response = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody";
    let server = Server::start(response, After::Keep).await;
    for transport in transports() {
        let before = server.connections.load(Ordering::SeqCst);
        for _ in 0..2 {
            let request = http::Request::get(&server.url).body(Bytes::new()).unwrap();
            let mut body = transport.send(request).await.unwrap().into_body();
            assert_eq!(body.chunk().await.unwrap().unwrap(), "body");
        }
        let after = server.connections.load(Ordering::SeqCst);
        assert_eq!(after - before, 2, "{transport:?}");
    }
}

/// A server that keeps sending interim responses must not keep a call waiting forever.
#[cfg(feature = "hyper")]
#[tokio::test]
async fn interim_responses_without_end_are_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::Write;
        let listener = listener.into_std().unwrap();
        listener.set_nonblocking(false).unwrap();
        let (mut socket, _) = listener.accept().unwrap();
        let flood = "HTTP/1.1 100 Continue\r\n\r\n".repeat(4000);
        while socket.write_all(flood.as_bytes()).is_ok() {}
    });
    let transport = HyperTransport::new().unwrap();
    let error = get(&transport, &url).await.unwrap_err();
    // The kind depends on which half of the connection notices first.
    assert!(
        [
            TransportErrorKind::Interrupted,
            TransportErrorKind::Malformed
        ]
        .contains(&error),
        "{error:?}"
    );
}
