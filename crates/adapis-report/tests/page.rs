//! The structure of pages, and that no text breaks out of its place.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use adapis_report::{DayRow, Freshness, Grouping, Language, LateChange, Money, Report, render};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

const LAST: Date = date(2026, 11, 28);

fn report(names: &[&str], text: &str) -> Report {
    let rows = (0..70_i64).flat_map(|ago| {
        names.iter().enumerate().map(move |(index, name)| {
            let index = i64::try_from(index).unwrap();
            // The first is silent, and the second is odd.
            let quiet = index == 0 && ago < 4;
            let factor = if index == 1 && ago == 1 { 9 } else { 1 };
            let count = if quiet {
                0
            } else {
                1000 * (index + 1) * factor + ago
            };
            DayRow::new(LAST.saturating_sub(ago.days()), *name)
                .impressions(u64::try_from(count).unwrap())
                .clicks(u64::try_from(count / 100).unwrap())
                .money(Decimal::new(count * 87_654_321, 9))
        })
    });
    Report::new(text, "2026-11-29T04:00:00Z".parse().unwrap())
        .currency(text)
        .zone(text, jiff::tz::Offset::constant(3))
        .freshness(Freshness::new(70).missing([date(2026, 9, 1)]))
        .open([LAST])
        .late([LateChange::new(LAST, 1, Decimal::ONE, Decimal::TWO)])
        .rows(rows.collect::<Vec<_>>())
}

/// Returns the tags of a page in order, without their attributes' values, and checks that they are balanced.
fn tags(page: &str) -> Vec<String> {
    const VOID: [&str; 2] = ["meta", "path"];
    let mut tags = Vec::new();
    let mut open = Vec::new();
    let mut rest = page.strip_prefix("<!doctype html>").unwrap();
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap();
        rest = after;
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "at {:.80}", rest);
        } else if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name.to_owned());
        }
        if !tag.starts_with('/') && (name == "script" || name == "style") {
            let (_, after) = rest.split_once(&format!("</{name}>")).unwrap();
            open.pop();
            rest = after;
        }
        let attributes: Vec<_> = tag.split('"').step_by(2).map(str::trim).collect();
        tags.push(attributes.join(" "));
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    tags
}

#[test]
fn no_text_breaks_out() {
    let plain = report(&["a", "b", "c", "d", "e"], "plain");
    let hostile = "</script><b onload=\"x\">'&amp;\u{2028}<!--\0";
    let names = [
        "</script>",
        "<!--<script>",
        "\" onmouseover=\"x",
        "'); alert(1",
        "=1+1&lt;",
    ];
    for language in [Language::English, Language::Russian] {
        let plain = render(&plain.clone().language(language));
        let page = render(&report(&names, hostile).language(language));
        assert_eq!(tags(&page), tags(&plain));
        assert_eq!(page.matches("</script>").count(), 5, "the page's own");
        assert!(!page.contains("<b "));
    }
}

#[test]
fn nothing_is_loaded() {
    let page = render(&report(&["a", "b"], "x"));
    assert!(page.contains("content=\"default-src 'none'; script-src 'unsafe-inline';"));
    let mut rest = page.as_str();
    let mut markup = String::new();
    while let Some((before, after)) = rest.split_once("<script") {
        markup.push_str(before);
        rest = after.split_once("</script>").unwrap().1;
    }
    for loading in [
        " src=",
        " href=",
        "url(",
        "@import",
        "<link",
        "<iframe",
        "<img",
        "sourceMappingURL",
    ] {
        assert!(!markup.contains(loading), "{loading}");
    }
    assert!(!page.contains("sourceMappingURL"));
}

#[test]
fn the_sections_have_this_order() {
    let page = render(&report(&["a", "b", "c"], "x"));
    let sections: Vec<_> = page
        .split("<section id=\"")
        .skip(1)
        .map(|section| section.split('"').next().unwrap())
        .collect();
    let expected = [
        "freshness",
        "yesterday",
        "days",
        "movers",
        "heat",
        "odd",
        "late",
        "table",
    ];
    assert_eq!(sections, expected);
    for chart in ["days", "movers", "heat", "late"] {
        assert_eq!(page.matches(&format!("id=\"chart-{chart}\"")).count(), 1);
    }
    assert!(page.contains("Yesterday, Sat, 28 Nov 2026"));
    assert!(page.contains("Fallen silent"));
    tags(&page);
}

#[test]
fn the_words_follow_what_the_rows_are() {
    let page = render(
        &report(&["a"], "x")
            .money(Money::Cost)
            .grouping(Grouping::Campaign),
    );
    assert!(page.contains("<h3>Cost</h3>") && page.contains("<h3>CPC</h3>"));
    assert!(page.contains("By day and campaign"));
    let page = render(&report(&["a"], "x").dimension("Country <1>"));
    assert!(page.contains("By day and Country &lt;1&gt;"));
    assert!(page.contains(">Country &lt;1&gt;</th>") && !page.contains("Country <1>"));
    let page = render(&report(&["a"], "x").language(Language::Russian));
    assert!(page.contains("<html lang=\"ru\">"));
    assert!(page.contains("<h3>Доход</h3>") && page.contains("<h3>eCPM</h3>"));
    assert!(page.contains("Вчера, сб, 28.11.2026"));
}

#[test]
fn texts_and_headings_of_money_name_the_currency() {
    let page = render(&report(&["a", "b"], "USD"));
    for text in [
        ">Income (USD) by day, from ",
        ">Income (USD) of the last week ",
        ">eCPM (USD): money per thousand impressions",
    ] {
        assert!(page.contains(text), "{text}");
    }
    for heading in ["Change", "Volume", "Price", "Usual", "Difference"] {
        let bare = format!("<th scope=\"col\" class=\"n\">{heading}</th>");
        assert!(!page.contains(&bare), "{heading}");
        assert!(page.contains(&format!(">{heading}, USD</th>")), "{heading}");
    }
}

#[test]
fn unusual_numbers_of_open_days_are_said_to_change() {
    let hint = "Open days may still change.";
    let closed = report(&["a", "b"], "USD");
    assert!(!render(&closed).contains(hint));
    let open = closed.open([LAST.saturating_sub(1.days())]);
    assert!(render(&open).contains(hint));
}

#[test]
fn the_table_has_every_digit() {
    let row = DayRow::new(LAST, "a")
        .impressions(61_239)
        .money("8358.049411245".parse::<Decimal>().unwrap());
    let report = Report::new("", "2026-12-24T04:00:00Z".parse().unwrap()).rows([row]);
    let page = render(&report);
    assert!(page.contains("data-v=\"8358.049411245\">8,358.05</td>"));
    assert!(page.contains("data-v=\"2026-11-28\""));
    assert!(
        page.contains("The latest day, Sat, 28 Nov 2026"),
        "yesterday is another day"
    );
    let page = render(&report.language(Language::Russian));
    assert!(page.contains("data-v=\"8358,049411245\">8\u{a0}358,05</td>"));
}

#[test]
fn a_report_without_rows_is_a_page() {
    let empty = Report::new("Nothing", jiff::Timestamp::UNIX_EPOCH);
    let page = render(&empty);
    tags(&page);
    assert!(page.contains("There are no rows."));
    let no_yesterday = render(&empty.last_day(LAST));
    tags(&no_yesterday);
    assert!(no_yesterday.contains("There are no rows for this day."));
}

#[test]
fn a_thousand_sites_stay_below_three_megabytes() {
    let rows = (0..1000).flat_map(|site| {
        (0..70_i64).map(move |ago| {
            DayRow::new(
                LAST.saturating_sub(ago.days()),
                format!("a-site-with-a-long-name-{site:04}.example"),
            )
            .impressions(123_456_789)
            .clicks(1_234_567)
            .money(Decimal::new(98_765_432_123_456_789 - site, 9))
        })
    });
    let report = Report::new("Large", jiff::Timestamp::UNIX_EPOCH).rows(rows.collect::<Vec<_>>());
    let page = render(&report);
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    assert!(page == render(&report), "the same page for the same input");
}
