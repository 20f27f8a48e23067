//! Token responses.

use adcore::{Error, ErrorKind, TokenResponse, parse_lifetime};
use adcore_json::RawJson;
use secrecy::SecretString;
use serde::Deserialize;

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    #[serde(default)]
    token_type: Option<RawJson>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    access_ttl: Option<RawJson>,
    #[serde(default)]
    refresh_ttl: Option<RawJson>,
}

/// Reads the tokens of a result.
///
/// The vendor's documentation shows one object and speaks of an array.
pub(crate) fn read_tokens(result: &str) -> Result<TokenResponse, Error> {
    let wrong = |what: &str| Error::new(ErrorKind::Decode, format!("result: {what}"));
    let tokens = if result.starts_with('[') {
        adcore_json::decode::<Vec<RawJson>>(result.as_bytes()).and_then(|members| {
            let tokens: Result<Vec<Tokens>, Error> = members
                .iter()
                .map(|member| object(member.as_str()))
                .collect();
            let first = tokens?.into_iter().next();
            first.ok_or_else(|| wrong("an array without tokens"))
        })
    } else {
        object(result)
    }
    .map_err(|error| wrong(error.message()))?;
    if tokens.access_token.is_empty() {
        return Err(wrong("access_token is empty"));
    }
    if !tokens.token_type.as_ref().is_none_or(is_bearer) {
        return Err(wrong("token_type is not bearer"));
    }
    let refresh = tokens.refresh_token.filter(|token| !token.is_empty());
    Ok(TokenResponse::new(SecretString::from(tokens.access_token))
        .expires_in(seconds(tokens.access_ttl))
        .refresh_token(refresh.map(SecretString::from), seconds(tokens.refresh_ttl)))
}

/// Reads one object; serde alone would read the struct from an array of strings too.
fn object(json: &str) -> Result<Tokens, Error> {
    if !json.starts_with('{') {
        return Err(Error::new(ErrorKind::Decode, "not an object of tokens"));
    }
    adcore_json::decode(json.as_bytes())
}

fn is_bearer(token_type: &RawJson) -> bool {
    let text = token_type.decode::<String>();
    token_type.is_null() || text.is_ok_and(|text| text.eq_ignore_ascii_case("bearer"))
}

fn seconds(ttl: Option<RawJson>) -> Option<std::time::Duration> {
    parse_lifetime(ttl?.as_str().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn one_object_or_an_array_of_one() {
        let object = r#"{"access_token":"ey...PK5Q","refresh_token":"eyJ...F3qTw","access_ttl":1800,"refresh_ttl":5184000}"#;
        for json in [object.to_owned(), format!("[{object}]")] {
            let tokens = read_tokens(&json).unwrap();
            assert_eq!(tokens.access_token.expose_secret(), "ey...PK5Q");
            assert_eq!(tokens.expires_in, Some(Duration::from_secs(1800)));
            assert_eq!(tokens.refresh_token.unwrap().expose_secret(), "eyJ...F3qTw");
            assert_eq!(
                tokens.refresh_expires_in,
                Some(Duration::from_secs(5_184_000))
            );
        }
    }

    #[test]
    fn lifetimes_in_every_form() {
        for (ttl, expected) in [
            ("1800", Some(1800)),
            ("\"1800\"", Some(1800)),
            ("0", Some(0)),
            ("-1", Some(0)),
            ("\"abc\"", None),
            ("null", None),
            ("{}", None),
        ] {
            let tokens = read_tokens(&format!(r#"{{"access_token":"x","access_ttl":{ttl}}}"#));
            let seconds = tokens.unwrap().expires_in.map(|ttl| ttl.as_secs());
            assert_eq!(seconds, expected, "{ttl}");
        }
    }

    #[test]
    fn only_bearer_tokens_are_used() {
        for (token_type, good) in [
            (r#""Bearer""#, true),
            ("null", true),
            (r#""mac""#, false),
            ("7", false),
        ] {
            let json = format!(r#"{{"access_token":"x","token_type":{token_type}}}"#);
            assert_eq!(read_tokens(&json).is_ok(), good, "{token_type}");
        }
    }

    #[test]
    fn errors_do_not_quote_the_result() {
        for json in [
            "null",
            "[]",
            r#""canary""#,
            r#"{"token":"canary"}"#,
            r#"{"access_token":["canary"]}"#,
            r#"{"access_token":"","refresh_token":"canary"}"#,
            r#"["canary","canary"]"#,
            r#"[["canary","canary",1800,5184000]]"#,
            r#"[["canary"],{"access_token":"canary"}]"#,
            r#"[[{"access_token":"canary"}]]"#,
            r#"["canary",{"access_token":"canary"}]"#,
            r#"[null,{"access_token":"canary"}]"#,
            "[7,true]",
            r#"[{"access_token":"canary"},"canary"]"#,
        ] {
            let error = read_tokens(json).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }
}
