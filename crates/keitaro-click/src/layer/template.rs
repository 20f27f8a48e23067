//! Campaign parameters whose values come from the request.

use std::borrow::Cow;

use http::HeaderName;

/// A value with placeholders, such as `{uri}`; any other text stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

/// A part of a template: text, or what it takes from the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Uri,
    Host,
    Header(HeaderName),
    Cookie(String),
    Query(String),
}

impl Template {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self(vec![Part::Text(text.into())])
    }

    pub(super) fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let (mut plain, mut rest) = (String::new(), text);
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            plain.push_str(before);
            let close = from.find('}');
            match close
                .and_then(|close| placeholder(&from[1..close]))
                .zip(close)
            {
                Some((part, close)) => {
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(part);
                    rest = &from[close + 1..];
                }
                None => {
                    plain.push('{');
                    rest = &from[1..];
                }
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() || parts.is_empty() {
            parts.push(Part::Text(plain));
        }
        Self(parts)
    }

    /// Returns the value, with each placeholder replaced by what `value_of` returns for it; `None` if
    /// the request has none of them.
    pub(super) fn fill<'v>(
        &self,
        value_of: impl Fn(&Part) -> Option<Cow<'v, [u8]>>,
    ) -> Option<Cow<'_, [u8]>> {
        if let [Part::Text(text)] = &self.0[..] {
            return Some(text.as_bytes().into());
        }
        let mut value = Vec::new();
        let mut found = false;
        for part in &self.0 {
            if let Part::Text(text) = part {
                value.extend_from_slice(text.as_bytes());
            } else if let Some(piece) = value_of(part) {
                found = true;
                value.extend_from_slice(&piece);
            }
        }
        found.then_some(value.into())
    }
}

fn placeholder(name: &str) -> Option<Part> {
    if let Some((kind, name)) = name.split_once(':') {
        return match kind {
            "header" => {
                let name = HeaderName::try_from(name).ok()?;
                (!is_secret(&name)).then_some(Part::Header(name))
            }
            "cookie" if !name.is_empty() => Some(Part::Cookie(name.to_owned())),
            "query" if !name.is_empty() => Some(Part::Query(name.to_owned())),
            _ => None,
        };
    }
    match name {
        "uri" => Some(Part::Uri),
        "host" => Some(Part::Host),
        _ => None,
    }
}

/// Headers that hold credentials; single cookies have their own placeholder.
fn is_secret(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(name, "authorization" | "cookie") || name.starts_with("proxy-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known_and_other_text_stays() {
        let text = |text: &str| Part::Text(text.to_owned());
        for (template, parts) in [
            ("shop", vec![text("shop")]),
            ("", vec![text("")]),
            ("{keyword}", vec![text("{keyword}")]),
            ("{uri}", vec![Part::Uri]),
            ("a{host}{b}{", vec![text("a"), Part::Host, text("{b}{")]),
            (
                "{{query:q}}",
                vec![text("{"), Part::Query("q".into()), text("}")],
            ),
            (
                "{header:Authorization}",
                vec![text("{header:Authorization}")],
            ),
            ("{header:a b}", vec![text("{header:a b}")]),
        ] {
            assert_eq!(Template::parse(template).0, parts, "{template}");
        }
    }
}
