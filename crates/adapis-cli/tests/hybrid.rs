//! `adapis hybrid` as a program against the emulator.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::process::{Command, Output, Stdio};

use adapis_emulator::{Emulator, Fault, FaultPlan};
use serde_json::{Value, json};

const CAMPAIGN: &str = "53df8633af55cd57805746f5";

fn run(emulator: &Emulator, line: &str) -> Output {
    let hybrid = &emulator.credentials().hybrid;
    run_as(emulator, &hybrid.client_id, &hybrid.client_secret, line)
}

fn run_as(emulator: &Emulator, id: &str, secret: &str, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_adapis"))
        .arg("hybrid")
        .args(line.split_whitespace())
        .args(["--endpoint", &emulator.hybrid_url(), "--attempts", "2"])
        .env("ADAPIS_HYBRID_CLIENT_ID", id)
        .env("ADAPIS_HYBRID_CLIENT_SECRET", secret)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn rows(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists() {
    let emulator = Emulator::start().await.unwrap();
    let advertisers = rows(&run(&emulator, "advertisers --format json"));
    assert_eq!(
        advertisers[0],
        json!({"Id": CAMPAIGN, "Name": "Advertiser 1", "Balance": 1500})
    );
    let line = format!("campaigns --advertiser {CAMPAIGN} --format json");
    let campaigns = rows(&run(&emulator, &line));
    assert_eq!(campaigns.len(), 3);
    let line = format!("banners {CAMPAIGN} --format csv");
    let banners = run(&emulator, &line);
    let text = String::from_utf8(banners.stdout).unwrap();
    assert!(
        text.starts_with("Id,Name,extra\n58c1598f7bc72f277c4744ec,Banner 1,\n"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_of_the_page() {
    let emulator = Emulator::start().await.unwrap();
    let day = "--from 2015-12-31 --to 2015-12-31 --format json";
    let line = format!("stats campaign {CAMPAIGN} {day}");
    let campaign = run(&emulator, &line);
    let text = String::from_utf8(campaign.stdout.clone()).unwrap();
    assert!(text.contains(r#""SumBets":1622290.744716147"#), "{text}");
    let row = &rows(&campaign)[0];
    assert_eq!(row["CampaignId"], CAMPAIGN);
    assert_eq!(
        (&row["ImpressionCount"], &row["Date"]),
        (&json!(61239), &json!("2015-12-31"))
    );
    for line in [
        format!("stats advertiser {CAMPAIGN} {day}"),
        format!("stats advertiser --advertiser {CAMPAIGN} {day}"),
    ] {
        assert_eq!(&rows(&run(&emulator, &line))[0], row, "{line}");
    }
    let line = format!(
        "stats banners {CAMPAIGN} --from 2016-01-26 --to 2016-01-26T23:59:59 --format json"
    );
    let banners = rows(&run(&emulator, &line));
    assert_eq!(banners[0]["SumWinningPriceWithComission"], 0.006);
    let domain = run(&emulator, "stats domain sport-express.ru --format ndjson");
    let text = String::from_utf8(domain.stdout).unwrap();
    assert!(
        text.lines()
            .next()
            .unwrap()
            .contains(r#""SumWinningPrice":0.000509914"#),
        "{text}"
    );
    let line =
        "stats banner 58c1598f7bc72f277c4744ec --from 2017-03-18 --to 2017-03-18 --format json";
    assert_eq!(rows(&run(&emulator, line))[0]["Reach"], 5510);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_ranges_are_cut() {
    let emulator = Emulator::start().await.unwrap();
    let line = format!(
        "stats campaign {CAMPAIGN} --from 2015-12-01 --to 2015-12-31 --window-days 10 --format json"
    );
    assert_eq!(rows(&run(&emulator, &line)).len(), 1);
    assert_eq!(
        emulator.requests().of("hybrid.statistic.campaign").received,
        4
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn any_path() {
    let emulator = Emulator::start().await.unwrap();
    let output = run(&emulator, "get /advertiser/get --format json");
    assert_eq!(rows(&output)[0]["Balance"], "1500");
    let output = run(&emulator, "get /campaign/../token --format json");
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_have_their_exit_code_and_one_line() {
    let emulator = Emulator::start().await.unwrap();
    let id = emulator.credentials().hybrid.client_id.clone();
    let wrong = run_as(&emulator, &id, "canary/secret", "campaigns --format json");
    assert_eq!(wrong.status.code(), Some(3));
    let text = String::from_utf8(wrong.stderr).unwrap();
    assert!(!text.contains("canary"), "{text}");
    let error: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(error["error"]["kind"], "unauthenticated");
    assert_eq!(error["error"]["status"], 400);
    assert!(
        error["error"]["message"]
            .as_str()
            .unwrap()
            .contains("client_secret"),
        "{text}"
    );

    for (line, status, code) in [
        ("campaigns", 429, 5),
        ("campaigns", 500, 7),
        ("campaigns", 400, 6),
    ] {
        emulator
            .faults(
                FaultPlan::new("hybrid.campaign.get")
                    .fault(Fault::status(status))
                    .forever(),
            )
            .unwrap();
        let output = run(&emulator, line);
        assert_eq!(output.status.code(), Some(code), "{status}");
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
    }
    for (line, code) in [
        ("banners nothing", 6),
        ("stats campaign a --from 2015-12-31 --to 2015-12-30", 2),
        ("stats campaign a --from 31.12.2015 --to 2015-12-31", 2),
        ("stats campaign --from 2015-12-31 --to 2015-12-31", 2),
        ("stats advertiser --from 2015-12-31 --to 2015-12-31", 2),
        ("campaigns --advertiser nobody", 3),
    ] {
        let output = run(&emulator, line);
        assert_eq!(output.status.code(), Some(code), "{line}: {output:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
    }
    emulator
        .faults(FaultPlan::new("hybrid.campaign.get").fault(Fault::garbage("<html>")))
        .unwrap();
    assert_eq!(run(&emulator, "campaigns").status.code(), Some(8));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_advertisers_in_turn_and_one_that_fails_stops_none() {
    let emulator = Emulator::start().await.unwrap();
    let whole = run(&emulator, "campaigns --all-advertisers --format ndjson");
    let whole = String::from_utf8(whole.stdout).unwrap();
    let first: Value = serde_json::from_str(whole.lines().next().unwrap()).unwrap();
    assert_eq!(first["AdvertiserId"], CAMPAIGN);
    assert_eq!(first["AdvertiserName"], "Advertiser 1");
    let advertisers = rows(&run(&emulator, "advertisers --format json")).len();
    assert!(advertisers > 2);

    for (status, code) in [(403, 6), (500, 7)] {
        let line = "--all-advertisers --concurrency 1 --format";
        emulator.clear_faults();
        let mut plan = FaultPlan::new("hybrid.campaign.get").healthy();
        // One that may be tried again fails twice.
        for _ in 0..if status == 500 { 2 } else { 1 } {
            plan = plan.fault(Fault::status(status));
        }
        emulator.faults(plan).unwrap();
        let output = run(&emulator, &format!("campaigns {line} csv"));
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        let errors: Vec<&str> = errors.lines().collect();
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors[0].contains("advertiser 54f74d70870a8e44a023ghj5 (Advertiser 2)"));
        assert!(errors[1].contains(&format!("1 of {advertisers} advertisers failed")));
        let csv = String::from_utf8(output.stdout).unwrap();
        assert!(
            csv.starts_with("AdvertiserId,AdvertiserName,Id,Name,extra\n"),
            "{csv}"
        );
        assert!(
            csv.contains("Advertiser 1") && csv.contains("Advertiser 3"),
            "{csv}"
        );
        assert!(!csv.contains("Advertiser 2"), "{csv}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_of_all_advertisers() {
    let emulator = Emulator::start().await.unwrap();
    let line = "stats advertiser --all-advertisers --from 2015-12 --to 2015-12 --format";
    let output = run(&emulator, &format!("{line} csv"));
    assert!(output.status.success(), "{output:?}");
    let csv = String::from_utf8(output.stdout).unwrap();
    assert!(
        csv.starts_with("AdvertiserId,AdvertiserName,CampaignId,"),
        "{csv}"
    );
    emulator
        .faults(
            FaultPlan::new("hybrid.statistic.advertiser")
                .fault(Fault::status(404))
                .forever(),
        )
        .unwrap();
    let output = run(&emulator, &format!("{line} json"));
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    let last: Value = serde_json::from_str(errors.lines().last().unwrap()).unwrap();
    let message = last["error"]["message"].as_str().unwrap();
    assert!(message.contains("advertisers failed"), "{errors}");
    assert_eq!(
        errors.lines().count(),
        rows(&run(&emulator, "advertisers --format json")).len() + 1
    );
    assert_eq!(output.stdout, b"[]\n");
    let both = run(&emulator, "campaigns --all-advertisers --advertiser x");
    assert_eq!(both.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn days_have_short_forms_and_a_refusal_hints_at_the_advertiser() {
    let emulator = Emulator::start().await.unwrap();
    for range in [
        "--from 2015-12 --to 2015-12",
        "--from -7d --to today",
        "--from yesterday --to yesterday",
        "--from 2015-12-31T10:00:00 --to 2015-12-31",
    ] {
        let output = run(&emulator, &format!("stats campaign {CAMPAIGN} {range}"));
        assert!(output.status.success(), "{range}: {output:?}");
    }
    for value in [
        "31.12.2015",
        "2015-12-31T00:00:00+03:00",
        "2015-12-31T00:00:00Z",
    ] {
        let line = format!("stats campaign {CAMPAIGN} --from {value} --to today");
        let output = run(&emulator, &line);
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(&format!("not '{value}'")), "{error}");
        assert_eq!(error.contains("offset"), value.len() > 19, "{error}");
    }
    emulator
        .faults(FaultPlan::new("hybrid.campaign.get").fault(Fault::status(403)))
        .unwrap();
    let output = run(&emulator, "campaigns");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("--advertiser ID"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_a_window_names_its_days() {
    let emulator = Emulator::start().await.unwrap();
    let line = format!(
        "stats campaign {CAMPAIGN} --from 2015-12 --to 2015-12 --window-days 10 --concurrency 1"
    );
    emulator
        .faults(
            FaultPlan::new("hybrid.statistic.campaign")
                .healthy()
                .fault(Fault::status(404)),
        )
        .unwrap();
    let output = run(&emulator, &line);
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("(2015-12-11 to 2015-12-20)"), "{error}");
}
