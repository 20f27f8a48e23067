//! Servers that quote every request back, in every place from which an error takes a message.

use std::collections::BTreeMap;

use crate::canary;
use crate::catalog::{Catalog, Fault, Want, http};
use crate::matrix::{SIDE_BY_SIDE, cells, healthy, play};
use crate::server::{Play, Seen};

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn escaped(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect();
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A way for a server to quote a request.
type Dress = (&'static str, fn(&Seen) -> String);

const DRESSES: [Dress; 12] = [
    ("text", Seen::echo),
    ("HTML", |seen| {
        format!("<html><pre>{}</pre></html>", escaped(&seen.echo()))
    }),
    ("a JSON-RPC error", |seen| {
        let echo = quoted(&seen.echo());
        format!(
            r#"{{"jsonrpc":"2.0","error":{{"code":{echo},"message":{echo},"data":{{"sent":[{echo}],{echo}:1}}}},"id":null}}"#
        )
    }),
    ("an OAuth error", |seen| {
        let echo = quoted(&seen.echo());
        format!(
            r#"{{"error":{echo},"error_description":{echo},"Message":{echo},"message":{echo}}}"#
        )
    }),
    ("an error of the statistics", |seen| {
        let echo = quoted(&seen.echo());
        format!(r#"{{"error":{{"code":{echo},"message":{echo}}}}}"#)
    }),
    ("a table that does not add up", |seen| {
        let echo = quoted(&seen.echo());
        format!(
            r#"{{"result":{{"columns":[{{"name":{echo},"type":"integer"}}],"rows":[[1]],"totals":[2]}},"Statistic":[{{"Clicks":1}}],"Total":{{{echo}:2}}}}"#
        )
    }),
    ("a table of a wrong type", |seen| {
        let echo = quoted(&seen.echo());
        format!(
            r#"{{"result":{{"taskId":[{echo}],"status":[{echo}],"columns":[{{"name":{echo},"type":[{echo}]}}],"rows":[[{{{echo}:{echo}}}]]}},"Statistic":{echo}}}"#
        )
    }),
    ("JSON of a wrong type", |seen| {
        let echo = quoted(&seen.echo());
        format!(
            r#"[{{{echo}:{{"x":{echo}}},"Id":[{echo}],"headers":{{"a":{{{echo}:[{{}}]}}}},"Stat":{echo}}}]"#
        )
    }),
    ("JSON cut short", |seen| {
        format!(r#"{{"result":{{"a":{},"#, quoted(&seen.echo()))
    }),
    ("an XML refusal", |seen| {
        let echo = escaped(&seen.echo());
        format!(
            "<response><status><code>-6</code><error>{echo}</error><parameter>{echo}</parameter>\
             <value>{echo}</value></status></response>"
        )
    }),
    ("an XML refusal by name", |seen| {
        let echo = escaped(&seen.echo());
        format!(
            "<response><status><code>-99</code><error>wrong</error><parameter>loginPassword</parameter>\
             <value>{echo}</value></status></response>"
        )
    }),
    ("XML cut short", |seen| {
        format!("<response><status><code>{}", escaped(&seen.echo()))
    }),
];

const STATUSES: [&str; 9] = [
    "200 OK",
    "400 Bad Request",
    "401 Unauthorized",
    "403 Forbidden",
    "404 Not Found",
    "409 Conflict",
    "429 Too Many Requests",
    "500 Oops",
    "503 Service Unavailable",
];

fn echoes() -> Vec<Fault> {
    let mut all = Catalog(Vec::new());
    for status in STATUSES {
        for (dress, write) in DRESSES {
            all.add(
                format!("{status}, echo as {dress}"),
                [Want::Anything],
                move |_, seen| Play::Respond(http(status, &[], write(seen).as_bytes())),
            );
        }
    }
    all.add("echo in the headers", [Want::Anything], |_, seen| {
        let line: String = seen
            .echo()
            .chars()
            .filter(|c| c.is_ascii() && !c.is_control())
            .collect();
        let headers = [
            ("Location", format!("https://echo.example/{line}")),
            ("Retry-After", line.clone()),
            ("Content-Type", line.clone()),
            ("X-Echo", line),
        ];
        let headers = headers
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        Play::Respond(http("302 Found", &headers, b""))
    });
    all.add("echo instead of HTTP", [Want::Anything], |_, seen| {
        Play::Close(seen.echo().into_bytes())
    });
    all.0
}

/// `ADAPIS_FAULTS=all` runs all of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_echo_makes_a_client_leak_a_secret() {
    canary::listen();
    let healthy = healthy().await;
    let (cells, whole) = cells(&echoes());
    let count = cells.len();
    let mut wrong = play(cells, SIDE_BY_SIDE, &healthy).await;
    wrong.retain(|(_, what)| !what.is_empty());
    wrong.sort();
    println!("echoes: {count} cells of {whole}, {} wrong", wrong.len());
    for (cell, what) in &wrong {
        println!("{cell}\n    {}", what.join("\n    "));
    }
    assert!(wrong.is_empty());
    assert_eq!(
        canary::heard(),
        BTreeMap::new(),
        "secrets in logs, by target"
    );
}
