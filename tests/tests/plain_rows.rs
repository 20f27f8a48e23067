//! Rows that are read without serde equal the rows that serde reads.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::fmt::Debug;

use adcore::Body;
use adcore_json::{PlainRow, RowLocation, Rows};
use bytes::Bytes;
use futures_util::stream;
use hybrid_rest::calls::{CampaignDay, DomainDay};
use hybrid_rest::wire::Wire;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use serde::de::DeserializeOwned;
use spots_rpc::wire::WireRow;

/// A value as it may be on the wire: mostly valid, and mostly of the type that the member has.
fn value(kind: &'static [&'static str]) -> impl Strategy<Value = String> {
    const ODD: &[&str] = &[
        "null",
        "true",
        "-0",
        "-7",
        "01",
        "1.",
        ".5",
        "1e3",
        "7.0",
        "\"12\"",
        "\"-3\"",
        "\"007\"",
        "\"0.10\"",
        "\" 5 \"",
        "\"\"",
        "\"NaN\"",
        "\"-Infinity\"",
        "10.5",
        "1e29",
        "\"x\\ny\"",
        "\"\\ud83d\"",
        "\"\\x\"",
        "\"тест\"",
        "\"2015-13-45\"",
        "{}",
        "[1]",
        "18446744073709551615",
        "-9223372036854775808",
        "0.1234567890123456789012345678",
        "nul",
        "\"2015-12-31",
        "\"0000-01-01\"",
        "\"2015-12-31x\"",
        "{\"a\":[\"}\"]}",
    ];
    prop_oneof![
        30 => select(kind).prop_map(str::to_owned),
        4 => "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,22})?",
        1 => "-?[0-9]{1,5}(\\.[0-9]{0,3})?([eE][+-]?[0-9]{1,2})?",
        1 => "\"[a-z0-9 .:/\\\\\"-]{0,20}\"",
        2 => select(ODD).prop_map(str::to_owned),
    ]
}

const COUNTS: &[&str] = &[
    "0",
    "7",
    "61239",
    "1234567",
    "12345678",
    "123456789012345678",
];
const MONEY: &[&str] = &[
    "0.5",
    "697.827701971",
    "1622290.744716147",
    "3",
    "12345678.9",
];
const DAYS: &[&str] = &[
    "\"2015-12-31\"",
    "\"2017-03-18T00:00:00\"",
    "\"2015-02-29\"",
];
const TEXTS: &[&str] = &[
    "\"test1.ru\"",
    "\"test1.ru/forum\"",
    "\"\"",
    "\"abcdefgh\"",
    "\"test1.ru\\/forum\"",
    "\"\\u0442\\u0435 }\\n\"",
    "\"\\ud83d\\ude00\\\\\"",
];

/// Rows with these members: nearly always in the same order and with the same spacing.
fn rows(members: &[(&'static str, &'static [&'static str])]) -> impl Strategy<Value = Vec<String>> {
    let names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    let values: Vec<_> = members.iter().map(|(_, kind)| value(kind)).collect();
    let change = prop_oneof![
        8 => Just(Vec::new()),
        1 => vec((select(names.clone()), 0..4_usize), 1..4),
    ];
    let gaps = select(vec![",", ", ", " ,\n\t", ",\r\n"]);
    let row = (
        values,
        change,
        "(Other|Ctr|[a-z]{1,40})",
        value(COUNTS),
        gaps,
    );
    let row = row.prop_map(move |(values, changes, other, value, gap)| {
        let pairs = names.iter().zip(values);
        let mut pairs: Vec<_> = pairs
            .map(|(name, value)| ((*name).to_owned(), value))
            .collect();
        for (name, change) in changes {
            let at = pairs.iter().position(|pair| pair.0 == name).unwrap_or(0);
            match change {
                0 => drop(pairs.remove(at)),
                1 => pairs.push((name.to_uppercase(), value.clone())),
                2 => pairs.insert(at, (other.clone(), value.clone())),
                _ => pairs.rotate_left(at),
            }
            if pairs.is_empty() {
                break;
            }
        }
        let pairs = pairs
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"));
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(gap))
    });
    vec(row, 1..20)
}

fn compare<T>(rows: &[String]) -> Result<(), TestCaseError>
where
    T: DeserializeOwned + PlainRow + Debug + PartialEq,
{
    let mut expected = Vec::new();
    let mut bad = false;
    for row in rows {
        match adcore_json::decode::<T>(row.as_bytes()) {
            Ok(row) => expected.push(row),
            Err(_) => {
                bad = true;
                break;
            }
        }
    }
    let text = format!("[{}]", rows.join(","));
    match adcore_json::decode_rows::<T>(text.as_bytes()) {
        Ok(whole) => prop_assert_eq!((&whole, bad), (&expected, false), "{}", text),
        Err(_) => prop_assert!(bad, "{}", text),
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    for size in [1, 50, 100_000] {
        let chunks = text.as_bytes().chunks(size).map(Bytes::copy_from_slice);
        let chunks: Vec<_> = chunks.map(Ok).collect();
        let mut arriving =
            Rows::<T>::plain(Body::from_stream(stream::iter(chunks)), RowLocation::Array);
        let mut met = Vec::new();
        let mut failed = false;
        while let Some(row) = runtime.block_on(arriving.next()) {
            match row {
                Ok(row) => met.push(row),
                Err(_) => failed = true,
            }
        }
        prop_assert_eq!(&met, &expected, "{} by {}", text, size);
        prop_assert_eq!(failed, bad, "{} by {}", text, size);
    }
    Ok(())
}

proptest! {
    #[test]
    fn days_of_campaigns(rows in rows(&[
        ("ImpressionCount", COUNTS), ("ClickCount", COUNTS), ("Date", DAYS), ("Cost", MONEY),
        ("SumBets", MONEY), ("BetCount", COUNTS), ("Ctr", MONEY),
    ])) {
        compare::<Wire<CampaignDay>>(&rows)?;
    }

    #[test]
    fn days_of_domains(rows in rows(&[
        ("Date", DAYS), ("SumWinningPriceWithComission", MONEY), ("Domain", TEXTS),
        ("PostClickConversionsCount", COUNTS), ("SumWinningPriceWithCommission", MONEY),
    ])) {
        compare::<Wire<DomainDay>>(&rows)?;
    }

    #[test]
    fn statistics_of_sites(rows in rows(&[
        ("shows", COUNTS), ("clicks", COUNTS), ("income", MONEY), ("site_id", COUNTS),
        ("site", TEXTS), ("site_name", TEXTS), ("placement", TEXTS), ("date_day", DAYS),
    ])) {
        compare::<WireRow>(&rows)?;
    }
}
