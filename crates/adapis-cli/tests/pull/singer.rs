//! `adapis pull --singer`: messages on stdout, and nothing else there.

use std::process::Stdio;

use serde_json::Value;

use crate::{Home, NOW, emulator, failure, publisher, text};

fn messages(home: &Home, flags: &str) -> Vec<Value> {
    let output = home.run(&format!("pull --singer {flags}"));
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stderr).contains("records"), "{output:?}");
    let lines = text(&output.stdout).lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn count(messages: &[Value], kind: &str) -> usize {
    let of_kind = messages.iter().filter(|message| message["type"] == kind);
    of_kind.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_are_written_once_and_then_what_has_changed() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\", \"site-day\""));
    let pulled = home.json(&format!("pull --now {NOW}"));
    let all = messages(&home, "");
    assert_eq!(count(&all, "SCHEMA"), 2);
    assert_eq!(
        u64::try_from(count(&all, "RECORD")).unwrap(),
        pulled["sources"][0]["rows"].as_u64().unwrap()
    );
    let state = all.last().unwrap();
    assert_eq!(state["type"], "STATE");
    let record = all
        .iter()
        .find(|message| message["type"] == "RECORD")
        .unwrap();
    assert!(record["record"]["income"].is_number(), "{record}");

    // Targets repeat the states that they have taken, one a line.
    std::fs::write(
        home.folder.path().join("state.json"),
        format!("{{}}\n{state}\n"),
    )
    .unwrap();
    let none = messages(&home, "--state state.json");
    assert_eq!((none.len(), count(&none, "STATE")), (1, 1), "{none:?}");
    let some = messages(&home, "--state state.json --restart day --money text");
    assert_eq!((count(&some, "SCHEMA"), count(&some, "RECORD")), (1, 15));
    assert!(some[1]["record"]["income"].is_string(), "{}", some[1]);
    let days = messages(&home, "--stream day --from 2025-12 --to 2025-12");
    assert_eq!(count(&days, "RECORD"), 4);

    home.json("pull forget --source publisher --stream day --from 2025-11 --to 2025-11");
    let output = home.run("pull --singer --state state.json --output out.jsonl");
    assert!(
        text(&output.stderr).contains("month=2025-11-01 has vanished"),
        "{output:?}"
    );
    assert!(output.stdout.is_empty(), "{output:?}");
    let written = std::fs::read_to_string(home.folder.path().join("out.jsonl")).unwrap();
    assert!(written.starts_with("{\"type\":\"STATE\""), "{written}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_on_stderr() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"site-day\""));
    home.json(&format!("pull --now {NOW}"));
    std::fs::write(home.folder.path().join("state.json"), "nonsense").unwrap();
    for line in [
        "pull --singer --state state.json",
        "pull --singer --state none.json",
        "pull --singer --stream week",
        "pull --singer --strict",
        "pull --singer --max-calls 3",
        "pull --money text",
        "pull --singer plan",
    ] {
        let output = home.run(line);
        let (code, message) = failure(&output);
        assert_eq!(code, 2, "{line}: {message}");
        assert!(output.stdout.is_empty(), "{line}: {output:?}");
    }

    let files = home.files();
    std::fs::write(home.root().join(&files[0]), "not a file of Parquet").unwrap();
    let output = home.run("pull --singer");
    let (code, line) = failure(&output);
    assert_eq!(code, 1);
    assert!(line.contains("month=2025-11-01"), "{line}");
    let last: Value = serde_json::from_str(text(&output.stdout).lines().last().unwrap()).unwrap();
    assert_eq!(last["type"], "STATE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_ends_or_hangs_ends_the_command() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"placement-day\""));
    home.json(&format!("pull --now {NOW}"));
    let mut child = home
        .command("pull --singer")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let (code, line) = failure(&child.wait_with_output().unwrap());
    assert_eq!(code, 1, "{line}");
    assert!(line.contains("cannot write to the target"), "{line}");

    let mut child = home
        .command("pull --singer --timeout 1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let unread = child.stdout.take();
    let output = child.wait_with_output().unwrap();
    drop(unread);
    assert_eq!(failure(&output).0, 4, "{output:?}");
}
