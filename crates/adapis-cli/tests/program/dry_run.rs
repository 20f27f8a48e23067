//! `--dry-run` of every command that changes something: the request is printed, and nothing is sent.

use serde_json::{Value, json};

use crate::peers::Emulator;
use crate::{adapis, failure, text};

const SECRETS: [&str; 4] = ["q831vzb", "a1b2c3d", "111111", "Secret-Passw0rd"];

/// The requests that the line prints.
fn dry(emulator: &Emulator, line: &str) -> Value {
    let mut command = emulator.with_accounts(adapis(&format!("{line} --dry-run --format json")));
    command.env("ADAPIS_KEITARO_POSTBACK_KEY", "a1b2c3d");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    for secret in SECRETS {
        assert!(!text(&output.stdout).contains(secret), "{line}: {output:?}");
        assert!(!text(&output.stderr).contains(secret), "{line}: {output:?}");
    }
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn nothing_is_sent_by_any_vendor() {
    let emulator = Emulator::start();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sheet = file("zones.csv", "name,siteID\nFront,5001\nBack,5001\n");
    let changes = file("changes.csv", "ID,name\n5001,New\n");
    let image = file("autumn.png", "png");
    let lines = [
        "keitaro click --ip 203.0.113.7 --param keyword=shoes".to_owned(),
        "keitaro click --method post --info".to_owned(),
        "keitaro update --sub-id o2q6e42hs08jq --param sub_id_1=button".to_owned(),
        "keitaro postback --sub-id o2q6e42hs08jq --status sale --payout 12.50".to_owned(),
        "spots call user.remove --params [1]".to_owned(),
        "adfox add zone name=Front siteID=5001".to_owned(),
        "adfox add zone name=Front siteID=5001 --unless-exists".to_owned(),
        format!("adfox add zone --from {sheet}"),
        "adfox modify campaign 3001 3002 status=1".to_owned(),
        format!("adfox modify website --from {changes}"),
        "adfox delete campaign 3001".to_owned(),
        "adfox placing place 5201 --campaign 3001".to_owned(),
        "adfox target frequency 3001 maxUniqueImpressions=3".to_owned(),
        format!("adfox upload campaign 3001 {image}"),
        "adfox call object=campaign action=modify objectID=3001 status=1".to_owned(),
    ];
    for line in &lines {
        let printed = dry(&emulator, line);
        let first = if printed.is_array() {
            &printed[0]
        } else {
            &printed
        };
        let url = first["url"].as_str().unwrap();
        assert!(url.starts_with("http://127.0.0.1:"), "{line}: {printed}");
    }
    let requests = emulator.control("requests");
    assert_eq!(requests["operations"], json!({}), "{requests}");
    assert_eq!(emulator.clicks(), 0);
    // No journal either, which would say that a row was sent.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn the_request_is_shown_as_it_would_be_sent() {
    let emulator = Emulator::start();
    let click = dry(
        &emulator,
        "keitaro click --ip 203.0.113.7 --param keyword=shoes",
    );
    assert_eq!(
        (&click["method"], &click["body"]),
        (&json!("GET"), &json!(null))
    );
    let url = click["url"].as_str().unwrap();
    for part in [
        "/click_api/v3?",
        "token=***",
        "ip=203.0.113.7",
        "keyword=shoes",
    ] {
        assert!(url.contains(part), "{url}");
    }
    let form = dry(&emulator, "keitaro click --method post");
    assert!(
        form["body"].as_str().unwrap().contains("token=***"),
        "{form}"
    );
    let postback = dry(&emulator, "keitaro postback --sub-id x1 --payout 12.50");
    let url = postback["url"].as_str().unwrap();
    assert!(
        url.contains("/***/postback?") && url.contains("payout=12.50"),
        "{url}"
    );
    let call = dry(&emulator, "spots call user.remove --params [1]");
    assert_eq!(call["headers"]["authorization"], "Bearer ***");
    let body: Value = serde_json::from_str(call["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&body["method"], &body["params"]),
        (&json!("user.remove"), &json!([1]))
    );
}

#[test]
fn what_could_not_be_sent_is_an_error() {
    let emulator = Emulator::start();
    for (line, told) in [
        (
            "keitaro postback --sub-id x1 --dry-run",
            "ADAPIS_KEITARO_POSTBACK_KEY",
        ),
        (
            "keitaro update --sub-id x1 --param =y --dry-run",
            "NAME=VALUE",
        ),
        (
            "keitaro update --sub-id x1 --param sub_id=y --dry-run",
            "sub_id",
        ),
    ] {
        let (code, error) = failure(emulator.with_accounts(adapis(line)));
        assert_eq!(code, 2, "{line}: {error}");
        assert!(error.contains(told), "{line}: {error}");
    }
}
