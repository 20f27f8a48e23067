//! What a page does with the response to a click.

use std::borrow::Cow;
use std::fmt::Write;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::StatusCode;
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::{ClickOutput, Status};

/// What a page does with the response to a click; see [`ClickOutput::action`].
///
/// Serializes its type, its status, and its location or content type; the bytes of a content are
/// left out, and it cannot be deserialized.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action<'a> {
    /// Redirect the visitor.
    Redirect {
        /// 300 to 303, 307 or 308.
        status: StatusCode,
        /// The target, in the form of a `Location` header: ASCII, one line.
        location: Cow<'a, str>,
    },
    /// Show the tracker's content instead of the page.
    Content {
        /// A status whose response has a body.
        status: StatusCode,
        /// The media type.
        content_type: &'a str,
        /// The bytes; the base64 of images and PDFs is decoded.
        body: Cow<'a, [u8]>,
    },
    /// Show a page with status 404.
    NotFound,
    /// Show the site's page, with its own status.
    Nothing,
}

impl Action<'_> {
    /// Returns `redirect`, `content`, `not_found` or `nothing`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Redirect { .. } => "redirect",
            Self::Content { .. } => "content",
            Self::NotFound => "not_found",
            Self::Nothing => "nothing",
        }
    }
}

impl Serialize for Action<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Action", 3)?;
        map.serialize_field("type", self.as_str())?;
        match self {
            Self::Redirect { status, location } => {
                map.serialize_field("status", &status.as_u16())?;
                map.serialize_field("location", location)?;
            }
            Self::Content {
                status,
                content_type,
                ..
            } => {
                map.serialize_field("status", &status.as_u16())?;
                map.serialize_field("content_type", content_type)?;
            }
            Self::NotFound => map.serialize_field("status", &404)?,
            Self::Nothing => {}
        }
        map.end()
    }
}

impl ClickOutput {
    /// Returns what the page does with this response.
    ///
    /// A `Location` header takes precedence over a body, and a body over status 404. The status
    /// of a redirect is 302 unless the response names another status of a redirect. The body
    /// `"0"` counts as empty.
    ///
    /// ```
    /// use keitaro_click::calls::{Action, ClickOutput};
    ///
    /// # fn main() -> Result<(), serde_json::Error> {
    /// let output: ClickOutput =
    ///     serde_json::from_str(r#"{"headers":["Location: http://shop.example/"],"status":"302"}"#)?;
    /// match output.action() {
    ///     Action::Redirect { location, .. } => assert_eq!(location, "http://shop.example/"),
    ///     other => unreachable!("{other:?}"),
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn action(&self) -> Action<'_> {
        if let Some(location) = self.header("location").filter(|to| !to.is_empty()) {
            return Action::Redirect {
                status: self.redirect_status(),
                location: ascii(location),
            };
        }
        match self.body.as_deref() {
            Some(body) if !matches!(body, "" | "0") => Action::Content {
                status: self.content_status(),
                content_type: self.content_type(),
                body: self.content(body),
            },
            _ if self.status_code() == Some(404) => Action::NotFound,
            _ => Action::Nothing,
        }
    }

    /// Returns the status that the page should have, if the response has a valid one.
    ///
    /// A status line among the headers takes precedence over the member `status`.
    #[must_use]
    pub fn status_code(&self) -> Option<u16> {
        let line = self.headers.iter().rev().find_map(|line| status_line(line));
        let code = line.or(match self.status {
            Some(Status::Code(code)) => u16::try_from(code).ok(),
            _ => None,
        });
        code.filter(|code| (100..=599).contains(code))
    }

    fn redirect_status(&self) -> StatusCode {
        match self.status_code() {
            Some(code @ (300..=303 | 307 | 308)) => StatusCode::from_u16(code),
            _ => Ok(StatusCode::FOUND),
        }
        .unwrap_or(StatusCode::FOUND)
    }

    fn content_status(&self) -> StatusCode {
        match self.status_code() {
            Some(204 | 205 | 304) | None => StatusCode::OK,
            Some(code) if code < 200 => StatusCode::OK,
            Some(code) => StatusCode::from_u16(code).unwrap_or(StatusCode::OK),
        }
    }

    fn content_type(&self) -> &str {
        let usable = |text: &&str| !text.is_empty() && !text.contains(char::is_control);
        self.content_type
            .as_deref()
            .map(str::trim)
            .filter(usable)
            .or_else(|| self.header("content-type").filter(usable))
            .unwrap_or("text/html; charset=utf-8")
    }

    fn content<'a>(&self, body: &'a str) -> Cow<'a, [u8]> {
        let content_type = self.content_type().to_ascii_lowercase();
        if !content_type.contains("image") && !content_type.contains("application/pdf") {
            return Cow::Borrowed(body.as_bytes());
        }
        const BASE64: GeneralPurpose = GeneralPurpose::new(
            &STANDARD,
            GeneralPurposeConfig::new()
                .with_decode_padding_mode(DecodePaddingMode::Indifferent)
                .with_decode_allow_trailing_bits(true),
        );
        let packed: Vec<u8> = body.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        match BASE64.decode(packed) {
            Ok(bytes) => Cow::Owned(bytes),
            Err(_) => Cow::Borrowed(body.as_bytes()),
        }
    }
}

/// The status of a status line, such as `HTTP/1.0 404 Not Found`.
fn status_line(line: &str) -> Option<u16> {
    let line = line.trim_start();
    if !line.get(..5)?.eq_ignore_ascii_case("http/") {
        return None;
    }
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Percent-encodes everything that is not allowed in a `Location` header.
fn ascii(location: &str) -> Cow<'_, str> {
    if location.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Cow::Borrowed(location);
    }
    let mut encoded = String::with_capacity(location.len() + 32);
    for byte in location.bytes() {
        if byte.is_ascii_graphic() {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Cow::Owned(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(status: Option<Status>, headers: &[&str], body: &str) -> ClickOutput {
        ClickOutput {
            status,
            headers: headers.iter().map(|line| (*line).to_owned()).collect(),
            body: Some(body.to_owned()),
            ..ClickOutput::default()
        }
    }

    fn redirect(status: Option<Status>, headers: &[&str]) -> Option<(u16, String)> {
        match output(status, headers, "").action() {
            Action::Redirect { status, location } => Some((status.as_u16(), location.into_owned())),
            _ => None,
        }
    }

    #[test]
    fn a_location_redirects_whatever_its_letter_case_and_the_status() {
        let to = ["Content-Type: text/html", "lOCATION: http://a/"];
        for (status, expected) in [
            (None, 302),
            (Some(Status::Code(200)), 302),
            (Some(Status::Code(301)), 301),
            (Some(Status::Code(307)), 307),
            (Some(Status::Code(304)), 302),
            (Some(Status::Code(403)), 302),
            (Some(Status::Code(999)), 302),
            (Some(Status::Code(-1)), 302),
            (Some(Status::Other("abc".into())), 302),
        ] {
            let expected = Some((expected, "http://a/".to_owned()));
            assert_eq!(redirect(status.clone(), &to), expected, "{status:?}");
        }
    }

    #[test]
    fn a_location_is_made_ascii() {
        let to = redirect(None, &["Location: http://a/путь?q=a b"]);
        let encoded = "http://a/%D0%BF%D1%83%D1%82%D1%8C?q=a%20b";
        assert_eq!(to, Some((302, encoded.to_owned())));
    }

    #[test]
    fn a_location_with_a_line_end_is_refused() {
        for split in [
            "Location: http://a/\r\nSet-Cookie: x=1",
            "Location: http://a/\nX: y",
            "Loca\r\ntion: http://a/",
        ] {
            assert_eq!(redirect(None, &[split]), None, "{split:?}");
        }
        assert_eq!(redirect(None, &["Location: "]), None);
    }

    #[test]
    fn a_content_has_a_status_that_may_have_a_body() {
        for (status, expected) in [
            (None, 200),
            (Some(Status::Code(404)), 404),
            (Some(Status::Code(204)), 200),
            (Some(Status::Code(100)), 200),
            (Some(Status::Code(999)), 200),
            (Some(Status::Code(-1)), 200),
            (Some(Status::Other("abc".into())), 200),
        ] {
            match output(status.clone(), &[], "page").action() {
                Action::Content {
                    status,
                    body,
                    content_type,
                } => {
                    assert_eq!(status.as_u16(), expected);
                    assert_eq!(&*body, b"page");
                    assert_eq!(content_type, "text/html; charset=utf-8");
                }
                other => panic!("{status:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn without_a_body_404_is_not_found_and_the_rest_is_nothing() {
        for (status, expected) in [
            (Some(Status::Code(404)), Action::NotFound),
            (Some(Status::Code(403)), Action::Nothing),
            (Some(Status::Code(500)), Action::Nothing),
            (Some(Status::Code(200)), Action::Nothing),
            (None, Action::Nothing),
        ] {
            for body in ["", "0"] {
                let output = output(status.clone(), &[], body);
                assert_eq!(output.action(), expected, "{status:?}");
            }
        }
    }
}
