//! Runs `adapis keitaro gateway` as a process between a tracker, a site and visitors on sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod actions;
mod bounds;
mod certificates;
mod flow;
mod local;
mod network;
mod operation;
mod private;
mod protocol;
mod reload;
mod routes;
mod settings;
mod site;
mod trust;

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapis_emulator::Emulator;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

const PAGE: &str = "<html><a href='{offer}'>the site</a> {subid}</html>";

/// A site that records the headers of its requests.
struct Site {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Site {
    async fn start() -> Self {
        Self::at("127.0.0.1:0").await
    }

    async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
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
    gateway_at("127.0.0.1:0", tracker, token, flags).await
}

async fn gateway_at(listen: &str, tracker: &str, token: &str, flags: &[&str]) -> Gateway {
    let flags = [&["--listen", listen, "--tracker", tracker], flags].concat();
    start(command(token, &flags)).await
}

fn command(token: &str, flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adapis"));
    command.args(["keitaro", "gateway"]).args(flags);
    piped(command, token)
}

fn piped(mut command: Command, token: &str) -> Command {
    command
        .env("ADAPIS_KEITARO_TOKEN", token)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn start(mut command: Command) -> Gateway {
    ready(command.spawn().unwrap()).await
}

async fn ready(mut child: Child) -> Gateway {
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

    /// Stops the gateway and returns its stderr.
    async fn stop(mut self) -> String {
        self.child.start_kill().unwrap();
        let output = self.child.wait_with_output().await.unwrap();
        String::from_utf8(output.stderr).unwrap()
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

fn write_private(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

async fn get(address: &str, host: &str, target: &str) -> Answer {
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    exchange(address, &request).await
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
