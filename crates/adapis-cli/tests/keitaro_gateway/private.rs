//! A tracker in a private network: without TLS, or with private certificates.

use std::path::Path;
use std::sync::Arc;

use adapis_emulator::Emulator;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::{Site, campaign, gateway};

async fn refused(flags: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_adapis"))
        .args(["keitaro", "gateway", "--upstream", "http://a"])
        .args(flags)
        .env("ADAPIS_KEITARO_TOKEN", "t")
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{flags:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn http_is_for_allowed_private_networks() {
    let emulator = Emulator::start().await.unwrap();
    // Linux connects this address to the host itself, and it is not loopback.
    let tracker = emulator.keitaro_url().replace("127.0.0.1", "0.0.0.0");
    let site = Site::start().await;
    let flags = [
        "--upstream",
        &site.url,
        "--allow-http",
        "10.0.0.0/8,0.0.0.0",
    ];
    let token = campaign(&emulator, "Example");
    let gateway = gateway(&tracker, &token, &flags).await;
    assert_eq!(gateway.get("/", "").await.status, 302);

    let told = refused(&["--tracker", &tracker]).await;
    assert!(
        told.contains("--tracker must begin with https://"),
        "{told}"
    );
    assert!(told.contains("see --allow-http"), "{told}");
    let told = refused(&["--tracker", "tracker.example", "--allow-http", "10.0.0.0/8"]).await;
    assert!(told.contains("--tracker must be an absolute URL"), "{told}");
    let told = refused(&["--tracker", &tracker, "--allow-http", "10.0.0.0/8"]).await;
    assert!(told.contains("0.0.0.0 is not in a network"), "{told}");
    for public in ["8.8.8.8", "0.0.0.0/0", "10.0.0.0/7", "2001:db8::/32"] {
        let told = refused(&["--tracker", &tracker, "--allow-http", public]).await;
        assert!(told.contains("must be a private network"), "{told}");
    }
}

/// A TLS server in front of a tracker or a site.
pub(crate) async fn secured(tracker: &str, identity: &Path) -> u16 {
    let pem = std::fs::read(identity).unwrap();
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.unwrap(), PrivateKeyDer::from_pem_slice(&pem).unwrap())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let tracker = tracker.strip_prefix("http://").unwrap().to_owned();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, tracker) = (acceptor.clone(), tracker.clone());
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let mut tracker = TcpStream::connect(tracker).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut tracker).await;
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_ca_file_is_trusted_and_nothing_else() {
    let emulator = Emulator::start().await.unwrap();
    let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/tls");
    let port = secured(&emulator.keitaro_url(), &tls.join("localhost.pem")).await;
    let tracker = format!("https://localhost:{port}");
    let site = Site::start().await;
    let token = campaign(&emulator, "Example");
    for (authority, status) in [("ca.pem", 302), ("other.pem", 200)] {
        let authority = tls.join(authority);
        let file = authority.to_str().unwrap();
        let flags = ["--upstream", &site.url, "--ca-file", file];
        let gateway = gateway(&tracker, &token, &flags).await;
        assert_eq!(gateway.get("/", "").await.status, status, "{file}");
    }
    let told = refused(&["--tracker", &tracker, "--ca-file", file!()]).await;
    assert!(told.contains("ca"), "{told}");
}
