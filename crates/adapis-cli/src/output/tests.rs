use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::{Columns, Look, Output, Row, Selection};
use crate::error::CliError;
use crate::format::Format;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn printed(format: Format, print: impl FnOnce(&mut Output) -> Result<(), CliError>) -> String {
    let paper = Paper::default();
    print(&mut Output::to(format, Look::default(), paper.clone())).unwrap();
    let bytes = paper.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn sites() -> [Row; 2] {
    let income: Decimal = "3143.356472008".parse().unwrap();
    [
        Row::new()
            .with("site", "test1.ru")
            .with("shows", 71385_u64)
            .with("income", income),
        Row::new()
            .with("site", "a,\"b\"\n\u{1b}[31m")
            .with("shows", None::<u64>)
            .with("income", None::<Decimal>),
    ]
}

fn rows(format: Format) -> String {
    printed(format, |output| {
        let mut rows = output.rows(Columns::fixed(&["site", "shows", "income"]));
        for row in sites() {
            rows.push(&row)?;
        }
        rows.finish()
    })
}

#[test]
fn json_is_an_array_with_exact_numbers() {
    assert_eq!(
        rows(Format::Json),
        "[\n{\"site\":\"test1.ru\",\"shows\":71385,\"income\":3143.356472008},\n\
         {\"site\":\"a,\\\"b\\\"\\n\\u001b[31m\",\"shows\":null,\"income\":null}\n]\n"
    );
}

#[test]
fn ndjson_is_a_row_a_line() {
    let text = rows(Format::Ndjson);
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["shows"], 71385);
}

#[test]
fn csv_quotes_what_needs_it_and_leaves_missing_values_empty() {
    assert_eq!(
        rows(Format::Csv),
        "site,shows,income\ntest1.ru,71385,3143.356472008\n\"a,\"\"b\"\"\n\u{1b}[31m\",,\n"
    );
}

#[test]
fn a_table_aligns_numbers_and_defuses_control_characters() {
    let text = rows(Format::Table);
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.contains("\\u{1b}[31m"), "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");
}

#[test]
fn no_rows_still_make_a_whole_document() {
    let none = |format| {
        printed(format, |output| {
            output.rows(Columns::fixed(&["a", "b"])).finish()
        })
    };
    assert_eq!(none(Format::Json), "[]\n");
    assert_eq!(none(Format::Ndjson), "");
    assert_eq!(none(Format::Csv), "a,b\n");
    assert_eq!(none(Format::Table), "no rows\n");
}

fn campaigns(format: Format, selection: Option<&str>, look: Look) -> String {
    let paper = Paper::default();
    let selection: Option<Selection> = selection.map(|text| text.parse().unwrap());
    let mut output = Output::to(format, look, paper.clone()).select(selection);
    let mut rows = output.rows(Columns::documented(&["ID", "name"]).in_tables(&["ID", "name"]));
    for row in [
        r#"{"ID":1,"name":"one"}"#,
        r#"{"ID":2,"new":[1.10],"name":"two","level":null}"#,
        r#"{"name":"three"}"#,
    ] {
        rows.push(&Row::parse(row).unwrap()).unwrap();
    }
    rows.finish().unwrap();
    let bytes = paper.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn csv_has_the_columns_of_the_command_and_unknown_members_in_the_last() {
    let shown = |format, selection| campaigns(format, selection, Look::default());
    assert_eq!(
        shown(Format::Csv, None),
        "ID,name,extra\n1,one,\n2,two,\"{\"\"new\"\":[1.10],\"\"level\"\":null}\"\n,three,\n"
    );
    assert_eq!(
        shown(Format::Tsv, Some("new,ID")),
        "new\tID\n\t1\n[1.10]\t2\n\t\n"
    );
    assert_eq!(
        shown(Format::Csv, Some("all")),
        "ID,name,new,level\n1,one,,\n2,two,[1.10],\n,three,,\n"
    );
    assert_eq!(
        shown(Format::Ndjson, Some("name,ID")),
        "{\"name\":\"one\",\"ID\":1}\n{\"name\":\"two\",\"ID\":2}\n{\"name\":\"three\",\"ID\":null}\n"
    );
    assert!(
        shown(Format::Ndjson, None)
            .contains("{\"ID\":2,\"new\":[1.10],\"name\":\"two\",\"level\":null}")
    );
    let empty = printed(Format::Csv, |output| {
        output.rows(Columns::documented(&["ID", "name"])).finish()
    });
    assert_eq!(empty, "ID,name,extra\n");
}

#[test]
fn a_selection_is_a_list_of_names_or_all() {
    assert_eq!("all".parse(), Ok(Selection::All));
    assert_eq!(
        "a, b".parse(),
        Ok(Selection::Names(vec!["a".to_owned(), "b".to_owned()]))
    );
    for wrong in ["", "a,", "a,a", ","] {
        assert!(wrong.parse::<Selection>().is_err(), "{wrong}");
    }
}

#[test]
fn a_table_that_does_not_fit_becomes_records() {
    let shown = |width| {
        let look = Look {
            colored: false,
            width,
        };
        campaigns(Format::Table, Some("ID,name,new"), look)
    };
    assert!(shown(None).starts_with("ID  name   new"), "{}", shown(None));
    assert!(shown(Some(40)).starts_with("ID  name   new"));
    assert_eq!(
        shown(Some(10)),
        "ID    1\nname  one\nnew\n\nID    2\nname  two\nnew   [1.10]\n\nID\nname  three\nnew\n"
    );
    let usual = campaigns(Format::Table, None, Look::default());
    assert!(!usual.contains("new") && usual.contains("three"), "{usual}");
}

#[test]
fn exact_decimals_are_printed_as_numbers_and_extra_members_as_columns() {
    let row = Row::parse(r#"{"Cost":"697.8270","Name":"7","Ctr":null,"extra":"{\"New\":1.10}"}"#);
    let row = row.unwrap().with_numbers(&["Cost", "Ctr"]);
    let text = printed(Format::Ndjson, |output| output.object(&row.spread_extra()?));
    assert_eq!(
        text,
        "{\"Cost\":697.8270,\"Name\":\"7\",\"Ctr\":null,\"New\":1.10}\n"
    );
    let row = Row::parse(r#"{"Id":"a","extra":""}"#).unwrap();
    let text = printed(Format::Csv, |output| output.object(&row.spread_extra()?));
    assert_eq!(text, "Id\na\n");
}

#[test]
fn unfinished_rows_leave_the_array_open() {
    let text = printed(Format::Json, |output| {
        let mut rows = output.rows(Columns::of_all_rows());
        rows.push(&Row::new().with("a", 1_u64))?;
        rows.flush()
    });
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
}

#[test]
fn json_of_any_shape_keeps_its_digits() {
    let value = RawValue::from_string("[{\"a\":\n1.10},{\"a\":\"x\"}]".to_owned()).unwrap();
    let json = |format| printed(format, |output| output.json(&value));
    assert_eq!(json(Format::Json), "[{\"a\":1.10},{\"a\":\"x\"}]\n");
    assert_eq!(json(Format::Ndjson), "{\"a\":1.10}\n{\"a\":\"x\"}\n");
    assert_eq!(json(Format::Csv), "a\n1.10\nx\n");
}

#[test]
fn a_table_of_many_rows_comes_in_pages() {
    let text = printed(Format::Table, |output| {
        let mut rows = output.rows(Columns::of_all_rows());
        for number in 0..2500_u64 {
            rows.push(&Row::new().with("number", number))?;
        }
        rows.finish()
    });
    assert_eq!(
        text.lines().filter(|line| line.contains("number")).count(),
        3
    );
    assert_eq!(text.lines().count(), 2500 + 3 * 2);
}
