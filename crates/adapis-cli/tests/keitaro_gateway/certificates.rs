//! SIGHUP and certificates: whom the gateway trusts from then on.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use adapis_emulator::Emulator;

use crate::private::secured;
use crate::reload::Reloading;
use crate::{Site, campaign, command, gateway, get, start, write_private};

fn tls(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/tls");
    folder.join(name)
}

#[tokio::test]
async fn sighup_reads_the_ca_file_again_and_keeps_the_old_one_if_it_is_broken() {
    let emulator = Emulator::start().await.unwrap();
    let port = secured(&emulator.keitaro_url(), &tls("localhost.pem")).await;
    let tracker = format!("https://localhost:{port}");
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle.pem");
    let trust = |name: &str| std::fs::copy(tls(name), &bundle).unwrap();
    trust("other.pem");
    let file = bundle.to_str().unwrap();
    let flags = ["--upstream", &site.url, "--ca-file", file];
    let token = campaign(&emulator, "Example");
    let mut gateway = Reloading::new(gateway(&tracker, &token, &flags).await);
    assert_eq!(gateway.visit().await, 200);

    trust("ca.pem");
    assert!(gateway.hang_up().await.contains("loaded again"));
    assert_eq!(gateway.visit().await, 302);

    let half = std::fs::read(tls("ca.pem")).unwrap();
    for broken in [
        &half[..half.len() / 2],
        b"",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        std::fs::write(&bundle, broken).unwrap();
        let told = gateway.hang_up().await;
        assert!(told.contains("stay as they were"), "{told}");
        assert!(told.contains(file), "{told}");
        assert_eq!(gateway.visit().await, 302);
    }
    std::fs::remove_file(&bundle).unwrap();
    let told = gateway.hang_up().await;
    assert!(told.contains(file), "{told}");
    assert_eq!(gateway.visit().await, 302);

    // Connections whose certificates the old authority signed are no longer used.
    trust("other.pem");
    assert!(gateway.hang_up().await.contains("loaded again"));
    assert_eq!(gateway.visit().await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_ca_file_loses_no_request_in_flight() {
    let emulator = Emulator::start().await.unwrap();
    let port = secured(&emulator.keitaro_url(), &tls("localhost.pem")).await;
    let tracker = format!("https://localhost:{port}");
    let site = Site::start().await;
    let authority = tls("ca.pem");
    let flags = [
        "--upstream",
        &site.url,
        "--ca-file",
        authority.to_str().unwrap(),
        "--deadline",
        "5000",
    ];
    let token = campaign(&emulator, "Nothing");
    let mut gateway = Reloading::new(gateway(&tracker, &token, &flags).await);
    let address = gateway.gateway.address.clone();
    let visits = tokio::spawn(async move {
        for number in 0..100 {
            let target = if number % 20 == 0 { "/slow" } else { "/" };
            assert_eq!(get(&address, "a", target).await.status, 200);
        }
    });
    for _ in 0..5 {
        assert!(gateway.hang_up().await.contains("loaded again"));
    }
    visits.await.unwrap();
    let metrics = gateway.gateway.watch("metrics").await;
    let pages = "keitaro_visits_total{outcome=\"page\"} 100\n";
    assert!(metrics.contains(pages), "{metrics}");
}

#[tokio::test]
async fn sighup_reads_the_certificates_of_the_platform_again_for_the_site() {
    let emulator = Emulator::start().await.unwrap();
    let site = Site::start().await;
    let port = secured(&site.url, &tls("localhost.pem")).await;
    let upstream = format!("https://localhost:{port}");
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.pem");
    std::fs::copy(tls("other.pem"), &store).unwrap();
    let tracker = emulator.keitaro_url();
    let flags = ["--listen", "127.0.0.1:0", "--tracker", &tracker];
    let flags = [&flags[..], &["--upstream", &upstream]].concat();
    let mut command = command(&campaign(&emulator, "Nothing"), &flags);
    command
        .env("SSL_CERT_FILE", &store)
        .env_remove("SSL_CERT_DIR");
    let mut gateway = Reloading::new(start(command).await);
    assert_eq!(gateway.visit().await, 502);

    std::fs::copy(tls("ca.pem"), &store).unwrap();
    gateway.hang_up().await;
    assert_eq!(gateway.visit().await, 200);

    std::fs::write(&store, "").unwrap();
    let told = gateway.hang_up().await;
    assert!(told.contains("stay as they were"), "{told}");
    assert_eq!(gateway.visit().await, 200);
}

#[tokio::test]
async fn sighup_moves_to_another_tracker_with_what_its_connections_need() {
    let emulator = Emulator::start().await.unwrap();
    let port = secured(&emulator.keitaro_url(), &tls("localhost.pem")).await;
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let config = |tracker: &str, gateway: &str| {
        let tracker = format!("[profile.shop.keitaro]\ntracker = '{tracker}'\n");
        write_private(&file, &format!("{tracker}[gateway]\n{gateway}\n"));
    };
    config("http://127.0.0.1:9", "");
    let flags = ["--listen", "127.0.0.1:0", "--upstream", &site.url];
    let place = ["--config", file.to_str().unwrap(), "--profile", "shop"];
    let flags = [&flags[..], &place].concat();
    let started = start(command(&campaign(&emulator, "Example"), &flags)).await;
    let mut gateway = Reloading::new(started);
    assert_eq!(gateway.visit().await, 200);

    let authority = format!("ca-file = '{}'", tls("ca.pem").display());
    config(&format!("https://localhost:{port}"), &authority);
    gateway.hang_up().await;
    assert_eq!(gateway.visit().await, 302);

    // Linux connects this address to the host itself, and it is not loopback.
    let private = emulator.keitaro_url().replace("127.0.0.1", "0.0.0.0");
    config(&private, "allow-http = ['0.0.0.0']");
    gateway.hang_up().await;
    assert_eq!(gateway.visit().await, 302);
}
