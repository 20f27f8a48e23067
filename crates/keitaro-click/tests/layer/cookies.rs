//! The cookies of the tracker, on their way to the visitor and back.

use keitaro_click::layer::CookieSettings;

use crate::{Got, NOTHING, get, site};

#[tokio::test]
async fn cookies_last_cookies_ttl_hours_and_equal_ones_are_not_set_again() {
    let site = site(|layer| layer);
    let response = r#"{"cookies":{"_subid":"s1","_token":"t 1","u1":"x"},"cookies_ttl":2}"#;
    let got = site.respond(response, get("/")).await;
    let cookies = got.cookies();
    assert_eq!(cookies.len(), 3);
    assert!(
        cookies[0].starts_with("_subid=s1; Path=/; Expires="),
        "{cookies:?}"
    );
    assert!(cookies[0].contains("; Max-Age=7200; Domain=shop.example; HttpOnly; SameSite=Lax"));
    assert!(cookies[1].starts_with("_token=t%201;"), "{cookies:?}");
    let again = get("/").header("cookie", "_subid=s1; _token=t%201; u1=other");
    let got = site.respond(response, again).await;
    assert_eq!(got.cookies().len(), 1);
    assert!(got.cookies()[0].starts_with("u1=x;"));
    assert_eq!(
        site.sent("original_headers[Cookie]"),
        ["_subid=s1; _token=t%201; u1=other"]
    );
}

#[tokio::test]
async fn cookies_are_secure_when_the_visitor_came_by_https() {
    let response = r#"{"cookies":{"_subid":"s1"}}"#;
    let secure = |got: &Got| got.cookies()[0].contains("; Secure");
    let spoofed = || get("/").header("x-forwarded-proto", "https");
    let trusting = site(|layer| layer.trusted_proxies(["192.0.2.1".parse().unwrap()]));
    assert!(secure(&trusting.respond(response, spoofed()).await));
    let plain = site(|layer| layer);
    assert!(!secure(&plain.respond(response, spoofed()).await));
    let https = site(|layer| {
        layer
            .https(true)
            .cookies(CookieSettings::default().http_only(false))
    });
    let got = https.respond(response, get("/")).await;
    assert!(secure(&got) && !got.cookies()[0].contains("HttpOnly"));
}

#[tokio::test]
async fn an_older_uniqueness_cookie_comes_back_as_a_field() {
    let site = site(|layer| layer);
    let response = r#"{"uniqueness_cookie":"eyJ0","cookies":{"_subid":"s1"}}"#;
    let got = site.respond(response, get("/")).await;
    assert!(got.cookies()[1].starts_with("uniqueness_cookie=eyJ0;"));
    site.respond(NOTHING, get("/").header("cookie", "uniqueness_cookie=eyJ0"))
        .await;
    assert_eq!(site.sent("uniqueness_cookie"), ["eyJ0"]);
}

#[tokio::test]
async fn a_cookie_in_another_encoding_takes_no_other_with_it() {
    let site = site(|layer| layer.allow_cookie("city"));
    for bytes in [&b"\xcc\xee\xf1\xea\xe2\xe0"[..], "Москва".as_bytes()] {
        let line = [
            b"name=",
            bytes,
            b"; _subid=s9; city=",
            bytes,
            b"; x=\xff\"; _token=t9",
        ]
        .concat();
        let line = http::HeaderValue::from_bytes(&line).unwrap();
        site.respond(NOTHING, get("/").header("cookie", line)).await;
        let city: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(
            site.sent("original_headers[Cookie]"),
            [format!("_subid=s9; city={city}; _token=t9")]
        );
    }
}

#[tokio::test]
async fn an_empty_cookie_is_deleted() {
    let site = site(|layer| layer);
    let response = r#"{"cookies":{"_token":"","_subid":"s1"}}"#;
    let got = site
        .respond(response, get("/").header("cookie", "_token=t; _subid=s1"))
        .await;
    let cookies = got.cookies();
    assert_eq!(cookies.len(), 1);
    assert!(cookies[0].starts_with("_token=; Path=/; Expires=Thu, 01 Jan 1970"));
    assert!(cookies[0].contains("; Max-Age=0; Domain=shop.example"));
    assert!(
        site.respond(r#"{"cookies":{"a":""}}"#, get("/"))
            .await
            .cookies()
            .is_empty()
    );
}

#[tokio::test]
async fn a_uniqueness_cookie_can_be_known_before_the_tracker_names_it() {
    let form = site(|layer| layer.uniqueness_cookie("u1"));
    form.respond(NOTHING, get("/").header("cookie", "u1=x; u2=y"))
        .await;
    assert_eq!(form.sent("original_headers[Cookie]"), ["u1=x"]);
    let query = site(|layer| {
        layer
            .uniqueness_cookie("u1")
            .click_encoding(keitaro_click::ClickEncoding::Query)
    });
    query
        .respond(NOTHING, get("/").header("cookie", "u1=x"))
        .await;
    assert_eq!(query.sent("uniqueness_cookie"), ["x"]);
}
