//! Bodies, upgrades, connections and shutdown.

use std::time::Duration;

use adapis_emulator::Emulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::{PAGE, before, campaign, exchange, gateway, head, header};

#[tokio::test]
async fn bodies_stream_both_ways_and_posts_do_not_click() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Example", &[]).await;
    let body = "x".repeat(100_000);
    let request = format!(
        "POST /form HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(&gateway.address, &request).await;
    assert_eq!((answer.status, answer.body == body), (200, true));
    assert_eq!(site.header("x-keitaro-outcome").as_deref(), Some("skipped"));
    assert_eq!(emulator.clicks(1).count, 0);
}

#[tokio::test]
async fn upgrades_pass_through() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, _site) = before(&emulator, "Example", &[]).await;
    let mut stream = TcpStream::connect(&gateway.address).await.unwrap();
    let ask = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
    stream.write_all(ask.as_bytes()).await.unwrap();
    let head = head(&mut stream).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert_eq!(header(&head, "upgrade").as_deref(), Some("echo"));
    for word in ["hello", "again"] {
        stream.write_all(word.as_bytes()).await.unwrap();
        let mut echo = [0; 5];
        stream.read_exact(&mut echo).await.unwrap();
        assert_eq!(echo, word.as_bytes());
    }
}

#[tokio::test]
async fn a_site_that_is_down_is_a_502() {
    let emulator = Emulator::start().await.unwrap();
    let flags = ["--upstream", "http://127.0.0.1:1"];
    let token = campaign(&emulator, "Nothing");
    let gateway = gateway(&emulator.keitaro_url(), &token, &flags).await;
    assert_eq!(gateway.get("/", "").await.status, 502);
    let told = gateway.stop().await;
    assert!(told.contains("no response from the site"), "{told}");
    assert!(told.to_lowercase().contains("refused"), "{told}");
}

#[cfg(unix)]
#[tokio::test]
async fn visitors_under_way_are_served_before_the_end() {
    let emulator = Emulator::start().await.unwrap();
    let (mut gateway, _site) = before(&emulator, "Nothing", &[]).await;
    let pid = gateway.child.id().unwrap().to_string();
    let address = gateway.address.clone();
    let visitor = tokio::spawn(async move {
        exchange(
            &address,
            "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        )
        .await
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let killed = Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .await
        .unwrap();
    assert!(killed.success());
    assert_eq!(visitor.await.unwrap().body, PAGE);
    let status = tokio::time::timeout(Duration::from_secs(5), gateway.child.wait()).await;
    assert!(status.unwrap().unwrap().success());
}

#[tokio::test]
async fn the_answer_begins_before_the_upload_ends() {
    let emulator = Emulator::start().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut site, _) = listener.accept().await.unwrap();
        head(&mut site).await.unwrap();
        let begin = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        site.write_all(begin.as_bytes()).await.unwrap();
        let (mut read, mut write) = site.split();
        tokio::io::copy(&mut read, &mut write).await.unwrap();
    });
    let token = campaign(&emulator, "Nothing");
    let gateway = gateway(&emulator.keitaro_url(), &token, &["--upstream", &url]).await;
    let mut visitor = TcpStream::connect(&gateway.address).await.unwrap();
    let ask = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    visitor.write_all(ask.as_bytes()).await.unwrap();
    let answer = head(&mut visitor).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for chunk in ["5\r\nfirst\r\n", "6\r\nsecond\r\n", "0\r\n\r\n"] {
        visitor.write_all(chunk.as_bytes()).await.unwrap();
        let mut echo = vec![0; chunk.len()];
        visitor.read_exact(&mut echo).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&echo), chunk);
    }
}

#[tokio::test]
async fn a_site_that_hangs_is_a_504_and_nonsense_a_502() {
    let emulator = Emulator::start().await.unwrap();
    for (answer, status) in [("", 504), ("lorem ipsum\r\n\r\n", 502)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut site, _) = listener.accept().await.unwrap();
            head(&mut site).await.unwrap();
            site.write_all(answer.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        });
        let token = campaign(&emulator, "Nothing");
        let flags = ["--upstream", &url, "--upstream-timeout", "1"];
        let gateway = gateway(&emulator.keitaro_url(), &token, &flags).await;
        assert_eq!(gateway.get("/", "").await.status, status);
    }
}

#[tokio::test]
async fn a_kept_connection_that_ends_costs_nobody_the_page() {
    let emulator = Emulator::start().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        // Each connection serves one request and closes at the second.
        while let Ok((mut site, _)) = listener.accept().await {
            head(&mut site).await.unwrap();
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            site.write_all(answer.as_bytes()).await.unwrap();
            let _ = head(&mut site).await;
        }
    });
    let token = campaign(&emulator, "Nothing");
    let gateway = gateway(&emulator.keitaro_url(), &token, &["--upstream", &url]).await;
    for _ in 0..3 {
        assert_eq!(gateway.get("/a.css", "").await.body, "ok");
    }
}

#[tokio::test]
async fn a_slow_upload_is_no_slow_site() {
    let emulator = Emulator::start().await.unwrap();
    let flags = ["--upstream-timeout", "1"];
    let (gateway, _site) = before(&emulator, "Nothing", &flags).await;
    let mut visitor = TcpStream::connect(&gateway.address).await.unwrap();
    let ask = "POST /form HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\n";
    visitor.write_all(ask.as_bytes()).await.unwrap();
    // The last pause is longer than the site may take.
    for (byte, pause) in b"bytes".iter().zip([300, 300, 300, 300, 1500]) {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        visitor.write_u8(*byte).await.unwrap();
    }
    let mut answer = String::new();
    visitor.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("bytes"), "{answer}");
}

#[tokio::test]
async fn another_http_is_no_way_past_the_gateway() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &[]).await;
    let ask = "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    let answer = gateway.get("/", ask).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, PAGE));
    assert_eq!(site.header("upgrade"), None);
    assert_eq!(site.header("http2-settings"), None);
}

#[tokio::test]
async fn a_site_behind_https_is_spoken_to_in_tls() {
    const HANDSHAKE: u8 = 0x16;
    let emulator = Emulator::start().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let site = tokio::spawn(async move {
        let (mut site, _) = listener.accept().await.unwrap();
        site.read_u8().await.unwrap()
    });
    let token = campaign(&emulator, "Nothing");
    let gateway = gateway(&emulator.keitaro_url(), &token, &["--upstream", &url]).await;
    assert_eq!(gateway.get("/", "").await.status, 502);
    assert_eq!(site.await.unwrap(), HANDSHAKE);
}
