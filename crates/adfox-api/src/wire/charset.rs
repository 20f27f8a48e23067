use std::borrow::Cow;

use adcore::{Error, ErrorKind};
use encoding_rs::{Encoding, UTF_8};
use http::header::{CONTENT_TYPE, HeaderMap};

/// The text of an answer, by its XML declaration, then the HTTP charset, then as UTF-8.
///
/// # Errors
/// `Decode` when the charset is unknown, or the bytes are not in it.
pub(super) fn text<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<Cow<'a, str>, Error> {
    let (encoding, body) = match Encoding::for_bom(body) {
        Some((encoding, length)) => (encoding, &body[length..]),
        None => (declared(headers, body)?, body),
    };
    let wrong = || {
        Error::new(
            ErrorKind::Decode,
            format!(
                "the answer is not in {}, which it declares",
                encoding.name()
            ),
        )
    };
    // Cyrillic in UTF-8 is valid windows-1251 too, but reads as garbage there.
    if encoding.is_single_byte() && !body.is_ascii() && std::str::from_utf8(body).is_ok() {
        return Err(wrong());
    }
    encoding
        .decode_without_bom_handling_and_without_replacement(body)
        .filter(|text| !text.contains('\u{98}'))
        .ok_or_else(wrong)
}

fn declared(headers: &HeaderMap, body: &[u8]) -> Result<&'static Encoding, Error> {
    let label = xml_label(body).or_else(|| http_label(headers));
    match label {
        None => Ok(UTF_8),
        Some(label) => Encoding::for_label(label).ok_or_else(|| {
            Error::new(
                ErrorKind::Decode,
                "the answer declares an unknown character set",
            )
        }),
    }
}

/// The value of `encoding` in `<?xml … ?>`.
fn xml_label(body: &[u8]) -> Option<&[u8]> {
    let declaration = body.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|at| at == b"?>")?;
    let declaration = &declaration[..end];
    let at = declaration.windows(8).position(|at| at == b"encoding")?;
    let rest = declaration[at + 8..].trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first()?;
    let end = rest.iter().position(|byte| byte == quote)?;
    Some(&rest[..end])
}

fn http_label(headers: &HeaderMap) -> Option<&[u8]> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let charset = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    })?;
    Some(charset.as_bytes())
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1251;

    use super::*;

    fn headers(content_type: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        headers
    }

    fn cp1251(text: &str) -> Vec<u8> {
        WINDOWS_1251.encode(text).0.into_owned()
    }

    #[test]
    fn the_declaration_goes_before_http_and_http_before_utf8() {
        let declared = "<?xml version='1.0' encoding = 'windows-1251' ?><a>Осень</a>";
        let http = headers("text/xml; Charset=\"windows-1251\"");
        for (headers, body, expected) in [
            (
                headers("text/xml; charset=utf-8"),
                cp1251(declared),
                declared,
            ),
            (HeaderMap::new(), cp1251(declared), declared),
            (http, cp1251("<a>Осень</a>"), "<a>Осень</a>"),
            (HeaderMap::new(), "<a>Осень</a>".into(), "<a>Осень</a>"),
            (
                HeaderMap::new(),
                "\u{feff}<a>Осень</a>".into(),
                "<a>Осень</a>",
            ),
        ] {
            assert_eq!(text(&headers, &body).unwrap(), expected);
        }
    }

    #[test]
    fn a_wrong_charset_is_an_error_and_not_garbage() {
        for (headers, body) in [
            (HeaderMap::new(), cp1251("<a>Осень</a>")),
            (
                headers("text/xml; charset=windows-1251"),
                "<a>Осень</a>".into(),
            ),
            (headers("text/xml; charset=utf-8"), cp1251("<a>Осень</a>")),
            (headers("text/xml; charset=klingon"), b"<a/>".to_vec()),
            (
                headers("text/xml; charset=windows-1251"),
                b"<a>\x98</a>".to_vec(),
            ),
        ] {
            let error = text(&headers, &body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
        }
    }
}
