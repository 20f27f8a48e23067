//! What distinguishes success from failure in a response, and the states of tasks.

use std::collections::BTreeMap;

use adcore::{Error, ErrorKind, Response};
use adcore_json::{RawJson, decode};
use http::StatusCode;
use serde::Deserialize;

use crate::calls::statistics::{Task, TaskId};
use crate::error::{ReportCode, ReportRefusal};

pub(super) type Members = BTreeMap<String, RawJson>;

/// Returns the `result` of a response, or its error.
pub(super) fn read_result(response: &Response) -> Result<RawJson, Error> {
    let envelope = decode::<Members>(&response.body);
    let error = envelope
        .as_ref()
        .ok()
        .and_then(|members| members.get("error"));
    if let Some(error) = error.filter(|error| !error.is_null()) {
        return Err(refusal(response, error));
    }
    if !response.status.is_success() {
        return Err(Error::from_status(response.status, &response.headers));
    }
    let result = envelope.and_then(|mut members| {
        let missing = || Error::new(ErrorKind::Decode, "`result` is missing");
        members.remove("result").ok_or_else(missing)
    });
    result.map_err(|error| error.with_status(response.status))
}

/// Gives an error with one of these codes the kind of a refusal because of the account's limits.
pub(crate) fn judge_code(error: Error, rate_limit_codes: &[String]) -> Error {
    let is_known = |code| rate_limit_codes.iter().any(|known| known == code);
    match error.code().is_some_and(is_known) {
        true => error.with_kind(ErrorKind::RateLimited),
        false => error,
    }
}

/// Reads the error of a response that has the `error` member of an envelope.
pub(super) fn refusal(response: &Response, error: &RawJson) -> Error {
    let status = response.status;
    let mut meant = Error::from_status(status, &response.headers);
    if status.is_success() {
        meant = meant.with_kind(ErrorKind::Rejected);
    }
    match error_of(error) {
        Some((code, message)) => {
            ReportRefusal::new(status.as_u16(), code, message).into_error(meant)
        }
        None => meant,
    }
}

/// Returns code and message of an error, which may also be a text.
fn error_of(error: &RawJson) -> Option<(ReportCode, Option<String>)> {
    if let Ok(code) = error.decode::<String>() {
        return Some((code.into(), None));
    }
    let members: Members = error.decode().ok()?;
    let code = scalar(members.get("code"));
    let message = scalar(members.get("message"));
    let is_known = code.is_some() || message.is_some();
    is_known.then(|| (code.unwrap_or_default().into(), message))
}

/// Returns a text, or a number as a text.
pub(super) fn scalar(json: Option<&RawJson>) -> Option<String> {
    let json = json?;
    let number = || {
        let is_number = json
            .as_str()
            .starts_with(|c: char| c == '-' || c.is_ascii_digit());
        is_number.then(|| json.as_str().to_owned())
    };
    json.decode().ok().or_else(number)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskBody {
    #[serde(default)]
    task_id: Option<RawJson>,
    status: String,
    #[serde(default)]
    error: Option<RawJson>,
}

/// Reads the state of a task. `known` is its id, if the request named it.
pub(crate) fn read_task(response: &Response, known: Option<&TaskId>) -> Result<Task, Error> {
    let result = read_result(response)?;
    let read = || {
        let body: TaskBody = result.decode()?;
        let id = scalar(body.task_id.as_ref()).filter(|id| !id.is_empty());
        let id = id.map(TaskId::from).or_else(|| known.cloned());
        let missing = || Error::new(ErrorKind::Decode, "`result.taskId` is missing");
        let status = body.status.to_ascii_uppercase();
        let mut task = Task::new(id.ok_or_else(missing)?, status.into());
        if let Some((code, message)) = body.error.as_ref().and_then(error_of) {
            (task.code, task.message) = (Some(code), message);
        }
        Ok(task)
    };
    read().map_err(|error: Error| error.with_status(response.status))
}

/// Returns the error of a task that failed.
pub(crate) fn failure(task: &Task) -> Error {
    let error = Error::new(ErrorKind::Server, "").with_status(StatusCode::OK);
    let code = task.code.clone();
    let code = code.unwrap_or_else(|| task.status.as_str().into());
    ReportRefusal::new(StatusCode::OK.as_u16(), code, task.message.clone())
        .into_error(error)
        .with_may_have_run(false)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;
    use crate::calls::statistics::TaskStatus;

    fn response(status: u16, body: &str) -> Response {
        Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn codes_and_statuses_are_kinds() {
        let code = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"No 'x'"}}}}"#);
        for (status, body, kind, word, field) in [
            (
                400,
                code("UNKNOWN_METRIC"),
                ErrorKind::Rejected,
                Some("UNKNOWN_METRIC"),
                Some("metrics"),
            ),
            (
                400,
                code("INVALID_LIMIT"),
                ErrorKind::Rejected,
                Some("INVALID_LIMIT"),
                Some("limit"),
            ),
            (200, code("NEW"), ErrorKind::Rejected, Some("NEW"), None),
            (
                404,
                code("TASK_NOT_FOUND"),
                ErrorKind::NotFound,
                Some("TASK_NOT_FOUND"),
                None,
            ),
            (
                429,
                code("TOO_MANY"),
                ErrorKind::RateLimited,
                Some("TOO_MANY"),
                None,
            ),
            (
                500,
                code("UNKNOWN_ERROR"),
                ErrorKind::Server,
                Some("UNKNOWN_ERROR"),
                None,
            ),
            (
                401,
                "<html>".to_owned(),
                ErrorKind::Unauthenticated,
                None,
                None,
            ),
            (
                403,
                r#"{"error":"DENIED"}"#.to_owned(),
                ErrorKind::PermissionDenied,
                Some("DENIED"),
                None,
            ),
            (
                503,
                r#"{"error":[]}"#.to_owned(),
                ErrorKind::Server,
                None,
                None,
            ),
            (
                200,
                r#"{"error":null}"#.to_owned(),
                ErrorKind::Decode,
                None,
                None,
            ),
            (200, "[]".to_owned(), ErrorKind::Decode, None, None),
        ] {
            let error = read_result(&response(status, &body)).unwrap_err();
            assert_eq!(
                (error.kind(), error.code(), error.field()),
                (kind, word, field),
                "{body}"
            );
            assert_eq!(error.status().unwrap().as_u16(), status);
            let refusal = ReportRefusal::of(&error);
            assert_eq!(refusal.map(|refusal| refusal.code.as_str()), word);
            if body.contains("message") {
                assert_eq!(error.message(), "No 'x'");
            }
        }
    }

    #[test]
    fn states_of_tasks() {
        let id = TaskId::new("t");
        let read = |body: &str| read_task(&response(202, body), Some(&id));
        let task = read(r#"{"result":{"taskId":7,"status":"pending"}}"#).unwrap();
        assert_eq!((task.id.as_str(), task.status), ("7", TaskStatus::Pending));
        let task = read(
            r#"{"result":{"status":"FAILURE","error":{"code":"UNKNOWN_ERROR","message":"Unexpected error"}}}"#,
        );
        let error = failure(&task.unwrap());
        assert_eq!(error.kind(), ErrorKind::Server);
        assert_eq!(error.code(), Some("UNKNOWN_ERROR"));
        assert_eq!(error.message(), "Unexpected error");
        let task = read(r#"{"result":{"taskId":"u","status":"PAUSED"}}"#).unwrap();
        assert!(!task.status.is_final());
        assert_eq!(failure(&task).kind(), ErrorKind::Server);
        for bad in [r#"{"result":{}}"#, r#"{"result":{"taskId":"u"}}"#, "{}"] {
            assert_eq!(read(bad).unwrap_err().kind(), ErrorKind::Decode, "{bad}");
        }
        let body = response(200, r#"{"result":{"status":"RUNNING"}}"#);
        assert!(read_task(&body, None).is_err());
    }
}
