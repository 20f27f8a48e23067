//! Macros in URLs and pages: `{subid}`, `{keyword}`, `$keyword`.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A URL with its macros replaced by percent-encoded values.
pub(super) fn in_url<'v>(url: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    replaced(url, |name| {
        value(name).map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string())
    })
}

/// A page with its macros replaced.
pub(super) fn in_page<'v>(page: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    replaced(page, |name| value(name).map(str::to_owned))
}

fn replaced(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(at) = rest.find(['{', '$']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let body = &rest[1..];
        let name_length = body
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(body.len());
        let name = &body[..name_length];
        let end = if rest.starts_with('$') {
            Some(1 + name_length)
        } else {
            body[name_length..]
                .starts_with('}')
                .then_some(2 + name_length)
        };
        match end.zip(value(name)) {
            Some((end, value)) => {
                out.push_str(&value);
                rest = &rest[end..];
            }
            None => {
                out.push_str(&rest[..1]);
                rest = body;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{in_page, in_url};

    fn value(name: &str) -> Option<&'static str> {
        match name {
            "subid" => Some("a&b"),
            "keyword" => Some(""),
            _ => None,
        }
    }

    #[test]
    fn known_macros_are_replaced_and_others_stay() {
        assert_eq!(
            in_url("http://d/?q=$keyword&c={subid}&x={other}&y=$", value),
            "http://d/?q=&c=a%26b&x={other}&y=$"
        );
        assert_eq!(in_page("a{color:red} {subid}{", value), "a{color:red} a&b{");
    }
}
