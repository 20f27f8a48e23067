//! Answers in chunks are what they are in one piece, and what quick-xml's reader makes of them.

use std::future::poll_fn;

use adcore::{Body, Error, ErrorKind, ResponseReader};
use bytes::Bytes;
use encoding_rs::WINDOWS_1251;
use futures_util::{FutureExt, StreamExt, stream};
use http::Response;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::reference::{self, Document};
use super::{list, read as read_response};
use crate::calls::{Row, Value};
use crate::wire::{OpenRows, RowsReader};

fn cut(body: &[u8], cuts: &[usize]) -> Response<Body> {
    let (mut rest, mut cuts) = (body, cuts.iter().cycle());
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let length = cuts.next().map_or(rest.len(), |cut| *cut);
        let (chunk, tail) = rest.split_at(length.min(rest.len()));
        chunks.push(Ok(Bytes::copy_from_slice(chunk)));
        rest = tail;
    }
    Response::new(Body::from_stream(stream::iter(chunks)))
}

/// The rows before the end, and how it ends.
async fn drain<T: DeserializeOwned + Send>(
    response: Response<Body>,
    limit: usize,
) -> (Vec<T>, Result<OpenRows<T>, Error>) {
    let mut rows = Vec::new();
    let mut rows_open = match RowsReader::new(limit).read(response).await {
        Ok(open) => open,
        Err(error) => return (rows, Err(error)),
    };
    loop {
        match poll_fn(|cx| rows_open.poll_next(cx)).await {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => return (rows, Ok(rows_open)),
            Err(error) => return (rows, Err(error)),
        }
    }
}

fn streamed<T: DeserializeOwned + Send>(
    response: Response<Body>,
    limit: usize,
) -> (Vec<T>, Result<OpenRows<T>, Error>) {
    drain(response, limit).now_or_never().unwrap()
}

fn document<T: DeserializeOwned + Send>(response: Response<Body>) -> Option<Document<T>> {
    let (rows, end) = streamed(response, 1 << 20);
    let open = end.ok()?;
    Some(Document {
        rows,
        found: open.decoder.fields.found,
        counters: open.counters(),
        members: open.members().clone(),
        message: open.partial().map(|partial| partial.to_string()),
    })
}

/// The rows in numeric order, which the document has them in unless `shuffled`.
fn collected<T: DeserializeOwned + Send>(response: Response<Body>) -> Option<Document<T>> {
    let envelope = read_response::<T>(response).ok()?;
    Some(Document {
        found: envelope.rows.is_some(),
        rows: envelope
            .rows
            .into_iter()
            .flatten()
            .map(|keyed| keyed.row)
            .collect(),
        counters: envelope.counters,
        members: envelope.members,
        message: envelope.partial.map(|partial| partial.to_string()),
    })
}

#[derive(Debug, PartialEq, Deserialize)]
struct Typed {
    #[serde(rename = "ID")]
    id: Option<u64>,
    name: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Open {
    name: Option<String>,
    #[serde(flatten)]
    extra: Row,
}

fn content() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[0-9]{0,4}",
        4 => "[a-zА-яё№ <&>'\"\n\t]{0,8}"
            .prop_map(|text| quick_xml::escape::escape(&text).into_owned()),
        1 => "(<!\\[CDATA\\[[a-zЯ<>/]{0,3}\\]\\]>|&#1071;|&#x2116;|\r\n|<a>1</a>|<b/>|0000-00-00|<!-- > -->|<\\?p >\\?>|>){0,3}",
        1 => "<row[0-2]>[a-z]?</row[0-2]>|<row0>1</row0><row1>2</row1>|&nope;|&|<a>|</a>|\u{a0}|\\]\\]>|&#1;|&#x1F;|\u{b}",
    ]
}

fn row() -> impl Strategy<Value = String> {
    let name = prop_oneof!["ID", "name", "tags", "id", "[a-z_]{1,3}", "row[0-9]", "к"];
    let attribute =
        prop_oneof![9 => Just(""), 1 => Just(" a='>'"), 1 => Just(" "), 1 => Just(" a='' a=''")];
    let member = (name, attribute, content(), "[ \n]{0,2}");
    vec(member, 0..5).prop_map(|members| {
        let members = members.iter();
        members
            .map(|(name, attribute, content, gap)| match content.as_str() {
                "" if !attribute.is_empty() => format!("<{name}{attribute}/>{gap}"),
                content => format!("<{name}{attribute}>{content}</{name}{gap}>{gap}"),
            })
            .collect()
    })
}

fn response() -> impl Strategy<Value = String> {
    let status = prop_oneof![
        8 => Just("<status><code>0</code></status>"),
        1 => Just("<status><code> 0 </code><message>Не всё</message></status>"),
        1 => Just("<status><code>-6</code><error>Нет</error></status>"),
        1 => Just("<status><code>x</code></status>"),
        1 => Just("<status/>"),
    ];
    let gap = prop_oneof![
        8 => Just(""),
        1 => Just("\n"),
        1 => Just("<!-- <row0> -->"),
        1 => Just("text &amp; x"),
        1 => Just("<other><row0><ID>1</ID></row0></other>"),
        1 => Just("<![CDATA[</data>]]>"),
        1 => Just("<row3/>"),
        1 => Just("&"),
    ];
    let counters = prop_oneof![
        Just(""),
        Just("<total_rows>7</total_rows><value>да</value>"),
        Just("<links><first><![CDATA[ x ]]></first><limit>5</limit></links>"),
        Just("<data/>"),
    ];
    (
        option::of(status.clone()),
        option::of(status),
        [counters.clone(), counters],
        vec((row(), gap.clone()), 0..6),
        gap,
    )
        .prop_map(|(before, after, [above, below], rows, gap)| {
            let rows = rows.iter().enumerate();
            let rows: String = rows
                .map(|(number, (row, gap))| format!("<row{number}>{row}</row{number}>{gap}"))
                .collect();
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            format!(
                "<response>{before}{gap}<result>{above}<data>{rows}</data>{below}</result >{after}</response>"
            )
        })
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![vec(1..40_usize, 1..20), Just(vec![1]), Just(vec![4096])]
}

fn same<T>(text: &str, bytes: &[u8], cuts: &[usize]) -> Result<(), TestCaseError>
where
    T: DeserializeOwned + Send + PartialEq + std::fmt::Debug,
{
    let wanted = reference::read::<T>(text);
    prop_assert_eq!(&document(cut(bytes, cuts)), &wanted);
    if !text.contains("<row3/>") {
        prop_assert_eq!(&collected(cut(bytes, cuts)), &wanted);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_make_no_difference(text in response(), cuts in cuts()) {
        same::<Value>(&text, text.as_bytes(), &cuts)?;
        same::<Row>(&text, text.as_bytes(), &cuts)?;
        same::<Typed>(&text, text.as_bytes(), &cuts)?;
        same::<Open>(&text, text.as_bytes(), &cuts)?;
        same::<Option<Typed>>(&text, text.as_bytes(), &cuts)?;
        same::<Vec<String>>(&text, text.as_bytes(), &cuts)?;
        same::<()>(&text, text.as_bytes(), &cuts)?;
        prop_assert_eq!(
            streamed::<IgnoredAny>(cut(text.as_bytes(), &cuts), 1 << 20).0.len(),
            streamed::<IgnoredAny>(cut(text.as_bytes(), &[]), 1 << 20).0.len()
        );
    }

    #[test]
    fn chunks_of_windows_1251_make_no_difference(text in response(), cuts in cuts()) {
        let text = format!("<?xml version=\"1.0\" encoding=\"windows-1251\"?>{text}");
        let (bytes, _, lossy) = WINDOWS_1251.encode(&text);
        prop_assume!(!lossy && (bytes.is_ascii() || std::str::from_utf8(&bytes).is_err()));
        same::<Value>(&text, &bytes, &cuts)?;
        same::<Typed>(&text, &bytes, &cuts)?;
    }

    #[test]
    fn damaged_responses_are_what_the_reader_says(
        text in response(),
        cuts in cuts(),
        at: prop::sample::Index,
        patch in prop_oneof![Just(""), Just("<"), Just(">"), Just("&"), Just("/"), Just("\""), Just("!"), Just("]]>"), Just("\u{0}"), Just("<?xml version='1.0'?>"), Just("<!DOCTYPE a>")],
        shorten: bool,
    ) {
        let at = at.index(text.len());
        let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let damaged = if shorten {
            format!("{}{patch}", &text[..at])
        } else {
            format!("{}{patch}{}", &text[..at], &text[at..])
        };
        same::<Value>(&damaged, damaged.as_bytes(), &cuts)?;
        same::<Typed>(&damaged, damaged.as_bytes(), &cuts)?;
    }

    #[test]
    fn a_truncated_response_ends_with_an_error(
        ids in vec(0..1000_u32, 1..9),
        cuts in cuts(),
        end: prop::sample::Index,
    ) {
        let rows = ids.iter().enumerate();
        let rows: String = rows.map(|(n, id)| format!("<row{n}><ID>{id}</ID></row{n}>")).collect();
        let text = list(&format!("<data>{rows}</data>"));
        let text = &text[..end.index(text.len())];
        let (rows, end) = streamed::<Typed>(cut(text.as_bytes(), &cuts), 1 << 20);
        prop_assert_eq!(end.err().unwrap().kind(), ErrorKind::Decode);
        let whole = text.matches("</ID></row").count();
        prop_assert!(rows.len() == whole || rows.len() + 1 == whole, "{} of {whole}", rows.len());
    }
}

#[test]
fn a_row_too_long_is_an_error_wherever_it_is_cut() {
    for (length, fits) in [(60, true), (61, false), (200, false)] {
        for odd in ["", "<!-- -->"] {
            let fill = "x".repeat(length - "<row1><name></name></row1>".len() - odd.len());
            let row = format!("<row1><name>{fill}</name>{odd}</row1>");
            let body = list(&format!("<data><row0><ID>1</ID></row0>{row}<row2/></data>"));
            for size in 1..body.len() {
                let (rows, end) = streamed::<Typed>(cut(body.as_bytes(), &[size]), 60);
                assert_eq!(rows.len(), if fits { 3 } else { 1 }, "{length} {size}");
                let error = end
                    .err()
                    .map(|error| (error.kind(), error.message().to_owned()));
                assert_eq!(error.is_none(), fits, "{error:?}");
                assert!(error.is_none_or(|(kind, words)| kind == ErrorKind::Decode
                    && words.contains("longer than 60 bytes")));
            }
        }
    }
}

#[test]
fn rows_go_out_while_the_response_arrives() {
    let begin =
        "<response><status><code>0</code></status><result><data><row0><ID>1</ID></row0><row1>";
    let chunks = stream::iter([Ok(Bytes::from(begin))]).chain(stream::pending());
    let reader = RowsReader::<Typed>::new(1000);
    let opened = reader.read(Response::new(Body::from_stream(chunks)));
    let mut rows_open = opened.now_or_never().unwrap().unwrap();
    let mut next = || poll_fn(|cx| rows_open.poll_next(cx)).now_or_never();
    assert_eq!(next().unwrap().unwrap().unwrap().id, Some(1));
    assert!(next().is_none());
}

#[test]
fn a_status_is_opened_wherever_it_stands() {
    const ROWS: &str = "<result><data><row0><ID>1</ID></row0></data></result>";
    let refusal = "<status><code>-1</code><error>no</error></status>";
    for (body, rows) in [
        (format!("<response>{refusal}{ROWS}</response>"), 0),
        (format!("<response>{ROWS}{refusal}</response>"), 1),
    ] {
        for size in 1..body.len() {
            let (got, end) = streamed::<Row>(cut(body.as_bytes(), &[size]), 1000);
            assert_eq!(got.len(), rows);
            assert_eq!(end.err().unwrap().kind(), ErrorKind::Unauthenticated);
        }
    }
    let (rows, end) = streamed::<Row>(
        cut(format!("<response>{ROWS}</response>").as_bytes(), &[]),
        1000,
    );
    assert_eq!(
        (rows.len(), end.err().unwrap().kind()),
        (1, ErrorKind::Decode)
    );
}
