use serde_json::{Value, json};

use crate::peers::Peer;
use crate::{adapis, failure, words};

/// A call that reaches the peer at once, without a token before it.
fn list(peer: &Peer, flags: &str) -> std::process::Command {
    let mut command = adapis(&format!(
        "adfox list campaign --attempts 1 --endpoint {} {flags}",
        peer.url()
    ));
    command
        .env("ADAPIS_ADFOX_LOGIN", "login")
        .env("ADAPIS_ADFOX_PASSWORD", "password");
    command
}

fn refusal(code: &str, words: &str) -> Peer {
    Peer::status(
        "200 OK",
        "content-type: text/xml; charset=utf-8\r\n",
        &format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <response><status><code>{code}</code><error>{words}</error></status></response>"
        ),
    )
}

#[test]
fn each_kind_of_failure_has_its_exit_code() {
    let cases: [(&str, Peer, i32, &str); 12] = [
        (
            "code -1",
            refusal("-1", "Authorization failed"),
            3,
            "unauthenticated",
        ),
        (
            "code -2",
            refusal("-2", "Access denied"),
            6,
            "permission_denied",
        ),
        (
            "401",
            Peer::status("401 Unauthorized", "", ""),
            3,
            "unauthenticated",
        ),
        (
            "403",
            Peer::status("403 Forbidden", "", ""),
            6,
            "permission_denied",
        ),
        ("no listener", Peer::gone(), 4, "connect"),
        ("no response", Peer::hangs(), 4, "timeout"),
        (
            "partial response",
            Peer::answers("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<resp"),
            4,
            "interrupted",
        ),
        (
            "429",
            Peer::status("429 Too Many", "", ""),
            5,
            "rate_limited",
        ),
        ("404", Peer::status("404 Not Found", "", ""), 6, "not_found"),
        ("code -6", refusal("-6", "Incorrect value"), 6, "rejected"),
        ("500", Peer::status("500 Oops", "", ""), 7, "server"),
        (
            "not XML",
            Peer::status("200 OK", "", "<html><body>"),
            8,
            "decode",
        ),
    ];
    for (case, peer, code, kind) in cases {
        let (exit, line) = failure(list(&peer, "--timeout 1 --format json"));
        let object: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["error"]["kind"], kind, "{case}: {line}");
        assert_eq!(exit, code, "{case}: {line}");
        let (exit, line) = failure(list(&peer, "--timeout 1 --format csv"));
        assert!(
            line.starts_with("error: adfox account.list.campaign: "),
            "{case}: {line}"
        );
        assert_eq!(exit, code, "{case}: {line}");
    }
}

#[test]
fn the_error_object_carries_status_code_and_wait() {
    let peer = Peer::status("429 Too Many Requests", "retry-after: 7\r\n", "");
    let (_, line) = failure(list(&peer, "--format json"));
    let object: Value = serde_json::from_str(&line).unwrap();
    let error = object["error"].as_object().unwrap();
    assert_eq!(error["vendor"], "adfox");
    assert_eq!(error["operation"], "account.list.campaign");
    assert_eq!(error["status"], 429);
    assert_eq!(error["code"], Value::Null);
    assert_eq!(error["retry_after"], 7);
    assert_eq!(error["may_have_run"], false);

    let (_, line) = failure(list(&refusal("-6", "Incorrect value"), "--format ndjson"));
    let object: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(object["error"]["code"], "-6");
    assert_eq!(object["error"]["message"], "Incorrect value");
}

#[test]
fn a_vendors_line_ends_and_colours_do_not_reach_the_terminal() {
    let (_, line) = failure(list(
        &refusal("-6", "one\ntwo \u{1b}[31mred"),
        "--format table",
    ));
    assert!(!line.contains('\u{1b}'), "{line}");
}

#[test]
fn a_wrong_line_is_an_input_error_in_both_shapes() {
    for line in [
        "bogus",
        "emulator --bogus",
        "spots --login me",
        "--attempts 0 demo",
        "--timeout 0 demo",
        "demo --format xml",
    ] {
        let (code, text) = failure(adapis(line));
        assert_eq!(code, 2, "{line}: {text}");
        assert!(text.starts_with("error: "), "{line}: {text}");
    }
    let (code, text) = failure(adapis("spots --format json --bogus"));
    assert_eq!(code, 2);
    let object: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&String> = object["error"].as_object().unwrap().keys().collect();
    let mut expected = vec![
        "kind",
        "vendor",
        "operation",
        "status",
        "code",
        "message",
        "retry_after",
        "may_have_run",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(object["error"]["kind"], json!("invalid_input"));
}

#[test]
fn bad_input_names_the_field_before_anything_is_sent() {
    let click = |words_: &[&str]| {
        let mut line = vec!["keitaro", "click", "--tracker"];
        line.extend_from_slice(words_);
        let mut command = words(&line);
        command.env("ADAPIS_KEITARO_TOKEN", "token");
        command
    };
    let here = "http://127.0.0.1:1/";
    for (field, command) in [
        ("tracker", click(&["not a url"])),
        ("tracker", click(&["http://tracker.example/"])),
        ("tracker", click(&["ftp://127.0.0.1/"])),
        ("user_agent", click(&[here, "--user-agent", "a\r\nb"])),
        ("keyword", click(&[here, "--param", "keyword=a\nb"])),
    ] {
        let (code, text) = failure(command);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(field), "{field}: {text}");
    }
    let (code, text) = failure(click(&[here, "--param", "user_agent=a"]));
    assert_eq!(code, 2, "{text}");
    assert!(text.ends_with("use --user-agent"), "{text}");
    let mut empty = adapis("keitaro click --tracker http://127.0.0.1:1/");
    empty.env("ADAPIS_KEITARO_TOKEN", "");
    let (code, text) = failure(empty);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("token"), "{text}");
}

#[test]
fn an_emulator_says_why_it_cannot_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (code, text) = failure(adapis(&format!(
        "emulator --listen {}",
        taken.local_addr().unwrap()
    )));
    assert_eq!(code, 2, "{text}");
    assert!(
        text.starts_with("error: cannot listen on 127.0.0.1:"),
        "{text}"
    );
    let (code, text) = failure(adapis("emulator --data no/such/file.json"));
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("data"), "{text}");
}

#[test]
fn a_proxy_of_the_environment_is_asked_only_when_wanted() {
    let (proxy, asked) = Peer::refuses();
    let gone = Peer::gone().url().replace("http", "https");
    let run = |flags: &str| {
        let mut command = words(&[
            "spots",
            "stats",
            "--from",
            "2023-08-23",
            "--to",
            "2023-08-24",
        ]);
        command
            .args(["--attempts", "1", "--endpoint", &gone])
            .args(flags.split_whitespace())
            .env("ADAPIS_SPOTS_LOGIN", "login")
            .env("ADAPIS_SPOTS_PASSWORD", "password")
            .env("HTTPS_PROXY", proxy.url())
            .env("HTTP_PROXY", proxy.url());
        failure(command).0
    };
    assert_eq!(run(""), 4);
    assert!(asked.lock().unwrap().is_empty());
    assert_eq!(run("--env-proxy"), 4);
    let host = gone.trim_start_matches("https://").trim_end_matches('/');
    let tunnel = format!("CONNECT {host} HTTP/1.1");
    assert!(asked.lock().unwrap().iter().all(|line| *line == tunnel));
    assert!(!asked.lock().unwrap().is_empty());
}
