//! Several campaigns behind one gateway, and settings that are loaded again.

use std::path::Path;
use std::time::Duration;

use adapis_emulator::Emulator;
use tokio::process::Command;

use crate::{Gateway, PAGE, Site, campaign, exchange, gateway};

fn write_private(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

async fn get(address: &str, host: &str, target: &str) -> crate::Answer {
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    exchange(address, &request).await
}

#[tokio::test]
async fn the_first_route_that_matches_counts() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let secret = folder.path().join("example");
    write_private(&secret, &campaign(&emulator, "Example"));
    write_private(
        &file,
        &format!(
            "[gateway]\nparam = ['source=all', 'creative_id=g']\n\
             [[gateway.route]]\nname = 'quiet'\npath = ['/quiet/*']\nclick = false\n\
             [[gateway.route]]\nname = 'promo'\nhost = ['*.promo.example']\nquery = ['utm_source=x*']\n\
             token-file = '{}'\nparam = ['source=promo']\n\
             [[gateway.route]]\npath = ['/html']\ntoken = '{}'\nask-only = true\nlanding-id = 7\n",
            secret.display(),
            campaign(&emulator, "HTML")
        ),
    );
    let site = Site::start().await;
    let flags = ["--config", file.to_str().unwrap(), "--upstream", &site.url];
    let token = campaign(&emulator, "Nothing");
    let gateway = gateway(&emulator.keitaro_url(), &token, &flags).await;
    let last = || emulator.clicks(1).last[0].clone();

    let answer = get(&gateway.address, "a.promo.example:80", "/?utm_source=x1").await;
    assert_eq!(answer.status, 302);
    assert_eq!(last().parameters["source"], "promo");
    assert_eq!(last().parameters["creative_id"], "g");
    let answer = get(&gateway.address, "a.promo.example", "/").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, PAGE));
    assert_eq!(last().parameters["source"], "all");
    let clicks = emulator.clicks(1).count;
    get(&gateway.address, "a.promo.example", "/quiet/x?utm_source=x").await;
    assert_eq!(site.header("x-keitaro-outcome").as_deref(), Some("skipped"));
    assert_eq!(emulator.clicks(1).count, clicks);
    let answer = get(&gateway.address, "b", "/html").await;
    assert_eq!(answer.body, PAGE);
    assert_eq!(last().landing_id, Some(7));
    assert_eq!(site.header("x-keitaro-action").as_deref(), Some("content"));
    let metrics = gateway.watch("metrics").await;
    for line in [
        "keitaro_circuit_state{route=\"promo\"} 0",
        "keitaro_circuit_state{route=\"default\"} 0",
        "keitaro_visits_total{outcome=\"skipped\"} 1",
        "keitaro_visits_total{outcome=\"page\"} 2",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

#[tokio::test]
async fn a_wrong_route_is_named_and_a_token_in_an_open_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    for (text, named) in [
        ("[[gateway.route]]\nhosts = ['a']\n", "hosts"),
        (
            "[[gateway.route]]\npath = ['/a']\n[[gateway.route]]\ntoken = 'a'\n",
            "number 1",
        ),
        ("[[gateway.route]]\ntoken = 'a'\nparam = ['ip=1']\n", "ip=1"),
    ] {
        write_private(&file, text);
        let output = Command::new(env!("CARGO_BIN_EXE_adapis"))
            .args(["--config", file.to_str().unwrap(), "keitaro", "gateway"])
            .args(["--tracker", "http://127.0.0.1:1", "--upstream", "http://a"])
            .env_remove("ADAPIS_KEITARO_TOKEN")
            .output()
            .await
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(named), "{told}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_adapis"))
            .args(["--config", file.to_str().unwrap(), "keitaro", "gateway"])
            .output()
            .await
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("chmod 600"), "{told}");
    }
}

#[cfg(unix)]
async fn signal(gateway: &Gateway, name: &str) {
    let id = gateway.child.id().unwrap().to_string();
    let sent = Command::new("kill").args([name, &id]).status().await;
    assert!(sent.unwrap().success());
}

#[cfg(unix)]
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

    // A wrong file changes nothing; the log is opened anew.
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

#[cfg(unix)]
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

#[cfg(unix)]
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
