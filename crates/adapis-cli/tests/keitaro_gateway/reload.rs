//! SIGHUP: what is read again, and what is not lost meanwhile.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use adapis_emulator::Emulator;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStderr, Command};

use crate::private::secured;
use crate::{Gateway, Site, campaign, command, gateway, get, start, write_private};

async fn signal(gateway: &Gateway, name: &str) {
    let id = gateway.child.id().unwrap().to_string();
    let sent = Command::new("kill").args([name, &id]).status().await;
    assert!(sent.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_loads_the_settings_again_and_loses_no_request() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let log = folder.path().join("access.log");
    let config = |source: &str| format!("[gateway]\nparam = ['source={source}']\n");
    write_private(&file, &config("one"));
    let site = Site::start().await;
    let flags = [
        "--config",
        file.to_str().unwrap(),
        "--upstream",
        &site.url,
        "--access-log-file",
        log.to_str().unwrap(),
    ];
    let token = campaign(&emulator, "Nothing");
    let gateway = gateway(&emulator.keitaro_url(), &token, &flags).await;
    let hang_up = || signal(&gateway, "-HUP");
    let address = gateway.address.clone();
    let visits = tokio::spawn(async move {
        for number in 0..200 {
            let target = if number % 20 == 0 { "/slow" } else { "/" };
            assert_eq!(get(&address, "a", target).await.status, 200);
        }
    });
    for round in 0..10 {
        write_private(&file, &config(if round % 2 == 0 { "two" } else { "three" }));
        hang_up().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    visits.await.unwrap();
    get(&gateway.address, "a", "/").await;
    assert_eq!(emulator.clicks(1).last[0].parameters["source"], "three");

    // A wrong file changes nothing; the log is reopened.
    write_private(&file, "[gateway]\nparam = ['broken']\n");
    let moved = folder.path().join("access.log.1");
    std::fs::rename(&log, &moved).unwrap();
    hang_up().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    get(&gateway.address, "a", "/after").await;
    assert_eq!(emulator.clicks(1).last[0].parameters["source"], "three");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(std::fs::read_to_string(&log).unwrap().contains("/after"));
    assert_eq!(
        std::fs::read_to_string(&moved).unwrap().lines().count(),
        201
    );
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("keitaro_visits_total{outcome=\"page\"} 202"),
        "{metrics}"
    );
    // What cannot change without a restart is named.
    write_private(&file, &format!("{}max-connections = 7\n", config("three")));
    hang_up().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let told = gateway.stop().await;
    assert_eq!(told.matches("need a restart").count(), 1, "{told}");
    assert!(told.contains("the settings stay as they were"), "{told}");
    assert!(told.contains("broken"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_token_command_holds_up_neither_visitors_nor_the_end() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let slow = folder.path().join("slow");
    let token = campaign(&emulator, "Nothing");
    let command = format!("test -e {} && sleep 20; echo {token}", slow.display());
    write_private(
        &file,
        &format!("[[gateway.route]]\nname = 'a'\ntoken-command = '{command}'\n"),
    );
    let site = Site::start().await;
    let flags = [
        "--config",
        file.to_str().unwrap(),
        "--upstream",
        &site.url,
        "--grace",
        "1",
    ];
    let mut gateway = gateway(&emulator.keitaro_url(), &token, &flags).await;
    std::fs::write(&slow, "").unwrap();
    signal(&gateway, "-HUP").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..3 {
        let visit = get(&gateway.address, "a", "/");
        let visit = tokio::time::timeout(Duration::from_secs(5), visit).await;
        assert_eq!(visit.unwrap().status, 200);
    }
    signal(&gateway, "-TERM").await;
    let end = tokio::time::timeout(Duration::from_secs(5), gateway.child.wait()).await;
    assert!(end.unwrap().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_reads_the_token_of_the_profile_again_after_the_time_limit_of_the_first() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let config = |campaign_name: &str| {
        let token = campaign(&emulator, campaign_name);
        format!("[profile.shop.keitaro]\ntoken_command = 'echo {token}'\n")
    };
    write_private(&file, &config("Nothing"));
    let site = Site::start().await;
    let flags = [
        "--config",
        file.to_str().unwrap(),
        "--profile",
        "shop",
        "--timeout",
        "1",
        "--upstream",
        &site.url,
    ];
    let gateway = gateway(&emulator.keitaro_url(), "", &flags).await;
    assert_eq!(get(&gateway.address, "a", "/").await.status, 200);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    write_private(&file, &config("Example"));
    signal(&gateway, "-HUP").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let status = get(&gateway.address, "a", "/").await.status;
    assert_eq!(status, 302, "{}", gateway.stop().await);
}

/// The gateway's warnings, and a way to have it load its settings again.
struct Reloading {
    gateway: Gateway,
    warnings: Lines<BufReader<ChildStderr>>,
}

impl Reloading {
    fn new(mut gateway: Gateway) -> Self {
        let stderr = gateway.child.stderr.take().unwrap();
        let warnings = BufReader::new(stderr).lines();
        Self { gateway, warnings }
    }

    /// Sends SIGHUP and returns the line that ends the reload.
    async fn hang_up(&mut self) -> String {
        signal(&self.gateway, "-HUP").await;
        let ended = async {
            loop {
                let line = self.warnings.next_line().await.unwrap().unwrap();
                let ends = ["settings loaded again", "the settings stay as they were"];
                if ends.iter().any(|end| line.contains(end)) {
                    return line;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), ended)
            .await
            .unwrap()
    }

    async fn visit(&self) -> u16 {
        get(&self.gateway.address, "a", "/").await.status
    }
}

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
