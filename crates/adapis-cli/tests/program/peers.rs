use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::adapis;

/// A server that treats every connection the same, below HTTP if necessary.
pub(crate) struct Peer(SocketAddr);

impl Peer {
    fn serve(treat: impl Fn(TcpStream, Vec<u8>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let request = read_request(&stream);
                treat(stream, request);
            }
        });
        Self(addr)
    }

    /// Responds with these bytes and closes.
    pub(crate) fn answers(answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self::serve(move |mut stream, _| {
            let _ = stream.write_all(answer.as_bytes());
        })
    }

    /// Responds with the status, the header lines and the body.
    pub(crate) fn status(status: &str, head: &str, body: &str) -> Self {
        let length = body.len();
        Self::answers(format!(
            "HTTP/1.1 {status}\r\n{head}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }

    /// Responds with the request itself, including its secrets.
    pub(crate) fn echoes(status: &'static str) -> Self {
        Self::serve(move |mut stream, request| {
            let length = request.len();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&request);
        })
    }

    /// Responds with 502 and records the request lines.
    pub(crate) fn refuses() -> (Self, Arc<Mutex<Vec<String>>>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&asked);
        let peer = Self::serve(move |mut stream, request| {
            let request = String::from_utf8(request).unwrap();
            let first = request.lines().next().unwrap_or_default();
            lines.lock().unwrap().push(first.to_owned());
            let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
        });
        (peer, asked)
    }

    /// Responds with `start`, and then with `drop` again and again, without an end.
    pub(crate) fn drips(start: impl Into<String>, drop: &'static str) -> Self {
        let start = start.into();
        Self::serve(move |mut stream, _| {
            let start = start.clone();
            thread::spawn(move || {
                let mut sent = stream.write_all(start.as_bytes());
                while sent.is_ok() {
                    thread::sleep(Duration::from_millis(20));
                    sent = stream.write_all(drop.as_bytes());
                }
            });
        })
    }

    /// Reads the request and does not respond.
    pub(crate) fn hangs() -> Self {
        Self::serve(|mut stream, _| {
            let _ = stream.read(&mut [0]);
        })
    }

    /// An address without a listener.
    pub(crate) fn gone() -> Self {
        Self(
            TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap(),
        )
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.0)
    }
}

fn read_request(stream: &TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(stream);
    let mut request = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return request;
        }
        request.extend_from_slice(line.as_bytes());
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    request.extend(body);
    request
}

/// `adapis emulator` as a process, killed when dropped.
pub(crate) struct Emulator {
    child: Child,
    ready: Value,
}

impl Emulator {
    pub(crate) fn start() -> Self {
        Self::of(adapis("emulator"))
    }

    /// Starts the emulator with this command.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready["ready"], true);
        Self { child, ready }
    }

    fn text(&self, pointer: &str) -> &str {
        self.ready.pointer(pointer).unwrap().as_str().unwrap()
    }

    /// A command with the accounts of all four vendors in its environment.
    pub(crate) fn with_accounts(&self, mut command: Command) -> Command {
        for (variable, pointer) in [
            ("ADAPIS_KEITARO_TRACKER", "/keitaro"),
            ("ADAPIS_KEITARO_TOKEN", "/credentials/keitaro/token"),
            ("ADAPIS_SPOTS_ENDPOINT", "/spots"),
            ("ADAPIS_SPOTS_LOGIN", "/credentials/spots/login"),
            ("ADAPIS_SPOTS_PASSWORD", "/credentials/spots/password"),
            ("ADAPIS_HYBRID_ENDPOINT", "/hybrid"),
            ("ADAPIS_HYBRID_CLIENT_ID", "/credentials/hybrid/client_id"),
            (
                "ADAPIS_HYBRID_CLIENT_SECRET",
                "/credentials/hybrid/client_secret",
            ),
            ("ADAPIS_ADFOX_ENDPOINT", "/adfox"),
            ("ADAPIS_ADFOX_LOGIN", "/credentials/adfox/login"),
            ("ADAPIS_ADFOX_PASSWORD", "/credentials/adfox/password"),
        ] {
            command.env(variable, self.text(pointer));
        }
        command
    }

    pub(crate) fn run(&self, line: &str) -> std::process::Output {
        self.with_accounts(adapis(line)).output().unwrap()
    }

    pub(crate) fn keitaro_url(&self) -> &str {
        self.text("/keitaro")
    }

    pub(crate) fn spots_url(&self) -> &str {
        self.text("/spots")
    }

    /// The line that the emulator prints once it is ready.
    pub(crate) fn ready(&self) -> &Value {
        &self.ready
    }

    /// What the emulator says under a path below `/_emulator/`.
    pub(crate) fn control(&self, path: &str) -> Value {
        let address = self.text("/hybrid").trim_start_matches("http://");
        let address = address.trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "GET /_emulator/{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (_, body) = response.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {response}"))
    }

    /// How many clicks the tracker has counted.
    pub(crate) fn clicks(&self) -> u64 {
        self.control("keitaro/clicks")["count"].as_u64().unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn wait(mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
