//! Refusals, faults, and what only looks like one.

use adcore::{Error, ErrorKind, Response};
use http::StatusCode;
use http::header::{HeaderMap, HeaderValue, LOCATION};

use super::read_click;
use crate::Refusal;
use crate::calls::{Action, ClickOutput};

const PAGE: &str = include_str!("../../../tests/fixtures/click.json");

fn read(status: u16, body: &str) -> Result<ClickOutput, Error> {
    read_click(&Response {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: body.to_owned().into(),
    })
    .map(|output| *output)
}

fn output(body: &str) -> ClickOutput {
    read(200, body).unwrap_or_else(|error| panic!("{body}: {error}"))
}

#[test]
fn an_error_is_known_in_every_form() {
    for (status, body, refusal, kind) in [
        (
            200,
            r#"{"error":"Invalid API token"}"#,
            Refusal::BadToken,
            ErrorKind::Unauthenticated,
        ),
        (
            401,
            r#"{"error":"Invalid API token"}"#,
            Refusal::BadToken,
            ErrorKind::Unauthenticated,
        ),
        (
            401,
            r#"{"error":"Campaign not found"}"#,
            Refusal::NoCampaign,
            ErrorKind::Unauthenticated,
        ),
        (
            401,
            r#"{"status":"error","message":"campaign not found by token"}"#,
            Refusal::NoCampaign,
            ErrorKind::Unauthenticated,
        ),
        (
            409,
            r#"{"status":"error","message":"Click API is disabled"}"#,
            Refusal::ClickApiOff,
            ErrorKind::Rejected,
        ),
        (
            402,
            "<html>Payment</html>",
            Refusal::Licence,
            ErrorKind::Rejected,
        ),
        (
            404,
            "<html>nothing here</html>",
            Refusal::NotFound,
            ErrorKind::NotFound,
        ),
        (401, "", Refusal::BadToken, ErrorKind::Unauthenticated),
    ] {
        let error = read(status, body).unwrap_err();
        assert_eq!(Refusal::of(&error), Some(&refusal), "{status} {body}");
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert!(!error.may_have_run(), "{status} {body}");
        assert!(!error.to_string().contains("<html>"), "{error}");
    }
    let other = read(200, r#"{"error":"Something else"}"#).unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Rejected);
    assert!(other.to_string().contains("Something else"), "{other}");
    let html = read(200, "<html>maintenance</html>").unwrap_err();
    assert_eq!(html.kind(), ErrorKind::Decode);
    assert_eq!(read(503, "<html>").unwrap_err().kind(), ErrorKind::Server);
    assert!(read(200, r#"{"error":null,"body":"x"}"#).is_ok());
}

#[test]
fn the_status_error_in_a_full_response_is_no_refusal() {
    let output = output(r#"{"status":"error","headers":["Location: http://a/"],"body":null}"#);
    assert_eq!(output.action().as_str(), "redirect");
}

#[test]
fn http_404_with_a_full_response_inside_is_a_success() {
    let output = read(
        404,
        r#"{"status":404,"headers":[],"body":"","info":{"sub_id":"a"}}"#,
    );
    let output = output.unwrap();
    assert_eq!(output.action(), Action::NotFound);
    assert_eq!(output.sub_id(), Some("a"));
    assert!(read(404, r#"{"detail":"no such page"}"#).is_err());
    assert!(read(404, r#"{"error":"not found","body":null}"#).is_err());
}

#[test]
fn http_402_is_the_licence() {
    let error = read(402, r#"{"error":"upgrade"}"#).unwrap_err();
    assert_eq!(Refusal::of(&error), Some(&Refusal::Licence));
    assert_eq!(error.status().unwrap(), StatusCode::PAYMENT_REQUIRED);
    assert!(error.to_string().contains("upgrade"), "{error}");
}

#[test]
fn the_trackers_own_redirect_is_a_configuration_error() {
    let mut headers = HeaderMap::new();
    headers.insert(
        LOCATION,
        HeaderValue::from_static("https://tracker.example/click_api/v3?token=s3cret"),
    );
    let error = read_click(&Response {
        status: StatusCode::MOVED_PERMANENTLY,
        headers,
        body: PAGE.into(),
    })
    .unwrap_err();
    assert_eq!(Refusal::of(&error), Some(&Refusal::Moved));
    let text = error.to_string();
    assert!(text.contains("configuration error"), "{text}");
    assert!(text.contains("https://tracker.example"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

#[test]
fn a_fault_names_its_path_and_no_value() {
    for (body, path) in [
        (r#"{"headers":[["s3cret"]]}"#, "headers[0]"),
        (r#"{"body":{"a":"s3cret"}}"#, "body"),
        (r#"{"cookies":"s3cret"}"#, "cookies"),
        (r#"{"info":{"sub_id":["s3cret"]}}"#, "info.sub_id"),
        (r#"{"body":"s3cret""#, ""),
        (r#"["s3cret"]"#, ""),
        ("s3cret", ""),
        ("", ""),
    ] {
        let error = read(200, body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.message().contains(path), "{body}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        assert_eq!(error.status(), Some(StatusCode::OK));
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_where_nobody_reads_them_too() {
    for body in [
        &b"{\"body\":\"x\",\"info\":{\"geo\":\"\xE9\"}}"[..],
        b"{\"body\":\"\xFF\"}",
    ] {
        let error = read_click(&Response {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.into(),
        })
        .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
}

#[test]
fn an_error_beside_a_full_response_is_a_refusal_of_a_click_that_may_count() {
    let full =
        r#"{"error":"limit reached","headers":["Location: http://a/"],"info":{"sub_id":"s"}}"#;
    let error = read(200, full).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.may_have_run());
    assert!(error.to_string().contains("limit reached"), "{error}");
    let bare = read(200, r#"{"error":"limit reached","headers":[]}"#);
    assert!(!bare.unwrap_err().may_have_run());
}
