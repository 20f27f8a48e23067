use std::fmt;

use adcore::{Error, ErrorKind, Form, Payload, Request, Response, TokenResponse, parse_lifetime};
use adcore_json as json;
use adcore_json::RawJson;
use http::{Method, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;

use crate::calls::AdvertiserId;
use crate::error::{refusal, wrong_credential};

/// Asks for a token with the client's own credential, which is written in later.
pub(crate) fn grant(advertiser: Option<&AdvertiserId>) -> Request {
    request("token.grant", "client_credentials", advertiser)
}

/// Asks for a token with a refresh token, which is written in later.
pub(crate) fn refresh(advertiser: Option<&AdvertiserId>) -> Request {
    request("token.refresh", "refresh_token", advertiser)
}

fn request(
    operation: &'static str,
    grant_type: &str,
    advertiser: Option<&AdvertiserId>,
) -> Request {
    let mut form = Form::new();
    form.push("grant_type", grant_type);
    if let Some(advertiser) = advertiser {
        form.push("advertiserId", advertiser.as_str());
    }
    Request::new(operation, Method::POST, "/token").payload(Payload::Form(form))
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: Option<RawJson>,
    refresh_token: Option<String>,
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenAnswer(..)")
    }
}

/// Judges the answer to [`grant`]: a refusal says which credential is wrong.
pub(crate) fn judge_grant(answer: &Response, advertiser: bool) -> Result<TokenResponse, Error> {
    const NOT_YOURS: &str = "the advertiser is not one of this client's";
    let (field, fault) = match answer.status {
        StatusCode::NOT_FOUND => ("client_id", "client_id is unknown"),
        StatusCode::BAD_REQUEST => ("client_secret", "client_secret is wrong"),
        StatusCode::UNAUTHORIZED if advertiser => {
            return Err(wrong_credential(answer, "advertiser", NOT_YOURS));
        }
        StatusCode::UNAUTHORIZED => ("client_secret", "client_id or client_secret is wrong"),
        _ => return judge(answer),
    };
    Err(if advertiser {
        wrong_credential(answer, field, &format!("{fault}, or {NOT_YOURS}"))
    } else {
        wrong_credential(answer, field, fault)
    })
}

/// Judges the answer to [`refresh`]; every refusal means that the refresh token is spent.
pub(crate) fn judge_refresh(answer: &Response) -> Result<TokenResponse, Error> {
    judge(answer)
}

fn judge(answer: &Response) -> Result<TokenResponse, Error> {
    if !answer.status.is_success() {
        return Err(refusal(answer));
    }
    // A struct would be read out of an array too.
    let body = answer.body.strip_prefix(b"\xEF\xBB\xBF");
    let body = body.unwrap_or(&answer.body).trim_ascii_start();
    if !body.starts_with(b"{") {
        let error = Error::new(ErrorKind::Decode, "the answer is not a JSON object");
        return Err(error.with_status(answer.status));
    }
    let token: TokenAnswer =
        json::decode(&answer.body).map_err(|error| error.with_status(answer.status))?;
    let lifetime = token
        .expires_in
        .and_then(|seconds| parse_lifetime(seconds.as_str().trim_matches('"')));
    let refresh_token = token.refresh_token.filter(|token| !token.is_empty());
    if token.access_token.is_empty() {
        return Err(
            Error::new(ErrorKind::Decode, "member `access_token` is empty")
                .with_status(answer.status),
        );
    }
    Ok(TokenResponse::new(SecretString::from(token.access_token))
        .expires_in(lifetime)
        .refresh_token(refresh_token.map(SecretString::from), None))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderMap;
    use secrecy::ExposeSecret;

    use super::*;

    fn answer(status: u16, body: impl Into<String>) -> Response {
        Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.into().into(),
        }
    }

    #[test]
    fn the_answers_of_the_page() {
        let grant = judge_grant(
            &answer(
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
        let grant = judge_refresh(&answer(
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
    fn expires_in_in_every_dress() {
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
            let grant = judge_grant(&answer(200, body), false).unwrap();
            let expected = seconds.map(Duration::from_secs_f64);
            assert_eq!(grant.expires_in, expected, "{printed}");
        }
        let grant = judge_grant(&answer(200, r#"{"access_token":"a"}"#), false).unwrap();
        assert_eq!(grant.expires_in, None);
    }

    #[test]
    fn no_refresh_token_keeps_the_old_one() {
        for rest in ["", r#","refresh_token":null"#, r#","refresh_token":"""#] {
            let body = format!(r#"{{"access_token":"a"{rest}}}"#);
            let grant = judge_refresh(&answer(200, body)).unwrap();
            assert!(grant.refresh_token.is_none(), "{rest}");
        }
    }

    #[test]
    fn refusals_say_which_credential_is_wrong() {
        for (status, field) in [(404, "client_id"), (400, "client_secret")] {
            let error = judge_grant(&answer(status, ""), false).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated);
            assert_eq!(error.field(), Some(field));
            assert!(error.message().starts_with(field), "{error}");
            assert!(!error.is_transient());
        }
        let error = judge_grant(&answer(401, ""), true).unwrap_err();
        assert_eq!(error.field(), Some("advertiser"));
        let body = r#"{"error":"invalid_client"}"#;
        let error = judge_grant(&answer(400, body), true).unwrap_err();
        assert_eq!(error.code(), Some("invalid_client"));
        assert!(error.message().contains("advertiser"), "{error}");
        assert!(
            judge_grant(&answer(503, ""), false)
                .unwrap_err()
                .is_transient()
        );
        let error = judge_refresh(&answer(400, "")).unwrap_err();
        assert!(!error.is_transient() && error.field().is_none());
    }

    #[test]
    fn an_answer_without_a_token_is_unreadable_and_not_repeated_in_the_error() {
        for body in [
            "",
            "<html>canary</html>",
            r#"{"acess_token":"canary"}"#,
            r#"{"access_token":""}"#,
            r#"{"access_token":["canary"]}"#,
            r#"["canary"]"#,
            r#"["canary",60,"canary"]"#,
        ] {
            let error = judge_grant(&answer(200, body), false).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{body}");
        }
    }
}
