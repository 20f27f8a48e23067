use std::collections::BTreeMap;

use adcore::{Error, ErrorKind, Response};
use adcore_json::{RawJson, decode};
use http::{HeaderMap, StatusCode};

use crate::error::Refusal;

/// The longest message that is taken from a body which is not JSON.
const MAX_TEXT: usize = 1000;

/// How deep the members of an error body are searched for a message.
const MAX_DEPTH: u8 = 3;

type Members = BTreeMap<String, RawJson>;

/// Reads what an error body says.
///
/// The vendor documents no error body. What is read: OAuth's `error` and `error_description`, a
/// `message`, `error.message`, `errors[]`, a JSON string, and plain text. Anything else, such as a
/// page of HTML, is a refusal without a message.
pub(crate) fn read_refusal(response: &Response) -> Refusal {
    let status = response.status.as_u16();
    match decode::<RawJson>(&response.body) {
        Ok(json) => match json.decode::<Members>() {
            Ok(members) => refusal_of(status, &members),
            Err(_) => Refusal::new(status, None, text(&json)),
        },
        Err(_) => Refusal::new(status, None, plain_text(&response.body)),
    }
}

/// Reads the error in a response that has the status of a success, if there is one.
pub(crate) fn embedded_error(response: &Response) -> Option<Error> {
    if !response.status.is_success() {
        return None;
    }
    let members: Members = decode(&response.body).ok()?;
    error_among(response.status, members)
}

/// Returns the error among the members of a response that should be something else.
pub(crate) fn error_among(
    status: StatusCode,
    members: impl IntoIterator<Item = (String, RawJson)>,
) -> Option<Error> {
    let refusal = refusal_of(status.as_u16(), &members.into_iter().collect());
    refusal.message.as_ref()?;
    let error = Error::from_status(status, &HeaderMap::new());
    let kind = oauth_kind(refusal.code.as_deref().unwrap_or_default());
    Some(refusal.into_error(error.with_kind(kind)))
}

/// Returns the error beside rows, with which they may not be all.
///
/// Only a member with that name counts: a `message` beside rows may say that all is well.
pub(super) fn error_beside(members: &[(String, RawJson)]) -> Option<Error> {
    let is_error = |name: &str| {
        ["error", "errors"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    };
    let errors = members.iter().filter(|(name, _)| is_error(name));
    error_among(StatusCode::OK, errors.cloned())
}

/// Returns whether the members of an object include an `error`.
pub(super) fn names_error(json: &RawJson) -> bool {
    let members = json.decode::<Members>().unwrap_or_default();
    member(&members, "error").is_some_and(|error| !error.is_null())
}

/// Returns what an error code of OAuth means, where no HTTP status says it.
fn oauth_kind(code: &str) -> ErrorKind {
    match code.to_ascii_lowercase().as_str() {
        "invalid_client"
        | "invalid_grant"
        | "invalid_token"
        | "expired_token"
        | "unauthorized_client" => ErrorKind::Unauthenticated,
        "access_denied" | "insufficient_scope" => ErrorKind::PermissionDenied,
        "server_error" | "temporarily_unavailable" => ErrorKind::Server,
        "slow_down" => ErrorKind::RateLimited,
        _ => ErrorKind::Rejected,
    }
}

fn refusal_of(status: u16, members: &Members) -> Refusal {
    let error = member(members, "error");
    let code = error.and_then(|error| {
        let object = error.decode::<Members>().unwrap_or_default();
        text(error).or_else(|| code(member(&object, "code")?))
    });
    let message = message(members, MAX_DEPTH).or_else(|| code.clone());
    Refusal::new(status, code, message)
}

/// Finds a member in any letter case.
fn member<'a>(members: &'a Members, name: &str) -> Option<&'a RawJson> {
    let mut members = members.iter();
    let (_, value) = members.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(value)
}

fn text(json: &RawJson) -> Option<String> {
    let text: String = json.decode().ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns a code, which may be a number.
fn code(json: &RawJson) -> Option<String> {
    let number = || {
        let is_number = json
            .as_str()
            .starts_with(|c: char| c == '-' || c.is_ascii_digit());
        is_number.then(|| json.as_str().to_owned())
    };
    text(json).or_else(number)
}

fn message(members: &Members, depth: u8) -> Option<String> {
    let first = ["error_description", "message"]
        .iter()
        .find_map(|name| text(member(members, name)?))
        .or_else(|| nested(member(members, "error")?, depth));
    let list = member(members, "errors").and_then(|list| nested(list, depth));
    match (first, list) {
        (Some(first), Some(list)) => Some(format!("{first}: {list}")),
        (first, list) => first.or(list),
    }
}

/// Returns the messages in an object or a list of errors.
fn nested(json: &RawJson, depth: u8) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    if let Ok(members) = json.decode::<Members>() {
        return message(&members, depth);
    }
    let list: Vec<RawJson> = json.decode().ok()?;
    let messages = list
        .iter()
        .filter_map(|error| text(error).or_else(|| nested(error, depth)));
    let messages: Vec<String> = messages.collect();
    (!messages.is_empty()).then(|| messages.join("; "))
}

/// Returns a body of plain text, cut between two words.
///
/// A cut within a word might leave half of a secret, which redaction would not recognize.
fn plain_text(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let is_text = !text.starts_with(['<', '{', '[', '"'])
        && !text.contains(|c: char| c.is_control() && !c.is_whitespace());
    if text.is_empty() || !is_text {
        return None;
    }
    if text.len() <= MAX_TEXT {
        return Some(text.to_owned());
    }
    let end = (0..=MAX_TEXT).rfind(|at| text.is_char_boundary(*at))?;
    let (cut, _) = text.get(..end)?.rsplit_once(char::is_whitespace)?;
    Some(format!("{cut} …"))
}
