//! The responses that real trackers send, one test per member.

use adcore::Response;
use http::StatusCode;
use http::header::HeaderMap;

use crate::calls::{Action, CampaignId, ClickOutput, InfoType, OfferId, Status, StreamId, SubId};
use crate::wire::read_click;

const PAGE: &str = include_str!("../../../tests/fixtures/click.json");

fn output(body: &str) -> ClickOutput {
    let response = Response {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: body.to_owned().into(),
    };
    *read_click(&response).unwrap_or_else(|error| panic!("{body}: {error}"))
}

#[test]
fn the_example_of_the_page() {
    let output = output(PAGE);
    assert_eq!(output.body, None);
    assert_eq!(
        output.content_type.as_deref(),
        Some("text/html; charset=utf-8")
    );
    let info = output.info.as_ref().unwrap();
    assert_eq!(info.campaign_id, Some(CampaignId::new(2)));
    assert_eq!(info.stream_id, Some(StreamId::new(1117)));
    assert_eq!(info.sub_id, Some(SubId::from("o2q6e42hs08jq")));
    assert_eq!(info.kind, Some(InfoType::Location));
    assert_eq!(
        info.url.as_deref(),
        Some("http://domain.com/?data=$keyword&utm-campaign=aff1")
    );
    assert_eq!(info.landing_id, None);
    assert_eq!(output.log.as_ref().unwrap().len(), 21);
    assert!(
        output
            .uniqueness_cookie
            .as_ref()
            .unwrap()
            .starts_with("eyJ0eXAi")
    );
    assert!(output.extra.is_empty());
    assert_eq!(
        output.action(),
        Action::Redirect {
            status: StatusCode::FOUND,
            location: "http://domain.com/?data=&utm-campaign=aff1".into(),
        }
    );
}

#[test]
fn status_is_a_number_a_numeric_string_a_word_or_absent() {
    let status = |json: &str| output(&format!(r#"{{"body":"x"{json}}}"#)).status;
    assert_eq!(status(r#","status":404"#), Some(Status::Code(404)));
    assert_eq!(status(r#","status":"200""#), Some(Status::Code(200)));
    assert_eq!(status(r#","status":-1"#), Some(Status::Code(-1)));
    // Found by fuzzing: it was a word, but a number once written and read again.
    assert_eq!(status(r#","status":3e2"#), Some(Status::Code(300)));
    assert_eq!(
        status(r#","status":2.5"#),
        Some(Status::Other("2.5".to_owned()))
    );
    assert_eq!(
        status(r#","status":"error""#),
        Some(Status::Other("error".into()))
    );
    assert_eq!(status(r#","status":null"#), None);
    assert_eq!(status(""), None);
}

#[test]
fn headers_are_a_list_an_object_null_or_absent() {
    let location = |headers: &str| {
        let output = output(&format!(r#"{{"headers":{headers},"body":""}}"#));
        output.header("Location").map(str::to_owned)
    };
    let there = Some("http://a/?b=c:d".to_owned());
    assert_eq!(location(r#"["Location: http://a/?b=c:d"]"#), there);
    assert_eq!(location(r#"["X: y","LOCATION:http://a/?b=c:d"]"#), there);
    assert_eq!(location(r#"{"location":"http://a/?b=c:d"}"#), there);
    assert_eq!(location(r#"{"location":["http://a/?b=c:d"]}"#), there);
    assert_eq!(location("[]"), None);
    assert_eq!(location("{}"), None);
    assert_eq!(location("null"), None);
    assert_eq!(output(r#"{"body":""}"#).header("Location"), None);
    assert_eq!(
        output(r#"{"headers":["a: 1",null,7]}"#).headers,
        ["a: 1", "7"]
    );
}

#[test]
fn a_bare_status_line_among_the_headers_is_the_status() {
    let output = output(r#"{"headers":["HTTP/1.0 404 Not Found"],"status":"200","body":""}"#);
    assert_eq!(output.header_pairs().count(), 0);
    assert_eq!(output.status_code(), Some(404));
    assert_eq!(output.action(), Action::NotFound);
}

#[test]
fn body_is_text_empty_or_null() {
    let action = |body: &str| match output(&format!(r#"{{"body":{body}}}"#)).action() {
        Action::Content { body, .. } => Some(body.into_owned()),
        _ => None,
    };
    assert_eq!(
        action(r#""<h1>Привет</h1>""#),
        Some("<h1>Привет</h1>".into())
    );
    assert_eq!(action(r#""\ud83d\ude00""#), Some("😀".into()));
    assert_eq!(action(r#""""#), None);
    assert_eq!(action(r#""0""#), None);
    assert_eq!(action("null"), None);
}

#[test]
fn body_is_base64_for_images_and_pdf() {
    let bytes = |content_type: &str, body: &str| {
        let json = format!(r#"{{"contentType":"{content_type}","body":"{body}"}}"#);
        match output(&json).action() {
            Action::Content { body, .. } => body.into_owned(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(bytes("image/gif", "R0lGODlhAQ=="), b"GIF89a\x01");
    assert_eq!(bytes("Image/GIF", r"R0lGODlh\r\nAQ"), b"GIF89a\x01");
    assert_eq!(bytes("application/pdf", "JVBERg=="), b"%PDF");
    assert_eq!(bytes("text/plain", "JVBERg=="), b"JVBERg==");
    assert_eq!(bytes("image/svg+xml", "<svg/>"), b"<svg/>");
}

#[test]
fn cookies_are_an_object_an_empty_list_a_list_of_objects_or_absent() {
    let cookies = |json: &str| {
        let output = output(&format!(r#"{{"cookies":{json}}}"#));
        let cookies = output.cookies.into_iter();
        cookies
            .map(|cookie| (cookie.name, cookie.value))
            .collect::<Vec<_>>()
    };
    let both = [
        ("_subid".to_owned(), "a".to_owned()),
        ("x1".into(), "7".into()),
    ];
    assert_eq!(cookies(r#"{"_subid":"a","x1":7}"#), both);
    assert_eq!(
        cookies(r#"[{"name":"_subid","value":"a","ttl":3600},{"name":"x1","value":7}]"#),
        both
    );
    assert_eq!(cookies(r#"[{"_subid":"a"},{"x1":"7"}]"#), both);
    assert!(cookies("[]").is_empty());
    assert!(cookies("null").is_empty());
    assert!(output(r#"{"body":"x"}"#).cookies.is_empty());
}

#[test]
fn cookies_ttl_is_hours_or_absent() {
    assert_eq!(output(r#"{"cookies_ttl":24}"#).cookies_ttl, Some(24));
    assert_eq!(output(r#"{"cookies_ttl":"24"}"#).cookies_ttl, Some(24));
    assert_eq!(output(r#"{"cookies_ttl":-1}"#).cookies_ttl, None);
    assert_eq!(output(r#"{"body":""}"#).cookies_ttl, None);
}

#[test]
fn uniqueness_cookie_is_text_null_or_absent() {
    let cookie = |json: &str| output(json).uniqueness_cookie;
    assert_eq!(cookie(r#"{"uniqueness_cookie":"u"}"#), Some("u".into()));
    assert_eq!(cookie(r#"{"uniqueness_cookie":null}"#), None);
    assert_eq!(cookie(r#"{"body":""}"#), None);
}

#[test]
fn info_is_an_object_null_or_absent() {
    assert!(output(r#"{"info":{}}"#).info.is_some());
    for without in [r#"{"info":null}"#, r#"{"info":[]}"#, r#"{"body":""}"#] {
        assert_eq!(output(without).info, None, "{without}");
    }
}

#[test]
fn ids_are_numbers_numeric_strings_null_absent_or_arrays() {
    let info = |json: &str| output(&format!(r#"{{"info":{{{json}}}}}"#)).info.unwrap();
    assert_eq!(
        info(r#""campaign_id":2"#).campaign_id,
        Some(CampaignId::new(2))
    );
    assert_eq!(
        info(r#""stream_id":"1117""#).stream_id,
        Some(StreamId::new(1117))
    );
    assert_eq!(info(r#""landing_id":null"#).landing_id, None);
    assert_eq!(info("").campaign_id, None);
    assert_eq!(info(r#""offer_id":7"#).offer_ids, [OfferId::new(7)]);
    let several = info(r#""offer_id":["7",8]"#);
    assert_eq!(several.offer_ids, [OfferId::new(7), OfferId::new(8)]);
    assert_eq!(several.offer_id(), Some(OfferId::new(7)));
    assert_eq!(info(r#""offer_id":[]"#).offer_id(), None);
    assert_eq!(info(r#""campaign_id":"","stream_id":-5"#).stream_id, None);
}

#[test]
fn uniqueness_is_an_object_an_empty_list_or_absent() {
    let uniqueness = |json: &str| {
        let info = output(&format!(r#"{{"info":{{{json}}}}}"#)).info.unwrap();
        info.uniqueness
    };
    let flags =
        uniqueness(r#""uniqueness":{"campaign":true,"stream":"0","global":1,"site":false}"#)
            .unwrap();
    assert_eq!(
        (flags.campaign, flags.stream, flags.global),
        (Some(true), Some(false), Some(true))
    );
    assert_eq!(flags.extra["site"].as_str(), "false");
    assert_eq!(uniqueness(r#""uniqueness":[]"#), None);
    assert_eq!(uniqueness(""), None);
}

#[test]
fn info_type_is_an_open_set() {
    for word in ["location", "http", "html", "text", "none", "curl"] {
        let info = output(&format!(r#"{{"info":{{"type":"{word}"}}}}"#))
            .info
            .unwrap();
        let kind = info.kind.unwrap();
        assert_eq!(kind.as_str(), word);
        assert_eq!(matches!(kind, InfoType::Other(_)), word == "curl");
    }
}

#[test]
fn info_url_may_be_any_text() {
    let url = |json: &str| {
        let info = output(&format!(r#"{{"info":{{"url":{json}}}}}"#))
            .info
            .unwrap();
        info.url
    };
    assert_eq!(
        url(r#""http://a/?k={keyword}""#),
        Some("http://a/?k={keyword}".into())
    );
    assert_eq!(url(r#""not a url""#), Some("not a url".into()));
    assert_eq!(url("null"), None);
}

#[test]
fn log_is_a_list_or_absent() {
    assert_eq!(
        output(r#"{"log":["a","b"],"body":""}"#).log.unwrap(),
        ["a", "b"]
    );
    assert_eq!(output(r#"{"body":""}"#).log, None);
}

#[test]
fn unknown_members_are_kept() {
    let output = output(r#"{"body":"","new":{"a":[1.50]},"info":{"geo":"RU"}}"#);
    assert_eq!(output.extra["new"].as_str(), r#"{"a":[1.50]}"#);
    let info = output.info.unwrap();
    assert_eq!(info.extra.to_string(), r#"{"geo":"RU"}"#);
}

#[test]
fn a_byte_order_mark_is_harmless() {
    assert_eq!(
        output("\u{feff}{\"body\":\"x\"}\r\n").body.as_deref(),
        Some("x")
    );
}
