//! The members of a click's response, in all forms that trackers send.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::info::InfoMember;
use super::scalar::{Count, StatusMember, Text, deserialize_any};
use crate::calls::{ClickOutput, Cookie};

/// A JSON object that may be the response to a click, a refusal, or both.
pub(super) struct Reply {
    /// Boxed, because it is large and moved many times.
    pub(super) output: Box<ClickOutput>,
    /// Whether it has a member that only the response to a click has.
    pub(super) is_click: bool,
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReplyVisitor)
    }
}

struct ReplyVisitor;

impl<'de> Visitor<'de> for ReplyVisitor {
    type Value = Reply;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the response to a click")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reply, A::Error> {
        let mut output = Box::<ClickOutput>::default();
        let mut is_click = false;
        while let Some(member) = map.next_key::<Member>()? {
            is_click |= !matches!(member, Member::Status | Member::Log | Member::Other(_));
            match member {
                Member::Headers => {
                    output.headers = map.next_value::<Lines>()?.0.unwrap_or_default()
                }
                Member::Status => output.status = map.next_value::<StatusMember>()?.0,
                Member::Body => output.body = map.next_value::<Text>()?.0,
                Member::ContentType => output.content_type = map.next_value::<Text>()?.0,
                Member::UniquenessCookie => {
                    output.uniqueness_cookie = map.next_value::<Text>()?.0;
                }
                Member::Log => output.log = map.next_value::<Lines>()?.0,
                Member::Cookies => output.cookies = map.next_value::<Cookies>()?.0,
                Member::CookiesTtl => output.cookies_ttl = map.next_value::<Count>()?.0,
                Member::Info => output.info = map.next_value::<InfoMember>()?.0,
                Member::Other(name) => {
                    output.extra.insert(name, map.next_value()?);
                }
            }
        }
        Ok(Reply { output, is_click })
    }
}

enum Member {
    Headers,
    Status,
    Body,
    ContentType,
    UniquenessCookie,
    Log,
    Cookies,
    CookiesTtl,
    Info,
    Other(String),
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(MemberVisitor)
    }
}

struct MemberVisitor;

impl Visitor<'_> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Member, E> {
        Ok(match name {
            "headers" => Member::Headers,
            "status" => Member::Status,
            "body" => Member::Body,
            "contentType" => Member::ContentType,
            "uniqueness_cookie" => Member::UniquenessCookie,
            "log" => Member::Log,
            "cookies" => Member::Cookies,
            "cookies_ttl" => Member::CookiesTtl,
            "info" => Member::Info,
            _ => Member::Other(name.to_owned()),
        })
    }
}

/// Lines of text: a list, an object (`name: value`), one line, or null.
struct Lines(Option<Vec<String>>);
struct LinesVisitor;
deserialize_any!(Lines, LinesVisitor);

impl<'de> Visitor<'de> for LinesVisitor {
    type Value = Lines;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of lines")
    }

    fn visit_unit<E: Error>(self) -> Result<Lines, E> {
        Ok(Lines(None))
    }

    fn visit_str<E: Error>(self, line: &str) -> Result<Lines, E> {
        let lines = (!line.is_empty()).then(|| line.to_owned());
        Ok(Lines(Some(lines.into_iter().collect())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lines, A::Error> {
        let mut lines = Vec::new();
        while let Some(Text(line)) = seq.next_element()? {
            lines.extend(line);
        }
        Ok(Lines(Some(lines)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lines, A::Error> {
        let mut lines = Vec::new();
        while let Some((name, Values(values))) = map.next_entry::<String, Values>()? {
            lines.extend(values.into_iter().map(|value| format!("{name}: {value}")));
        }
        Ok(Lines(Some(lines)))
    }
}

/// One value or a list of values.
struct Values(Vec<String>);
struct ValuesVisitor;
deserialize_any!(Values, ValuesVisitor);

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a list of values")
    }

    fn visit_unit<E: Error>(self) -> Result<Values, E> {
        Ok(Values(Vec::new()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Values, E> {
        Ok(Values(vec![value.to_owned()]))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Values, A::Error> {
        let mut values = Vec::new();
        while let Some(Text(value)) = seq.next_element()? {
            values.extend(value);
        }
        Ok(Values(values))
    }
}

/// A map from name to value, an empty PHP map (`[]`), or the list of objects of version 4.
struct Cookies(Vec<Cookie>);
struct CookiesVisitor;
deserialize_any!(Cookies, CookiesVisitor);

impl<'de> Visitor<'de> for CookiesVisitor {
    type Value = Cookies;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cookies")
    }

    fn visit_unit<E: Error>(self) -> Result<Cookies, E> {
        Ok(Cookies(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cookies, A::Error> {
        let mut cookies = Vec::new();
        while let Some((name, Text(value))) = map.next_entry::<String, Text>()? {
            cookies.extend(value.map(|value| Cookie { name, value }));
        }
        Ok(Cookies(cookies))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Cookies, A::Error> {
        let mut cookies = Vec::new();
        while let Some(CookieObject(some)) = seq.next_element()? {
            cookies.extend(some);
        }
        Ok(Cookies(cookies))
    }
}

/// `{"name": …, "value": …}`, or an object whose members are cookies.
struct CookieObject(Vec<Cookie>);
struct CookieObjectVisitor;
deserialize_any!(CookieObject, CookieObjectVisitor);

impl<'de> Visitor<'de> for CookieObjectVisitor {
    type Value = CookieObject;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cookie")
    }

    fn visit_unit<E: Error>(self) -> Result<CookieObject, E> {
        Ok(CookieObject(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CookieObject, A::Error> {
        let Cookies(members) = CookiesVisitor.visit_map(map)?;
        let member = |wanted: &str| {
            let found = members.iter().find(|cookie| cookie.name == wanted);
            found.map(|cookie| cookie.value.clone())
        };
        Ok(CookieObject(match (member("name"), member("value")) {
            (Some(name), Some(value)) => vec![Cookie { name, value }],
            (Some(_), None) => Vec::new(),
            _ => members,
        }))
    }
}

#[cfg(test)]
mod tests;
