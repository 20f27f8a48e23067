//! What the server says when it refuses a call, and which errors that makes.

use std::fmt;
use std::sync::Arc;

use adcore::{Error, ErrorKind, VendorDetail};
use adcore_json::RawJson;
use serde::{Deserialize, Serialize};

/// The error object of a JSON-RPC response.
///
/// It is the source of the [`Error`] that the call returns, which has its code and message too; use
/// [`of`](Self::of) where the `data` matters. A server may quote the request in it: login, password
/// and tokens are replaced by `***`.
///
/// ```no_run
/// use spots_rpc::calls::Call;
/// use spots_rpc::{Client, RpcError};
///
/// # async fn run(client: Client) {
/// if let Err(error) = client.call(&Call::new("platform.list")).await {
///     let data = RpcError::of(&error).and_then(|rpc| rpc.data.as_ref());
///     println!("{error}, data: {data:?}");
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RpcError {
    /// The code, a number or a text on the wire.
    #[serde(default)]
    pub code: Option<String>,
    /// The server's message.
    pub message: String,
    /// Details that some servers add. With serde it is a text that holds the JSON.
    #[serde(default, with = "adcore_json::text::json")]
    pub data: Option<RawJson>,
}

impl RpcError {
    /// Returns the error object behind `error`, if the server sent one.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The error that this is the source of shows code and message.
        f.write_str("the server returned a JSON-RPC error object")
    }
}

impl std::error::Error for RpcError {}

impl VendorDetail for RpcError {
    fn redacted(&self, redact: &dyn Fn(&str) -> String) -> Arc<dyn VendorDetail> {
        let redact_data = |data: &RawJson| {
            let text = redact(data.as_str());
            if text == data.as_str() {
                return Some(data.clone());
            }
            adcore_json::decode(text.as_bytes()).ok()
        };
        Arc::new(Self {
            code: self.code.as_deref().map(redact),
            message: redact(&self.message),
            data: self.data.as_ref().and_then(redact_data),
        })
    }
}

/// The error objects that reject the access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenRejection {
    pub(crate) codes: Vec<String>,
    /// Words that the message has in this order.
    pub(crate) phrases: Vec<String>,
}

impl Default for TokenRejection {
    fn default() -> Self {
        let owned = |list: &[&str]| list.iter().map(|&item| item.to_owned()).collect();
        Self {
            codes: owned(&["401"]),
            phrases: owned(&[
                "invalid token",
                "token expired",
                "expired token",
                "unauthorized",
                "unauthenticated",
            ]),
        }
    }
}

impl TokenRejection {
    /// Returns what an error object means; the HTTP status is judged elsewhere.
    pub(crate) fn kind(&self, error: &RpcError) -> ErrorKind {
        if self.matches(error) {
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

    fn matches(&self, error: &RpcError) -> bool {
        // A code of OAuth says in one word what others say in their message.
        let code = error.code.as_deref().unwrap_or_default().to_lowercase();
        let message = error.message.to_lowercase();
        let is_rejected = |phrase: &String| has(&message, phrase) || has(&code, phrase);
        self.codes
            .iter()
            .any(|rejected| rejected.eq_ignore_ascii_case(&code))
            || self.phrases.iter().any(is_rejected)
    }
}

/// Whether `message` has all words of `phrase` in this order, with anything between them.
fn has(message: &str, phrase: &str) -> bool {
    let phrase = phrase.to_lowercase();
    let mut rest = message;
    !phrase.trim().is_empty()
        && phrase.split_whitespace().all(|word| {
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
        TokenRejection::default().kind(&RpcError {
            code: code.map(str::to_owned),
            message: message.to_owned(),
            data: None,
        })
    }

    #[test]
    fn codes_and_messages_make_kinds() {
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
    fn a_secret_leaves_message_and_data() {
        let error = RpcError {
            code: Some("1".into()),
            message: "bad s3cret-token".into(),
            data: Some(adcore_json::decode(br#"{"header":"Bearer s3cret-token"}"#).unwrap()),
        };
        let clean = error.redacted(&|text| text.replace("s3cret-token", "***"));
        let clean = format!("{clean:?}");
        assert!(clean.contains(r#"message: "bad ***""#), "{clean}");
        assert!(clean.contains(r#"{"header":"Bearer ***"}"#), "{clean}");
    }
}
