use std::borrow::Cow;

use adcore::{Error, Form, Request, single_line};
use http::Method;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::calls::Call;

/// Characters that are encoded in a path; an encoding that is there already is kept.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'^')
    .add(b'|');

/// Encodes a GET of any path under the endpoint, with its query.
pub(crate) fn encode_call(call: &Call) -> Result<Request, Error> {
    let path = call.path.as_str();
    let wrong = |must: &str| Error::invalid_input("path", must);
    single_line("path", path)?;
    if path.contains('#') {
        return Err(wrong("must not have a fragment (#…)"));
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let bare = path.strip_prefix('/').unwrap_or(path);
    if bare.is_empty() {
        return Err(wrong("must name something, such as /campaign/get"));
    }
    if bare.starts_with('/') || bare.contains("://") {
        return Err(wrong("must be a path under the endpoint, not another host"));
    }
    if escapes_base(bare) {
        return Err(wrong(
            "must not contain a '.' or '..' segment or a backslash",
        ));
    }
    let mut form = Form::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        single_line("path", &name)?;
        single_line("path", &value)?;
        form.push(&name, &value);
    }
    let path = format!("/{}", utf8_percent_encode(bare, UNSAFE));
    Ok(Request::new("get", Method::GET, path).query(form))
}

/// Whether `path` can lead outside the endpoint, however often the server decodes it.
fn escapes_base(path: &str) -> bool {
    let mut path = Cow::Borrowed(path);
    loop {
        let odd = |c: char| c == '\\' || c.is_control();
        if path.contains(odd) || path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return true;
        }
        let decoded = percent_decode_str(&path).decode_utf8_lossy().into_owned();
        if decoded == path {
            return false;
        }
        path = Cow::Owned(decoded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_under_the_endpoint() {
        for (path, target) in [
            ("/campaign/get", "/campaign/get"),
            ("banner/get/58c1", "/banner/get/58c1"),
            (
                "/statistic/campaign/2015-12-31/2015-12-31/a,b",
                "/statistic/campaign/2015-12-31/2015-12-31/a,b",
            ),
            (
                "/v2.0/campaign/day?from=2015-12-31T00:00:00&id=a b",
                "/v2.0/campaign/day?from=2015-12-31T00%3A00%3A00&id=a%20b",
            ),
            ("/x/a%2Fb", "/x/a%2Fb"),
            ("/x/пример", "/x/%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80"),
            (
                "/x?next=https://other.example/",
                "/x?next=https%3A%2F%2Fother.example%2F",
            ),
        ] {
            assert_eq!(
                encode_call(&Call::get(path)).unwrap().target(),
                target,
                "{path}"
            );
        }
    }

    #[test]
    fn no_traversal_and_no_other_host() {
        for path in [
            "",
            "/",
            "?x=1",
            "//other.example/x",
            "///x",
            "https://other.example/x",
            "/../token",
            "/campaign/../../token",
            "/campaign/./get",
            "/campaign/%2e%2e/token",
            "/campaign/%2E./token",
            "/campaign/..%2ftoken",
            "/campaign/%252e%252e/token",
            "/campaign/..%5ctoken",
            "/campaign\\get",
            "/campaign/get#x",
            "/campaign/get\r\nX: y",
            "/campaign/get%0d%0aX: y",
            "/campaign/get?x=%0d%0ay",
            "/a\0",
        ] {
            let error = encode_call(&Call::get(path)).unwrap_err();
            assert_eq!(error.field(), Some("path"), "{path:?}");
        }
    }
}
