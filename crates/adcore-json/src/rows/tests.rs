use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;

use super::*;
use crate::{ExactDecimal, Integer};
use adcore::ErrorKind;
use adcore::TransportError;

mod faults;
mod nested;

#[derive(Debug, PartialEq, Deserialize)]
struct Row {
    shows: Integer<u64>,
    income: ExactDecimal,
    #[serde(default)]
    site: Option<String>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
struct PlainPair {
    #[serde(default)]
    shows: Integer<i64>,
    #[serde(default)]
    income: ExactDecimal,
    #[serde(default, flatten)]
    others: BTreeMap<String, u32>,
    /// Not on the wire: whether it was read without serde.
    #[serde(skip)]
    plain: bool,
}

impl PlainRow for PlainPair {
    fn place(name: &str) -> Option<u8> {
        let place = ["shows", "income"]
            .iter()
            .position(|known| *known == name)?;
        u8::try_from(place).ok()
    }

    fn read(&mut self, place: u8, value: &mut PlainValue<'_>) -> Option<()> {
        self.plain = true;
        assert_eq!(format!("{value:?}"), "PlainValue(..)");
        match place {
            0 => self.shows.0 = value.integer()?,
            _ => value.decimal(&mut self.income.0)?,
        }
        Some(())
    }

    fn keep(&mut self, name: &str, value: RawJson) -> Option<()> {
        let number = value.as_str().parse().ok()?;
        let twice = self.others.insert(name.to_owned(), number);
        twice.is_none().then_some(())
    }
}

async fn plain_rows(json: &str) -> Result<Vec<PlainPair>, Error> {
    let mut rows = Rows::<PlainPair>::plain(
        Bytes::copy_from_slice(json.as_bytes()).into(),
        RowLocation::Array,
    );
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        all.push(row?);
    }
    Ok(all)
}

#[tokio::test]
async fn rows_are_read_without_serde_in_any_order_and_printing() {
    let rows = plain_rows(
        r#"[{"shows":1,"income":0.50},{"income":1.5,"shows":-2},{"shows":3},
        { "income" : "7" , "shows" : 4 },{"other":8,"shows":123456789012345678,"income":12}]"#,
    );
    let rows = rows.await.unwrap();
    let shows: Vec<_> = rows.iter().map(|row| row.shows.0.unwrap()).collect();
    assert_eq!(shows, [1, -2, 3, 4, 123_456_789_012_345_678]);
    let income = rows.iter().filter_map(|row| row.income.0);
    let income: Vec<_> = income.map(|income| income.to_string()).collect();
    assert_eq!(income, ["0.50", "1.5", "7", "12"]);
    assert_eq!(rows[4].others["other"], 8);
    assert!(rows.iter().all(|row| row.plain));
}

#[tokio::test]
async fn what_is_not_plain_is_left_to_serde() {
    let rows = r#"[{"sh\u006fws":1},{"shows":1.0},{"income":1e2},{"shows":" 1 "},{}]"#;
    let rows = plain_rows(rows).await.unwrap();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| !row.plain));
    // The second begins like one, where a comma should be.
    for bad in [
        r#"[{"shows":1},{"shows":1{"shows":1}]"#,
        r#"[{"shows":1},{"shows":1,}]"#,
        r#"[{"shows":1},{,"shows":1}]"#,
        r#"[{"shows":1},{"shows":1 "income":1}]"#,
        r#"[{"shows":1},{"shows":1,"shows":1}]"#,
    ] {
        assert!(plain_rows(bad).await.is_err(), "{bad}");
    }
}

#[tokio::test]
async fn rows_of_very_many_names_are_left_to_serde() {
    let row = |from: u32| {
        let members = (from..from + 100).map(|number| format!("\"m{number}\":{number}"));
        format!("{{\"shows\":1,{}}}", members.collect::<Vec<_>>().join(","))
    };
    let text = format!("[{},{},{{\"shows\":5}}]", row(0), row(1000));
    let rows = plain_rows(&text).await.unwrap();
    let plain: Vec<_> = rows
        .iter()
        .map(|row| (row.plain, row.others.len()))
        .collect();
    assert_eq!(plain, [(false, 100), (false, 100), (true, 0)]);
}

struct Chunks(VecDeque<Bytes>);

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}

fn rows<T: DeserializeOwned>(json: &str, size: usize, shape: RowLocation) -> Rows<T> {
    let chunks = json.as_bytes().chunks(size).map(Bytes::copy_from_slice);
    Rows::new(Body::from_stream(Chunks(chunks.collect())), shape)
}

async fn all<T: DeserializeOwned>(mut rows: Rows<T>) -> Result<(Vec<T>, Vec<String>), Error> {
    let mut out = Vec::new();
    while let Some(row) = rows.next().await {
        out.push(row?);
    }
    assert!(rows.next().await.is_none());
    let rest = rows.rest();
    Ok((
        out,
        rest.iter()
            .map(|(name, raw)| format!("{name}={}", raw.as_str()))
            .collect(),
    ))
}

const RESPONSE: &str = "\u{feff} {\"jsonrpc\": \"2.0\", \"nested\":{\"result\":[1]},\"result\" : [\
    {\"shows\":71385,\"clicks\":196,\"income\":3143.356472008,\"site\":\"te}st]1.ru\"},\
    {\"shows\":\"944\",\"income\":55.626086398,\"site\":\"\\\"\\u0442}\"} , {\"shows\":null,\"income\":null}\n],\"id\": 1.25} \n";

#[tokio::test]
async fn every_chunk_size_gives_the_same_rows() {
    let expected: serde_json::Value =
        serde_json::from_str(RESPONSE.trim_start_matches('\u{feff}')).unwrap();
    for size in 1..=RESPONSE.len() {
        let (got, rest) = all::<Row>(rows(RESPONSE, size, RowLocation::Member("result")))
            .await
            .unwrap();
        assert_eq!(got.len(), 3, "chunks of {size}");
        assert_eq!(got[0].income.0.unwrap().to_string(), "3143.356472008");
        assert_eq!(
            got[0].site.as_deref(),
            expected["result"][0]["site"].as_str()
        );
        assert_eq!(got[1].shows, Integer(Some(944)));
        assert_eq!(got[1].site.as_deref(), Some("\"т}"));
        assert_eq!(got[2].shows, Integer(None));
        assert_eq!(
            rest,
            ["jsonrpc=\"2.0\"", "nested={\"result\":[1]}", "id=1.25"]
        );
    }
}

#[tokio::test]
async fn bare_arrays_scalars_and_empties() {
    for size in 1..12 {
        let numbers = rows::<f64>("[1.5,23, 456 ,7]", size, RowLocation::Array);
        assert_eq!(all(numbers).await.unwrap().0, [1.5, 23.0, 456.0, 7.0]);
        let none = rows::<f64>(" [ ] ", size, RowLocation::Array);
        assert!(all(none).await.unwrap().0.is_empty());
    }
}

#[tokio::test]
async fn other_shapes_are_left_to_the_caller() {
    let error = "{\"error\":{\"code\":-32000,\"message\":\"no\"},\"result\":null,\"id\":1}";
    for size in [1, 7, 100] {
        let mut response = rows::<Row>(error, size, RowLocation::Member("result"));
        assert!(!response.peek().await.unwrap());
        assert!(!response.found());
        assert_eq!(response.rest().len(), 3);
        let (_, rest) = all::<Row>(rows("7", size, RowLocation::Array))
            .await
            .unwrap();
        assert_eq!(rest, ["=7"]);
        let (_, rest) = all::<Row>(rows(error, size, RowLocation::Array))
            .await
            .unwrap();
        assert_eq!(rest.len(), 3);
    }
}

#[tokio::test]
async fn peek_loses_no_row() {
    let mut response = rows::<Row>(RESPONSE, 10, RowLocation::Member("result"));
    assert!(response.peek().await.unwrap());
    assert!(response.peek().await.unwrap());
    assert_eq!(all(response).await.unwrap().0.len(), 3);
}

#[tokio::test]
async fn broken_responses_are_decode_errors_without_values() {
    for bad in [
        "",
        "   ",
        "[",
        "[{\"shows\":1,\"income\":1}",
        "[{\"shows\":1,\"income\":1},]",
        "[{\"shows\":1,\"income\":1}] junk",
        "[{\"shows\":1,\"income\":1}]]",
        "[{\"shows\":1,\"income\":\"canary\"}]",
        "[{\"shows\":\"canary\",\"income\":1}]",
        "[{\"shows\":1,\"income\":1}{}]",
        "[,]",
        "{\"a\" 1}",
        "{\"a\":}",
        "{a:1}",
        "<html>canary</html>",
        "\u{feff}",
    ] {
        for size in [1, 3, 1000] {
            let error = all::<Row>(rows(bad, size, RowLocation::Array))
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{bad}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }
    // Found by fuzzing: an incomplete character at the end was accepted.
    for tail in [&b"[]\xC2"[..], b"[]\xFF", b"[]\n\xE2\x82"] {
        for size in [1, 1000] {
            let chunks = tail.chunks(size).map(Bytes::copy_from_slice).collect();
            let body = Body::from_stream(Chunks(chunks));
            let response = Rows::<Row>::new(body, RowLocation::Array);
            assert!(all(response).await.is_err(), "{tail:?} by {size}");
        }
    }
    let doubled = "{\"result\":[],\"result\":[]}";
    let error = all::<Row>(rows(doubled, 5, RowLocation::Member("result")))
        .await
        .unwrap_err();
    assert!(error.message().contains("twice"));
}

#[tokio::test]
async fn the_fault_is_placed() {
    let bad = "[{\"shows\":1,\"income\":1},{\"shows\":1,\"income\":true}]";
    let error = all::<Row>(rows(bad, 4, RowLocation::Array))
        .await
        .unwrap_err();
    assert!(error.message().contains("at income"), "{error}");
    assert!(error.message().contains("row 1 (byte 24)"), "{error}");
}

#[tokio::test]
async fn rows_and_envelopes_have_limits() {
    let long = format!(
        "[{{\"shows\":1,\"income\":1,\"site\":\"{}\"}}]",
        "x".repeat(5000)
    );
    for size in [100, 10_000] {
        let limited = rows::<Row>(&long, size, RowLocation::Array).row_limit(4000);
        let error = all(limited).await.unwrap_err();
        assert!(
            error.message().contains("larger than the limit of 4000"),
            "{error}"
        );
        let enough = rows::<Row>(&long, size, RowLocation::Array).row_limit(6000);
        assert_eq!(all(enough).await.unwrap().0.len(), 1);
    }
    // Three quarters of a row, then its end and more than the limit in one chunk.
    let row = |length| {
        format!(
            "{{\"shows\":1,\"income\":1,\"site\":\"{}\"}}",
            "}".repeat(length)
        )
    };
    let (first, second) = (row(3000), row(550));
    let text = format!("[{first},{second}]");
    let chunks =
        [&text[..2500], &text[2500..]].map(|chunk| Bytes::copy_from_slice(chunk.as_bytes()));
    let late = Rows::<Row>::new(Body::from_stream(Chunks(chunks.into())), RowLocation::Array);
    assert_eq!(all(late.row_limit(3500)).await.unwrap().0.len(), 2);
    let endless = format!("[{{\"site\":\"{}", "y}".repeat(5000));
    let error = all(rows::<Row>(&endless, 64, RowLocation::Array).row_limit(4000))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

const GROUPS: &str = "[{\"CampaignId\":\"a\",\"Stat\":[1,2],\"Note\":[3]},{\"stat\":[],\"CampaignId\":\"b\"} ,\
    {\"CampaignId\":\"c\",\"Stat\":null},{\"CampaignId\":\"d\",\"Stat\":[7]}]";

#[tokio::test]
async fn rows_of_groups_know_their_group() {
    for size in 1..=GROUPS.len() {
        let mut numbers = rows::<u32>(GROUPS, size, RowLocation::Groups("Stat"));
        let mut seen = Vec::new();
        while let Some(row) = numbers.next().await {
            seen.push((numbers.group()[0].1.as_str().to_owned(), row.unwrap()));
        }
        let expected = [("\"a\"", 1), ("\"a\"", 2), ("\"d\"", 7)];
        assert_eq!(
            seen,
            expected.map(|(id, row)| (id.to_owned(), row)),
            "chunks of {size}"
        );
        assert!(numbers.rest().is_empty());
    }
    let error = "{\"Message\":\"no\",\"Stat\":[1]}";
    let (none, rest) = all::<u32>(rows(error, 3, RowLocation::Groups("Stat")))
        .await
        .unwrap();
    assert!(none.is_empty());
    assert_eq!(rest, ["Message=\"no\"", "Stat=[1]"]);
    for bad in [
        "[1]",
        "[{\"Stat\":[1]]",
        "[{\"Stat\":[1]},]",
        "[{\"Stat\":[1}]",
        "[{}]",
        "[{\"CampaignId\":\"a\"}]",
        "[{\"Stat\":[1]},{\"CampaignId\":\"a\"}]",
        "[{\"Stat\":{}}]",
        "[{\"Stat\":\"\"}]",
        "[{\"Stat\":7}]",
        "[{\"Stat\":[1],\"stat\":[2]}]",
        "[{\"Stat\":null,\"stat\":[2]}]",
        "[{\"Stat\":[1],\"stat\":null}]",
    ] {
        assert!(
            all::<u32>(rows(bad, 2, RowLocation::Groups("Stat")))
                .await
                .is_err(),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn null_in_place_of_a_list_is_an_empty_list() {
    for shape in [RowLocation::Array, RowLocation::Groups("Stat")] {
        for json in ["null", " null\n"] {
            for size in [1, 3, 100] {
                let mut rows = rows::<u32>(json, size, shape);
                assert!(!rows.peek().await.unwrap());
                assert!(rows.found() && rows.rest().is_empty(), "{json}");
            }
        }
        assert!(all::<u32>(rows("null 1", 2, shape)).await.is_err());
    }
    assert!(decode_rows::<PlainPair>(b"null").unwrap().is_empty());
    let mut envelope = rows::<u32>("null", 2, RowLocation::Member("result"));
    assert!(!envelope.peek().await.unwrap() && !envelope.found());
}

#[tokio::test]
async fn a_value_that_cannot_be_held_costs_no_other_row() {
    let json = r#"[{"shows":1,"income":1,"site":"a"},
        {"shows":2,"income":1.4210854715202004e-14,"site":"b\ud83d"},
        {"shows":3,"income":0.12345678901234567890123456789,"site":"\ud83d\ude00"},
        {"shows":4,"income":2,"site":"c\ude00\"}"}]"#;
    for size in 1..=json.len() {
        let mut rows = rows(json, size, RowLocation::Array);
        let mut found = Vec::new();
        while let Some(row) = rows.next().await {
            let row: Row = row.unwrap();
            found.push((row.income.0.unwrap().to_string(), row.site.unwrap()));
        }
        let expected = [
            ("1", "a"),
            ("0.0000000000000142108547152020", "b\u{FFFD}"),
            ("0.1234567890123456789012345679", "😀"),
            ("2", "c\u{FFFD}\"}"),
        ];
        assert_eq!(
            found,
            expected.map(|(income, site)| (income.to_owned(), site.to_owned())),
            "{size}"
        );
        let mut repairs = crate::repair::Repairs::default();
        repairs.replace(r#""\ude00\ude00""#);
        repairs.count(|| crate::repair::round("1e-40"));
        repairs.count(|| crate::repair::round("1e-40"));
        assert_eq!(rows.decoder.repairs, repairs, "{size}");
    }
    let whole: Vec<Row> = crate::decode(json.as_bytes()).unwrap();
    assert_eq!(whole[3].site.as_deref(), Some("c\u{FFFD}\"}"));
}
