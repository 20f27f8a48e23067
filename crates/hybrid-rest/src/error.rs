//! What Hybrid's statuses and error bodies mean. The vendor documents no error body.

use std::collections::BTreeMap;

use adcore::{Error, Response};
use adcore_json::{RawJson, decode};
use http::StatusCode;

/// The error behind an answer that is no success, with the vendor's words where there are any.
pub(crate) fn refusal(answer: &Response) -> Error {
    let said = Said::read(&answer.body);
    let mut error = said.add_to(Error::from_status(answer.status, &answer.headers));
    if let Some(words) = said.words {
        error = error.with_message(words);
    }
    if answer.status == StatusCode::INTERNAL_SERVER_ERROR {
        let message = format!(
            "{}; Hybrid answers 500 to a wrong request too: check ids and dates",
            error.message()
        );
        error = error.with_message(message);
    }
    error
}

/// The error of a wrong credential: which one, and what the vendor says to it.
pub(crate) fn wrong_credential(answer: &Response, field: &'static str, must: &str) -> Error {
    let said = Said::read(&answer.body);
    let message = match &said.words {
        Some(words) => format!("{must}: {words}"),
        None => must.to_owned(),
    };
    said.add_to(Error::from_status(answer.status, &answer.headers))
        .with_kind(adcore::ErrorKind::Unauthenticated)
        .with_field(field)
        .with_message(message)
}

/// What an error body says: OAuth's `error` and `error_description`, or a `Message`.
struct Said {
    code: Option<String>,
    words: Option<String>,
}

impl Said {
    fn read(body: &[u8]) -> Self {
        let members: BTreeMap<String, RawJson> = decode(body).unwrap_or_default();
        let text = |name: &str| {
            members
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .and_then(|(_, value)| value.decode::<String>().ok())
                .filter(|text| !text.is_empty())
        };
        let code = text("error");
        Self {
            words: text("error_description")
                .or_else(|| text("message"))
                .or_else(|| code.clone()),
            code,
        }
    }

    fn add_to(&self, error: Error) -> Error {
        match &self.code {
            Some(code) => error.with_code(code),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use adcore::ErrorKind;
    use http::HeaderMap;

    use super::*;

    fn refused(status: u16, body: &'static str) -> Error {
        refusal(&Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.into(),
        })
    }

    #[test]
    fn statuses_of_the_notes() {
        for (status, kind) in [
            (400, ErrorKind::Rejected),
            (401, ErrorKind::Unauthenticated),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (503, ErrorKind::Server),
        ] {
            assert_eq!(refused(status, "").kind(), kind, "{status}");
        }
        assert!(refused(500, "").message().contains("wrong request too"));
        assert!(!refused(503, "").message().contains("wrong request too"));
    }

    #[test]
    fn any_error_body_is_read_as_far_as_it_goes() {
        let error = refused(400, r#"{"Message":"method not supported"}"#);
        assert_eq!(
            (error.code(), error.message()),
            (None, "method not supported")
        );
        let error = refused(
            400,
            r#"{"error":"invalid_grant","error_description":"spent"}"#,
        );
        assert_eq!(
            (error.code(), error.message()),
            (Some("invalid_grant"), "spent")
        );
        let error = refused(404, r#"{"error":"no_such"}"#);
        assert_eq!(
            (error.code(), error.message()),
            (Some("no_such"), "no_such")
        );
        for body in ["", "<html>", "[]", "\"x\"", r#"{"error":{"a":1}}"#] {
            assert_eq!(refused(404, body).message(), "Not Found", "{body}");
        }
    }
}
