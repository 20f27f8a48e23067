//! `pull plan` sends nothing, and counts what a run sends.

use adapis_emulator::Emulator;

use crate::{ADSERVER, AGENCY, Home, NOW, emulator, publisher};

/// The calls that the emulator has received, without those for tokens.
fn received(emulator: &Emulator) -> u64 {
    let operations = emulator.requests().operations;
    let calls = operations
        .iter()
        .filter(|(name, _)| !["spots.user.auth", "hybrid.token"].contains(&name.as_str()));
    calls.map(|(_, counts)| counts.received).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_counts_exactly_the_calls_of_a_run() {
    let emulator = emulator().await;
    let streams = "\"day\", \"site-day\", \"placement-day\", \"domain-day\"";
    let home = Home::new(&emulator, &publisher(streams));
    for (now, flags) in [
        (NOW, ""),
        (NOW, "--from 2025-11-21 --to 2025-11-22"),
        ("2025-12-06T03:00:00Z", "--stream site-day"),
        ("2025-12-09T03:00:00Z", "--restart spots.day"),
    ] {
        emulator.set_now(now.parse::<jiff::Timestamp>().unwrap());
        let before = received(&emulator);
        let plan = home.json(&format!("pull plan --now {now} {flags}"));
        assert_eq!(received(&emulator), before, "a plan sends nothing");
        assert_eq!(plan["is_exact"], true, "{plan}");
        home.json(&format!("pull --now {now} {flags}"));
        assert_eq!(
            received(&emulator) - before,
            plan["calls"].as_u64().unwrap(),
            "{flags}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_needs_no_secret_and_says_what_it_cannot_know() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &(AGENCY.to_owned() + ADSERVER));
    home.edit("client_secret = ", "client_secret_file = ");
    let plan = home.json(&format!("pull plan --now {NOW}"));
    assert_eq!(plan["is_exact"], false);
    let notes = plan["sources"][0]["notes"].as_array().unwrap();
    assert!(
        notes[0].as_str().unwrap().contains("before the first run"),
        "{plan}"
    );
    assert_eq!(received(&emulator), 0);
    let table = home.run(&format!("pull plan --now {NOW} --format table"));
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(
        table.contains("adfox.campaign/source=adserver/snapshot=2025-12-05"),
        "{table}"
    );
    assert!(!home.root().join("hybrid.campaign-day").exists());
}
