use std::collections::BTreeMap;

use adcore::{Error, Response};
use adcore_json::{PlainRow, RawJson, decode, decode_rows};
use serde::de::DeserializeOwned;

use super::Wire;
use crate::error::Refusal;

/// Reads a response of any JSON, collected to its end.
pub(crate) fn read_json<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    if !response.status.is_success() {
        return Err(read_error(response));
    }
    decode(&response.body).map_err(|error| error.with_status(response.status))
}

/// Reads a response that is one row.
pub(crate) fn read_row<T>(response: &Response) -> Result<T, Error>
where
    Wire<T>: DeserializeOwned,
{
    read_json::<Wire<T>>(response).map(|row| row.0)
}

/// Reads an array of rows by the same decoder as the rows of a stream.
pub(crate) fn read_plain_rows<T>(response: &Response) -> Result<Vec<T>, Error>
where
    Wire<T>: DeserializeOwned + PlainRow,
{
    if !response.status.is_success() {
        return Err(read_error(response));
    }
    let rows = decode_rows::<Wire<T>>(&response.body)
        .map_err(|error| error.with_status(response.status))?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Reads an array of rows.
pub(crate) fn read_rows<T>(response: &Response) -> Result<Vec<T>, Error>
where
    Wire<T>: DeserializeOwned,
{
    let rows = read_json::<Vec<Wire<T>>>(response)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Reads the error of a response that is not a success.
pub(crate) fn read_error(response: &Response) -> Error {
    read_refusal(response).into_error(Error::from_status(response.status, &response.headers))
}

/// Reads what an error body says: OAuth's `error` and `error_description`, or a `Message`.
///
/// The vendor documents no error body, so anything else is a refusal without a message.
pub(crate) fn read_refusal(response: &Response) -> Refusal {
    let members: BTreeMap<String, RawJson> = decode(&response.body).unwrap_or_default();
    let text = |name: &str| {
        members
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .and_then(|(_, value)| value.decode::<String>().ok())
            .filter(|text| !text.is_empty())
    };
    let code = text("error");
    let message = text("error_description")
        .or_else(|| text("message"))
        .or_else(|| code.clone());
    Refusal::new(response.status.as_u16(), code, message)
}

#[cfg(test)]
mod tests {
    use adcore::ErrorKind;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn error(status: u16, body: &'static str) -> Error {
        read_error(&Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.into(),
        })
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
        ] {
            let error = error(404, body);
            assert_eq!((error.code(), error.message()), (code, message));
            let refusal = Refusal::of(&error).unwrap();
            assert_eq!(refusal.status, 404);
            assert_eq!(refusal.code.as_deref(), code);
            assert_eq!(refusal.message.as_deref(), Some(message));
        }
        for body in ["", "<html>", "[]", "\"x\"", r#"{"error":{"a":1}}"#] {
            let error = error(404, body);
            assert_eq!(error.message(), "Not Found", "{body}");
            assert_eq!(Refusal::of(&error).unwrap().message, None, "{body}");
        }
    }
}
