//! The XML envelope of every response.

use std::io;

use encoding_rs::WINDOWS_1251;
use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::Value;

use super::data::{AdfoxCharset, AdfoxCounters, AdfoxSettings};
use super::members;
use super::response::{Outcome, Page, Refusal, Reply};
use super::row::Row;
use super::xml::escape;

type Xml = Writer<Vec<u8>>;

/// Writes a response; `link` returns the URL of the page that starts at an offset.
pub(super) fn write(
    reply: &Result<Reply, Refusal>,
    settings: &AdfoxSettings,
    link: impl Fn(usize) -> String,
) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    if settings.xml_declaration {
        let declared = declared(settings).name();
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some(declared), None)))?;
    }
    within(&mut xml, "response", |xml| match reply {
        Ok(reply) => success(xml, reply, settings, &link),
        Err(refusal) => failure(xml, refusal),
    })?;
    let text = xml.into_inner();
    Ok(match settings.charset {
        AdfoxCharset::Utf8 => text,
        AdfoxCharset::Windows1251 => WINDOWS_1251
            .encode(&String::from_utf8_lossy(&text))
            .0
            .into_owned(),
    })
}

/// Returns the charset that responses declare.
pub(super) fn declared(settings: &AdfoxSettings) -> AdfoxCharset {
    settings.declared_charset.unwrap_or(settings.charset)
}

fn success(
    xml: &mut Xml,
    reply: &Reply,
    settings: &AdfoxSettings,
    link: &dyn Fn(usize) -> String,
) -> io::Result<()> {
    within(xml, "status", |xml| {
        leaf(xml, "code", "0")?;
        if let Outcome::Added(id) = &reply.result {
            leaf(xml, "ID", id)?;
        }
        reply
            .message
            .as_ref()
            .map_or(Ok(()), |message| leaf(xml, "message", message))
    })?;
    let order = &reply.order[..];
    match &reply.result {
        Outcome::Done | Outcome::Added(_) => Ok(()),
        Outcome::Flat(row) => within(xml, "result", |xml| write_row(xml, row, order)),
        Outcome::Whole(rows) => within(xml, "result", |xml| {
            leaf(xml, "rows", &rows.len().to_string())?;
            data(xml, rows, order)
        }),
        Outcome::Page(page) => within(xml, "result", |xml| {
            within(xml, "links", |xml| {
                links(xml, page, link)?;
                match settings.counters {
                    AdfoxCounters::Links => counters(xml, page),
                    AdfoxCounters::Result => Ok(()),
                }
            })?;
            if settings.counters == AdfoxCounters::Result {
                counters(xml, page)?;
            }
            data(xml, &page.rows, order)
        }),
    }
}

fn failure(xml: &mut Xml, refusal: &Refusal) -> io::Result<()> {
    within(xml, "status", |xml| {
        leaf(xml, "code", &refusal.code.to_string())?;
        leaf(xml, "error", refusal.error)?;
        if let Some(parameter) = &refusal.parameter {
            leaf(xml, "parameter", parameter)?;
        }
        refusal
            .value
            .as_ref()
            .map_or(Ok(()), |value| leaf(xml, "value", value))
    })
}

fn links(xml: &mut Xml, page: &Page, link: &dyn Fn(usize) -> String) -> io::Result<()> {
    let limit = page.window.limit;
    let last = page.total.saturating_sub(1) / limit * limit;
    let next = page.window.offset + limit;
    let places = [
        ("first", 0),
        ("prev", page.window.offset.saturating_sub(limit)),
        ("next", if next < page.total { next } else { last }),
        ("last", last),
    ];
    for (name, offset) in places {
        xml.write_event(Event::Start(BytesStart::new(name)))?;
        xml.write_event(Event::Text(BytesText::new(" ")))?;
        xml.write_event(Event::CData(BytesCData::new(format!(" {} ", link(offset)))))?;
        xml.write_event(Event::Text(BytesText::new(" ")))?;
        xml.write_event(Event::End(BytesEnd::new(name)))?;
    }
    Ok(())
}

fn counters(xml: &mut Xml, page: &Page) -> io::Result<()> {
    let window = page.window;
    let counters = [
        ("limit", window.limit),
        ("offset", window.offset),
        ("total_pages", page.total.div_ceil(window.limit)),
        ("page", window.offset / window.limit + 1),
        ("total_rows", page.total),
        ("rows", page.rows.len()),
    ];
    counters
        .into_iter()
        .try_for_each(|(name, value)| leaf(xml, name, &value.to_string()))
}

fn data(xml: &mut Xml, rows: &[Row], order: &[&str]) -> io::Result<()> {
    if rows.is_empty() {
        return leaf(xml, "data", "");
    }
    within(xml, "data", |xml| {
        rows.iter().enumerate().try_for_each(|(n, row)| {
            within(xml, &format!("row{n}"), |xml| write_row(xml, row, order))
        })
    })
}

/// Writes the members in `order`, then the others by name.
fn write_row(xml: &mut Xml, row: &Row, order: &[&str]) -> io::Result<()> {
    let ordered = order
        .iter()
        .filter_map(|name| Some((*name, row.get(*name)?)));
    let others = row
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, _)| !order.contains(name));
    ordered
        .chain(others)
        .try_for_each(|(name, value)| write_member(xml, name, value, &members::order_within(name)))
}

/// Writes a member; `order` is that of the rows in it.
fn write_member(xml: &mut Xml, name: &str, value: &Value, order: &[&str]) -> io::Result<()> {
    match value {
        Value::Null => leaf(xml, name, ""),
        Value::Bool(on) => leaf(xml, name, if *on { "1" } else { "0" }),
        Value::Number(number) => leaf(xml, name, &number.to_string()),
        Value::String(text) => leaf(xml, name, text),
        Value::Array(items) if !items.is_empty() => within(xml, name, |xml| {
            items
                .iter()
                .enumerate()
                .try_for_each(|(n, item)| write_member(xml, &format!("row{n}"), item, order))
        }),
        Value::Object(row) if !row.is_empty() => {
            within(xml, name, |xml| write_row(xml, row, order))
        }
        Value::Array(_) | Value::Object(_) => leaf(xml, name, ""),
    }
}

fn within(
    xml: &mut Xml,
    name: &str,
    content: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    xml.write_event(Event::Start(BytesStart::new(name)))?;
    content(xml)?;
    xml.write_event(Event::End(BytesEnd::new(name)))
}

fn leaf(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return xml.write_event(Event::Empty(BytesStart::new(name)));
    }
    xml.write_event(Event::Start(BytesStart::new(name)))?;
    xml.write_event(Event::Text(BytesText::from_escaped(escape(text))))?;
    xml.write_event(Event::End(BytesEnd::new(name)))
}
