//! The specifications of the charts, and what is filled in.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use adapis_report::{DayRow, Language, LateChange, Report, render};
use jiff::ToSpan;
use jiff::civil::date;
use rust_decimal::Decimal;
use serde_json::Value;

const CHARTS: [&str; 4] = ["days", "heat", "late", "movers"];

fn read(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("specs")
        .join(file);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Returns the charts of a page on which all of them have data.
fn rendered(language: Language) -> Value {
    let last = date(2026, 11, 28);
    let rows = (0..70_i64).flat_map(|ago| {
        (0..20_i64).map(move |site| {
            DayRow::new(last.saturating_sub(ago.days()), format!("site {site}"))
                .impressions(1000 + u64::try_from(site * ago).unwrap())
                .clicks(7)
                .money(Decimal::new(1000 + ago * 3 + site, 2))
        })
    });
    // A day without rows.
    let rows = rows.filter(|row| row.day != date(2026, 11, 3));
    let report = Report::new("", jiff::Timestamp::UNIX_EPOCH)
        .language(language)
        .open([last])
        .late([LateChange::new(last, 3, Decimal::ONE, Decimal::TWO)])
        .rows(rows.collect::<Vec<_>>());
    let page = render(&report);
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    serde_json::from_str::<Value>(data).unwrap()["charts"].take()
}

fn walk<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(members) => members.values().for_each(|member| walk(member, visit)),
        _ => {}
    }
}

#[test]
fn every_file_is_used_and_has_a_version() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut expected: Vec<_> = CHARTS
        .iter()
        .map(|name| format!("{name}.vl.json"))
        .collect();
    expected.insert(0, "config.json".to_owned());
    assert_eq!(files, expected);
    let library =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/README.md")).unwrap();
    for name in CHARTS {
        let schema = read(&format!("{name}.vl.json"))["$schema"].clone();
        assert_eq!(schema, "https://vega.github.io/schema/vega-lite/v6.json");
    }
    assert!(library.contains("| vega-lite | 6."));
}

#[test]
fn every_word_is_filled_in() {
    fn compare(name: &str, file: &Value, filled: &Value) {
        match file {
            Value::String(text) if text.starts_with('@') => {
                assert!(!filled.is_null() && filled != file, "{name}: {text}");
            }
            Value::Array(items) => items
                .iter()
                .zip(filled.as_array().unwrap())
                .for_each(|(item, filled)| compare(name, item, filled)),
            Value::Object(members) => members
                .iter()
                .for_each(|(member, value)| compare(name, value, &filled[member])),
            other => assert_eq!(other, filled, "{name}"),
        }
    }
    for language in [Language::English, Language::Russian] {
        let charts = rendered(language);
        for name in CHARTS {
            compare(name, &read(&format!("{name}.vl.json")), &charts[name]);
        }
    }
}

#[test]
fn the_data_have_every_field_and_no_other() {
    let charts = rendered(Language::English);
    for name in CHARTS {
        let mut fields = BTreeSet::new();
        walk(&read(&format!("{name}.vl.json")), &mut |value| {
            fields.extend(value["field"].as_str().map(str::to_owned));
            if let Some(filter) = value["filter"].as_str() {
                fields.insert(filter.trim_start_matches("datum.").to_owned());
            }
        });
        let mut members = BTreeSet::new();
        for rows in charts[name]["datasets"].as_object().unwrap().values() {
            for row in rows.as_array().unwrap() {
                members.extend(row.as_object().unwrap().keys().cloned());
            }
        }
        assert_eq!(members, fields, "{name}");
    }
}

#[test]
fn colours_are_variables_of_the_style() {
    let style =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/page.css")).unwrap();
    let charts = rendered(Language::English);
    let mut seen = 0;
    walk(&charts, &mut |value| {
        if let Some(variable) = value.as_str().and_then(|text| text.strip_prefix("var(")) {
            let variable = variable.trim_end_matches(')');
            // Light, dark; paper has the light ones but for the ground.
            assert!(
                style.matches(&format!("{variable}:")).count() >= 2,
                "{variable}"
            );
            seen += 1;
        }
    });
    assert!(seen > 20);
}

#[test]
fn the_library_can_stand_inside_a_script_element() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "js") {
            for end in ["</script", "<script", "<!--", "sourceMappingURL"] {
                assert!(
                    !text.to_lowercase().contains(&end.to_lowercase()),
                    "{end} in {path:?}"
                );
            }
        } else if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("LICENSE"))
        {
            assert!(
                !text.contains("*/") && !text.contains("</"),
                "{path:?} ends its comment"
            );
        }
    }
}
