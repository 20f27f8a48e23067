//! What XML 1.0 demands beyond what quick-xml checks.
//!
//! A response that breaks these rules was damaged on its way or put together by hand, and what it
//! says may be wrong; each function returns why.

use std::borrow::Cow;
use std::collections::HashSet;

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;

pub(in crate::wire) const CDATA_END: &str = "]]>";

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

type Fault = &'static str;

/// Checks one piece of a document.
pub(super) fn check(event: &Event<'_>) -> Result<(), Fault> {
    match event {
        Event::Start(tag) | Event::Empty(tag) => {
            let name = name(tag).ok_or("a wrong name")?;
            attributes(&tag[name.len()..]).map(drop)
        }
        Event::Text(text) if text.contains(CDATA_END) => Err("]]> in a text"),
        Event::GeneralRef(entity) if resolve(entity).is_none() => Err("an unknown entity"),
        Event::PI(instruction) => match name(instruction) {
            Some(target)
                if !target.eq_ignore_ascii_case("xml")
                    && !instruction[target.len()..].starts_with(|c| !BLANKS.contains(&c)) =>
            {
                Ok(())
            }
            _ => Err("a wrong processing instruction"),
        },
        Event::Decl(declaration) => check_declaration(declaration),
        _ => Ok(()),
    }
}

/// Whether a document may have only blanks here.
pub(in crate::wire) fn is_blank(text: &str) -> bool {
    text.trim_matches(BLANKS).is_empty()
}

/// The position of the first character that no document may have.
pub(in crate::wire) fn forbidden(text: &str) -> Option<usize> {
    // Nearly all text has none, and this says so faster than looking at characters.
    let control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    let suspect = |byte: u8| control(byte) || byte == 0xEF;
    if !text
        .bytes()
        .fold(false, |found, byte| found | suspect(byte))
    {
        return None;
    }
    text.find(|c| !is_allowed(c))
}

fn is_allowed(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// The text of `&…;`.
pub(super) fn resolve(entity: &str) -> Option<Cow<'static, str>> {
    let Some(number) = entity.strip_prefix('#') else {
        return resolve_xml_entity(entity).map(Cow::Borrowed);
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // The parser would take a sign.
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    is_allowed(c).then(|| Cow::Owned(c.to_string()))
}

/// The name that `text` begins with.
fn name(text: &str) -> Option<&str> {
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let name = &text[..end];
    name.chars().next().is_some_and(begins_name).then_some(name)
}

fn begins_name(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn is_name(c: char) -> bool {
    begins_name(c)
        || matches!(c,
            '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// The attributes of a tag, after its name.
fn attributes(mut rest: &str) -> Result<Vec<(&str, &str)>, Fault> {
    const WRONG: Fault = "a wrong attribute";
    let mut names = HashSet::new();
    let mut attributes = Vec::new();
    loop {
        let text = rest.trim_start_matches(BLANKS);
        if text.is_empty() {
            return Ok(attributes);
        }
        let name = name(text).ok_or(WRONG)?;
        if text.len() == rest.len() {
            return Err("no blank before an attribute");
        }
        let text = text[name.len()..].trim_start_matches(BLANKS);
        let text = text.strip_prefix('=').ok_or(WRONG)?;
        let text = text.trim_start_matches(BLANKS);
        let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quote = quote.ok_or(WRONG)?;
        let (value, after) = text[1..].split_once(quote).ok_or(WRONG)?;
        if value.contains('<') || !has_known_entities(value) {
            return Err(WRONG);
        }
        if !names.insert(name) {
            return Err("an attribute twice");
        }
        attributes.push((name, value));
        rest = after;
    }
}

fn has_known_entities(text: &str) -> bool {
    text.split('&').skip(1).all(|part| {
        let entity = part.split_once(';');
        entity.is_some_and(|(entity, _)| resolve(entity).is_some())
    })
}

/// Checks `xml version="1.0" encoding="…" standalone="…"`.
fn check_declaration(text: &str) -> Result<(), Fault> {
    const WRONG: Fault = "a wrong XML declaration";
    let rest = text.strip_prefix("xml").ok_or(WRONG)?;
    let mut members = attributes(rest).map_err(|_| WRONG)?.into_iter().peekable();
    let mut take = |name: &str, is_right: &dyn Fn(&str) -> bool| match members
        .next_if(|(found, _)| *found == name)
    {
        Some((_, value)) => is_right(value).then_some(true).ok_or(WRONG),
        None => Ok(false),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let version = take("version", &|value| {
        value.strip_prefix("1.").is_some_and(digits)
    })?;
    take("encoding", &|value| {
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.chars().all(part)
    })?;
    take("standalone", &|value| matches!(value, "yes" | "no"))?;
    if version && members.next().is_none() {
        Ok(())
    } else {
        Err(WRONG)
    }
}
