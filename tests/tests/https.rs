//! Clicks over TLS reach the host that the certificate names, and no other.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const TRANSPORTS: [&str; 2] = ["hyper", "reqwest"];

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tls").join(name)
}

/// Starts a tracker behind TLS; returns its port, and a counter of the requests that reach it.
async fn tracker(identity: &str) -> (u16, Arc<AtomicUsize>) {
    let identity = certificate(identity);
    let chain = CertificateDer::pem_file_iter(&identity).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            chain.map(Result::unwrap).collect(),
            PrivateKeyDer::from_pem_file(&identity).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                counter.fetch_add(1, Ordering::SeqCst);
            }
            let body =
                r#"{"status":302,"headers":["Location: https://shop.example/"],"body":null}"#;
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, asked)
}

async fn click(transport: &str, url: &str, believes_in: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_https-worker"))
        .args([transport, url])
        .env("SSL_CERT_FILE", certificate(believes_in))
        .env_remove("SSL_CERT_DIR")
        .output()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_tracker_with_a_valid_certificate_receives_the_click() {
    let (port, asked) = tracker("localhost.pem").await;
    for transport in TRANSPORTS {
        for host in ["localhost", "127.0.0.1"] {
            let url = format!("https://{host}:{port}/");
            let output = click(transport, &url, "ca.pem").await;
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{transport} {host}: {errors}");
            assert_eq!(output.stdout, b"Some(Code(302))\n", "{transport} {host}");
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn nobody_else_gets_the_token() {
    for (identity, believes_in) in [
        ("other.pem", "ca.pem"),
        ("expired.pem", "ca.pem"),
        ("localhost.pem", "other.pem"),
    ] {
        let (port, asked) = tracker(identity).await;
        for transport in TRANSPORTS {
            let output = click(
                transport,
                &format!("https://localhost:{port}/"),
                believes_in,
            )
            .await;
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success(), "{transport} took {identity}");
            assert!(
                errors.starts_with("connect "),
                "{transport} {identity}: {errors}"
            );
            assert!(!errors.contains("canary"), "{errors}");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 0, "{identity}");
    }
}
