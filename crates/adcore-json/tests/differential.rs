//! Property tests: rows that arrive in arbitrary chunks equal what serde_json reads from the whole.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::task::{Context, Poll};

use adcore::{Body, TransportError};
use adcore_json::{ExactDecimal, Integer, RawJson, RowLocation, Rows};
use bytes::Bytes;
use futures_core::Stream;
use proptest::collection::vec;
use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

struct Chunks(VecDeque<Bytes>);

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}

struct Outcome<T> {
    rows: Vec<T>,
    rest: Vec<(String, RawJson)>,
    found: bool,
    failed: bool,
}

fn arrive<T: DeserializeOwned>(text: &[u8], cuts: &[usize], shape: RowLocation) -> Outcome<T> {
    let mut chunks = VecDeque::new();
    let mut left = Bytes::copy_from_slice(text);
    for cut in cuts.iter().cycle() {
        if left.is_empty() {
            break;
        }
        chunks.push_back(left.split_to((*cut).min(left.len())));
    }
    let body = Body::from_stream(Chunks(chunks));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let mut rows = Rows::<T>::new(body, shape);
        let mut all = Vec::new();
        let mut failed = false;
        while let Some(row) = rows.next().await {
            match row {
                Ok(row) => all.push(row),
                Err(_) => failed = true,
            }
        }
        Outcome {
            rows: all,
            rest: rows.rest().to_vec(),
            found: rows.found(),
            failed,
        }
    })
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    vec(prop_oneof![Just(1), 1..8_usize, 1..200_usize], 1..12)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z{}\\[\\],:\"\\\\ ]{0,8}", any::<String>()]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Not an arbitrary float: serde_json may not read back its last digit exactly.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((text(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Prints JSON, with white space between the tokens if `pretty`.
fn printed(value: &Value, pretty: bool) -> Vec<u8> {
    if pretty {
        serde_json::to_vec_pretty(value).unwrap()
    } else {
        serde_json::to_vec(value).unwrap()
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Row {
    shows: Integer<u64>,
    #[serde(default)]
    clicks: Option<i64>,
    income: ExactDecimal,
    #[serde(default)]
    site: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    nested: Option<BTreeMap<String, RawJson>>,
    #[serde(default)]
    share: Option<f64>,
}

/// The members of a row, mostly valid, in any order and with unknown ones among them.
fn members() -> impl Strategy<Value = Map<String, Value>> {
    let site = prop_oneof![9 => text().prop_map(Value::from), 1 => value()];
    let number = || {
        prop_oneof![
            20 => any::<u32>().prop_map(Value::from),
            2 => any::<u32>().prop_map(|number| number.to_string().into()),
            2 => any::<u32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
            1 => value(),
        ]
    };
    let always = (number(), number(), site);
    let also = vec(
        ("(clicks|tags|nested|share|other|[a-z]{1,3})", value()),
        0..3,
    );
    (always, also).prop_map(|((shows, income, site), also)| {
        let known = [("shows", shows), ("income", income), ("site", site)];
        let known = known.map(|(name, value)| (name.to_owned(), value));
        also.into_iter().chain(known).collect()
    })
}

proptest! {
    #[test]
    fn an_array_of_rows(rows in vec(value(), 0..12), cuts in cuts(), pretty: bool) {
        let text = printed(&Value::from(rows.clone()), pretty);
        let outcome = arrive::<Value>(&text, &cuts, RowLocation::Array);
        prop_assert!(outcome.found && !outcome.failed);
        prop_assert_eq!(outcome.rows, rows);
    }

    #[test]
    fn rows_within_an_envelope(
        rows in vec(value(), 0..12),
        before in vec(("[a-q]{1,4}", value()), 0..3),
        after in vec(("[a-q]{5,9}", value()), 0..3),
        cuts in cuts(),
        bare: bool,
    ) {
        let member = |(name, value): &(String, Value)| format!("{}: {value}", Value::from(name.as_str()));
        let result = ("result".to_owned(), Value::from(rows.clone()));
        let members = before.iter().chain([&result]).chain(&after).map(member);
        let gap = if bare { "," } else { " ,\r\n\t" };
        let text = format!("{{{}}}", members.collect::<Vec<_>>().join(gap));
        let outcome = arrive::<Value>(text.as_bytes(), &cuts, RowLocation::Member("result"));
        prop_assert!(outcome.found && !outcome.failed);
        prop_assert_eq!(outcome.rows, rows);
        let rest: Vec<_> = outcome.rest.iter()
            .map(|(name, raw)| (name.clone(), raw.decode::<Value>().unwrap()))
            .collect();
        let expected: Vec<_> = before.into_iter().chain(after).collect();
        prop_assert_eq!(rest, expected);
    }

    #[test]
    fn rows_within_groups(groups in vec(vec(value(), 0..5), 0..5), cuts in cuts(), pretty: bool) {
        let document: Vec<Value> = groups.iter()
            .map(|rows| serde_json::json!({ "CampaignId": "a", "Stat": rows }))
            .collect();
        let text = printed(&Value::from(document), pretty);
        let outcome = arrive::<Value>(&text, &cuts, RowLocation::Groups("stat"));
        prop_assert!(outcome.found && !outcome.failed);
        prop_assert_eq!(outcome.rows, groups.concat());
    }

    #[test]
    fn typed_rows(rows in vec((any::<u32>(), text(), prop::option::of(any::<i16>())), 0..20), cuts in cuts()) {
        let text = serde_json::to_vec(&rows).unwrap();
        let outcome = arrive::<(u32, String, Option<i16>)>(&text, &cuts, RowLocation::Array);
        prop_assert!(!outcome.failed);
        prop_assert_eq!(outcome.rows, rows);
    }

    #[test]
    fn rows_of_members(rows in vec(members(), 0..30), cuts in cuts(), pretty: bool) {
        let rows: Vec<_> = rows.into_iter().map(Value::Object).collect();
        let text = printed(&Value::from(rows), pretty);
        let outcome = arrive::<Row>(&text, &cuts, RowLocation::Array);
        match serde_json::from_slice::<Vec<Row>>(&text) {
            Ok(rows) => {
                prop_assert!(!outcome.failed);
                prop_assert_eq!(outcome.rows, rows);
            }
            Err(_) => prop_assert!(outcome.failed),
        }
    }

    #[test]
    fn damage_is_noticed_where_serde_json_notices_it(
        rows in vec(value(), 1..6),
        at in any::<prop::sample::Index>(),
        byte: u8,
        cut: bool,
        cuts in cuts(),
    ) {
        let mut text = printed(&Value::from(rows), false);
        let at = at.index(text.len());
        if cut {
            text.truncate(at);
        } else {
            text[at] = byte;
        }
        let outcome = arrive::<Value>(&text, &cuts, RowLocation::Array);
        match serde_json::from_slice::<Value>(&text) {
            Ok(Value::Array(rows)) => {
                prop_assert!(!outcome.failed);
                prop_assert_eq!(outcome.rows, rows);
            }
            Ok(_) => prop_assert!(!outcome.found && outcome.rows.is_empty()),
            Err(_) => prop_assert!(outcome.failed),
        }
    }
}
