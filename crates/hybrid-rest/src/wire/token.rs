use std::fmt;

use adcore::{Error, ErrorKind, Response, TokenResponse, parse_lifetime};
use adcore_json as json;
use adcore_json::RawJson;
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;

use super::refusal::{embedded_error, read_refusal};
use super::response::read_error;
use crate::error::Refusal;

#[derive(Deserialize)]
struct TokenBody {
    access_token: String,
    token_type: Option<RawJson>,
    expires_in: Option<RawJson>,
    refresh_token: Option<String>,
}

impl fmt::Debug for TokenBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenBody(..)")
    }
}

/// Reads the response to a request with the client's credentials.
///
/// Where the response says no more, its status names the credential that is wrong: 404 the id, 400
/// the secret. OAuth's `invalid_client` says no more than that. Another message is returned as it is.
pub(crate) fn read_token(response: &Response, advertiser: bool) -> Result<TokenResponse, Error> {
    const FOREIGN: &str = "the advertiser does not belong to this client";
    let refusal = read_refusal(response);
    let says_no_more = match refusal.code.as_deref() {
        Some(code) => code.eq_ignore_ascii_case("invalid_client"),
        None => refusal.message.is_none(),
    };
    let (field, fault) = match response.status {
        StatusCode::NOT_FOUND if says_no_more => ("client_id", "client_id is unknown"),
        StatusCode::BAD_REQUEST if says_no_more => ("client_secret", "client_secret is wrong"),
        StatusCode::UNAUTHORIZED if advertiser => ("advertiser", FOREIGN),
        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST if !is_about_request(&refusal) => {
            return Err(read_error(response).with_kind(ErrorKind::Unauthenticated));
        }
        _ => return read_refreshed_token(response),
    };
    let fault = if advertiser && field != "advertiser" {
        format!("{fault}, or {FOREIGN}")
    } else {
        fault.to_owned()
    };
    let error = Error::from_status(response.status, &response.headers);
    Err(refusal.into_credential_error(error, field, &fault))
}

/// Returns whether OAuth's code says that the request is wrong rather than the credentials.
fn is_about_request(refusal: &Refusal) -> bool {
    let code = refusal.code.as_deref().unwrap_or_default();
    matches!(
        code,
        "invalid_request"
            | "invalid_scope"
            | "unsupported_grant_type"
            | "unsupported_response_type"
    )
}

/// Reads the response to a request with a refresh token; any refusal means that it is spent.
pub(crate) fn read_refreshed_token(response: &Response) -> Result<TokenResponse, Error> {
    if !response.status.is_success() {
        return Err(read_error(response));
    }
    // Serde would also read the struct from an array.
    let body = response.body.strip_prefix(b"\xEF\xBB\xBF");
    let body = body.unwrap_or(&response.body).trim_ascii_start();
    if !body.starts_with(b"{") {
        let error = Error::new(ErrorKind::Decode, "the response is not a JSON object");
        return Err(error.with_status(response.status));
    }
    let token: TokenBody = json::decode(&response.body).map_err(|error| {
        embedded_error(response).unwrap_or_else(|| error.with_status(response.status))
    })?;
    if !token.token_type.as_ref().is_none_or(is_bearer) {
        return Err(
            Error::new(ErrorKind::Decode, "member `token_type` is not `bearer`")
                .with_status(response.status),
        );
    }
    let lifetime = token
        .expires_in
        .and_then(|seconds| parse_lifetime(seconds.as_str().trim_matches('"')));
    let refresh_token = token.refresh_token.filter(|token| !token.is_empty());
    if token.access_token.is_empty() {
        return Err(
            Error::new(ErrorKind::Decode, "member `access_token` is empty")
                .with_status(response.status),
        );
    }
    Ok(TokenResponse::new(SecretString::from(token.access_token))
        .expires_in(lifetime)
        .refresh_token(refresh_token.map(SecretString::from), None))
}

fn is_bearer(token_type: &RawJson) -> bool {
    let text = token_type.decode::<String>();
    token_type.is_null() || text.is_ok_and(|text| text.eq_ignore_ascii_case("bearer"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderMap;
    use secrecy::ExposeSecret;

    use super::*;

    fn response(status: u16, body: impl Into<String>) -> Response {
        Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.into().into(),
        }
    }

    #[test]
    fn the_documented_responses() {
        let grant = read_token(
            &response(
                200,
                r#"{
  "access_token": "{access_token}",
  "token_type": "bearer",
  "scope": "{scope}",
  "expires_in": "86400",
  "refresh_token": "{refresh_token}"
}"#,
            ),
            false,
        )
        .unwrap();
        assert_eq!(grant.access_token.expose_secret(), "{access_token}");
        assert_eq!(grant.expires_in, Some(Duration::from_secs(86400)));
        let refresh_token = grant.refresh_token.unwrap();
        assert_eq!(refresh_token.expose_secret(), "{refresh_token}");
        let grant = read_refreshed_token(&response(
            200,
            r#"
{
  "access_token": "{new_access_token}",
  "token_type": "bearer",
  "expires_in": "86400",
  "refresh_token": "{refresh_token}"
}"#,
        ))
        .unwrap();
        assert_eq!(grant.access_token.expose_secret(), "{new_access_token}");
        assert_eq!(grant.refresh_expires_in, None);
    }

    #[test]
    fn any_form_of_expires_in_is_read() {
        for (printed, seconds) in [
            (r#""86400""#, Some(86400.0)),
            ("86399", Some(86399.0)),
            ("86399.5", Some(86399.5)),
            ("0", Some(0.0)),
            ("-1", Some(0.0)),
            ("1e300", Some(315_360_000.0)),
            (r#""abc""#, None),
            ("null", None),
            ("[]", None),
        ] {
            let body = format!(r#"{{"access_token":"a","expires_in":{printed}}}"#);
            let grant = read_token(&response(200, body), false).unwrap();
            let expected = seconds.map(Duration::from_secs_f64);
            assert_eq!(grant.expires_in, expected, "{printed}");
        }
        let grant = read_token(&response(200, r#"{"access_token":"a"}"#), false).unwrap();
        assert_eq!(grant.expires_in, None);
    }

    #[test]
    fn no_refresh_token_keeps_the_old_one() {
        for rest in ["", r#","refresh_token":null"#, r#","refresh_token":"""#] {
            let body = format!(r#"{{"access_token":"a"{rest}}}"#);
            let grant = read_refreshed_token(&response(200, body)).unwrap();
            assert!(grant.refresh_token.is_none(), "{rest}");
        }
    }

    #[test]
    fn refusals_say_which_credential_is_wrong() {
        for (status, field) in [(404, "client_id"), (400, "client_secret")] {
            let error = read_token(&response(status, ""), false).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated);
            assert_eq!(error.field(), Some(field));
            assert!(error.message().starts_with(field), "{error}");
            assert!(!error.is_transient());
        }
        let error = read_token(&response(401, ""), true).unwrap_err();
        assert_eq!(error.field(), Some("advertiser"));
        let body = r#"{"error":"invalid_client"}"#;
        let error = read_token(&response(400, body), true).unwrap_err();
        assert_eq!(error.code(), Some("invalid_client"));
        assert!(error.message().contains("advertiser"), "{error}");
        assert!(
            read_token(&response(503, ""), false)
                .unwrap_err()
                .is_transient()
        );
        let error = read_refreshed_token(&response(400, "")).unwrap_err();
        assert!(!error.is_transient() && error.field().is_none());
    }

    #[test]
    fn what_a_response_says_is_not_replaced_by_the_name_of_a_credential() {
        for (status, body, kind, code, message) in [
            (
                400,
                r#"{"error":"unsupported_grant_type"}"#,
                ErrorKind::Rejected,
                Some("unsupported_grant_type"),
                "unsupported_grant_type",
            ),
            (
                400,
                r#""The client is locked""#,
                ErrorKind::Unauthenticated,
                None,
                "The client is locked",
            ),
            (
                404,
                "no such service",
                ErrorKind::Unauthenticated,
                None,
                "no such service",
            ),
            (401, "", ErrorKind::Unauthenticated, None, "Unauthorized"),
            (
                200,
                r#"{"error":"invalid_client","error_description":"The client is locked"}"#,
                ErrorKind::Unauthenticated,
                Some("invalid_client"),
                "The client is locked",
            ),
            (
                200,
                r#"{"error":"temporarily_unavailable"}"#,
                ErrorKind::Server,
                Some("temporarily_unavailable"),
                "temporarily_unavailable",
            ),
        ] {
            let error = read_token(&response(status, body), false).unwrap_err();
            assert_eq!(error.kind(), kind, "{status} {body}");
            assert_eq!((error.code(), error.message()), (code, message));
            assert_eq!(error.field(), None);
        }
    }

    #[test]
    fn only_bearer_tokens_are_used() {
        for (token_type, good) in [
            (r#""Bearer""#, true),
            (r#""BEARER""#, true),
            ("null", true),
            (r#""mac""#, false),
            (r#""""#, false),
            ("7", false),
        ] {
            let body = format!(r#"{{"access_token":"canary","token_type":{token_type}}}"#);
            match read_token(&response(200, body), false) {
                Ok(_) => assert!(good, "{token_type}"),
                Err(error) => {
                    assert!(!good && error.message().contains("token_type"), "{error}");
                    assert!(!format!("{error:?}").contains("canary"));
                }
            }
        }
    }

    #[test]
    fn a_response_without_a_token_is_a_decode_error_that_does_not_quote_it() {
        for body in [
            "",
            "<html>canary</html>",
            r#"{"acess_token":"canary"}"#,
            r#"{"access_token":""}"#,
            r#"{"access_token":["canary"]}"#,
            r#"["canary"]"#,
            r#"["canary",60,"canary"]"#,
        ] {
            let error = read_token(&response(200, body), false).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{body}");
        }
    }
}
