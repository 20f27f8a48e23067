use jiff::SignedDuration;
use jiff::civil::date;
use proptest::prelude::*;

use std::collections::BTreeSet;

use super::*;
use crate::config::Config;
use crate::due::{day_count, days};
use crate::footer::{DayStats, Footer};
use crate::stream::Stream;

fn config(more: &str, streams: &str) -> Config {
    let text = format!(
        "[pull]\nroot = \"/x\"\n{more}\n[[pull.source]]\nname = \"publisher\"\nspots = {{ profile = \"p\" }}\n\
         from = 2025-01-10\nstreams = [{streams}]\n"
    );
    Config::parse(&text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

type States = BTreeMap<&'static str, StreamState>;

fn plan_of(config: &Config, states: &States, now: Timestamp, selection: &Selection) -> SourcePlan {
    let known = Known {
        states,
        advertisers: None,
        now,
    };
    plan(&config.sources[0], known, selection)
}

/// Publishes what a window would.
fn publish(config: &Config, states: &mut States, window: &Window, now: Timestamp) {
    let source = &config.sources[0];
    let settings = source.stream(window.stream).unwrap();
    for part in &window.parts {
        let stats = DayStats {
            requested: now,
            rows: 1,
            sums: BTreeMap::new(),
        };
        let footer = Footer {
            stream: window.stream.to_owned(),
            account: window.account.clone(),
            schema: 1,
            fingerprint: settings.fingerprint(source),
            run: "r".to_owned(),
            requested: now,
            days: days(part.from, part.to)
                .map(|day| (day, stats.clone()))
                .collect(),
            rows: 1,
            digest: String::new(),
        };
        let state = states.entry(window.stream).or_default();
        let key = (window.account.clone(), part.partition.key);
        state.partitions.insert(key, footer);
    }
}

fn run(config: &Config, states: &mut States, now: Timestamp, selection: &Selection) -> SourcePlan {
    let planned = plan_of(config, states, now, selection);
    for window in planned.streams.iter().flat_map(|stream| &stream.windows) {
        publish(config, states, window, now);
    }
    planned
}

fn shown(plan: &SourcePlan) -> Vec<String> {
    let windows = plan.streams.iter().flat_map(|stream| &stream.windows);
    windows
        .map(|window| format!("{} {}/{}", window.stream, window.from, window.to))
        .collect()
}

#[test]
fn a_first_run_pulls_all_and_a_second_one_only_what_is_open() {
    let config = config("", "\"day\", \"site-day\"");
    let mut states = States::new();
    let none = Selection::default();
    let first = run(&config, &mut states, at("2025-03-05T03:00:00Z"), &none);
    assert_eq!(
        shown(&first),
        [
            "spots.day 2025-03-01/2025-03-04",
            "spots.day 2025-02-01/2025-02-28",
            "spots.day 2025-01-10/2025-01-31",
            "spots.site-day 2025-03-01/2025-03-04",
            "spots.site-day 2025-02-01/2025-02-28",
            "spots.site-day 2025-01-10/2025-01-31",
        ]
    );
    // Each window of site-day is compared with one of day.
    assert_eq!(first.calls, Calls::exactly(3 + 6));
    let again = run(&config, &mut states, at("2025-03-05T04:00:00Z"), &none);
    assert_eq!(
        shown(&again)[..2],
        [
            "spots.day 2025-03-01/2025-03-04",
            "spots.day 2025-02-01/2025-02-28"
        ]
    );
    let due = &again.streams[0].windows[1].parts[0].due;
    assert_eq!(due.keys().next(), Some(&date(2025, 2, 26)));
    assert!(due.values().all(|reason| *reason == Reason::Open));
    // Eight days later February has settled.
    run(&config, &mut states, at("2025-03-13T04:00:00Z"), &none);
    let later = run(&config, &mut states, at("2025-03-14T04:00:00Z"), &none);
    assert_eq!(
        shown(&later),
        [
            "spots.day 2025-03-01/2025-03-13",
            "spots.site-day 2025-03-01/2025-03-13"
        ]
    );
}

#[test]
fn days_that_were_published_stay_in_their_file() {
    let early = config("", "\"day\"");
    let mut states = States::new();
    let none = Selection::default();
    run(&early, &mut states, at("2025-01-20T03:00:00Z"), &none);
    let mut late = early.clone();
    late.sources[0].from = date(2025, 1, 15);
    let plan = plan_of(&late, &states, at("2025-01-21T03:00:00Z"), &none);
    assert_eq!(shown(&plan), ["spots.day 2025-01-10/2025-01-20"]);
}

#[test]
fn asked_days_are_pulled_whatever_their_state() {
    let config = config("", "\"day\"");
    let mut states = States::new();
    run(
        &config,
        &mut states,
        at("2025-06-20T03:00:00Z"),
        &Selection::default(),
    );
    let asked = |day: Date| Selection {
        from: Some(day),
        to: Some(day),
        ..Selection::default()
    };
    let now = at("2025-06-20T03:00:00Z");
    let plan = plan_of(&config, &states, now, &asked(date(2025, 2, 3)));
    assert!(shown(&plan).contains(&"spots.day 2025-02-01/2025-02-28".to_owned()));
    let plan = plan_of(&config, &states, now, &asked(date(2024, 12, 30)));
    assert!(
        shown(&plan).contains(&"spots.day 2024-12-30/2024-12-31".to_owned()),
        "{:?}",
        shown(&plan)
    );
}

#[test]
fn changed_settings_are_refused_until_a_restart() {
    let before = config("", "\"day\"");
    let mut states = States::new();
    let now = at("2025-06-20T03:00:00Z");
    run(&before, &mut states, now, &Selection::default());
    let after = config("money = \"38,12\"", "\"day\"");
    let plan = plan_of(&after, &states, now, &Selection::default());
    let refused = plan.streams[0].refused.as_deref().unwrap();
    assert!(
        refused.contains("money=18,9") && refused.contains("--restart spots.day"),
        "{refused}"
    );
    assert_eq!(plan.calls, Calls::NONE);
    let restart = Selection {
        restart: vec!["day".to_owned()],
        ..Selection::default()
    };
    let plan = plan_of(&after, &states, now, &restart);
    assert_eq!(plan.streams[0].windows.len(), 6);
    // Killed after the first window: the next run continues without the flag.
    let window = &plan.streams[0].windows[0];
    publish(
        &after,
        &mut states,
        window,
        now + SignedDuration::from_secs(1),
    );
    let now = now + SignedDuration::from_secs(2);
    let plan = plan_of(&after, &states, now, &Selection::default());
    assert_eq!(plan.streams[0].windows.len(), 6, "{:?}", shown(&plan));
    let daily = config("", "{ name = \"day\", partition = \"day\" }");
    let plan = plan_of(&daily, &states, now, &restart);
    assert!(
        plan.streams[0]
            .refused
            .as_deref()
            .unwrap()
            .contains("side by side")
    );
}

/// Files of days to come stay as they are, so that a restart would never be done if they counted.
#[test]
fn files_that_were_pulled_in_the_future_ask_for_no_restart() {
    let before = config("", "\"day\"");
    let mut states = States::new();
    let none = Selection::default();
    run(&before, &mut states, at("2025-06-20T03:00:00Z"), &none);
    let after = config("money = \"38,12\"", "\"day\"");
    let refused = |config: &Config, states: &States, now| {
        let plan = plan_of(config, states, now, &none);
        plan.streams.into_iter().find_map(|stream| stream.refused)
    };
    let now = at("2025-03-05T03:00:00Z");
    assert!(refused(&after, &states, now).unwrap().contains("--restart"));
    let daily = config("", "{ name = \"day\", partition = \"day\" }");
    assert!(
        refused(&daily, &states, now)
            .unwrap()
            .contains("side by side")
    );
    let restart = Selection {
        restart: vec!["day".to_owned()],
        ..Selection::default()
    };
    run(&after, &mut states, now, &restart);
    let next = at("2025-03-06T03:00:00Z");
    assert_eq!(refused(&after, &states, next), None);
    assert!(refused(&before, &states, next).is_some());
}

#[test]
fn a_refused_report_gets_another_name_and_not_its_source() {
    let config = |owner: u32| {
        let text = format!(
            "[pull]\nroot = \"/x\"\n[[pull.source]]\nname = \"adserver\"\nadfox = {{ profile = \"p\" }}\n\
             from = 2025-01-10\nreports = [{{ name = \"day\", metrics = [\"income\"], dimensions = [\"date\"], owner = {owner} }}]\n"
        );
        Config::parse(&text).unwrap()
    };
    let mut states = States::new();
    let (now, none) = (at("2025-02-20T03:00:00Z"), Selection::default());
    run(&config(1), &mut states, now, &none);
    let plan = plan_of(&config(2), &states, now, &none);
    let refused = plan.streams[0].refused.as_deref().unwrap();
    assert!(
        refused.contains(": use another name for the report, or pull all days again with --restart adfox.report-day"),
        "{refused}"
    );
}

#[test]
fn a_selection_narrows() {
    let config = config("", "\"day\", \"site-day\"");
    let selection = |sources: &[&str], streams: &[&str]| Selection {
        sources: sources.iter().map(|name| (*name).to_owned()).collect(),
        streams: streams.iter().map(|name| (*name).to_owned()).collect(),
        ..Selection::default()
    };
    let now = at("2025-02-20T03:00:00Z");
    let count = |selection: &Selection| {
        let plan = plan_of(&config, &States::new(), now, selection);
        let windows = plan.streams.iter().map(|stream| stream.windows.len());
        windows.sum::<usize>()
    };
    assert_eq!(count(&selection(&[], &["day"])), 2);
    assert_eq!(count(&selection(&["publisher"], &["spots.site-day"])), 2);
    assert_eq!(count(&selection(&["other"], &[])), 0);
}

#[test]
fn advertisers_have_windows_of_their_own() {
    let text = "[pull]\nroot = \"/x\"\n[[pull.source]]\nname = \"agency\"\nfrom = 2025-01-10\n\
                hybrid = { profile = \"p\", api = \"1.0\", except = [\"b\"] }\n\
                streams = [\"campaign-day\", \"campaign\"]\nreconcile = false\n";
    let config = Config::parse(text).unwrap();
    let now = at("2025-02-20T03:00:00Z");
    let states = States::new();
    let unknown = plan_of(&config, &states, now, &Selection::default());
    assert_eq!(unknown.calls, Calls::at_least(1));
    assert!(unknown.notes[0].contains("not known before the first run"));
    let advertisers = ["a", "b", "c"].map(str::to_owned);
    let known = Known {
        states: &states,
        advertisers: Some(&advertisers),
        now,
    };
    let plan = plan(&config.sources[0], known, &Selection::default());
    let windows = plan.streams[0].windows.iter();
    let accounts: Vec<&str> = windows.map(|window| window.account.as_str()).collect();
    // January and February fit into one request of Hybrid.
    assert_eq!(accounts, ["agency.a", "agency.c"]);
    assert_eq!(plan.calls, Calls::exactly(1 + 2 + 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Over months of runs at random hours, of which random windows fail, each plan is sound, and in the end every day
    /// has been pulled after it settled, and nothing is due.
    #[test]
    fn plans_leave_no_gap_and_come_to_rest(
        lookback in 0_u32..20,
        window_days in 1_u32..70,
        by_day in any::<bool>(),
        hours in proptest::collection::vec(1_i64..120, 1..25),
        failures in proptest::collection::vec(any::<bool>(), 32),
    ) {
        let partition = if by_day { "day" } else { "month" };
        let stream = format!("{{ name = \"site-day\", partition = \"{partition}\" }}");
        let mut config = config(&format!("lookback = {lookback}"), &stream);
        config.sources[0].window_days = window_days;
        let settings = config.sources[0].streams[0].clone();
        let rule = settings.rule(&config.sources[0]);
        let none = Selection::default();
        let mut states = States::new();
        let mut now = at("2025-01-10T00:00:00Z");
        let mut turn = 0;
        for hours in hours {
            now += SignedDuration::from_hours(hours);
            let planned = plan_of(&config, &states, now, &none);
            prop_assert_eq!(&planned, &plan_of(&config, &states, now, &none));
            let windows = &planned.streams[0].windows;
            let mut covered = BTreeSet::new();
            let mut calls = 0;
            for (index, window) in windows.iter().enumerate() {
                prop_assert!(index == 0 || window.to < windows[index - 1].from);
                let days_of_window = day_count(window.from, window.to);
                prop_assert!(window.parts.len() == 1 || days_of_window <= window_days);
                calls += 2 * u64::from(days_of_window.div_ceil(window_days));
                for part in &window.parts {
                    prop_assert!(days(part.from, part.to).all(|day| part.partition.key.holds(day)));
                    prop_assert!(part.due.keys().all(|day| (part.from..=part.to).contains(day)));
                    prop_assert!(!part.due.is_empty());
                    for day in days(part.from, part.to) {
                        prop_assert!(covered.insert(day), "{} twice", day);
                    }
                }
            }
            prop_assert_eq!(planned.calls, Calls::exactly(calls));
            let state = states.get("spots.site-day").cloned().unwrap_or_default();
            for day in days(rule.from, rule.last(now)) {
                let stats = state.day("publisher", settings.key(day), day);
                if rule.is_due(day, stats.map(|stats| stats.requested), now) {
                    prop_assert!(covered.contains(&day), "{} is due", day);
                }
            }
            for window in windows {
                turn += 1;
                if failures[turn % failures.len()] {
                    publish(&config, &mut states, window, now);
                }
            }
        }
        let last = rule.last(now);
        if last < rule.from {
            return Ok(());
        }
        let settled = rule.zone.end_plus(last, lookback + 1).unwrap();
        run(&config, &mut states, settled, &none);
        let state = &states["spots.site-day"];
        for day in days(rule.from, last) {
            let stats = state.day("publisher", settings.key(day), day).unwrap();
            prop_assert!(rule.is_final(day, stats.requested));
        }
        let again = plan_of(&config, &states, settled, &none);
        for window in &again.streams[0].windows {
            let mut due = window.parts.iter().flat_map(|part| part.due.keys());
            prop_assert!(due.all(|day| *day > last), "{:?}", window);
        }
    }
}

#[test]
fn snapshots_are_due_once_a_day() {
    let text = "[pull]\nroot = \"/x\"\n[[pull.source]]\nname = \"adserver\"\nfrom = 2025-01-10\n\
                adfox = { profile = \"p\" }\nstreams = [\"campaign\"]\n";
    let config = Config::parse(text).unwrap();
    let mut states = States::new();
    let none = Selection::default();
    let plan = run(&config, &mut states, at("2025-02-20T03:00:00Z"), &none);
    let expected = "adfox.campaign/source=adserver/snapshot=2025-02-20";
    assert_eq!(plan.streams[0].windows[0].parts[0].path, expected);
    let plan = run(&config, &mut states, at("2025-02-20T20:00:00Z"), &none);
    assert!(plan.streams[0].windows.is_empty());
    // In Moscow it is the next day.
    let plan = run(&config, &mut states, at("2025-02-20T21:00:00Z"), &none);
    assert_eq!(plan.streams[0].windows.len(), 1);
}

#[test]
fn every_stream_has_account_first_and_extra_last() {
    let streams: Vec<Stream> = stream::all();
    for stream in &streams {
        let columns = stream.schema.columns.iter();
        let names: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
        let ends = (names[0], *names.last().unwrap());
        assert_eq!(ends, ("account", "extra"), "{}", stream.name);
        let unique: BTreeSet<&&str> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{}", stream.name);
        assert_eq!(
            stream.key_positions().len(),
            stream.key.len(),
            "{}",
            stream.name
        );
        assert!(
            stream
                .additive
                .iter()
                .all(|name| stream.position(name).is_some())
        );
        assert!(stream.day.is_none_or(|day| stream.position(day).is_some()));
    }
}
