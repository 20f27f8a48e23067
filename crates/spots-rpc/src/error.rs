use std::fmt;

use adcore::{Error, ErrorKind, redact};
use adcore_json::RawJson;
use serde::Serialize;

/// The error object of a JSON-RPC answer, kept as the source of the [`Error`] it became.
///
/// `Display` and `Debug` show none of it but the code, because a server may echo what it was sent.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RpcError {
    /// The code as printed, a number or a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The server's words.
    pub message: String,
    /// What the server adds to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<RawJson>,
}

impl RpcError {
    /// The error object behind `error`, if the server sent one.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// The same object without `secret`, however the server has quoted it.
    pub(crate) fn without(mut self, secret: &str) -> Self {
        redact(&mut self.message, secret);
        if let Some(code) = &mut self.code {
            redact(code, secret);
        }
        self.data = self.data.and_then(|data| {
            let mut text = data.as_str().to_owned();
            redact(&mut text, secret);
            if text == data.as_str() {
                Some(data)
            } else {
                adcore_json::decode(text.as_bytes()).ok()
            }
        });
        self
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server answered with a JSON-RPC error object")
    }
}

impl fmt::Debug for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RpcError(..)")
    }
}

impl std::error::Error for RpcError {}

/// Which codes and words of an error object refuse the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusals {
    pub(crate) codes: Vec<String>,
    pub(crate) words: Vec<String>,
}

impl Default for Refusals {
    fn default() -> Self {
        let owned = |list: &[&str]| list.iter().map(|&item| item.to_owned()).collect();
        Self {
            codes: owned(&["401"]),
            words: owned(&[
                "invalid token",
                "token expired",
                "expired token",
                "unauthorized",
                "unauthenticated",
            ]),
        }
    }
}

impl Refusals {
    /// What an error object means; its own HTTP status is judged elsewhere.
    pub(crate) fn kind(&self, error: &RpcError) -> ErrorKind {
        if self.name(error) {
            return ErrorKind::Unauthenticated;
        }
        let code = error.code.as_deref().and_then(|code| code.parse().ok());
        match code.unwrap_or(0_i64) {
            403 => ErrorKind::PermissionDenied,
            404 | -32601 => ErrorKind::NotFound,
            429 => ErrorKind::RateLimited,
            500..=599 | -32603 => ErrorKind::Server,
            _ => ErrorKind::Rejected,
        }
    }

    fn name(&self, error: &RpcError) -> bool {
        let code = error.code.as_deref();
        let message = error.message.to_lowercase();
        code.is_some_and(|code| self.codes.iter().any(|refused| refused == code))
            || self.words.iter().any(|words| stand_in(words, &message))
    }
}

/// Whether all of `words` stand in `message` in this order, whatever is between them.
fn stand_in(words: &str, message: &str) -> bool {
    let words = words.to_lowercase();
    let mut rest = message;
    !words.trim().is_empty()
        && words.split_whitespace().all(|word| {
            let Some((_, after)) = rest.split_once(word) else {
                return false;
            };
            rest = after;
            true
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(code: Option<&str>, message: &str) -> ErrorKind {
        Refusals::default().kind(&RpcError {
            code: code.map(str::to_owned),
            message: message.to_owned(),
            data: None,
        })
    }

    #[test]
    fn codes_and_words_make_kinds() {
        for (code, message, expected) in [
            (None, "invalid token signature", ErrorKind::Unauthenticated),
            (None, "Invalid Token Signature", ErrorKind::Unauthenticated),
            (None, "The token has expired", ErrorKind::Unauthenticated),
            (
                Some("-32000"),
                "Expired JWT token",
                ErrorKind::Unauthenticated,
            ),
            (Some("401"), "", ErrorKind::Unauthenticated),
            (Some("403"), "", ErrorKind::PermissionDenied),
            (Some("-32601"), "Method not found", ErrorKind::NotFound),
            (Some("429"), "", ErrorKind::RateLimited),
            (Some("-32603"), "Internal error", ErrorKind::Server),
            (Some("503"), "", ErrorKind::Server),
            (Some("-32602"), "Invalid params", ErrorKind::Rejected),
            (Some("E42"), "expired offer", ErrorKind::Rejected),
            (None, "", ErrorKind::Rejected),
        ] {
            assert_eq!(kind(code, message), expected, "{code:?} {message}");
        }
    }

    #[test]
    fn a_secret_leaves_words_and_data() {
        let error = RpcError {
            code: Some("1".into()),
            message: "bad s3cret-token".into(),
            data: Some(adcore_json::decode(br#"{"header":"Bearer s3cret-token"}"#).unwrap()),
        };
        let clean = error.without("s3cret-token");
        assert_eq!(clean.message, "bad ***");
        assert_eq!(clean.data.unwrap().as_str(), r#"{"header":"Bearer ***"}"#);
    }
}
