//! Single responses: status and envelope, the result or the server's error.

use std::collections::BTreeSet;
use std::fmt;

use adcore::{Error, ErrorKind, Response};
use adcore_json::RawJson;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{RpcError, TokenRejection};

/// How a response is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadOptions<'a> {
    /// The error objects that reject the token.
    pub(crate) rejection: &'a TokenRejection,
    /// Whether an error quotes an unreadable response; not where it may hold tokens.
    pub(crate) quote: bool,
}

/// The members of one JSON-RPC response, each as its own text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Envelope<'a> {
    pub(super) version: Option<&'a str>,
    pub(super) id: Option<&'a str>,
    pub(super) result: Option<&'a str>,
    pub(super) error: Option<&'a str>,
    /// OAuth's message beside an error that is only a code.
    pub(super) description: Option<&'a str>,
    pub(super) doubled: bool,
}

impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Envelope<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut envelope = Envelope::default();
                let mut seen = BTreeSet::new();
                while let Some(name) = map.next_key::<String>()? {
                    if let Some(member) = envelope.member(&name) {
                        let value: &'de RawValue = map.next_value()?;
                        member.get_or_insert(value.get());
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                    envelope.doubled |= !seen.insert(name);
                }
                Ok(envelope)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl<'a> Envelope<'a> {
    pub(super) fn member(&mut self, name: &str) -> Option<&mut Option<&'a str>> {
        match name {
            "jsonrpc" => Some(&mut self.version),
            "id" => Some(&mut self.id),
            "result" => Some(&mut self.result),
            "error" => Some(&mut self.error),
            "error_description" => Some(&mut self.description),
            _ => None,
        }
    }

    pub(super) fn read(body: &'a [u8]) -> Result<Self, &'static str> {
        let text = text(body)?;
        serde_json::from_str(text).map_err(|error| match error.classify() {
            _ if text.is_empty() => "the response is empty",
            serde_json::error::Category::Eof => "the response ends too early",
            serde_json::error::Category::Data => "the response is not a JSON-RPC object",
            _ => "the response is not valid JSON",
        })
    }

    /// Returns the result, or the server's error, if this is the response to the call `id`.
    pub(super) fn outcome(&self, id: u64, options: ReadOptions<'_>) -> Result<&'a str, Error> {
        let given = |member: Option<&'a str>| member.filter(|value| *value != "null");
        if self.doubled {
            return Err(protocol("the response has a member twice"));
        }
        if given(self.version).is_some_and(|version| version != "\"2.0\"") {
            return Err(protocol("the response is of another JSON-RPC version"));
        }
        let another_call = || protocol("the response belongs to another call (its id differs)");
        match (given(self.error), self.result) {
            (Some(_), Some(result)) if result != "null" => {
                Err(protocol("the response has both a result and an error"))
            }
            (Some(_), _) if given(self.id).is_some_and(|given| number(given) != Some(id)) => {
                Err(another_call())
            }
            (Some(error), _) => Err(self.server_error(error, options.rejection)),
            (None, Some(_)) if self.id.and_then(number) != Some(id) => Err(another_call()),
            (None, Some(result)) => Ok(result),
            (None, None) => Err(protocol("the response has neither a result nor an error")),
        }
    }

    /// Reads the server's error in any form: an object, an error of OAuth, a bare text, or any
    /// other value.
    pub(super) fn server_error(&self, error: &str, rejection: &TokenRejection) -> Error {
        let rpc = error_object(error).unwrap_or_else(|| {
            let description: Option<String> = self
                .description
                .and_then(|description| serde_json::from_str(description).ok());
            let error = plain_text(error);
            let (code, message) = match description.filter(|text| !text.trim().is_empty()) {
                Some(description) => (Some(error), description),
                None => (None, error),
            };
            RpcError {
                code,
                message,
                data: None,
            }
        });
        into_error(rpc, rejection)
    }

    /// Whether this is an error that names no call.
    pub(super) fn is_stray_error(&self) -> bool {
        self.error.is_some_and(|error| error != "null") && self.id.is_none_or(|id| id == "null")
    }
}

/// Returns the result of a single call, as JSON text within the body.
pub(crate) fn read_result<'a>(
    response: &'a Response,
    id: u64,
    options: ReadOptions<'_>,
) -> Result<&'a str, Error> {
    if !response.status.is_success() {
        return Err(read_status(response, Some(id), options));
    }
    Envelope::read(&response.body)
        .map_err(protocol)
        .and_then(|envelope| envelope.outcome(id, options))
        .map_err(|error| annotate(error, response, options))
}

/// Adds status, `Retry-After` and a quotation of the response.
pub(super) fn annotate(error: Error, response: &Response, options: ReadOptions<'_>) -> Error {
    let wait = Error::from_status(response.status, &response.headers).retry_after();
    let error = error.with_status(response.status).with_retry_after(wait);
    if error.kind() != ErrorKind::Decode || !options.quote {
        return error;
    }
    let quotation = quotation(&response.body);
    if quotation.is_empty() {
        return error;
    }
    let message = format!("{}: {quotation}", error.message());
    error.with_message(message)
}

/// Returns the error of an HTTP status, with code and message of a JSON-RPC error in the body.
pub(super) fn read_status(response: &Response, id: Option<u64>, options: ReadOptions<'_>) -> Error {
    let plain = Error::from_status(response.status, &response.headers);
    let Ok(envelope) = Envelope::read(&response.body) else {
        return plain;
    };
    let another = |given: &str| given != "null" && id.is_some_and(|id| number(given) != Some(id));
    let error = envelope.error.filter(|error| *error != "null");
    let (Some(error), false) = (error, envelope.id.is_some_and(another)) else {
        return plain;
    };
    let error = envelope.server_error(error, options.rejection);
    let kind = match (plain.kind(), error.kind()) {
        (ErrorKind::RateLimited, _) => ErrorKind::RateLimited,
        (ErrorKind::Server, _) if matches!(response.status.as_u16(), 502..=504) => {
            ErrorKind::Server
        }
        (_, ErrorKind::Unauthenticated) => ErrorKind::Unauthenticated,
        (ErrorKind::Rejected, kind) => kind,
        (kind, _) => kind,
    };
    error
        .with_kind(kind)
        .with_status(response.status)
        .with_retry_after(plain.retry_after())
}

fn into_error(rpc: RpcError, rejection: &TokenRejection) -> Error {
    let mut error = Error::new(rejection.kind(&rpc), rpc.message.clone());
    if let Some(code) = &rpc.code {
        error = error.with_code(code.clone());
    }
    error.with_detail(rpc)
}

fn error_object(json: &str) -> Option<RpcError> {
    let mut members: std::collections::BTreeMap<String, RawJson> =
        adcore_json::decode(json.as_bytes()).ok()?;
    let mut take = |name: &str| members.remove(name).filter(|value| !value.is_null());
    Some(RpcError {
        code: take("code").map(|code| plain_text(code.as_str())),
        message: take("message").map_or_else(
            || "the server gave no message".to_owned(),
            |message| plain_text(message.as_str()),
        ),
        data: take("data"),
    })
}

/// Returns the content of a JSON string, or the JSON of any other value.
fn plain_text(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

/// Creates a protocol error; [`annotate`] adds the quotation.
pub(super) fn protocol(what: &str) -> Error {
    Error::new(ErrorKind::Decode, what)
}

/// Reads the id of a call: 1 and 1.0 are equal, `"1"` and null are not ids.
pub(super) fn number(json: &str) -> Option<u64> {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    if let Ok(id) = json.parse() {
        return Some(id);
    }
    let id: f64 = json.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number in range, as checked here"
    )]
    (id.fract() == 0.0 && (1.0..LIMIT).contains(&id)).then_some(id as u64)
}

/// Returns the body without byte order mark and surrounding white space.
///
/// All of it must be UTF-8: serde does not check the members that it skips.
pub(super) fn text(body: &[u8]) -> Result<&str, &'static str> {
    let text = std::str::from_utf8(body).map_err(|_| "the response is not UTF-8")?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(text.trim_matches([' ', '\t', '\r', '\n']))
}

/// Returns the beginning of an unreadable response.
///
/// It never ends within a word, because half a token would escape the redaction of secrets.
fn quotation(body: &[u8]) -> String {
    const LENGTH: usize = 120;
    let whole = String::from_utf8_lossy(body);
    let whole = whole.trim_start_matches('\u{feff}').trim();
    if whole.chars().count() <= LENGTH {
        return whole.to_owned();
    }
    let cut: String = whole.chars().take(LENGTH).collect();
    let within = |c: char| {
        c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=' | '~' | '%' | '\\')
    };
    format!("{}…", cut.trim_end_matches(within))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_equal_as_numbers() {
        for (json, id) in [
            ("1", Some(1)),
            ("1.0", Some(1)),
            ("1e0", Some(1)),
            ("9007199254740991", Some(9_007_199_254_740_991)),
            ("\"1\"", None),
            ("null", None),
            ("1.5", None),
            ("-1", None),
            ("1e300", None),
            ("{}", None),
        ] {
            assert_eq!(number(json), id, "{json}");
        }
    }

    #[test]
    fn a_quotation_ends_before_the_word_it_would_cut() {
        let body = format!(
            "<html> {} Bearer eyJhbGciOi.{}",
            "x ".repeat(45),
            "A".repeat(60)
        );
        let quotation = quotation(body.as_bytes());
        assert!(quotation.starts_with("<html> x x"));
        assert!(quotation.ends_with("Bearer …"), "{quotation}");
        assert_eq!(super::quotation("a".repeat(500).as_bytes()), "…");
        assert_eq!(super::quotation(b"\xEF\xBB\xBF <html> \n"), "<html>");
    }

    #[test]
    fn the_servers_message_is_kept_in_every_form() {
        let rejection = TokenRejection::default();
        for (json, code, message) in [
            (
                r#"{"code":-32602,"message":"Invalid params"}"#,
                Some("-32602"),
                "Invalid params",
            ),
            (r#"{"message":"no code"}"#, None, "no code"),
            (r#"{"code":null,"message":"null code"}"#, None, "null code"),
            (
                r#"{"code":"E_RIGHTS","message":"words"}"#,
                Some("E_RIGHTS"),
                "words",
            ),
            (
                r#"{"code":99999999999999999999,"message":"wide"}"#,
                Some("99999999999999999999"),
                "wide",
            ),
            (r#""bare words""#, None, "bare words"),
            ("{}", None, "the server gave no message"),
            ("false", None, "false"),
            (r#"["a"]"#, None, r#"["a"]"#),
        ] {
            let error = Envelope::default().server_error(json, &rejection);
            assert_eq!((error.code(), error.message()), (code, message), "{json}");
            assert_eq!(RpcError::of(&error).unwrap().message, message, "{json}");
        }
    }

    #[test]
    fn an_error_of_oauth_keeps_code_message_and_kind() {
        let body = br#"{"error":"invalid_token","error_description":"It has expired"}"#;
        let rejection = TokenRejection::default();
        let options = ReadOptions {
            rejection: &rejection,
            quote: true,
        };
        let error = Envelope::read(body).unwrap().outcome(1, options);
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert_eq!(error.code(), Some("invalid_token"));
        assert_eq!(error.message(), "It has expired");
        for rest in [
            "",
            r#","error_description":null"#,
            r#","error_description":"""#,
        ] {
            let body = format!(r#"{{"error":"no rights"{rest}}}"#);
            let error = Envelope::read(body.as_bytes()).unwrap().outcome(1, options);
            let error = error.unwrap_err();
            assert_eq!((error.code(), error.message()), (None, "no rights"));
        }
    }
}
