//! The end of a list, whatever the server's maximum, its convention of pages, and what it says after the last one.

use std::sync::Arc;

use adapis_emulator::{
    Emulator, Fault, FaultPlan, HybridInvalid, HybridLargeLimit, HybridPastEnd, HybridTotal,
    HybridV3Settings, Settings,
};
use adcore::testing::Warnings;
use hybrid_rest::calls::v3::{Split, Statistics, StatisticsRow};
use hybrid_rest::{Endpoint, Error, ErrorKind, ReqwestTransport, RetryPolicy, Transport};
use jiff::Span;
use jiff::civil::date;
use proptest::prelude::{Just, prop_assert, prop_assert_eq, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

use super::{all, builder, emulator};

/// It has numbers on every day.
const CAMPAIGN: &str = "253606607e03d3fa9fc08fbd";

/// One row per day, for this number of days, and no more than that.
fn by_day_alone(days: u64) -> Statistics {
    let from = date(2025, 3, 1);
    let to = from + Span::new().days(i64::try_from(days).unwrap() - 1);
    Statistics::of_campaign(from, to, CAMPAIGN).split(Split::Day)
}

/// The same rows; as far as the client knows, there may be more of them.
fn by_day(days: u64) -> Statistics {
    by_day_alone(days).split(Split::Campaign)
}

async fn server(change: impl FnOnce(&mut HybridV3Settings)) -> Emulator {
    emulator(|settings| change(&mut settings.hybrid.v3)).await
}

/// The number of rows of a month, with pages of 1000 rows.
async fn month(emulator: &Emulator) -> Result<usize, Error> {
    let v3 = builder(emulator).build().unwrap().v3();
    all(&v3, &by_day(31)).await.map(|rows| rows.len())
}

#[tokio::test]
async fn a_smaller_maximum_of_the_server_makes_no_shorter_list() {
    for large_limit in [HybridLargeLimit::Clamped, HybridLargeLimit::Cut] {
        for most in [1, 10, 30, 31, 32] {
            let emulator = server(|v3| {
                v3.max_limit = Some(most);
                v3.large_limit = large_limit;
            })
            .await;
            assert_eq!(
                month(&emulator).await.unwrap(),
                31,
                "{large_limit:?} {most}"
            );
        }
    }
}

#[tokio::test]
async fn a_row_for_each_day_is_all_that_days_have() {
    let emulator = server(|_| {}).await;
    let client = builder(&emulator).build().unwrap();
    let sent = || {
        let requests = emulator.requests();
        requests.of("hybrid.v3.statistic.campaign").received
    };
    let v3 = client.v3();
    for (call, requests) in [
        (by_day_alone(31), 1),
        (by_day_alone(31), 1),
        (by_day(31), 2),
    ] {
        let before = sent();
        assert_eq!(all(&v3, &call).await.unwrap().len(), 31);
        assert_eq!(sent() - before, requests);
    }
}

#[tokio::test]
async fn later_windows_with_as_many_rows_are_asked_for_more_too() {
    let emulator = server(|v3| {
        v3.max_limit = Some(10);
        v3.large_limit = HybridLargeLimit::Cut;
    })
    .await;
    let client = builder(&emulator).concurrency(1).build().unwrap();
    for days in [10, 31] {
        assert_eq!(
            all(&client.v3(), &by_day(days)).await.unwrap().len(),
            days as usize
        );
    }
}

#[tokio::test]
async fn a_limit_that_is_refused_is_an_error() {
    let emulator = server(|v3| {
        v3.max_limit = Some(10);
        v3.large_limit = HybridLargeLimit::Refused;
        v3.invalid = HybridInvalid::BadRequest;
    })
    .await;
    let error = month(&emulator).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    let v3 = builder(&emulator).page_size(10).build().unwrap().v3();
    assert_eq!(all(&v3, &by_day(31)).await.unwrap().len(), 31);
}

#[tokio::test]
async fn a_server_without_pages_has_cut_the_list_if_its_total_says_more() {
    let emulator = server(|v3| {
        v3.max_limit = Some(10);
        v3.pages = false;
        v3.total = HybridTotal::All;
    })
    .await;
    let error = month(&emulator).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("`ImpressionCount`"), "{error}");
}

#[tokio::test]
async fn a_server_that_refuses_the_page_after_the_last_one_gives_the_whole_list() {
    for past_end in [
        HybridPastEnd::Empty,
        HybridPastEnd::BadRequest,
        HybridPastEnd::NotFound,
        HybridPastEnd::ServerError,
    ] {
        let emulator = server(|v3| v3.past_end = past_end).await;
        for page in [10, 31, 1000] {
            let v3 = builder(&emulator).page_size(page).build().unwrap().v3();
            for days in [30, 31] {
                let rows = all(&v3, &by_day(days)).await.unwrap();
                assert_eq!(rows.len(), days as usize, "{past_end:?}, pages of {page}");
            }
        }
    }
}

/// What follows a short list whose end cannot be confirmed: it has too few rows.
#[tokio::test]
async fn a_refusal_after_a_short_list_is_its_end_unless_a_total_says_more() {
    for (past_end, total, is_whole) in [
        (HybridPastEnd::BadRequest, HybridTotal::Absent, true),
        (HybridPastEnd::NotFound, HybridTotal::Absent, true),
        (HybridPastEnd::NotFound, HybridTotal::All, true),
        (HybridPastEnd::NotFound, HybridTotal::Page, true),
        (HybridPastEnd::ServerError, HybridTotal::Absent, false),
        (HybridPastEnd::ServerError, HybridTotal::All, true),
    ] {
        let emulator = server(|v3| {
            v3.past_end = past_end;
            v3.total = total;
        })
        .await;
        let v3 = builder(&emulator).build().unwrap().v3();
        let warnings = Warnings::listen();
        match all(&v3, &by_day(2)).await {
            Ok(rows) => {
                assert!(is_whole && rows.len() == 2, "{past_end:?} {total:?}");
                let warnings = warnings.lines();
                assert_eq!(warnings.len(), 1, "{warnings:?}");
                assert!(warnings[0].contains("taken as their end"), "{warnings:?}");
            }
            Err(error) => {
                assert!(!is_whole, "{past_end:?} {total:?}");
                assert_eq!(error.kind(), ErrorKind::Server);
            }
        }
    }
    // More rows follow, and the server refuses to return them.
    for (total, check, is_error) in [
        (HybridTotal::All, true, true),
        (HybridTotal::All, false, false),
        (HybridTotal::Absent, true, false),
    ] {
        let emulator = server(|v3| {
            v3.total = total;
            v3.max_limit = Some(2);
        })
        .await;
        let plan = FaultPlan::new("hybrid.v3.statistic.campaign").healthy();
        emulator.faults(plan.fault(Fault::status(404))).unwrap();
        let v3 = builder(&emulator).check_totals(check).build().unwrap().v3();
        let error = all(&v3, &by_day(4)).await.err();
        assert_eq!(
            error.map(|error| error.kind()),
            is_error.then_some(ErrorKind::NotFound)
        );
    }
}

#[tokio::test]
async fn a_refused_page_in_the_middle_is_an_error() {
    // The page after a short one, and one after full ones.
    for (most, page_size) in [(10, 1000), (1000, 10)] {
        for status in [400, 401, 403, 404, 429, 500] {
            let emulator = server(|v3| v3.max_limit = Some(most)).await;
            let plan = FaultPlan::new("hybrid.v3.statistic.campaign").healthy();
            let plan = (0..2).fold(plan, |plan, _| plan.fault(Fault::status(status)));
            emulator.faults(plan).unwrap();
            let builder = builder(&emulator).page_size(page_size);
            let v3 = builder.retry(RetryPolicy::never()).build().unwrap().v3();
            let rows = all(&v3, &by_day(31)).await;
            // A short list is taken as whole, with a warning, if nothing says otherwise.
            let is_taken = matches!((most, status), (10, 400 | 404));
            assert_eq!(rows.is_ok(), is_taken, "{status}: {rows:?}");
        }
    }
}

/// Everything that is not known about the server.
#[derive(Debug, Clone, Copy)]
struct Guess {
    most: u64,
    large_limit: HybridLargeLimit,
    pages: bool,
    past_end: HybridPastEnd,
    total: HybridTotal,
}

/// Whether the whole list has to be found.
fn is_found(guess: Guess, days: u64, page_size: u64) -> bool {
    let Guess { most, pages, .. } = guess;
    if page_size > most && guess.large_limit == HybridLargeLimit::Refused {
        return false;
    }
    if !pages {
        // A full page may be a cut one; a shorter one is not, as far as it is known.
        return days < page_size && days <= most;
    }
    let size = page_size.min(most);
    if guess.past_end == HybridPastEnd::Empty || days > size && !days.is_multiple_of(size) {
        return true;
    }
    // A page after the last one is refused. A shorter one that begins before the end shows that it is the end.
    if (2..days.min(size)).any(|shorter| !days.is_multiple_of(shorter)) {
        return true;
    }
    let is_short = days < page_size && days <= size;
    let is_failure = guess.past_end == HybridPastEnd::ServerError;
    is_short && !(is_failure && guess.total == HybridTotal::Absent)
}

/// For any maximum, convention of pages, number of rows, end and total: no gap and no double.
#[test]
fn any_server_gives_the_whole_list_or_an_error() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let emulator = runtime.block_on(emulator(|_| ()));
    let endpoint = Endpoint::parse(&emulator.hybrid_url()).unwrap();
    let transport = Arc::new(ReqwestTransport::for_endpoint(&endpoint).unwrap());
    let whole = builder(&emulator).build().unwrap().v3();
    let whole = runtime.block_on(all(&whole, &by_day(40))).unwrap();
    let names = |rows: &[StatisticsRow]| -> Vec<_> {
        rows.iter()
            .map(|row| (row.day, row.split_name.clone()))
            .collect()
    };
    let whole = names(&whole);
    let cases = std::env::var("PROPTEST_CASES").map_or(300, |cases| cases.parse().unwrap());
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let large_limit = prop_oneof![
        2 => Just(HybridLargeLimit::Clamped),
        2 => Just(HybridLargeLimit::Cut),
        1 => Just(HybridLargeLimit::Refused),
    ];
    let past_end = prop_oneof![
        Just(HybridPastEnd::Empty),
        Just(HybridPastEnd::BadRequest),
        Just(HybridPastEnd::NotFound),
        Just(HybridPastEnd::ServerError),
    ];
    let total = prop_oneof![
        Just(HybridTotal::Absent),
        Just(HybridTotal::Page),
        Just(HybridTotal::All),
    ];
    let input = (
        (
            1_u64..25,
            large_limit,
            prop_oneof![4 => Just(true), 1 => Just(false)],
            past_end,
            total,
        ),
        // Windows one after the other, so that the client knows something about the server.
        proptest::collection::vec(1_u64..41, 1..4),
        1_u64..50,
    );
    let outcome = TestRunner::new(config).run(&input, |(guess, lists, page_size)| {
        let (most, large_limit, pages, past_end, total) = guess;
        let guess = Guess {
            most,
            large_limit,
            pages,
            past_end,
            total,
        };
        let mut settings = Settings::default();
        let v3 = &mut settings.hybrid.v3;
        v3.max_limit = Some(most);
        (v3.large_limit, v3.pages, v3.past_end, v3.total) = (large_limit, pages, past_end, total);
        emulator.set_settings(settings);
        let builder = builder(&emulator).page_size(page_size as usize);
        let builder = builder.transport(Arc::clone(&transport) as Arc<dyn Transport>);
        let v3 = builder.retry(RetryPolicy::never()).build().unwrap().v3();
        for days in lists {
            let found = runtime.block_on(all(&v3, &by_day(days)));
            let expected = &whole[..days as usize];
            match found {
                Ok(rows) if !pages && days > most && total != HybridTotal::All => {
                    // Nothing shows that the list was cut.
                    prop_assert_eq!(names(&rows), &expected[..most as usize]);
                }
                Ok(rows) => prop_assert_eq!(names(&rows), expected),
                Err(error) => prop_assert!(!is_found(guess, days, page_size), "{}", error),
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
