//! Rows that a response should not have, and values that cannot be held as they are.

use adcore::testing::Warnings;
use spots_rpc::calls::{Group, Statistics, StatisticsRow};
use spots_rpc::{Client, Date, Decimal};

use crate::peer::{Peer, Reply};

const FIRST: Date = Date::constant(2024, 1, 1);

/// The rows of `days` days, fetched in windows of `window` days with these rows each, and the
/// warnings that came with them.
async fn rows(days: i8, window: u32, windows: &[&str]) -> (Vec<StatisticsRow>, Vec<String>) {
    let replies = windows.iter().map(|rows| {
        let body = format!(r#"{{"jsonrpc":"2.0","id":$1,"result":{rows}}}"#);
        Reply::new(200, body)
    });
    let peer = Peer::start(replies).await;
    let client = peer.builder().window_days(window).concurrency(1);
    let client: Client = client.build().unwrap();
    let request = Statistics::new(FIRST, Date::constant(2024, 1, days)).group(Group::Placement);
    let warnings = Warnings::listen();
    let rows = client.statistics(&request).await.unwrap();
    (rows, warnings.lines())
}

fn shows(rows: &[StatisticsRow]) -> Vec<u64> {
    rows.iter().filter_map(|row| row.shows).collect()
}

#[tokio::test]
async fn rows_of_the_days_of_another_window_are_left_out_with_a_warning() {
    let first = r#"[{"shows":1,"date_day":"2024-01-01"},{"shows":90,"date_day":"2024-01-02"},
        {"shows":91,"date_day":"2024-01-03"}]"#;
    let second = r#"[{"shows":92,"date_day":"2024-01-01"},{"shows":2,"date_day":"2024-01-02"}]"#;
    let third = r#"[{"shows":3,"date_day":"2024-01-03"}]"#;
    let (rows, warnings) = rows(3, 1, &[first, second, third]).await;
    assert_eq!(shows(&rows), [1, 2, 3]);
    let left_out = "rows of the days of another window were left out";
    assert_eq!(
        warnings,
        [
            format!("{left_out} rows=2 from=2024-01-01 to=2024-01-01"),
            format!("{left_out} rows=1 from=2024-01-02 to=2024-01-02"),
        ]
    );
}

#[tokio::test]
async fn rows_of_days_that_were_not_requested_are_kept_with_a_warning() {
    let early = r#"[{"shows":1,"date_day":"2023-12-31"},{"shows":2,"date_day":"2024-01-01"}]"#;
    let late = r#"[{"shows":3,"date_day":"2024-01-02"},{"shows":4,"date_day":"2024-02-01"}]"#;
    let message = "rows have days that were not requested";
    let (cut, warnings) = rows(2, 1, &[early, late]).await;
    assert_eq!(shows(&cut), [1, 2, 3, 4]);
    assert_eq!(
        warnings,
        [
            format!("{message} rows=1 from=2024-01-01 to=2024-01-01"),
            format!("{message} rows=1 from=2024-01-02 to=2024-01-02"),
        ]
    );
    let (whole, warnings) = rows(1, 31, &[early]).await;
    assert_eq!(shows(&whole), [1, 2]);
    assert_eq!(
        warnings,
        [format!("{message} rows=1 from=2024-01-01 to=2024-01-01")]
    );
}

#[tokio::test]
async fn a_group_that_appears_twice_is_counted_in_one_window_and_in_several() {
    let twice = r#"[{"shows":1,"placement":"a"},{"shows":2,"placement":"b"},
        {"shows":4,"placement":"a"},{"shows":8,"placement":"a"}]"#;
    let once = r#"[{"shows":16,"placement":"a"}]"#;
    let message = "several rows of one response have the same group rows=2";
    let (whole, warnings) = rows(2, 31, &[twice]).await;
    assert_eq!(shows(&whole), [1, 2, 4, 8]);
    assert_eq!(
        warnings,
        [format!("{message} from=2024-01-01 to=2024-01-02")]
    );
    let (sums, warnings) = rows(2, 1, &[twice, once]).await;
    assert_eq!(shows(&sums), [29, 2]);
    assert_eq!(
        warnings,
        [format!("{message} from=2024-01-01 to=2024-01-01")]
    );
}

#[tokio::test]
async fn a_group_that_appears_twice_on_one_day_is_counted() {
    let twice = r#"[{"shows":1,"placement":"a","date_day":"2024-01-01"},
        {"shows":2,"placement":"b","site":"x.ru","date_day":"2024-01-01"},
        {"shows":4,"placement":"a","date_day":"2024-01-02"},
        {"shows":8,"placement":"a","date_day":"2024-01-01"},
        {"shows":16,"placement":"b","site":"y.ru","date_day":"2024-01-01"}]"#;
    let (whole, warnings) = rows(2, 31, &[twice]).await;
    assert_eq!(shows(&whole), [1, 2, 4, 8, 16]);
    let message = "several rows of one response have the same group rows=2";
    assert_eq!(
        warnings,
        [format!("{message} from=2024-01-01 to=2024-01-02")]
    );
    let first = r#"[{"shows":1,"placement":"a","date_day":"2024-01-01"}]"#;
    let second = r#"[{"shows":2,"placement":"a","date_day":"2024-01-02"}]"#;
    let (cut, warnings) = rows(2, 1, &[first, second]).await;
    assert_eq!(shows(&cut), [1, 2]);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[tokio::test]
async fn a_response_that_repeats_a_long_list_is_noticed() {
    let list: Vec<_> = (0..100_000)
        .map(|at| format!(r#"{{"placement":"{at}","date_day":"2024-01-01"}}"#))
        .collect();
    let list = list.join(",");
    let (rows, warnings) = rows(1, 31, &[&format!("[{list},{list}]")]).await;
    assert_eq!(rows.len(), 200_000);
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].starts_with("several rows of one response have the same group rows="),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn no_content_in_place_of_rows_is_an_empty_list() {
    let request = Statistics::new(FIRST, FIRST);
    let peer = Peer::start([Reply::new(204, "")]).await;
    assert_eq!(peer.client().statistics(&request).await.unwrap(), []);
    let (none, warnings) = rows(1, 31, &["null"]).await;
    assert!(none.is_empty() && warnings.is_empty());
}

#[tokio::test]
async fn a_value_that_cannot_be_held_costs_no_row_and_is_counted_once() {
    let odd = r#"[{"shows":1,"placement":"a\ud83d","income":1.4210854715202004e-14},
        {"shows":2,"placement":"\ude00b","income":1.42e-14},
        {"shows":3,"placement":"c","income":0.12345678901234567890123456789,"note":"\ud800"}]"#;
    let (rows, warnings) = rows(1, 31, &[odd]).await;
    assert_eq!(shows(&rows), [1, 2, 3]);
    let placements = rows.iter().filter_map(|row| row.placement.as_ref());
    let placements: Vec<_> = placements.map(|placement| placement.as_str()).collect();
    assert_eq!(placements, ["a\u{fffd}", "\u{fffd}b", "c"]);
    let income: Vec<_> = rows.iter().filter_map(|row| row.income).collect();
    let expected = [
        "0.0000000000000142108547152020",
        "0.0000000000000142",
        "0.1234567890123456789012345679",
    ];
    assert_eq!(
        income,
        expected.map(|text| text.parse::<Decimal>().unwrap())
    );
    assert_eq!(
        warnings,
        [
            "numbers with more than 28 decimals were rounded numbers=2",
            "broken characters were replaced by U+FFFD texts=2",
        ]
    );
}

#[tokio::test]
async fn a_number_that_cannot_be_held_costs_no_row_and_is_counted_once() {
    let odd = r#"[{"shows":1,"clicks":-1,"placement":"a","date_day":""},
        {"shows":2,"income":"NaN","placement":"b"},
        {"shows":"10.5","clicks":1,"income":1e29,"placement":"c"},
        {"shows":3,"placement":"d"}]"#;
    let (rows, warnings) = rows(1, 31, &[odd]).await;
    assert_eq!(shows(&rows), [1, 2, 3]);
    assert_eq!(rows[0].extra["clicks_sent"].as_str(), "-1");
    assert_eq!(rows[2].extra["shows_sent"].as_str(), "\"10.5\"");
    assert_eq!(
        warnings,
        ["numbers that cannot be held were moved to `extra` numbers=4"]
    );
}
