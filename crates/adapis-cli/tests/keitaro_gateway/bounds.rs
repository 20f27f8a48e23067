//! The gateway as a server on the internet: each thing a peer can take without end has a bound.

use std::time::Instant;

use super::*;

/// A site that answers each request with these bytes and closes.
pub(crate) async fn raw_site(response: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                if head(&mut stream).await.is_some() {
                    let _ = stream.write_all(response).await;
                }
            });
        }
    });
    url
}

/// A gateway that clicks for nothing, before this site.
pub(crate) async fn plain_gateway(site: &str, flags: &[&str]) -> Gateway {
    let flags = [&["--upstream", site, "--only", "/never"], flags].concat();
    gateway("http://127.0.0.1:9", "token", &flags).await
}

pub(crate) const GET: &str = "GET /a.css HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_length_beside_chunks_does_not_cut_the_page() {
    let site = raw_site(
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n\
          a\r\n0123456789\r\n0\r\n\r\n",
    )
    .await;
    let gateway = plain_gateway(&site, &[]).await;
    let answer = exchange(&gateway.address, GET).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("0123456789"), "{}", answer.body);
    assert_eq!(answer.header("content-length"), None);
}

#[tokio::test]
async fn trailers_of_the_site_reach_a_visitor_who_asks_for_them() {
    let site = raw_site(
        b"HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n\
          2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n",
    )
    .await;
    let gateway = plain_gateway(&site, &[]).await;
    let asking = GET.replace("close", "close, TE\r\nTE: trailers");
    let answer = exchange(&gateway.address, &asking).await;
    let body = answer.body.to_ascii_lowercase();
    assert!(body.ends_with("0\r\nx-sum: 7\r\n\r\n"), "{body}");
    let answer = exchange(&gateway.address, GET).await;
    assert!(answer.body.ends_with("\r\n0\r\n\r\n"), "{}", answer.body);
}

#[tokio::test]
async fn a_body_in_an_encoding_that_the_site_would_not_see_is_refused() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &[]).await;
    let request = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                   Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n";
    let answer = exchange(&gateway.address, request).await;
    assert_eq!(answer.status, 501);
    assert!(site.heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_visitors_broken_body_is_no_failure_of_the_site() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &[]).await;
    let request = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                   Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n";
    let answer = exchange(&gateway.address, request).await;
    assert_eq!(answer.status, 400);
    let mut gone = TcpStream::connect(&gateway.address).await.unwrap();
    let half = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc";
    gone.write_all(half.as_bytes()).await.unwrap();
    drop(gone);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("gateway_upstream_failures_total 0"),
        "{metrics}"
    );
}

#[tokio::test]
async fn many_headers_pass_and_large_ones_are_refused() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &["--header-limit", "16384"]).await;
    let many: String = (0..150).map(|n| format!("X-Header-{n}: v\r\n")).collect();
    let request = |headers: &str| {
        format!("GET /a.css HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n")
    };
    let answer = exchange(&gateway.address, &request(&many)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(site.header("x-header-149").as_deref(), Some("v"));
    let large = format!("X-Large: {}\r\n", "v".repeat(20_000));
    let answer = exchange(&gateway.address, &request(&large)).await;
    assert_eq!(answer.status, 431);
}

#[tokio::test]
async fn a_site_with_many_headers_is_served() {
    let mut response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n".to_owned();
    for n in 0..150 {
        response += &format!("X-Header-{n}: v\r\n");
    }
    response += "\r\nok";
    let site = raw_site(Box::leak(response.into_boxed_str()).as_bytes()).await;
    let gateway = plain_gateway(&site, &[]).await;
    let answer = exchange(&gateway.address, GET).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok"));
    assert_eq!(answer.header("x-header-149").as_deref(), Some("v"));
}

#[tokio::test]
async fn an_upload_over_the_limit_is_refused() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &["--request-limit", "1000"]).await;
    let post = |length: usize, body: &str| {
        format!(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let fitting = "a".repeat(1000);
    let answer = exchange(&gateway.address, &post(1000, &fitting)).await;
    assert_eq!((answer.status, answer.body), (200, fitting));
    let answer = exchange(&gateway.address, &post(1001, "")).await;
    assert_eq!(answer.status, 413);
    let chunked = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
         3e9\r\n{}\r\n0\r\n\r\n",
        "a".repeat(1001)
    );
    let answer = exchange(&gateway.address, &chunked).await;
    assert_eq!(answer.status, 413);
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("gateway_upstream_failures_total 0"),
        "{metrics}"
    );
}

#[tokio::test]
async fn a_visitor_who_stops_sending_or_reading_is_let_go() {
    let large = vec![b'x'; 32 << 20];
    let mut response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", large.len());
    response += &String::from_utf8(large).unwrap();
    let site = raw_site(Box::leak(response.into_boxed_str()).as_bytes()).await;
    let flags = ["--receive-timeout", "1", "--send-timeout", "1"];
    let gateway = plain_gateway(&site, &flags).await;

    let started = Instant::now();
    let listening = Site::start().await;
    let patient = plain_gateway(&listening.url, &flags).await;
    let mut sender = TcpStream::connect(&patient.address).await.unwrap();
    let half = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc";
    sender.write_all(half.as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    let _ = sender.read_to_end(&mut rest).await;
    let rest = String::from_utf8_lossy(&rest).into_owned();
    assert!(
        rest.is_empty() || rest.starts_with("HTTP/1.1 408"),
        "{rest:.200}"
    );

    let mut reader = TcpStream::connect(&gateway.address).await.unwrap();
    reader.write_all(GET.as_bytes()).await.unwrap();
    let mut first = [0; 1000];
    reader.read_exact(&mut first).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut body = Vec::new();
    let end = reader.read_to_end(&mut body).await;
    assert!(end.is_err() || body.len() < 32 << 20, "{}", body.len());
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// With the same time for both, as by default.
#[tokio::test]
async fn a_visitor_who_stops_sending_is_no_slow_site() {
    let site = Site::start().await;
    let flags = ["--receive-timeout", "1", "--upstream-timeout", "1"];
    let gateway = plain_gateway(&site.url, &flags).await;
    let half = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\nabc";
    for _ in 0..3 {
        assert_eq!(exchange(&gateway.address, half).await.status, 408);
    }
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("gateway_upstream_failures_total 0\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn health_is_told_whoever_does_not_read_the_metrics() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &["--send-timeout", "1"]).await;
    let metrics = gateway.ready["metrics"].as_str().unwrap();
    let address = metrics.split('/').nth(2).unwrap().parse().unwrap();
    let mut connections = Vec::new();
    for _ in 0..32 {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let (reader, mut writer) = socket.connect(address).await.unwrap().into_split();
        let asking = tokio::spawn(async move {
            let many = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(5000);
            let _ = writer.write_all(many.as_bytes()).await;
            std::future::pending::<()>().await;
        });
        connections.push((reader, asking));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let health = tokio::time::timeout(Duration::from_secs(15), gateway.watch("healthz"));
    assert_eq!(health.await.unwrap(), "ok\n");
}

#[tokio::test]
async fn a_slow_reader_who_reads_is_served_to_the_end() {
    let mut response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 8 << 20);
    response += &"x".repeat(8 << 20);
    let site = raw_site(Box::leak(response.into_boxed_str()).as_bytes()).await;
    let gateway = plain_gateway(&site, &["--send-timeout", "1"]).await;
    let mut reader = TcpStream::connect(&gateway.address).await.unwrap();
    reader.write_all(GET.as_bytes()).await.unwrap();
    let (mut total, mut buffer) = (0, vec![0; 1 << 20]);
    loop {
        let read = reader.read(&mut buffer).await.unwrap();
        if read == 0 {
            break;
        }
        total += read;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(total > 8 << 20, "{total}");
}

#[tokio::test]
async fn more_visitors_than_the_limit_wait_and_health_is_reported() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &["--max-connections", "2"]).await;
    let idle = [
        TcpStream::connect(&gateway.address).await.unwrap(),
        TcpStream::connect(&gateway.address).await.unwrap(),
    ];
    tokio::time::sleep(Duration::from_millis(200)).await;
    let waiting = tokio::spawn({
        let address = gateway.address.clone();
        async move { exchange(&address, GET).await.status }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!waiting.is_finished());
    assert_eq!(gateway.watch("healthz").await, "ok\n");
    drop(idle);
    assert_eq!(waiting.await.unwrap(), 200);
}

#[tokio::test]
async fn one_address_does_not_take_all_connections() {
    let site = Site::start().await;
    let limit = ["--max-connections-per-address", "2"];
    let gateway = plain_gateway(&site.url, &limit).await;
    let mut idle = [
        TcpStream::connect(&gateway.address).await.unwrap(),
        TcpStream::connect(&gateway.address).await.unwrap(),
    ];
    let mut third = TcpStream::connect(&gateway.address).await.unwrap();
    assert_eq!(third.read(&mut [0; 1]).await.unwrap_or(0), 0);
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("gateway_connections_refused_total 1\n"),
        "{metrics}"
    );
    let served = async |stream: &mut TcpStream| {
        let _ = stream.write_all(GET.as_bytes()).await;
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answer.starts_with("HTTP/1.1 200")
    };
    assert!(served(&mut idle[0]).await);
    // The place is given back a moment after the connection has ended.
    let mut again = false;
    for _ in 0..100 {
        let mut next = TcpStream::connect(&gateway.address).await.unwrap();
        again = served(&mut next).await;
        if again {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(again);

    let trusting = [&limit[..], &["--trusted-proxy", "127.0.0.1"]].concat();
    let gateway = plain_gateway(&site.url, &trusting).await;
    let mut idle = Vec::new();
    for _ in 0..3 {
        idle.push(TcpStream::connect(&gateway.address).await.unwrap());
    }
    assert_eq!(exchange(&gateway.address, GET).await.status, 200);
}

#[tokio::test]
async fn an_idle_tunnel_ends_and_a_busy_one_gets_the_grace() {
    let site = Site::start().await;
    let flags = ["--tunnel-timeout", "1", "--grace", "5"];
    let mut gateway = plain_gateway(&site.url, &flags).await;
    let upgrade = "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    let mut idle = TcpStream::connect(&gateway.address).await.unwrap();
    idle.write_all(upgrade.as_bytes()).await.unwrap();
    assert!(head(&mut idle).await.unwrap().contains("101"));
    let mut busy = TcpStream::connect(&gateway.address).await.unwrap();
    busy.write_all(upgrade.as_bytes()).await.unwrap();
    assert!(head(&mut busy).await.unwrap().contains("101"));
    let mut echo = [0; 1];
    for _ in 0..8 {
        busy.write_all(b"x").await.unwrap();
        busy.read_exact(&mut echo).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let end = tokio::time::timeout(Duration::from_secs(5), idle.read(&mut echo)).await;
    assert_eq!(end.unwrap().unwrap_or(0), 0);

    #[cfg(unix)]
    {
        let id = gateway.child.id().unwrap().to_string();
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .unwrap();
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            busy.write_all(b"y").await.unwrap();
            busy.read_exact(&mut echo).await.unwrap();
        }
        drop(busy);
        let ended = tokio::time::timeout(Duration::from_secs(4), gateway.child.wait()).await;
        assert!(ended.unwrap().unwrap().success());
    }
}
