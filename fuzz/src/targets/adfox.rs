//! The responses of ADFOX.

use std::sync::Arc;

use adcore::{Error, ErrorKind};
use bytes::Bytes;
use serde_json::Value;

use super::{all, cut, parts, plain, reference, skims};
use crate::canned::{Canned, ORIGIN, once, run};

/// The result of a task of ADFOX: the same in chunks and as a whole, with the cells of the JSON.
pub fn tables(data: &[u8]) {
    use adfox_api::calls::statistics::{ColumnType, Table, TaskId};
    let Some((_, cuts, body)) = parts(data) else {
        return;
    };
    let read = |chunks| {
        let client = adfox_api::Client::builder(ORIGIN, adfox_api::Credentials::oauth("t"))
            .transport(Arc::new(Canned::chunked(chunks)))
            .retry(once())
            .build();
        let rows = client.unwrap().statistics().task_rows(&TaskId::new("done"));
        run(rows.collect()).map_err(|error| error.kind())
    };
    let whole: Result<Table, ErrorKind> = read(vec![Bytes::copy_from_slice(body)]);
    assert_eq!(read(cut(body, cuts)), whole, "chunks make a difference");
    let Ok(table) = whole else {
        return;
    };
    assert!(skims(body), "decoded what is not JSON");
    let Some(reference) = reference(body).filter(|_| plain(body, &["result", "rows", "columns"]))
    else {
        return;
    };
    let rows = reference["result"]["rows"].as_array();
    assert_eq!(table.rows.len(), rows.map_or(0, Vec::len));
    for (row, cells) in table.rows.iter().zip(rows.into_iter().flatten()) {
        let cells = cells.as_array().expect("a row that is not a list");
        assert!(row.len() == cells.len() && row.len() == table.columns.len());
        for ((cell, value), column) in row.iter().zip(cells).zip(&table.columns) {
            match value {
                Value::Null => assert!(cell.is_null()),
                Value::String(text) if column.kind == ColumnType::Text => {
                    assert_eq!(cell.as_str(), Some(text.as_str()));
                }
                Value::Number(number) if number.is_i64() => {
                    assert_eq!(cell.to_string(), number.to_string());
                }
                _ => {}
            }
        }
    }
}

/// An ADFOX response, in chunks and as a whole: arbitrary bytes, or rows that this function writes
/// in two encodings.
pub fn adfox(data: &[u8]) {
    let Some((selector, cuts, data)) = parts(data) else {
        return;
    };
    if selector & 1 == 0 {
        let _ = list(data, cuts);
        return;
    }
    let text = String::from_utf8_lossy(data);
    let wanted: Vec<Vec<String>> = text
        .split('\u{1}')
        .map(|row| {
            row.split('\u{2}')
                .map(|value| value.chars().filter(|c| is_xml(*c)).collect())
                .collect()
        })
        .collect();
    let mut xml = "<response><status><code>0</code></status><result><data>".to_owned();
    for (number, row) in wanted.iter().enumerate() {
        xml.push_str(&format!("<row{number}>"));
        for (column, value) in row.iter().enumerate() {
            xml.push_str(&format!(
                "<c{column}>{}</c{column}>",
                escaped(value, selector)
            ));
        }
        xml.push_str(&format!("</row{number}>"));
    }
    xml.push_str("</data></result></response>");
    let declared = |label: &str| format!("<?xml version=\"1.0\" encoding=\"{label}\"?>{xml}");
    let (cp1251, _, lossy) = encoding_rs::WINDOWS_1251.encode(&xml);
    check_rows(&wanted, list(declared("UTF-8").as_bytes(), cuts));
    // CP-1251 that happens to be valid UTF-8 is refused, because the two cannot be distinguished.
    if !lossy && (cp1251.is_ascii() || std::str::from_utf8(&cp1251).is_err()) {
        let head = declared("windows-1251");
        let head = &head.as_bytes()[..head.len() - xml.len()];
        check_rows(&wanted, list(&[head, &cp1251].concat(), cuts));
    }
}

fn is_xml(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{98}' | '\u{fffe}' | '\u{ffff}')
}

fn escaped(value: &str, selector: u8) -> String {
    if selector & 2 == 0 {
        return format!("<![CDATA[{}]]>", value.replace("]]>", "]]]]><![CDATA[>"));
    }
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if selector & 4 == 0 && !c.is_ascii() => {
                out.push_str(&format!("&#x{:x};", u32::from(c)))
            }
            c => out.push(c),
        }
    }
    out
}

fn list(body: &[u8], cuts: &[u8]) -> Result<adfox_api::CallOutput, Error> {
    use adfox_api::{Action, Call, Client, Context, Credentials, Object, Value};
    let client = |chunks| {
        Client::builder(ORIGIN, Credentials::password("login", "password"))
            .transport(Arc::new(Canned::chunked(chunks)))
            .retry(once())
            .build()
            .unwrap()
    };
    let call = Call::new(Context::Account, Action::List).object(Object::Campaign);
    let whole = run(client(vec![Bytes::copy_from_slice(body)]).call(&call));
    let kind = |outcome: Result<_, Error>| outcome.map_err(|error| error.kind());
    let chunked = run(client(cut(body, cuts)).call(&call));
    let (mut rows, end) = all(client(cut(body, cuts)).rows::<Value>(&call));
    match &whole {
        Ok(output) => {
            let wanted = output.rows.iter().flatten();
            let mut wanted: Vec<_> = wanted.map(|row| format!("{row:?}")).collect();
            // The stream has the order of the response, the list that of the numbers.
            wanted.sort();
            rows.sort();
            assert_eq!((rows, end), (wanted, None), "the stream differs");
            assert_eq!(
                kind(chunked).as_ref(),
                Ok(output),
                "chunks make a difference"
            );
        }
        Err(error) => {
            assert_eq!(kind(chunked), Err(error.kind()), "chunks make a difference");
            assert!(
                end.is_some(),
                "the stream accepted what is refused when collected"
            );
        }
    }
    whole
}

fn check_rows(wanted: &[Vec<String>], got: Result<adfox_api::CallOutput, Error>) {
    let rows = got
        .expect("a valid response was refused")
        .rows
        .expect("no rows");
    assert_eq!(rows.len(), wanted.len());
    for (row, wanted) in rows.iter().zip(wanted) {
        let row = row.as_row().expect("every item is a row");
        for (column, value) in wanted.iter().enumerate() {
            let got = row.text(&format!("c{column}")).unwrap_or_default();
            let nothing = value.trim().strip_prefix("0000-00-00");
            if !nothing.is_some_and(|time| ["", " 00:00", " 00:00:00"].contains(&time)) {
                assert_eq!(got.trim(), value.trim(), "column {column}");
            }
        }
    }
}
