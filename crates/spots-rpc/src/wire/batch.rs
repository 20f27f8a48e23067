//! Responses to several calls at once.

use std::collections::HashMap;

use adcore::{Error, ErrorKind, Response};
use adcore_json::RawJson;
use serde_json::value::RawValue;

use super::response::{self, Envelope, ReadOptions, protocol};

/// Returns the results of the calls `ids`, in their order, each read by itself.
///
/// # Errors
/// What all calls share: the HTTP status, one error object for the whole batch, a body without an
/// array. A token rejected for every call counts as shared, so that it can be renewed once.
pub(crate) fn read_batch(
    response: &Response,
    ids: &[u64],
    options: ReadOptions<'_>,
) -> Result<Vec<Result<RawJson, Error>>, Error> {
    if !response.status.is_success() {
        return Err(response::read_status(response, None, options));
    }
    let members =
        members(response, options).map_err(|error| response::annotate(error, response, options))?;
    let mut results: Vec<Option<Result<RawJson, Error>>> = ids.iter().map(|_| None).collect();
    let places: HashMap<u64, usize> = ids.iter().copied().zip(0..).collect();
    let mut strays = Vec::new();
    for member in members {
        let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(member.get()) else {
            continue;
        };
        let id = envelope.id.and_then(response::number);
        let Some((id, place)) = id.and_then(|id| Some((id, *places.get(&id)?))) else {
            if envelope.is_stray_error() {
                strays.push(envelope);
            }
            continue;
        };
        results[place] = Some(match results[place] {
            None => envelope
                .outcome(id, options)
                .and_then(|result| adcore_json::decode(result.as_bytes())),
            Some(_) => Err(protocol("the batch has two responses to this call")),
        });
    }
    let without = results.iter().filter(|result| result.is_none()).count();
    let mut strays = if strays.len() == without {
        strays.into_iter()
    } else {
        Vec::new().into_iter()
    };
    let results: Vec<_> = ids
        .iter()
        .zip(results)
        .map(|(id, result)| {
            result
                .or_else(|| {
                    Some(
                        strays
                            .next()?
                            .outcome(*id, options)
                            .and_then(|_| Err(missing())),
                    )
                })
                .unwrap_or_else(|| Err(missing()))
                .map_err(|error| error.with_status(response.status))
        })
        .collect();
    match results
        .iter()
        .all(is_token_rejected)
        .then(|| results.first())
    {
        Some(Some(Err(error))) => Err(error.clone()),
        _ => Ok(results),
    }
}

fn missing() -> Error {
    protocol("the batch has no response to this call")
}

/// Whether the server rejected the access token for this call.
pub(crate) fn is_token_rejected(result: &Result<RawJson, Error>) -> bool {
    result
        .as_ref()
        .is_err_and(|error| error.kind() == ErrorKind::Unauthenticated)
}

fn members<'a>(
    response: &'a Response,
    options: ReadOptions<'_>,
) -> Result<Vec<&'a RawValue>, Error> {
    let body = response::text(&response.body).map_err(protocol)?;
    if !body.starts_with('[') {
        let envelope = Envelope::read(body.as_bytes()).map_err(protocol)?;
        return Err(match envelope.error.filter(|error| *error != "null") {
            Some(error) => envelope.server_error(error, options.rejection),
            None => protocol("the response is one object for a whole batch"),
        });
    }
    let members: Vec<&RawValue> = serde_json::from_str(body).map_err(|error| {
        protocol(if error.is_eof() {
            "the response ends too early"
        } else {
            "the response is not valid JSON"
        })
    })?;
    if members.is_empty() {
        return Err(protocol("the response to the batch is an empty array"));
    }
    Ok(members)
}

/// Whether the server takes no batches, so that single calls may still succeed.
pub(crate) fn is_batch_refused(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound)
        && !error.status().is_some_and(|status| status.is_redirection())
}
