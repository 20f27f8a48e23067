//! `adapis check` against the emulator and against servers that misbehave.

use std::process::{Command, Output};
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use crate::peers::{Emulator, Peer};
use crate::{adapis, text};

const HUSH: &str = "hush-7000001";

fn config(folder: &TempDir, toml: &str) -> String {
    let path = folder.path().join("config.toml");
    std::fs::write(&path, toml).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    path.to_str().unwrap().to_owned()
}

/// Accounts of the four vendors in one profile.
fn profile(name: &str, emulator: &Emulator) -> String {
    let line = emulator.ready();
    let url = |vendor: &str| line[vendor].as_str().unwrap();
    let secret = |vendor: &str, member: &str| line["credentials"][vendor][member].as_str().unwrap();
    format!(
        "[profile.{name}.keitaro]\ntracker = \"{}\"\ntoken = \"{}\"\npostback_key = \"{}\"\n\
         [profile.{name}.spots]\nendpoint = \"{}\"\nlogin = \"{}\"\npassword = \"{}\"\n\
         [profile.{name}.hybrid]\nendpoint = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n\
         [profile.{name}.adfox]\nendpoint = \"{}\"\nlogin = \"{}\"\npassword = \"{}\"\n",
        url("keitaro"),
        secret("keitaro", "token"),
        secret("keitaro", "postback_key"),
        url("spots"),
        secret("spots", "login"),
        secret("spots", "password"),
        url("hybrid"),
        secret("hybrid", "client_id"),
        secret("hybrid", "client_secret"),
        url("adfox"),
        secret("adfox", "login"),
        secret("adfox", "password"),
    )
}

fn check(path: &str, flags: &str) -> Command {
    adapis(&format!("check --config {path} --format json {flags}"))
}

fn rows(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

/// The row of a check.
fn row<'a>(rows: &'a [Value], vendor: &str, check: &str) -> &'a Value {
    let found = rows
        .iter()
        .find(|row| row["vendor"] == vendor && row["check"] == check);
    found.unwrap_or_else(|| panic!("no {check} of {vendor} in {rows:?}"))
}

#[test]
fn the_accounts_of_all_vendors_are_tried_without_a_change_or_a_secret() {
    let emulator = Emulator::start();
    let folder = tempfile::tempdir().unwrap();
    let toml = profile("default", &emulator) + &profile("other", &emulator);
    let path = config(&folder, &toml);
    let output = check(&path, "").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let found = rows(&output);
    let config = &found[0];
    assert_eq!(config["check"], "config");
    assert!(config["message"].as_str().unwrap().contains(&path));
    for vendor in ["keitaro", "spots", "hybrid", "adfox"] {
        for check in ["host", "secret", "proxy", "dns", "tcp", "login", "clock"] {
            let row = row(&found, vendor, check);
            assert_eq!(row["ok"], true, "{row}");
        }
    }
    let profiles = |name: &str| found.iter().filter(|row| row["profile"] == name).count();
    assert_eq!((profiles("default"), profiles("other")), (28, 28));
    for secret in [
        "111111",
        "Secret-Passw0rd",
        "agency/secret",
        "q831vzb",
        "a1b2c3d",
    ] {
        assert!(!text(&output.stdout).contains(secret), "{secret}");
        assert!(!text(&output.stderr).contains(secret), "{secret}");
    }
    assert_eq!(emulator.clicks(), 0);

    let narrow = check(&path, "--profile other adfox spots")
        .output()
        .unwrap();
    let found = rows(&narrow);
    assert_eq!(found.len(), 1 + 14, "{found:?}");
    assert!(found[1..].iter().all(|row| row["profile"] == "other"));

    let output = check(&path, "--profile other keitaro --click")
        .output()
        .unwrap();
    let login = row(&rows(&output), "keitaro", "login").clone();
    assert!(
        login["message"]
            .as_str()
            .unwrap()
            .contains("counted the click"),
        "{login}"
    );
    assert_eq!(emulator.clicks(), 1);
}

#[test]
fn accounts_of_the_environment_are_tried_too() {
    let emulator = Emulator::start();
    let output = adapis("check --format json")
        .env("ADAPIS_SPOTS_ENDPOINT", emulator.spots_url())
        .env("ADAPIS_SPOTS_LOGIN", "publisher@example.com")
        .env("ADAPIS_SPOTS_PASSWORD_COMMAND", "echo 111111")
        .env("HTTPS_PROXY", format!("http://me:{HUSH}@127.0.0.1:9"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let found = rows(&output);
    let message = |check: &str| row(&found, "spots", check)["message"].to_string();
    assert!(message("host").contains("ADAPIS_SPOTS_ENDPOINT"));
    assert!(message("secret").contains("ADAPIS_SPOTS_PASSWORD_COMMAND"));
    assert!(message("proxy").contains("HTTPS_PROXY is not used"));
    assert!(!text(&output.stdout).contains(HUSH));

    let nothing = adapis("check --format json").output().unwrap();
    assert!(nothing.status.success());
    assert_eq!(rows(&nothing).len(), 1);
    assert!(text(&nothing.stderr).contains("--config FILE"));
    let home = tempfile::tempdir().unwrap();
    let mut nothing = adapis("check --format json");
    let nothing = nothing.env("HOME", home.path()).output().unwrap();
    assert!(text(&nothing.stderr).contains("config init"));
}

#[test]
fn the_exit_code_is_that_of_the_worst_and_each_problem_says_what_to_do() {
    let emulator = Emulator::start();
    let gone = Peer::gone().url();
    let folder = tempfile::tempdir().unwrap();
    let path = config(
        &folder,
        &format!(
            "[profile.default.spots]\nendpoint = \"{}\"\nlogin = \"publisher@example.com\"\npassword = \"{HUSH}\"\n\
             [profile.gone.adfox]\nendpoint = \"{gone}\"\nlogin = \"me\"\npassword = \"{HUSH}\"\n\
             [profile.secretless.hybrid]\nendpoint = \"{gone}\"\nclient_id = \"c\"\n\
             [profile.misspelled.hybrid]\nclientid = \"c\"\n\
             [profile.named.keitaro]\ntracker = \"https://tracker.invalid\"\ntoken = \"{HUSH}\"\n",
            emulator.spots_url()
        ),
    );
    let output = check(&path, "").output().unwrap();
    let found = rows(&output);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let problem = |profile: &str, check: &str| {
        let row = found
            .iter()
            .find(|row| row["profile"] == profile && row["check"] == check)
            .unwrap_or_else(|| panic!("{profile} {check}: {found:?}"));
        assert_eq!(row["ok"], false, "{row}");
        format!("{} {}", row["message"], row["hint"])
    };
    assert!(
        problem("default", "login").contains("correct the credentials (password from password in")
    );
    assert!(problem("gone", "tcp").contains("open the firewall"));
    assert!(problem("secretless", "secret").contains("ADAPIS_HYBRID_CLIENT_SECRET"));
    assert!(problem("misspelled", "settings").contains("clientid"));
    assert!(problem("named", "dns").contains("correct the host"));
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "connect");

    let output = adapis(&format!("check --config {path} --format table"))
        .output()
        .unwrap();
    let lines: Vec<&str> = text(&output.stderr).lines().collect();
    // The secret is missing, and the host is gone all the same.
    assert_eq!(lines.len(), 6 + 1, "{lines:#?}");
    assert!(lines[..6].iter().all(|line| line.starts_with("problem: ")));
    assert!(lines[6].contains("checks failed"), "{}", lines[6]);
    assert!(!text(&output.stdout).contains(HUSH) && !text(&output.stderr).contains(HUSH));

    let output = check(&path, "spots").output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

#[test]
fn a_server_that_hangs_is_given_up_at_the_time_limit() {
    let (one, two) = (Peer::hangs(), Peer::hangs());
    let folder = tempfile::tempdir().unwrap();
    let toml = |name: &str, peer: &Peer| {
        format!(
            "[profile.{name}.spots]\nendpoint = \"{}\"\nlogin = \"me\"\npassword = \"{HUSH}\"\n",
            peer.url()
        )
    };
    let path = config(&folder, &(toml("a", &one) + &toml("b", &two)));
    let begin = Instant::now();
    let output = check(&path, "--timeout 3").output().unwrap();
    assert!(
        begin.elapsed().as_secs_f32() < 14.0,
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(output.status.code(), Some(4));
    let found = rows(&output);
    let late = found.iter().filter(|row| row["ok"] == false);
    assert_eq!(late.count(), 2, "{found:?}");
}

#[test]
fn a_wrong_clock_is_reported() {
    let old = Peer::status(
        "200 OK",
        "date: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-type: application/json\r\n",
        "{}",
    );
    let output = adapis("check --format json")
        .env("ADAPIS_SPOTS_ENDPOINT", old.url())
        .env("ADAPIS_SPOTS_LOGIN", "me")
        .env("ADAPIS_SPOTS_PASSWORD", HUSH)
        .output()
        .unwrap();
    let found = rows(&output);
    let clock = row(&found, "spots", "clock");
    assert_eq!(clock["ok"], false, "{clock}");
    assert!(
        clock["message"]
            .as_str()
            .unwrap()
            .contains("ahead of the server"),
        "{clock}"
    );
    assert!(clock["hint"].as_str().unwrap().contains("NTP"), "{clock}");
}

/// A command with a SPOTS account at this URL.
fn spots_at(url: &str, flags: &str) -> Command {
    let mut command = adapis(&format!("check --format json --timeout 10 {flags}"));
    command
        .env("ADAPIS_SPOTS_ENDPOINT", url)
        .env("ADAPIS_SPOTS_LOGIN", "me")
        .env("ADAPIS_SPOTS_PASSWORD", HUSH);
    command
}

#[test]
fn a_server_without_tls_fails_at_the_handshake() {
    let plain = Peer::status("200 OK", "", "{}");
    let url = plain.url().replace("http:", "https:");
    let output = spots_at(&url, "").output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let found = rows(&output);
    assert_eq!(row(&found, "spots", "tcp")["ok"], true);
    assert_eq!(row(&found, "spots", "tls")["ok"], false);
    assert!(found.iter().all(|row| row["check"] != "login"), "{found:?}");
}

#[test]
fn a_proxy_is_what_is_reached_if_it_is_used() {
    let gone = Peer::gone().url();
    let proxy = gone.replace("http://", &format!("http://me:{HUSH}@"));
    let with_proxy = |flags: &str, excepted: &str| {
        let mut command = spots_at("https://spots.invalid/api", flags);
        command.env("HTTPS_PROXY", &proxy).env("NO_PROXY", excepted);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        assert!(!text(&output.stdout).contains(HUSH), "{output:?}");
        assert!(!text(&output.stderr).contains(HUSH), "{output:?}");
        rows(&output)
    };
    let used = with_proxy("--env-proxy", "");
    let message = row(&used, "spots", "proxy")["message"].to_string();
    assert!(message.contains("http://***@127.0.0.1"), "{message}");
    assert!(message.contains("(HTTPS_PROXY)"), "{message}");
    assert_eq!(row(&used, "spots", "tcp")["ok"], false);
    for (flags, excepted) in [("", ""), ("--env-proxy", "other.example,.invalid")] {
        let unused = with_proxy(flags, excepted);
        let message = row(&unused, "spots", "proxy")["message"].to_string();
        assert!(
            message.contains("none; HTTPS_PROXY is not used"),
            "{message}"
        );
        assert_eq!(row(&unused, "spots", "dns")["ok"], false);
    }
}
