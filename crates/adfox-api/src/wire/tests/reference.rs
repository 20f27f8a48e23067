//! The same envelope, read from a whole document by quick-xml's reader alone.

use quick_xml::events::Event;
use serde::de::DeserializeOwned;

use crate::calls::{Counters, Row};
use crate::wire::fields::EnvelopeFields;
use crate::wire::xml::element::decode;
use crate::wire::xml::node::{Node, Xml, next, reader};
use crate::wire::xml::well_formed::{forbidden, is_blank};

/// What a good response holds; rows in the order of the document.
#[derive(Debug, PartialEq)]
pub(super) struct Document<T> {
    pub(super) rows: Vec<T>,
    pub(super) found: bool,
    pub(super) counters: Counters,
    pub(super) members: Row,
    pub(super) message: Option<String>,
}

/// `None` for what is not a response of code 0.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Option<Document<T>> {
    if forbidden(text).is_some() {
        return None;
    }
    let mut reader = reader(text);
    let mut contents = EnvelopeFields::new(usize::MAX);
    let mut rows = Vec::new();
    if open(&mut reader)? {
        loop {
            match next(&mut reader).ok()? {
                Event::Start(start) if start.name().into_inner() == "result" => {
                    result(&mut reader, &mut contents, &mut rows)?;
                }
                Event::Start(start) => {
                    contents.take_from_response(&Node::read(&mut reader, start).ok()?);
                }
                Event::End(_) => break,
                Event::Eof | Event::Decl(_) | Event::DocType(_) => return None,
                _ => {}
            }
        }
    }
    close(&mut reader)?;
    if contents.refusal().ok()?.is_some() {
        return None;
    }
    Some(Document {
        rows,
        found: contents.found,
        counters: contents.counters,
        members: contents.members,
        message: contents.status?.message,
    })
}

fn open(reader: &mut Xml<'_>) -> Option<bool> {
    let mut has_doctype = false;
    let mut is_begun = false;
    loop {
        match next(reader).ok()? {
            Event::Start(start) => {
                return (start.name().into_inner() == "response").then_some(true);
            }
            Event::Empty(start) => {
                return (start.name().into_inner() == "response").then_some(false);
            }
            Event::Eof | Event::GeneralRef(_) | Event::CData(_) => return None,
            Event::Text(text) if !is_blank(&text) => return None,
            Event::Decl(_) if is_begun => return None,
            Event::DocType(_) if has_doctype => return None,
            Event::DocType(_) => has_doctype = true,
            Event::Text(_) => continue,
            _ => {}
        }
        is_begun = true;
    }
}

/// Whether an event between rows or members means nothing.
fn is_nothing(event: &Event<'_>) -> bool {
    match event {
        Event::Text(text) => text.trim().is_empty(),
        Event::CData(text) => text.trim().is_empty(),
        Event::Comment(_) | Event::PI(_) => true,
        _ => false,
    }
}

fn close(reader: &mut Xml<'_>) -> Option<()> {
    loop {
        match next(reader).ok()? {
            Event::Eof => return Some(()),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Text(text) if is_blank(&text) => {}
            _ => return None,
        }
    }
}

fn result<T: DeserializeOwned>(
    reader: &mut Xml<'_>,
    contents: &mut EnvelopeFields,
    rows: &mut Vec<T>,
) -> Option<()> {
    loop {
        let node = match next(reader).ok()? {
            Event::Start(start) if start.name().into_inner() == "data" => {
                contents.found = true;
                data(reader, rows)?;
                continue;
            }
            Event::Start(start) => Node::read(reader, start).ok()?,
            Event::Empty(start) => Node::new(start),
            Event::End(_) => return Some(()),
            event if is_nothing(&event) => continue,
            _ => return None,
        };
        contents.take_from_result(&node, 0).ok()?;
    }
}

fn data<T: DeserializeOwned>(reader: &mut Xml<'_>, rows: &mut Vec<T>) -> Option<()> {
    loop {
        let node = match next(reader).ok()? {
            Event::Start(start) => Node::read(reader, start).ok()?,
            Event::Empty(start) => Node::new(start),
            Event::End(_) => return Some(()),
            event if is_nothing(&event) => continue,
            _ => return None,
        };
        node.number()?;
        rows.push(decode(&node).ok()?);
    }
}
