use adcore::{Error, Response};
use adcore_json::{PlainRow, RawJson, decode, decode_rows};
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::Wire;
use super::refusal::{embedded_error, names_error, read_refusal};

/// Reads a response of any JSON, collected to its end.
pub(super) fn read_json<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    if !response.status.is_success() {
        return Err(read_error(response));
    }
    decode(&response.body).map_err(|error| error.with_status(response.status))
}

/// Reads a response of any JSON as its text; HTTP 204 is `null`, and a member `error` is an error.
pub(crate) fn read_any(response: &Response) -> Result<RawJson, Error> {
    if response.status == StatusCode::NO_CONTENT {
        return decode(b"null");
    }
    let json: RawJson = read_json(response)?;
    match embedded_error(response) {
        // A message alone may be what was asked for.
        Some(error) if names_error(&json) => Err(error),
        _ => Ok(json),
    }
}

/// Reads a response that is one row; `null` and HTTP 204 are none.
pub(crate) fn read_row<T>(response: &Response) -> Result<Option<T>, Error>
where
    Wire<T>: DeserializeOwned,
{
    if response.status == StatusCode::NO_CONTENT {
        return Ok(None);
    }
    let row = read_json::<Option<Wire<T>>>(response);
    row.map(|row| row.map(|row| row.0))
        .map_err(|error| embedded_error(response).unwrap_or(error))
}

/// Reads an array of rows by the same decoder as the rows of a stream.
///
/// `null` and HTTP 204 are an empty list.
pub(crate) fn read_plain_rows<T>(response: &Response) -> Result<Vec<T>, Error>
where
    Wire<T>: DeserializeOwned + PlainRow,
{
    read_list(response, |body| {
        let rows = decode_rows::<Wire<T>>(body)?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    })
}

/// Reads an array of rows; `null` and HTTP 204 are an empty list.
pub(crate) fn read_rows<T>(response: &Response) -> Result<Vec<T>, Error>
where
    Wire<T>: DeserializeOwned,
{
    read_list(response, |body| {
        let rows = decode::<Option<Vec<Wire<T>>>>(body)?.unwrap_or_default();
        Ok(rows.into_iter().map(|row| row.0).collect())
    })
}

fn read_list<T>(
    response: &Response,
    read: impl FnOnce(&[u8]) -> Result<Vec<T>, Error>,
) -> Result<Vec<T>, Error> {
    match response.status {
        StatusCode::NO_CONTENT => Ok(Vec::new()),
        status if !status.is_success() => Err(read_error(response)),
        status => read(&response.body)
            .map_err(|error| embedded_error(response).unwrap_or(error.with_status(status))),
    }
}

/// Reads the error of a response that is not a success.
pub(crate) fn read_error(response: &Response) -> Error {
    read_refusal(response).into_error(Error::from_status(response.status, &response.headers))
}

#[cfg(test)]
mod tests {
    use adcore::ErrorKind;
    use http::HeaderMap;

    use super::*;
    use crate::calls::{BannerTotals, Campaign, DomainDay};
    use crate::error::Refusal;

    fn response(status: u16, body: &'static str) -> Response {
        Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    fn error(status: u16, body: &'static str) -> Error {
        read_error(&response(status, body))
    }

    #[test]
    fn no_content_and_null_are_empty_lists() {
        for (status, body) in [(204, ""), (200, "null"), (200, " null "), (200, "[]")] {
            let response = response(status, body);
            assert!(read_rows::<Campaign>(&response).unwrap().is_empty());
            assert!(read_plain_rows::<DomainDay>(&response).unwrap().is_empty());
        }
        let error = read_rows::<Campaign>(&response(200, "")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }

    #[test]
    fn an_error_object_of_status_200_keeps_its_message_and_kind() {
        for (body, kind, code, message) in [
            (
                r#"{"error":"invalid_token","error_description":"The token expired"}"#,
                ErrorKind::Unauthenticated,
                Some("invalid_token"),
                "The token expired",
            ),
            (
                r#"{"error":"access_denied"}"#,
                ErrorKind::PermissionDenied,
                Some("access_denied"),
                "access_denied",
            ),
            (
                r#"{"error":"temporarily_unavailable"}"#,
                ErrorKind::Server,
                Some("temporarily_unavailable"),
                "temporarily_unavailable",
            ),
            (
                r#"{"Message":"Wrong dates"}"#,
                ErrorKind::Rejected,
                None,
                "Wrong dates",
            ),
        ] {
            let response = response(200, body);
            for error in [
                read_rows::<Campaign>(&response).unwrap_err(),
                read_plain_rows::<DomainDay>(&response).unwrap_err(),
                read_row::<BannerTotals>(&response).unwrap_err(),
            ] {
                assert_eq!(error.kind(), kind, "{body}");
                assert_eq!((error.code(), error.message()), (code, message));
                assert_eq!(error.status(), Some(StatusCode::OK));
                assert_eq!(Refusal::of(&error).unwrap().status, 200);
            }
        }
        for body in ["{}", r#"{"rows":[]}"#, r#"{"error":null}"#, r#"{"a":"#] {
            let error = read_rows::<Campaign>(&response(200, body)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        }
    }

    #[test]
    fn each_documented_status_has_its_kind() {
        for (status, kind) in [
            (400, ErrorKind::Rejected),
            (401, ErrorKind::Unauthenticated),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (503, ErrorKind::Server),
        ] {
            assert_eq!(error(status, "").kind(), kind, "{status}");
        }
        assert!(error(500, "").message().contains("wrong request"));
        assert!(!error(503, "").message().contains("wrong request"));
    }

    #[test]
    fn any_error_body_is_read_as_far_as_possible() {
        for (body, code, message) in [
            (
                r#"{"Message":"method not supported"}"#,
                None,
                "method not supported",
            ),
            (
                r#"{"error":"invalid_grant","error_description":"spent"}"#,
                Some("invalid_grant"),
                "spent",
            ),
            (r#"{"error":"no_such"}"#, Some("no_such"), "no_such"),
            (r#""bare words""#, None, "bare words"),
            ("Wrong dates \r\n", None, "Wrong dates"),
            (
                r#"{"error":{"code":17,"message":"Wrong dates"}}"#,
                Some("17"),
                "Wrong dates",
            ),
            (
                r#"{"errors":["from is late",{"Message":"to is early"},7]}"#,
                None,
                "from is late; to is early",
            ),
            (
                r#"{"Message":"Wrong","errors":["from is late"]}"#,
                None,
                "Wrong: from is late",
            ),
        ] {
            let error = error(404, body);
            assert_eq!((error.code(), error.message()), (code, message));
            let refusal = Refusal::of(&error).unwrap();
            assert_eq!(refusal.status, 404);
            assert_eq!(refusal.code.as_deref(), code);
            assert_eq!(refusal.message.as_deref(), Some(message));
        }
        for body in [
            "",
            " \n",
            "<html>",
            "[]",
            "7",
            "\"\"",
            r#"{"error":"#,
            r#"{"error":{"a":1}}"#,
            r#"{"errors":[]}"#,
            "bell\u{7}",
        ] {
            let error = error(404, body);
            assert_eq!(error.message(), "Not Found", "{body}");
            assert_eq!(Refusal::of(&error).unwrap().message, None, "{body}");
        }
    }
}
