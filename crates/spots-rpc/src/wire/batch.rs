use std::collections::HashMap;

use adcore::{Error, ErrorKind, Request, Response};
use adcore_json::RawJson;
use serde_json::value::RawValue;

use super::encode;
use super::envelope::{self, Envelope, Rules, protocol};
use crate::calls::Call;

/// What can be wrong with a call before anything is sent.
pub(crate) fn check(call: &Call) -> Result<(), Error> {
    encode::check(call)
}

/// The HTTP request of several calls that have passed [`check`].
pub(crate) fn request<'a>(calls: impl Iterator<Item = (&'a Call, u64)>) -> Result<Request, Error> {
    encode::batch(calls)
}

/// The answers to the calls `ids`, in their order, each judged alone.
///
/// # Errors
/// What spoils them all: the HTTP status, one error object for the whole batch, no array. A token
/// refused for every call is such an error too, so that it can be renewed once.
pub(crate) fn judge(
    answer: &Response,
    ids: &[u64],
    rules: Rules<'_>,
) -> Result<Vec<Result<RawJson, Error>>, Error> {
    if !answer.status.is_success() {
        return Err(envelope::refused_status(answer, None, rules));
    }
    let members =
        members(answer, rules).map_err(|error| envelope::complete(error, answer, rules))?;
    let mut answers: Vec<Option<Result<RawJson, Error>>> = ids.iter().map(|_| None).collect();
    let places: HashMap<u64, usize> = ids.iter().copied().zip(0..).collect();
    let mut strays = Vec::new();
    for member in members {
        let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(member.get()) else {
            continue;
        };
        let id = envelope.id.and_then(envelope::number);
        let Some((id, place)) = id.and_then(|id| Some((id, *places.get(&id)?))) else {
            if envelope.is_stray_error() {
                strays.push(envelope);
            }
            continue;
        };
        answers[place] = Some(match answers[place] {
            None => envelope
                .verdict(id, rules)
                .and_then(|result| adcore_json::decode(result.as_bytes())),
            Some(_) => Err(protocol("the batch answers this call twice")),
        });
    }
    let unanswered = answers.iter().filter(|answer| answer.is_none()).count();
    let mut strays = if strays.len() == unanswered {
        strays.into_iter()
    } else {
        Vec::new().into_iter()
    };
    let answers: Vec<_> = ids
        .iter()
        .zip(answers)
        .map(|(id, judged)| {
            judged
                .or_else(|| {
                    Some(
                        strays
                            .next()?
                            .verdict(*id, rules)
                            .and_then(|_| Err(missing())),
                    )
                })
                .unwrap_or_else(|| Err(missing()))
                .map_err(|error| error.with_status(answer.status))
        })
        .collect();
    match answers
        .iter()
        .all(is_refused_token)
        .then(|| answers.first())
    {
        Some(Some(Err(error))) => Err(error.clone()),
        _ => Ok(answers),
    }
}

fn missing() -> Error {
    protocol("the batch has no answer to this call")
}

fn is_refused_token(answer: &Result<RawJson, Error>) -> bool {
    answer
        .as_ref()
        .is_err_and(|error| error.kind() == ErrorKind::Unauthenticated)
}

fn members<'a>(answer: &'a Response, rules: Rules<'_>) -> Result<Vec<&'a RawValue>, Error> {
    let body = envelope::text(&answer.body).map_err(protocol)?;
    if !body.starts_with('[') {
        let envelope = Envelope::read(body.as_bytes()).map_err(protocol)?;
        return Err(match envelope.error.filter(|error| *error != "null") {
            Some(error) => envelope::server_error(error, rules.refusals),
            None => protocol("the answer is one object for a whole batch"),
        });
    }
    let members: Vec<&RawValue> = serde_json::from_str(body).map_err(|error| {
        protocol(if error.is_eof() {
            "the answer ends too early"
        } else {
            "the answer is not valid JSON"
        })
    })?;
    if members.is_empty() {
        return Err(protocol("the answer to the batch is an empty array"));
    }
    Ok(members)
}

/// Whether the server refused to take a batch at all, so that single calls may still do.
pub(crate) fn is_refused(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound)
        && !error.status().is_some_and(|status| status.is_redirection())
}
