//! `adapis keitaro gateway` as a program: a tracker, a site behind it, visitors on sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapis_emulator::{Emulator, Fault, FaultPlan, Moment};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

const PAGE: &str = "<html><a href='{offer}'>the site</a> {subid}</html>";

/// A site on a socket that keeps the heads of the requests it gets.
struct Site {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Site {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept)));
            }
        });
        Self { url, heads }
    }

    fn last(&self) -> String {
        self.heads.lock().unwrap().last().unwrap().clone()
    }

    fn header(&self, name: &str) -> Option<String> {
        header(&self.last(), name)
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (other, value) = line.split_once(':')?;
        other
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn serve(mut stream: TcpStream, heads: Arc<Mutex<Vec<String>>>) {
    while let Some(head) = head(&mut stream).await {
        heads.lock().unwrap().push(head.clone());
        if header(&head, "upgrade").is_some() {
            let switch =
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
            stream.write_all(switch.as_bytes()).await.unwrap();
            let (mut read, mut write) = stream.split();
            let _ = tokio::io::copy(&mut read, &mut write).await;
            return;
        }
        let length = header(&head, "content-length").and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).await.unwrap();
        let page = if head.starts_with("POST") {
            String::from_utf8(body).unwrap()
        } else {
            PAGE.to_owned()
        };
        let slow = head.contains("/slow");
        if slow {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}",
            page.len()
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

struct Gateway {
    child: Child,
    address: String,
    ready: Value,
}

async fn gateway(tracker: &str, token: &str, flags: &[&str]) -> Gateway {
    let mut child = Command::new(env!("CARGO_BIN_EXE_adapis"))
        .args([
            "keitaro",
            "gateway",
            "--listen",
            "127.0.0.1:0",
            "--tracker",
            tracker,
        ])
        .args(flags)
        .env("ADAPIS_KEITARO_TOKEN", token)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).await.unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["ready"], true);
    let url = ready["gateway"].as_str().unwrap();
    Gateway {
        child,
        address: url.strip_prefix("http://").unwrap().to_owned(),
        ready,
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<String> {
        header(&self.head, name)
    }
}

async fn exchange(address: &str, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

impl Gateway {
    async fn get(&self, target: &str, headers: &str) -> Answer {
        let head =
            format!("GET {target} HTTP/1.1\r\nHost: shop.example:8080\r\nConnection: close\r\n");
        exchange(&self.address, &format!("{head}{headers}\r\n")).await
    }

    async fn watch(&self, what: &str) -> String {
        let url = self.ready[what].as_str().unwrap();
        let (address, path) = url
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        exchange(address, &request).await.body
    }
}

fn campaign(emulator: &Emulator, name: &str) -> String {
    emulator.credentials().keitaro.campaigns[name].clone()
}

async fn before(emulator: &Emulator, name: &str, flags: &[&str]) -> (Gateway, Site) {
    let site = Site::start().await;
    let flags = [&["--upstream", site.url.as_str()], flags].concat();
    let token = campaign(emulator, name);
    (gateway(&emulator.keitaro_url(), &token, &flags).await, site)
}

#[tokio::test]
async fn each_action_reaches_the_visitor() {
    let emulator = Emulator::start().await.unwrap();
    let (redirecting, site) = before(&emulator, "Example", &[]).await;
    let answer = redirecting
        .get("/?keyword=shoes", "User-Agent: Mozilla/5.0\r\n")
        .await;
    assert_eq!(answer.status, 302);
    let location = "http://domain.com/?data=shoes&utm-campaign=aff1".to_owned();
    assert_eq!(answer.header("location"), Some(location));
    assert!(answer.head.contains("_subid="), "{}", answer.head);
    assert!(site.heads.lock().unwrap().is_empty());

    let (replacing, _site) = before(&emulator, "HTML", &[]).await;
    let answer = replacing.get("/", "").await;
    assert_eq!(answer.status, 200);
    assert!(!answer.body.contains("the site"), "{}", answer.body);

    let (nothing, _site) = before(&emulator, "Nothing", &[]).await;
    let answer = nothing.get("/", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, PAGE));
    let metrics = nothing.watch("metrics").await;
    assert!(
        metrics.contains("keitaro_visits_total{outcome=\"page\"} 1"),
        "{metrics}"
    );
    assert!(
        metrics.contains("keitaro_call_seconds_count 1"),
        "{metrics}"
    );
    assert_eq!(nothing.watch("healthz").await, "ok\n");
}

#[tokio::test]
async fn the_site_is_told_about_the_click_and_visitors_cannot_pretend() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &[]).await;
    let evil = "X-Keitaro-Sub-Id: evil\r\nx-keitaro-token: evil\r\nX-KEITARO-Is-Bot: 1\r\nX-Keitaro-New: evil\r\n\
        X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n\
        X-Forwarded-Proto: https\r\nCF-Connecting-IP: 6.6.6.6\r\n";
    gateway.get("/?ip=6.6.6.6&ua=evil&token=evil", evil).await;
    let head = site.last();
    assert!(
        !head[head.find("\r\n").unwrap()..].contains("evil"),
        "{head}"
    );
    assert!(
        !head.contains("for=6.6.6.6") && !head.contains(": 6.6.6.6"),
        "{head}"
    );
    assert_eq!(site.header("x-forwarded-for").as_deref(), Some("127.0.0.1"));
    assert_eq!(site.header("x-real-ip").as_deref(), Some("127.0.0.1"));
    assert_eq!(site.header("x-forwarded-proto").as_deref(), Some("http"));
    assert_eq!(
        site.header("x-forwarded-host").as_deref(),
        Some("shop.example:8080")
    );
    assert_eq!(site.header("x-keitaro-outcome").as_deref(), Some("page"));
    let click = &emulator.clicks(1).last[0];
    let click = serde_json::to_value(click).unwrap();
    assert_eq!(
        site.header("x-keitaro-sub-id").as_deref(),
        click["sub_id"].as_str()
    );
    assert_eq!(click["ip"], "127.0.0.1", "{click}");
}

#[tokio::test]
async fn a_trusted_proxy_names_the_visitor_and_the_denied_stay_out() {
    let emulator = Emulator::start().await.unwrap();
    let flags = ["--trusted-proxy", "127.0.0.0/8", "--deny", "203.0.113.0/24"];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    let answer = gateway
        .get("/", "X-Forwarded-For: 6.6.6.6, 198.51.100.7\r\n")
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(site.header("x-real-ip").as_deref(), Some("198.51.100.7"));
    let click = serde_json::to_value(&emulator.clicks(1).last[0]).unwrap();
    assert_eq!(click["ip"], "198.51.100.7");
    let answer = gateway.get("/", "X-Forwarded-For: 203.0.113.9\r\n").await;
    assert_eq!(answer.status, 403);
    assert_eq!(site.heads.lock().unwrap().len(), 1);
}

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
async fn a_page_from_a_file_with_its_placeholders_filled() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, PAGE).unwrap();
    let file = file.to_str().unwrap();
    let flags = ["--page", file, "--rewrite", "--offer-fallback", "/later"];
    let token = campaign(&emulator, "Nothing");
    let gateway = gateway(&emulator.keitaro_url(), &token, &flags).await;
    let answer = gateway.get("/", "").await;
    let sub_id = emulator.clicks(1).last[0].sub_id.clone();
    assert!(
        answer.body.contains("the site") && answer.body.contains(&sub_id),
        "{}",
        answer.body
    );
    assert!(!answer.body.contains("{offer}"), "{}", answer.body);
}

#[tokio::test]
async fn a_sick_tracker_leaves_the_site_as_it_is() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, _site) = before(&emulator, "Example", &["--deadline", "300"]).await;
    let garbage: Fault =
        serde_json::from_value(serde_json::json!({ "garbage": "<html>[REQ_ERR: 401]</html>" }))
            .unwrap();
    for fault in [
        Fault::hang(Moment::BeforeHeaders),
        Fault::reset(Moment::BeforeHeaders),
        Fault::status(500),
        Fault::status(301),
        garbage,
    ] {
        let plan = FaultPlan::new("keitaro.click").fault(fault);
        emulator.faults(plan).unwrap();
        let answer = gateway.get("/", "").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, PAGE));
        assert_eq!(answer.header("set-cookie"), None);
    }
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("keitaro_visits_total{outcome=\"timed_out\"} 1"),
        "{metrics}"
    );
    assert!(
        metrics.contains("keitaro_visits_total{outcome=\"failed\"} 4"),
        "{metrics}"
    );
    assert!(metrics.contains("keitaro_circuit_state 2"), "{metrics}");
}

#[tokio::test]
async fn a_site_that_is_down_is_a_502() {
    let emulator = Emulator::start().await.unwrap();
    let flags = ["--upstream", "http://127.0.0.1:1"];
    let token = campaign(&emulator, "Nothing");
    let gateway = gateway(&emulator.keitaro_url(), &token, &flags).await;
    assert_eq!(gateway.get("/", "").await.status, 502);
}

#[tokio::test]
async fn settings_may_stand_in_the_config_file() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let text = "[gateway]\nmethod = \"get\"\nexcept = [\"/plain\"]\ndeadline = 500\n";
    std::fs::write(&file, text).unwrap();
    let flags = ["--config", file.to_str().unwrap()];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    gateway.get("/plain", "").await;
    assert_eq!(site.header("x-keitaro-outcome").as_deref(), Some("skipped"));
    gateway.get("/", "").await;
    assert_eq!(site.header("x-keitaro-outcome").as_deref(), Some("page"));
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
async fn wrong_settings_are_named() {
    for (flags, named) in [
        (vec!["--upstream", "https://a"], "upstream"),
        (vec![], "upstream"),
        (vec!["--page", "/does/not/exist"], "page"),
        (
            vec!["--upstream", "http://a", "--trusted-proxy", "proxy"],
            "trusted-proxy",
        ),
        (
            vec!["--upstream", "http://a", "--deny", "1.2.3.4/99"],
            "deny",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_adapis"))
            .args(["keitaro", "gateway", "--tracker", "http://127.0.0.1:1"])
            .args(&flags)
            .env("ADAPIS_KEITARO_TOKEN", "t")
            .output()
            .await
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(named), "{text}");
    }
}
