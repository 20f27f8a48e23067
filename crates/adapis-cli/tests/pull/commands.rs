//! The other commands of `pull`.

use crate::{AGENCY, Home, NOW, emulator, failure, publisher, text};

#[tokio::test(flavor = "multi_thread")]
async fn status_shows_gaps_open_days_and_a_line_of_rows() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\", \"site-day\""));
    let status = home.json(&format!("pull status --now {NOW}"));
    assert_eq!(status[0]["gaps"][0][0], "2025-11-20", "{status}");
    home.json(&format!("pull --now {NOW} --stream site-day"));
    let status = home.json(&format!("pull status --now {NOW} --stream site-day"));
    assert_eq!(status.as_array().unwrap().len(), 1);
    assert_eq!(status[0]["stream"], "spots.site-day");
    assert_eq!(status[0]["gaps"].as_array().unwrap().len(), 0);
    assert_eq!(status[0]["open"][0][0], "2025-11-28", "{status}");
    let output = home.run(&format!("pull status --now {NOW} --format table"));
    let table = text(&output.stdout);
    assert!(
        table.contains("2025-11-28..2025-12-04") && table.contains('█'),
        "{table}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tries_the_root_and_each_source() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &(publisher("\"day\"") + AGENCY));
    let checked = home.json(&format!("pull check --now {NOW}"));
    let names: Vec<&str> = (0..3)
        .map(|at| checked[at]["what"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["root", "publisher", "agency"]);
    // Without --now the clocks are compared: that of the emulator is years behind.
    let (code, line) = failure(&home.run("pull check --source publisher"));
    assert_eq!(code, 1, "{line}");
    assert!(line.contains("set the clock"), "{line}");
}

#[test]
fn streams_need_no_config_file() {
    let adapis = |words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_adapis"));
        command.env_clear().args(words).output().unwrap()
    };
    let output = adapis(&["pull", "streams", "--format", "csv"]);
    let list = text(&output.stdout);
    assert!(
        list.contains("spots.site-day,\"date_day, site_id\",date_day,a month"),
        "{list}"
    );
    let output = adapis(&["pull", "streams", "spots.site-day", "--format", "csv"]);
    assert!(
        text(&output.stdout).contains("income,\"DECIMAL(18,9)\",true,false,true"),
        "{output:?}"
    );
    let output = adapis(&["pull", "streams", "spots.site-day", "--json-schema"]);
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema["properties"]["income"]["type"][0], "number");
    assert_eq!(schema["x-key"][1], "site_id");
    let output = adapis(&["pull", "streams", "spots.week"]);
    assert_eq!(failure(&output).0, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_include_the_reports_of_the_configuration() {
    let emulator = emulator().await;
    let home = Home::new(
        &emulator,
        "[[pull.source]]\nname = \"adserver\"\nadfox = { profile = \"all\" }\nfrom = 2025-11-20\n\
         [[pull.source.reports]]\nname = \"clicks\"\ndimensions = [\"date\", \"site_id\"]\n\
         metrics = [\"clicks_total\"]\n",
    );
    let streams = home.json("pull streams");
    let streams = streams.as_array().unwrap();
    let keys = |name: &str| {
        let found = streams.iter().find(|stream| stream["stream"] == name);
        found.map(|stream| stream["key"].as_str().unwrap().to_owned())
    };
    assert_eq!(keys("adfox.report-clicks").unwrap(), "date, site_id");
    assert!(keys("spots.site-day").is_some());
    let columns = home.run("pull streams adfox.report-clicks --format csv");
    assert!(
        text(&columns.stdout).contains("clicks_total,INT64"),
        "{columns:?}"
    );
    // Who corrects a configuration looks here for the names.
    home.edit("adserver", "no name");
    let all = home.json("pull streams");
    assert_eq!(all.as_array().unwrap().len(), streams.len() - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_names_the_files_of_each_stream_once() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &(publisher("\"day\", \"site-day\"") + AGENCY));
    for engine in ["duckdb", "spark", "trino", "clickhouse", "polars"] {
        let output = home.run(&format!("pull sql {engine}"));
        assert!(output.status.success(), "{output:?}");
        let views = text(&output.stdout);
        assert!(
            views.contains("spots_site_day") && views.contains("hybrid_campaign_day"),
            "{views}"
        );
        assert!(views.contains(home.root().to_str().unwrap()), "{views}");
    }
    let output = home.run("pull sql duckdb --stream site-day --root /data");
    let view = text(&output.stdout);
    assert!(view.contains("/data/spots.site-day/"), "{view}");
    assert!(!view.contains("spots_day"), "{view}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_leaves_out_streams_without_files() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &(publisher("\"day\", \"site-day\"") + AGENCY));
    home.json(&format!("pull --now {NOW} --stream site-day"));
    for (engine, sign) in [("duckdb", "--"), ("polars", "#")] {
        let output = home.run(&format!("pull sql {engine}"));
        let views = text(&output.stdout);
        assert!(views.contains("spots_site_day"), "{views}");
        for stream in ["spots.day", "hybrid.campaign", "hybrid.campaign-day"] {
            let note = format!("{sign} {stream} has no files yet: ");
            assert!(views.contains(&note), "{views}");
            assert!(!views.contains(&stream.replace(['.', '-'], "_")), "{views}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_forgotten_and_rewritten() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    home.json(&format!("pull --now {NOW}"));
    assert_eq!(home.files().len(), 2);
    let forget = "pull forget --source publisher --stream day --from 2025-11 --to 2025-11";
    let done = home.json(forget);
    assert_eq!(done[0]["files"], 1);
    assert_eq!(
        home.files(),
        ["spots.day/source=publisher/month=2025-12-01/rows.parquet"]
    );
    // The gap is due again.
    let plan = home.json(&format!("pull plan --now {NOW}"));
    let parts = plan["sources"][0]["streams"][0]["windows"]
        .as_array()
        .unwrap();
    assert!(
        parts.iter().any(|window| window["from"] == "2025-11-20"),
        "{plan}"
    );

    home.edit("[pull]\n", "[pull]\nformat = \"csv\"\n");
    let (code, line) = failure(&home.run(&format!("pull --now {NOW}")));
    assert_eq!(code, 2);
    assert!(line.contains("pull rewrite"), "{line}");
    let done = home.json("pull rewrite");
    assert_eq!(done[0]["files"], 1);
    let files = home.files();
    assert!(
        files.iter().any(|file| file.ends_with("rows.csv")),
        "{files:?}"
    );
    assert!(
        !files.iter().any(|file| file.ends_with(".parquet")),
        "{files:?}"
    );
    home.json(&format!("pull --now {NOW}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_names_what_a_renamed_source_has_left() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    home.json(&format!("pull --now {NOW}"));
    home.edit("name = \"publisher\"", "name = \"renamed\"");
    home.json(&format!("pull --now {NOW}"));
    let output = home.run(&format!("pull status --now {NOW} --format table"));
    let notes = text(&output.stderr);
    assert!(
        output.status.success() && notes.contains("spots.day/source=publisher: engines"),
        "{notes}"
    );
    home.edit("name = \"renamed\"", "name = \"publisher\"");
    let output = home.run(&format!(
        "pull status --now {NOW} --source publisher --format table"
    ));
    assert!(
        text(&output.stderr).contains("source=renamed"),
        "{output:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_names_each_stream_that_is_refused() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\", \"site-day\""));
    home.json(&format!("pull --now {NOW}"));
    home.edit("[pull]\n", "[pull]\nmoney = \"38,12\"\n");
    let output = home.run(&format!("pull plan --now {NOW} --format table"));
    let (code, line) = failure(&output);
    assert_eq!(code, 2, "{line}");
    assert!(
        line.starts_with("error: publisher: spots.day: the files were written with other settings"),
        "{line}"
    );
    let notes = text(&output.stderr);
    assert!(
        notes.contains("publisher: spots.site-day: the files were"),
        "{notes}"
    );
}
