//! The site behind the gateway: under which name it is asked, and when it fails.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::bounds::{GET, plain_gateway, raw_site};
use super::*;

#[tokio::test]
async fn the_host_that_the_site_is_asked_for_is_a_setting() {
    let site = Site::start().await;
    for (flags, expected) in [
        (&[][..], "shop.example:8080"),
        (&["--upstream-host", "visitor"], "shop.example:8080"),
        (&["--upstream-host", "shop.test"], "shop.test"),
    ] {
        let gateway = plain_gateway(&site.url, flags).await;
        assert_eq!(gateway.get("/a.css", "").await.status, 200);
        assert_eq!(site.header("host").as_deref(), Some(expected));
        assert_eq!(
            site.header("x-forwarded-host").as_deref(),
            Some("shop.example:8080")
        );
    }
}

/// A site that answers each request of a connection with the next bytes, or closes it with none.
async fn scripted(connections: &'static [&'static [&'static str]]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    const NONE: &[&str] = &[];
    tokio::spawn(async move {
        for answers in connections.iter().chain(std::iter::repeat(&NONE)) {
            let (mut stream, _) = listener.accept().await.unwrap();
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                for answer in *answers {
                    if head(&mut stream).await.is_some() {
                        count.fetch_add(1, Ordering::Relaxed);
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                }
                if head(&mut stream).await.is_some() {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    (url, asked)
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn a_request_that_a_site_dies_of_is_not_sent_again() {
    let (url, asked) = scripted(&[]).await;
    let gateway = plain_gateway(&url, &[]).await;
    assert_eq!(exchange(&gateway.address, GET).await.status, 502);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_connection_that_the_site_closed_meanwhile_costs_nobody_a_page() {
    let (url, asked) = scripted(&[&[OK], &[OK]]).await;
    let gateway = plain_gateway(&url, &[]).await;
    for _ in 0..2 {
        assert_eq!(exchange(&gateway.address, GET).await.status, 200);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn the_body_of_a_get_reaches_the_site() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = String::new();
        while !asked.ends_with("0\r\n\r\n") {
            asked.push(char::from(stream.read_u8().await.unwrap()));
        }
        stream.write_all(OK.as_bytes()).await.unwrap();
        asked
    });
    let gateway = plain_gateway(&url, &[]).await;
    let request = GET.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n");
    let answer = exchange(&gateway.address, &format!("{request}3\r\nabc\r\n0\r\n\r\n")).await;
    assert_eq!(answer.status, 200);
    let asked = asked.await.unwrap();
    assert!(asked.ends_with("\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), "{asked}");
    assert_eq!(
        header(&asked, "transfer-encoding").as_deref(),
        Some("chunked")
    );
}

/// A site that sends these parts with a pause before each but the first, and then nothing.
async fn pausing(pause: Duration, parts: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await.unwrap();
        for (at, part) in parts.iter().enumerate() {
            tokio::time::sleep(pause * u32::from(at > 0)).await;
            stream.write_all(part.as_bytes()).await.unwrap();
        }
        let _ = stream.read_u8().await;
    });
    url
}

#[tokio::test]
async fn a_site_that_stops_in_the_middle_is_not_waited_for() {
    let parts = &["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"];
    let site = pausing(Duration::ZERO, parts).await;
    let gateway = plain_gateway(&site, &["--upstream-timeout", "1"]).await;
    let answer = tokio::time::timeout(Duration::from_secs(15), exchange(&gateway.address, GET));
    assert_eq!(answer.await.unwrap().body, "abc");
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("gateway_upstream_failures_total 1\n"),
        "{metrics}"
    );
    let told = gateway.stop().await;
    assert!(told.contains("--upstream-timeout"), "{told}");
}

#[tokio::test]
async fn a_slow_page_and_a_stream_of_events_are_waited_for() {
    let page = &[
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\na",
        "b",
        "c",
        "d",
    ];
    let site = pausing(Duration::from_millis(600), page).await;
    let gateway = plain_gateway(&site, &["--upstream-timeout", "1"]).await;
    assert_eq!(exchange(&gateway.address, GET).await.body, "abcd");

    let events = &[
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 18\r\n\r\ndata: 1\n\n",
        "data: 2\n\n",
    ];
    let site = pausing(Duration::from_millis(2500), events).await;
    let gateway = plain_gateway(&site, &["--upstream-timeout", "1"]).await;
    let answer = exchange(&gateway.address, GET).await;
    assert_eq!(answer.body, "data: 1\n\ndata: 2\n\n");
}

#[tokio::test]
async fn a_page_that_is_left_out_passes_unchanged() {
    let emulator = Emulator::start().await.unwrap();
    let flags = ["--rewrite", "--preset", "wordpress"];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    let asking = "Accept-Encoding: gzip\r\nIf-None-Match: \"1\"\r\n";
    let answer = gateway.get("/wp-admin/post.php?post=7", asking).await;
    assert_eq!(answer.body, PAGE);
    assert_eq!(site.header("accept-encoding").as_deref(), Some("gzip"));
    assert_eq!(site.header("if-none-match").as_deref(), Some("\"1\""));
    let answer = gateway.get("/", asking).await;
    assert!(!answer.body.contains("{offer}"), "{}", answer.body);
    assert_eq!(site.header("accept-encoding"), None);
}

#[tokio::test]
async fn a_prefetch_is_refused_until_a_setting_says_otherwise() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, _site) = before(&emulator, "Nothing", &[]).await;
    let early = "Sec-Purpose: prefetch\r\nSec-Fetch-Mode: navigate\r\n";
    let answer = gateway.get("/", early).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    let metrics = gateway.watch("metrics").await;
    let line = "keitaro_visits_total{outcome=\"refused\"} 1\n";
    assert!(metrics.contains(line), "{metrics}");
    let (gateway, _site) = before(&emulator, "Nothing", &["--serve-prefetch"]).await;
    assert_eq!(gateway.get("/", early).await.status, 200);
    assert_eq!(emulator.clicks(1).count, 0);
}

#[tokio::test]
async fn a_site_that_answers_with_an_error_is_noticed_by_the_check() {
    let emulator = Emulator::start().await.unwrap();
    let token = campaign(&emulator, "Nothing");
    let check = async |site: &str, flags: &[&str]| {
        let flags = [&["--upstream", site], flags].concat();
        operation::check(&emulator.keitaro_url(), &token, &flags).await
    };
    let missing = raw_site(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
    let (code, rows, told) = check(&missing, &[]).await;
    assert_eq!(code, Some(0), "{told}");
    let message = rows[1]["message"].as_str().unwrap();
    assert!(message.contains("404 Not Found"), "{message}");
    assert!(message.contains("--upstream-host"), "{message}");
    let broken = raw_site(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n").await;
    let (code, rows, told) = check(&broken, &[]).await;
    assert_eq!(code, Some(2), "{told}");
    assert_eq!(rows[1]["ok"], false);
    let site = Site::start().await;
    let below = format!("{}/shop", site.url);
    check(&below, &["--upstream-host", "shop.test"]).await;
    assert!(site.last().starts_with("GET /shop/ HTTP/1.1"));
    assert_eq!(site.header("host").as_deref(), Some("shop.test"));
    assert_eq!(site.header("x-forwarded-proto").as_deref(), Some("http"));
}
