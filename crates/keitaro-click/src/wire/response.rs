//! Responses: a success, or the error that a status and a body mean.

use adcore::{Error, ErrorKind, Response};
use adcore_json::RawJson;

use super::output::Reply;
use crate::Refusal;
use crate::calls::{ClickOutput, Status};

/// Reads the response to a click.
///
/// A 404 whose body is a complete click response is a success: the page should be a 404.
pub(crate) fn read_click(response: &Response) -> Result<Box<ClickOutput>, Error> {
    if !response.status.is_success() {
        let reply = decode(&response.body).ok();
        let message = reply.as_ref().and_then(refusal_message);
        return match reply {
            Some(Reply {
                output,
                is_click: true,
            }) if response.status.as_u16() == 404 && message.is_none() => Ok(output),
            _ => Err(refused(response, message.as_deref())),
        };
    }
    let reply = decode(&response.body).map_err(|error| error.with_status(response.status))?;
    match refusal_message(&reply) {
        // As KClient reads it; but a click that has an id has been counted.
        Some(message) => {
            let counted = reply.output.sub_id().is_some();
            Err(refused(response, Some(&message)).with_may_have_run(counted))
        }
        None => Ok(reply.output),
    }
}

/// Decodes without tracking the path; only a faulty body is decoded again to locate its fault.
fn decode(body: &[u8]) -> Result<Reply, Error> {
    let text = std::str::from_utf8(body).ok();
    let reply = text.and_then(|text| serde_json::from_str(text).ok());
    reply.map_or_else(|| adcore_json::decode(body), Ok)
}

/// The message of `{"error":"…"}` or `{"status":"error","message":"…"}`.
fn refusal_message(reply: &Reply) -> Option<String> {
    let extra = &reply.output.extra;
    let text = |name: &str| extra.get(name)?.decode::<String>().ok();
    match extra.get("error").map(RawJson::as_str) {
        None | Some("null" | "false" | "\"\"" | "[]" | "{}") => {}
        Some(_) => {
            return Some(
                text("error")
                    .or_else(|| text("message"))
                    .unwrap_or_default(),
            );
        }
    }
    let says_error = matches!(&reply.output.status, Some(Status::Other(word)) if word == "error");
    (says_error && !reply.is_click).then(|| text("message").unwrap_or_default())
}

/// Reads the response to an update, and returns its text: the status alone decides.
pub(crate) fn read_update(response: &Response) -> Result<String, Error> {
    let text = String::from_utf8_lossy(&response.body);
    let text = text.trim_start_matches('\u{feff}').trim();
    if response.status.is_success() {
        return Ok(text.to_owned());
    }
    Err(with_text(status_error(response), text))
}

/// Adds what the tracker says to an error, unless it is a web page.
fn with_text(error: Error, text: &str) -> Error {
    if text.is_empty() || text.starts_with('<') {
        return error;
    }
    let message = format!("{}: {text}", error.message());
    error.with_message(message)
}

/// Reads the response to a postback: `Success` or the requested text; a 200 alone is not a success.
pub(crate) fn read_postback(response: &Response, accepted: Option<&str>) -> Result<(), Error> {
    let body = String::from_utf8_lossy(&response.body);
    let body = body.trim_start_matches('\u{feff}').trim();
    if !response.status.is_success() {
        return Err(with_text(status_error(response), body));
    }
    let accepted = accepted.map(str::trim).filter(|text| !text.is_empty());
    if body.eq_ignore_ascii_case("success") || accepted == Some(body) {
        return Ok(());
    }
    let got = if body.is_empty() {
        "an empty response"
    } else if body.starts_with('<') {
        "a web page"
    } else {
        body
    };
    let message = format!("expected Success from the tracker, got {got}");
    // The tracker may have booked the conversion and said so in other words.
    Err(Error::new(ErrorKind::Rejected, message)
        .with_status(response.status)
        .with_may_have_run(true))
}

/// The error of an HTTP status; a redirect means that the URL of the tracker is wrong.
fn status_error(response: &Response) -> Error {
    let error = Error::from_status(response.status, &response.headers);
    if !response.status.is_redirection() {
        return error;
    }
    let message = format!("{}: {}", Refusal::Moved, error.message());
    with_refusal(error, Refusal::Moved).with_message(message)
}

/// The error of a response that is not a click, with the tracker's message if it has one.
fn refused(response: &Response, message: Option<&str>) -> Error {
    let error = status_error(response);
    let error = match Refusal::recognise(response.status, message) {
        Some(refusal) => with_refusal(error, refusal).with_message(refusal.to_string()),
        None if response.status.is_success() => error
            .with_kind(ErrorKind::Rejected)
            .with_message("the tracker refused the click"),
        None => error,
    };
    match message.filter(|message| !message.is_empty()) {
        Some(message) => {
            let message = format!("{}: {message}", error.message());
            error.with_message(message)
        }
        None => error,
    }
}

fn with_refusal(error: Error, refusal: Refusal) -> Error {
    error
        .with_kind(refusal.kind())
        .with_code(refusal.as_str())
        .with_detail(refusal)
}

#[cfg(test)]
mod tests;
