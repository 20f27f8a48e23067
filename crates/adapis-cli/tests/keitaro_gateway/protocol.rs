//! Requests that servers understand differently: what is unclear is refused, as nginx does.

use adapis_emulator::Emulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::bounds::{GET, plain_gateway, raw_site};
use crate::{Site, before, exchange, gateway, head};

#[tokio::test]
async fn a_target_is_a_path_or_a_whole_url() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &[]).await;
    for line in [
        "GET shop.example:80",
        "GET index.html",
        "GET *",
        "POST shop.example:80",
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert_eq!(
            exchange(&gateway.address, &request).await.status,
            400,
            "{line}"
        );
    }
    assert!(site.heads.lock().unwrap().is_empty());
    assert_eq!(emulator.clicks(1).count, 0);
    for (line, target) in [
        ("OPTIONS *", "OPTIONS * "),
        ("GET http://shop.example?a=b", "GET /?a=b "),
        ("GET http://shop.example/a", "GET /a "),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
        assert_eq!(
            exchange(&gateway.address, &request).await.status,
            200,
            "{line}"
        );
        assert!(site.last().starts_with(target), "{}", site.last());
    }
}

#[tokio::test]
async fn a_request_needs_the_name_of_a_host() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &[]).await;
    let get = |host: &str| format!("GET /a.css HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
    for host in [
        "",
        "Host:\r\n",
        "Host: \r\n",
        "Host: a\r\nHost: b\r\n",
        "Host: a/b\r\n",
        "Host: :80\r\n",
    ] {
        assert_eq!(
            exchange(&gateway.address, &get(host)).await.status,
            400,
            "{host}"
        );
    }
    // The first version of HTTP had no host.
    let old = "GET /a.css HTTP/1.0\r\n\r\n";
    assert_eq!(exchange(&gateway.address, old).await.status, 200);
}

#[tokio::test]
async fn a_trace_would_show_a_visitor_what_the_gateway_says_of_him() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &[]).await;
    let trace = "TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = exchange(&gateway.address, trace).await;
    assert_eq!(answer.status, 405);
    let allowed = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    assert_eq!(answer.header("allow").as_deref(), Some(allowed));
    assert!(site.heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_body_is_in_chunks_once() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &[]).await;
    let request = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                   Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3\r\nabc\r\n0\r\n\r\n";
    assert_eq!(exchange(&gateway.address, request).await.status, 501);
    assert!(site.heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_page_in_an_encoding_that_the_visitor_would_not_see_is_refused() {
    let site = raw_site(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    )
    .await;
    let gateway = plain_gateway(&site, &[]).await;
    assert_eq!(exchange(&gateway.address, GET).await.status, 502);
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("gateway_upstream_failures_total 1\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn trailers_of_a_visitor_do_not_reach_the_site() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = head(&mut stream).await.unwrap();
        while !seen.ends_with("0\r\n\r\n") && !seen.contains("evil") {
            seen.push(char::from(stream.read_u8().await.unwrap()));
        }
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        stream.write_all(answer).await.unwrap();
        seen
    });
    let gateway = plain_gateway(&url, &[]).await;
    let request = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
                   Trailer: X-Keitaro-Sub-Id\r\n\r\n3\r\nabc\r\n0\r\nX-Keitaro-Sub-Id: evil\r\n\r\n";
    assert_eq!(exchange(&gateway.address, request).await.status, 200);
    let seen = seen.await.unwrap();
    assert!(seen.ends_with("3\r\nabc\r\n0\r\n\r\n"), "{seen}");
    assert_eq!(crate::header(&seen, "trailer"), None, "{seen}");
}

#[tokio::test]
async fn a_site_that_wants_another_protocol_says_which() {
    let site = raw_site(
        b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: chat/2\r\nConnection: upgrade\r\n\
          Content-Length: 2\r\n\r\nno",
    )
    .await;
    let gateway = plain_gateway(&site, &[]).await;
    let request =
        "GET /a HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: chat/1\r\n\r\n";
    let answer = exchange(&gateway.address, request).await;
    assert_eq!(answer.status, 426);
    assert_eq!(answer.header("upgrade").as_deref(), Some("chat/2"));
}

#[tokio::test]
async fn an_upgrade_that_is_not_for_this_connection_is_not_passed_on() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &["--tunnel-timeout", "1"]).await;
    for (version, connection) in [("1.1", "close"), ("1.0", "upgrade")] {
        let request = format!(
            "GET /a HTTP/{version}\r\nHost: x\r\nConnection: {connection}\r\nUpgrade: echo\r\n\r\n"
        );
        let answer = exchange(&gateway.address, &request).await;
        assert_eq!(answer.status, 200, "{request}");
        assert_eq!(site.header("upgrade"), None, "{request}");
    }
}

#[tokio::test]
async fn a_resumed_download_keeps_its_condition() {
    let site = Site::start().await;
    let flags = ["--upstream", &site.url, "--rewrite"];
    let gateway = gateway("http://127.0.0.1:9", "token", &flags).await;
    let headers = "Range: bytes=5-\r\nIf-Range: \"a\"\r\nIf-None-Match: \"b\"\r\n";
    gateway.get("/download", headers).await;
    assert_eq!(site.header("range").as_deref(), Some("bytes=5-"));
    assert_eq!(site.header("if-range").as_deref(), Some("\"a\""));
    assert_eq!(site.header("if-none-match"), None);
}

#[tokio::test]
async fn a_response_that_the_site_breaks_off_is_its_failure() {
    let responses: [&[u8]; 2] = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ];
    for response in responses {
        let site = raw_site(response).await;
        let gateway = plain_gateway(&site, &[]).await;
        let answer = exchange(&gateway.address, GET).await;
        assert!(answer.body.contains("half"), "{}", answer.body);
        // The visitor sees that it is not whole.
        assert!(!answer.body.ends_with("0\r\n\r\n"), "{}", answer.body);
        let metrics = gateway.watch("metrics").await;
        assert!(
            metrics.contains("gateway_upstream_failures_total 1\n"),
            "{metrics}"
        );
        let told = gateway.stop().await;
        assert!(told.contains("broke off a response"), "{told}");
    }
}

/// A site that begins its response before it has read the body, and ends it afterwards.
async fn hasty_site() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            head(&mut stream).await.unwrap();
            let begin = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n";
            stream.write_all(begin).await.unwrap();
            while stream.read_u8().await.is_ok() {}
        }
    });
    url
}

#[tokio::test]
async fn a_response_that_ends_with_a_visitors_body_is_no_failure_of_the_site() {
    let flags = ["--request-limit", "1000", "--receive-timeout", "1"];
    let gateway = plain_gateway(&hasty_site().await, &flags).await;
    let too_large = format!("7d0\r\n{}\r\n", "x".repeat(2000));
    for rest in ["zz\r\n", &too_large, ""] {
        let mut visitor = TcpStream::connect(&gateway.address).await.unwrap();
        let post = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n";
        visitor.write_all(post.as_bytes()).await.unwrap();
        let begun = head(&mut visitor).await.unwrap();
        assert!(begun.starts_with("HTTP/1.1 200"), "{begun}");
        visitor.write_all(rest.as_bytes()).await.unwrap();
        let mut end = Vec::new();
        let _ = visitor.read_to_end(&mut end).await;
        assert!(!end.ends_with(b"0\r\n\r\n"), "{end:?}");
    }
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("gateway_upstream_failures_total 0\n"),
        "{metrics}"
    );
    let told = gateway.stop().await;
    assert!(!told.contains("broke off a response"), "{told}");
}
