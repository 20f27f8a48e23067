//! A proxy in front of a store, which refuses, cuts and swallows.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Pass,
    /// The store does what it was asked, and half of its answer arrives.
    CutAnswer,
    /// The store does what it was asked, and nobody learns it.
    LoseAnswer,
    /// Half of the request arrives at the store.
    CutRequest,
    /// The store answers this status, and does nothing.
    Refuse(u16),
    /// The store does not see the conditions, as one that does not know them.
    NoCondition,
}

type Rule = dyn FnMut(&str) -> Action + Send;

pub(crate) struct Proxy {
    pub(crate) port: u16,
    rule: Arc<Mutex<Box<Rule>>>,
}

impl Proxy {
    /// Begins to pass requests on to a port of this machine.
    pub(crate) fn start(upstream: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let rule: Arc<Mutex<Box<Rule>>> = Arc::new(Mutex::new(Box::new(|_| Action::Pass)));
        let shared = Arc::clone(&rule);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), rule) = (client, Arc::clone(&shared)) else {
                    return;
                };
                std::thread::spawn(move || serve(client, upstream, &rule));
            }
        });
        Self { port, rule }
    }

    /// Sets what happens to requests, by their first line.
    pub(crate) fn rule(&self, rule: impl FnMut(&str) -> Action + Send + 'static) {
        *self.rule.lock().unwrap() = Box::new(rule);
    }
}

/// Serves one request; the answer ends the connection.
fn serve(mut client: TcpStream, upstream: u16, rule: &Mutex<Box<Rule>>) -> Option<()> {
    let mut request = Vec::new();
    let head = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        read_some(&mut client, &mut request)?;
    };
    let text = String::from_utf8_lossy(&request[..head]).into_owned();
    let mut lines = text.lines();
    let first = lines.next()?.to_owned();
    let length = lines
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().unwrap());
    while request.len() < head + length {
        read_some(&mut client, &mut request)?;
    }
    let action = (rule.lock().unwrap())(&first);
    if let Action::Refuse(status) = action {
        let answer =
            format!("HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return client.write_all(answer.as_bytes()).ok();
    }
    if action == Action::NoCondition {
        for name in ["if-match", "if-none-match"] {
            let known = format!("\r\n{name}: ");
            let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
            // Another name of the same length, so that nothing else moves.
            if let Some(at) = text.find(&known) {
                request[at + 2] = b'x';
            }
        }
    }
    let mut server = TcpStream::connect(("127.0.0.1", upstream)).ok()?;
    request.splice(head - 2..head - 2, *b"Connection: close\r\n");
    if action == Action::CutRequest {
        server
            .write_all(&request[..request.len() - length.div_ceil(2).max(4)])
            .ok()?;
        return server.shutdown(Shutdown::Both).ok();
    }
    server.write_all(&request).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    match action {
        Action::LoseAnswer => answer.clear(),
        Action::CutAnswer => answer.truncate(answer.len() / 2),
        _ => {}
    }
    client.write_all(&answer).ok()
}

fn read_some(from: &mut TcpStream, into: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 16 << 10];
    let read = from.read(&mut piece).ok().filter(|read| *read > 0)?;
    into.extend_from_slice(&piece[..read]);
    Some(())
}
