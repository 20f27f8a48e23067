//! Macros in URLs and pages: `{subid}`, `{keyword}`, `$keyword`.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::clicks::ClickRecord;

/// Replaces the macros in a URL with percent-encoded values.
pub(super) fn in_url<'v>(url: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    replace(url, |name| {
        value(name).map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string())
    })
}

/// Replaces the macros in a page.
pub(super) fn in_page<'v>(page: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    replace(page, |name| value(name).map(str::to_owned))
}

/// Returns the value of a macro; known parameters that the click lacks are empty.
pub(super) fn value<'a>(click: &'a ClickRecord, name: &str) -> Option<&'a str> {
    match name {
        "subid" | "sub_id" => Some(&click.sub_id),
        "ip" => Some(&click.ip),
        "user_agent" => Some(&click.user_agent),
        "language" => Some(&click.language),
        "keyword" | "source" | "cost" | "currency" | "ad_campaign_id" | "creative_id"
        | "external_id" => Some(parameter(click, name)),
        name if name.starts_with("sub_id_") || name.starts_with("extra_param_") => {
            Some(parameter(click, name))
        }
        name => click.parameters.get(name).map(String::as_str),
    }
}

fn parameter<'a>(click: &'a ClickRecord, name: &str) -> &'a str {
    click.parameters.get(name).map_or("", String::as_str)
}

fn replace(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
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
