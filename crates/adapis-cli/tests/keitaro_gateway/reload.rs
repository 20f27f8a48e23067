//! SIGHUP: what is read again, and what is not lost meanwhile.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use adapis_emulator::{Emulator, Fault, FaultPlan};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use crate::{
    Gateway, Site, before, campaign, command, exchange, gateway, get, ready, write_private,
};

async fn signal(child: &Child, name: &str) {
    let id = child.id().unwrap().to_string();
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
    let [path, log_path] = [&file, &log].map(|path| path.to_str().unwrap());
    let flags = ["--config", path, "--access-log-file", log_path];
    let (gateway, _site) = before(&emulator, "Nothing", &flags).await;
    let hang_up = || signal(&gateway.child, "-HUP");
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
    let restart = "that need a restart: --max-connections";
    assert_eq!(told.matches(restart).count(), 1, "{told}");
    assert!(told.contains(" INFO settings loaded again"), "{told}");
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
    let flags = ["--config", file.to_str().unwrap(), "--grace", "1"];
    let (mut gateway, _site) = before(&emulator, "Nothing", &flags).await;
    std::fs::write(&slow, "").unwrap();
    signal(&gateway.child, "-HUP").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..3 {
        let visit = get(&gateway.address, "a", "/");
        let visit = tokio::time::timeout(Duration::from_secs(5), visit).await;
        assert_eq!(visit.unwrap().status, 200);
    }
    signal(&gateway.child, "-TERM").await;
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
    signal(&gateway.child, "-HUP").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let status = get(&gateway.address, "a", "/").await.status;
    assert_eq!(status, 302, "{}", gateway.stop().await);
}

/// A gateway that is told to load its settings again, and what it says then.
pub(crate) struct Reloading {
    pub(crate) gateway: Gateway,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Reloading {
    pub(crate) fn new(mut gateway: Gateway) -> Self {
        let stderr = gateway.child.stderr.take().unwrap();
        let lines = BufReader::new(stderr).lines();
        Self { gateway, lines }
    }

    /// Sends SIGHUP and returns what is logged to the end of the reload.
    pub(crate) async fn hang_up(&mut self) -> String {
        signal(&self.gateway.child, "-HUP").await;
        self.reloaded().await
    }

    /// What is logged to the end of the next reload.
    async fn reloaded(&mut self) -> String {
        let ended = async {
            let mut told = String::new();
            loop {
                told += &self.lines.next_line().await.unwrap().unwrap();
                let ends = ["settings loaded again", "the settings stay as they were"];
                if ends.iter().any(|end| told.contains(end)) {
                    return told;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), ended)
            .await
            .unwrap()
    }

    pub(crate) async fn visit(&self) -> u16 {
        get(&self.gateway.address, "a", "/").await.status
    }
}

#[tokio::test]
async fn sighup_during_the_start_is_not_the_end() {
    let emulator = Emulator::start().await.unwrap();
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let [file, begun, go] = ["config.toml", "begun", "go"].map(|name| folder.path().join(name));
    let (waits, token) = (go.display(), campaign(&emulator, "Nothing"));
    let slow = format!(
        "touch {}; until test -e {waits}; do sleep 0.1; done; echo {token}",
        begun.display()
    );
    let route = format!("[[gateway.route]]\nname = 'a'\ntoken-command = '{slow}'\n");
    write_private(&file, &route);
    let tracker = emulator.keitaro_url();
    let flags = ["--config", file.to_str().unwrap(), "--tracker", &tracker];
    let flags = [
        &flags[..],
        &["--listen", "127.0.0.1:0", "--upstream", &site.url],
    ]
    .concat();
    let child = command(&token, &flags).spawn().unwrap();
    while !begun.exists() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    signal(&child, "-HUP").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    std::fs::write(&go, "").unwrap();
    let mut gateway = Reloading::new(ready(child).await);
    assert!(gateway.reloaded().await.contains("loaded again"));
    assert_eq!(gateway.visit().await, 200);
}

/// A gateway whose settings are all in this file.
async fn configured(emulator: &Emulator, file: &Path, text: &str) -> Reloading {
    write_private(file, text);
    let flags = ["--config", file.to_str().unwrap()];
    let token = campaign(emulator, "Example");
    Reloading::new(gateway(&emulator.keitaro_url(), &token, &flags).await)
}

/// A gateway in front of the site, with the folder and the file of its settings, and their text.
async fn in_front_of(site: &Site, emulator: &Emulator) -> (Reloading, TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let good = format!("[gateway]\nupstream = '{}'\n", site.url);
    let gateway = configured(emulator, &file, &good).await;
    (gateway, folder, file, good)
}

#[tokio::test]
async fn sighup_refuses_what_a_start_refuses() {
    let emulator = Emulator::start().await.unwrap();
    let site = Site::start().await;
    let (mut gateway, _folder, file, good) = in_front_of(&site, &emulator).await;
    for (wrong, named) in [
        ("page = '/dev/null'\n", "--page"),
        ("header-limit = 5\n", "header-limit"),
        ("[defaults]\nattempts = 'x'\n", "attempts"),
    ] {
        write_private(&file, &format!("{good}{wrong}"));
        let told = gateway.hang_up().await;
        assert!(told.contains("stay as they were"), "{told}");
        assert!(told.contains(named), "{told}");
    }
}

#[tokio::test]
async fn sighup_names_what_needs_a_restart_and_leaves_it_as_it_was() {
    let emulator = Emulator::start().await.unwrap();
    let site = Site::start().await;
    let (mut gateway, folder, file, good) = in_front_of(&site, &emulator).await;
    let log = folder.path().join("log");
    let other = format!(
        "{good}request-limit = 5\ngrace = 3\naccess-log-file = '{}'\n",
        log.display()
    );
    write_private(&file, &other);
    let told = gateway.hang_up().await;
    let named = "that need a restart: --access-log-file, --grace, --request-limit";
    assert!(told.contains(named), "{told}");
    let request = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                   Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n";
    let answer = exchange(&gateway.gateway.address, request).await;
    assert_eq!(answer.status, 200);
    assert!(!log.exists());
}

#[tokio::test]
async fn sighup_warns_of_what_a_start_warns_of() {
    let emulator = Emulator::start().await.unwrap();
    let site = Site::start().await;
    let (mut gateway, _folder, file, good) = in_front_of(&site, &emulator).await;
    write_private(&file, &format!("{good}trusted-proxy = ['127.0.0.1']\n"));
    let told = gateway.hang_up().await;
    assert!(told.contains("name the header"), "{told}");
}

#[tokio::test]
async fn sighup_reads_the_defaults_of_calls_again() {
    let emulator = Emulator::start().await.unwrap();
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let settings = |attempts: u32| {
        let url = &site.url;
        format!(
            "[defaults]\nattempts = {attempts}\n[gateway]\nupstream = '{url}'\ndeadline = 20000\n"
        )
    };
    let mut gateway = configured(&emulator, &file, &settings(1)).await;
    let busy = || FaultPlan::new("keitaro.click").fault(Fault::status(429));
    emulator.faults(busy()).unwrap();
    assert_eq!(gateway.visit().await, 200);
    write_private(&file, &settings(2));
    gateway.hang_up().await;
    emulator.faults(busy()).unwrap();
    assert_eq!(gateway.visit().await, 302);
}
