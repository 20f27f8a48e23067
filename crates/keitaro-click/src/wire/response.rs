use adcore::{Error, ErrorKind, Response};
use adcore_json::RawJson;

use super::output::Reply;
use crate::calls::{ClickOutput, Status};
use crate::error::{by_status, refused};

/// A click's answer, or why there is none; a 404 around a full answer is one.
pub(crate) fn read_click(answer: &Response) -> Result<Box<ClickOutput>, Error> {
    if !answer.status.is_success() {
        let reply = decode(&answer.body).ok();
        let words = reply.as_ref().and_then(refusal);
        return match reply {
            Some(Reply {
                output,
                is_click: true,
            }) if answer.status.as_u16() == 404 && words.is_none() => Ok(output),
            _ => Err(refused(answer, words.as_deref())),
        };
    }
    let reply = decode(&answer.body).map_err(|error| error.with_status(answer.status))?;
    match refusal(&reply) {
        Some(words) => Err(refused(answer, Some(&words))),
        None => Ok(reply.output),
    }
}

/// The path of a fault is found by decoding again, so that good answers need not track it.
fn decode(body: &[u8]) -> Result<Reply, Error> {
    let text = std::str::from_utf8(body).ok();
    let reply = text.and_then(|text| serde_json::from_str(text).ok());
    reply.map_or_else(|| adcore_json::decode(body), Ok)
}

/// The words of `{"error":"…"}` or `{"status":"error","message":"…"}`.
fn refusal(reply: &Reply) -> Option<String> {
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

pub(crate) fn read_update(answer: &Response) -> Result<(), Error> {
    if answer.status.is_success() {
        Ok(())
    } else {
        Err(by_status(answer))
    }
}

/// `Success`, or the text that was asked for, is success; a 200 alone is not.
pub(crate) fn read_postback(answer: &Response, accepted: Option<&str>) -> Result<(), Error> {
    if !answer.status.is_success() {
        return Err(by_status(answer));
    }
    let body = String::from_utf8_lossy(&answer.body);
    let body = body.trim_start_matches('\u{feff}').trim();
    let accepted = accepted.map(str::trim).filter(|text| !text.is_empty());
    if body.eq_ignore_ascii_case("success") || accepted == Some(body) {
        return Ok(());
    }
    let words = if body.is_empty() {
        "an empty answer"
    } else if body.starts_with('<') {
        "a web page"
    } else {
        body
    };
    let message = format!("the tracker did not say Success but: {words}");
    Err(Error::new(ErrorKind::Rejected, message).with_status(answer.status))
}

#[cfg(test)]
mod tests;
