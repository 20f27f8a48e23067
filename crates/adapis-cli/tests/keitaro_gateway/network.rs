//! Sockets: IPv6, tunnels that are half closed, descriptors that are given back.

use super::bounds::plain_gateway;
#[cfg(target_os = "linux")]
use super::bounds::{GET, raw_site};
use super::*;

#[tokio::test]
async fn everything_may_be_ipv6() {
    if TcpListener::bind("[::1]:0").await.is_err() {
        return;
    }
    let (site, tracker) = (Site::at("[::1]:0").await, Site::at("[::1]:0").await);
    let flags = [
        "--upstream",
        site.url.as_str(),
        "--method",
        "get",
        "--trusted-proxy",
        "::1",
        "--address-header",
        "x-forwarded-for",
        "--deny",
        "2001:db8::/32",
    ];
    let gateway = gateway_at("[::1]:0", &tracker.url, "token", &flags).await;
    let denied = gateway.get("/", "X-Forwarded-For: 2001:db8::7\r\n").await;
    assert_eq!(denied.status, 403);
    let served = gateway.get("/", "X-Forwarded-For: 2001:DB9::7\r\n").await;
    assert_eq!((served.status, served.body.as_str()), (200, PAGE));
    let chain = site.header("x-forwarded-for");
    assert_eq!(chain.as_deref(), Some("2001:db9::7, ::1"));
    let asked = tracker.last();
    assert!(asked.contains("ip=2001%3Adb9%3A%3A7&"), "{asked}");
}

/// A site that switches protocols, keeps silent, and closes nothing; it reports when its peer does.
async fn silent_site() -> (String, tokio::sync::mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (ended, endings) = tokio::sync::mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let ended = ended.clone();
            tokio::spawn(async move {
                head(&mut stream).await;
                let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\
                              Upgrade: silence\r\n\r\n";
                stream.write_all(switch.as_bytes()).await.unwrap();
                while stream.read_u8().await.is_ok() {}
                ended.send(()).await.unwrap();
                std::future::pending::<()>().await;
            });
        }
    });
    (url, endings)
}

#[tokio::test]
async fn a_tunnel_that_is_half_closed_ends_too() {
    let (site, mut endings) = silent_site().await;
    let gateway = plain_gateway(&site, &["--tunnel-timeout", "1"]).await;
    let mut visitor = TcpStream::connect(&gateway.address).await.unwrap();
    let upgrade =
        "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: silence\r\n\r\n";
    visitor.write_all(upgrade.as_bytes()).await.unwrap();
    assert!(head(&mut visitor).await.unwrap().contains("101"));
    visitor.write_all(b"the last word").await.unwrap();
    visitor.shutdown().await.unwrap();
    // The site sees the end at once, and the visitor once the time of the tunnel is over.
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, endings.recv()).await.unwrap();
    let end = tokio::time::timeout(limit, visitor.read_u8()).await;
    assert!(end.unwrap().is_err());
    let metrics = gateway.watch("metrics").await;
    assert!(metrics.contains("gateway_connections 0"), "{metrics}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn descriptors_are_given_back() {
    let large = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n{}",
        "x".repeat(8_000_000)
    );
    let large = raw_site(Box::leak(large.into_boxed_str()).as_bytes()).await;
    let (silent, _endings) = silent_site().await;
    let readers = plain_gateway(&large, &[]).await;
    // Longer than it takes a busy machine to open all of them.
    let tunnels = plain_gateway(&silent, &["--tunnel-timeout", "4"]).await;
    let open = |gateway: &Gateway| {
        let folder = format!("/proc/{}/fd", gateway.child.id().unwrap());
        std::fs::read_dir(folder).unwrap().count()
    };
    let before = (open(&readers), open(&tunnels));
    let upgrade =
        "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: silence\r\n\r\n";
    let mut streams = Vec::new();
    for _ in 0..20 {
        for (address, request) in [(&readers.address, GET), (&tunnels.address, upgrade)] {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            // So that the page is not in the buffers of the system as a whole.
            socket.set_recv_buffer_size(16 * 1024).unwrap();
            let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            stream.read_u8().await.unwrap();
            streams.push(stream);
        }
    }
    let during = (open(&readers), open(&tunnels));
    assert!(
        during.0 >= before.0 + 20 && during.1 >= before.1 + 40,
        "{during:?}"
    );
    // Visitors who have read a part of the page leave; those of the tunnels are silent.
    let silent: Vec<TcpStream> = streams.into_iter().skip(1).step_by(2).collect();
    let limit = std::time::Instant::now() + Duration::from_secs(20);
    while (open(&readers), open(&tunnels)) != before {
        let now = (open(&readers), open(&tunnels));
        assert!(std::time::Instant::now() < limit, "{before:?}, now {now:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(silent);
}

/// A site that sends hints, waits for a signal to continue, and sends more hints, which are not passed on.
async fn hinting_site() -> (String, tokio::sync::mpsc::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (go, mut goes) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        while head(&mut stream).await.is_some() {
            let hint = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\
                        Connection: X-Secret\r\nX-Secret: 1\r\n\r\n";
            stream.write_all(hint.as_bytes()).await.unwrap();
            goes.recv().await;
            let page = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            stream.write_all(page.as_bytes()).await.unwrap();
        }
    });
    (url, go)
}

#[tokio::test]
async fn early_hints_reach_browsers_before_the_page_by_a_setting() {
    let (site, go) = hinting_site().await;
    let gateway = plain_gateway(&site, &["--early-hints"]).await;
    let mut visitor = TcpStream::connect(&gateway.address).await.unwrap();
    let get = "GET / HTTP/1.1\r\nHost: x\r\nSec-Fetch-Mode: navigate\r\n\r\n";
    for _ in 0..2 {
        visitor.write_all(get.as_bytes()).await.unwrap();
        let hint = head(&mut visitor).await.unwrap();
        assert!(hint.starts_with("HTTP/1.1 103 Early Hints\r\n"), "{hint}");
        assert_eq!(
            header(&hint, "link").as_deref(),
            Some("</a.css>; rel=preload")
        );
        assert_eq!(header(&hint, "x-secret"), None);
        go.send(()).await.unwrap();
        let page = head(&mut visitor).await.unwrap();
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
        let mut body = [0; 2];
        visitor.read_exact(&mut body).await.unwrap();
    }
    // A program that is no browser may take a hint for the page.
    go.send(()).await.unwrap();
    let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    visitor.write_all(get.as_bytes()).await.unwrap();
    let page = head(&mut visitor).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
}
