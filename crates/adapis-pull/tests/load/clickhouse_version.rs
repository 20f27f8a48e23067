//! Servers of ClickHouse that are too old.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use adapis_pull::{ClickHouse, LoadErrorKind, LoadOptions, LocalStore};

use crate::support::{folder, transport};

/// A server that answers each statement with its version; returns its URL and the statements.
fn server(version: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let statements = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&statements);
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let line = line.trim().to_ascii_lowercase();
                if line.is_empty() {
                    break;
                }
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            kept.lock().unwrap().push(String::from_utf8(body).unwrap());
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{version}\n",
                version.len() + 1
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, statements)
}

#[tokio::test]
async fn an_old_server_is_refused_before_anything_is_created() {
    let root = folder();
    let store = LocalStore::new(root.path());
    for (version, is_refused) in [
        ("18.16.1", true),
        ("22.7.9.1", true),
        ("22.8.1.2097", false),
        ("26.9.1.1", false),
        ("head", false),
    ] {
        let (url, statements) = server(version);
        let target = ClickHouse::new(&url, transport(&url)).unwrap();
        let loaded = target.load(&store, &LoadOptions::default()).await;
        let sent = statements.lock().unwrap().len();
        if is_refused {
            let error = loaded.unwrap_err();
            assert_eq!(error.kind, LoadErrorKind::Refused);
            let text = error.to_string();
            assert!(text.contains(version) && text.contains("22.8"), "{text}");
            assert_eq!(sent, 1, "{version}");
        } else {
            assert!(sent > 1, "{version}");
        }
    }
}
