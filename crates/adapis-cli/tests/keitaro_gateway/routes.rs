//! Several campaigns behind one gateway.

use adapis_emulator::Emulator;
use tokio::process::Command;

use crate::{PAGE, Site, campaign, gateway, get, write_private};

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
