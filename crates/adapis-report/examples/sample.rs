//! Writes a page of invented numbers.
//!
//! `cargo run -p adapis-report --example sample -- --out report.html [--sites 12] [--language ru|en]
//! [--money income|cost] [--names latin|cyrillic] [--days 75] [--extreme] [--empty]`

use std::error::Error;
use std::ops::Range;

use adapis_report::{DayRow, Freshness, Grouping, Language, LateChange, Money, Report, render};
use jiff::civil::{Date, date};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;

const LAST: Date = date(2026, 11, 28);
const LATIN: [&str; 12] = [
    "news.example",
    "recipes.example",
    "weather.example",
    "football-results.example",
    "m.news.example",
    "cars.example",
    "a-rather-long-name-of-a-site-about-gardens-and-greenhouses.example",
    "jobs.example",
    "travel.example",
    "chess.example",
    "radio.example",
    "maps.example",
];
const CYRILLIC: [&str; 12] = [
    "Осенняя распродажа — Москва и область, мобильные устройства",
    "новости.рф",
    "рецепты.рф",
    "погода.рф",
    "Футбол: результаты",
    "Автомобили с пробегом",
    "Работа",
    "Путешествия по России",
    "Шахматы",
    "</script><b>Имя с разметкой</b>",
    "Радио",
    "Карты",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let out = value("--out").ok_or("--out FILE is missing")?;
    let sites = value("--sites").unwrap_or("12").parse()?;
    let names = match value("--names") {
        Some("cyrillic") => CYRILLIC,
        _ => LATIN,
    };
    let generated: Timestamp = "2026-11-29T04:12:00Z".parse()?;
    let mut report = Report::new("Сводка · Summary", generated);
    if value("--language") == Some("ru") {
        report = report
            .language(Language::Russian)
            .currency("₽")
            .zone("дни по московскому времени", Offset::constant(3));
    } else {
        report = report.currency("USD");
    }
    if value("--money") == Some("cost") {
        report = report.money(Money::Cost).grouping(Grouping::Campaign);
    }
    if !arguments.iter().any(|argument| argument == "--empty") {
        let days = value("--days").unwrap_or("75").parse()?;
        report = fill(report, &names, sites, days, generated);
    }
    if arguments.iter().any(|argument| argument == "--extreme") {
        make_extreme(&mut report);
    }
    std::fs::write(out, render(&report))?;
    Ok(())
}

/// Invents some days: most end within three days, one is missing, and something happened to some sites.
fn fill(report: Report, names: &[&str], sites: usize, days: i64, generated: Timestamp) -> Report {
    let mut random = fastrand::Rng::with_seed(16);
    let days: Vec<Date> = (0..days)
        .rev()
        .map(|ago| LAST.saturating_sub(ago.days()))
        .collect();
    let missing = LAST.saturating_sub(33.days());
    let mut rows = Vec::new();
    for site in 0..sites {
        let name = match names.get(site) {
            Some(name) => (*name).to_owned(),
            None => format!("site-{site:04}.example"),
        };
        let size = 400_000.0 / (1.0 + site as f64).powf(1.1);
        let price = 20.0 + 120.0 * random.f64();
        for (index, day) in days.iter().enumerate() {
            let ago = days.len() - 1 - index;
            let silent = site == 3 && ago < 5;
            if *day == missing || silent {
                continue;
            }
            let weekend = day.weekday().to_monday_zero_offset() >= 5;
            let shape = if weekend { 0.72 } else { 1.0 } * (0.93 + 0.14 * random.f64());
            let event = match (site, ago) {
                (1, 0..3) => 2.3,
                (4, 0..9) => 0.55,
                _ => 1.0,
            };
            let dearer = if site == 2 && ago < 6 { 1.6 } else { 1.0 };
            let impressions = (size * shape * event) as u64;
            let clicks = (impressions as f64 * (0.004 + 0.002 * random.f64())) as u64;
            // Nine digits, as the vendors send them.
            let per_thousand = price * dearer * (0.9 + 0.2 * random.f64());
            let money = Decimal::new((impressions as f64 * per_thousand * 1e6) as i64, 9);
            rows.push(
                DayRow::new(*day, &name)
                    .impressions(impressions)
                    .clicks(clicks)
                    .money(money),
            );
        }
    }
    let open = LAST.saturating_sub(2.days()).series(1.day()).take(3);
    report
        .freshness(
            Freshness::new(days.len().saturating_sub(1).max(1) as u64)
                .missing([missing])
                .suspect([LAST.saturating_sub(9.days())])
                .last_run(generated)
                .reconciled(true),
        )
        .open(open)
        .late(late_changes(&mut random, 3..40))
        .rows(rows)
}

/// Makes the numbers of each third site negative, huge, or unknown, and lets yesterday be missing.
fn make_extreme(report: &mut Report) {
    report.rows.retain(|row| row.day != LAST);
    report.last_day = Some(LAST);
    for (index, row) in report.rows.iter_mut().enumerate() {
        match row.group.len() % 3 {
            0 => row.money = row.money.map(|money| -money),
            1 if index % 50 == 0 => {
                row.money = Some(Decimal::MAX / Decimal::from(7));
                row.impressions = Some(u64::MAX);
                row.group = format!("{} {}", row.group, "very-long".repeat(20));
            }
            _ if index % 3 == 0 => row.impressions = None,
            _ => {}
        }
    }
}

fn late_changes(random: &mut fastrand::Rng, ages: Range<i64>) -> Vec<LateChange> {
    let mut changes = Vec::new();
    for ago in ages {
        let day = LAST.saturating_sub(ago.days());
        let mut before = Decimal::new(random.i64(80_000_000..120_000_000), 3);
        for days_after in 0..7_u32 {
            let permille = match days_after {
                0..5 => random.i64(-4..14) / i64::from(days_after + 1),
                _ => 0,
            };
            let after = before + before * Decimal::new(permille, 3);
            changes.push(LateChange::new(day, days_after, before, after));
            before = after;
        }
    }
    changes
}
