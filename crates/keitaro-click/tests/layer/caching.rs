//! What caches between the gateway and its visitors may keep.

use http::StatusCode;
use keitaro_click::layer::{Outcome, Rules};

use crate::{NOTHING, PAGE, get, site};

const PUBLIC: &[(&str, &str)] = &[("cache-control", "public, max-age=600")];

#[tokio::test]
async fn a_decision_of_the_tracker_is_for_one_visitor() {
    let site = site(|layer| layer);
    for action in [r#""body":"hi""#, r#""status":404"#, r#""headers_":[]"#] {
        let response = format!(
            r#"{{"headers":["Cache-Control: public, max-age=9999","Expires: Thu, 01 Jan 2099 00:00:00 GMT",
            "CDN-Cache-Control: max-age=9"],"cookies":{{"_subid":"s1"}},{action}}}"#
        );
        let got = site.respond(&response, get("/")).await;
        assert_eq!(got.header("cache-control"), Some("private, no-cache"));
        assert_eq!(got.header("expires"), None);
        assert_eq!(got.header("cdn-cache-control"), None);
    }
    let redirect = r#"{"headers":["Location: https://a.example/","Cache-Control: public"]}"#;
    let got = site.respond(redirect, get("/")).await;
    assert_eq!(got.header("cache-control"), Some("private, no-cache"));
    let own = r#"{"headers":["Cache-Control: private, max-age=5"],"body":"x"}"#;
    let got = site.respond(own, get("/")).await;
    assert_eq!(got.header("cache-control"), Some("private, max-age=5"));
    let none = site.respond(r#"{"body":"x"}"#, get("/")).await;
    assert_eq!(none.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_page_that_would_click_is_not_kept_for_other_visitors() {
    let site = site(|layer| layer.rules(Rules::default().bots(false).except("/api/*")));
    let bot = || get("/").header("user-agent", "Googlebot/2.1");
    let page = || get("/").header("user-agent", "Mozilla/5.0");
    site.tracker.reply(500, "");
    site.tracker.reply(200, NOTHING);
    for (request, outcome, expected) in [
        (page(), Outcome::Failed, "private, no-cache"),
        (page(), Outcome::Page, "private, no-cache"),
        // The same URL, so a cache would show it to those who click.
        (bot(), Outcome::Skipped, "private, no-cache"),
        (get("/a.css"), Outcome::Skipped, "public, max-age=600"),
        (get("/api/x"), Outcome::Skipped, "public, max-age=600"),
    ] {
        let got = site.visit_page(request, PUBLIC, PAGE).await;
        assert_eq!(site.click().outcome(), outcome);
        assert_eq!(got.header("cache-control"), Some(expected), "{outcome}");
    }
    let json = &[
        ("cache-control", "public, max-age=600"),
        ("content-type", "application/json"),
    ];
    let script = get("/data").header("sec-fetch-mode", "cors");
    let script = script.header("user-agent", "Mozilla/5.0");
    let got = site.visit_page(script, json, "{}").await;
    assert_eq!(got.header("cache-control"), Some("public, max-age=600"));
}

#[tokio::test]
async fn a_prefetch_that_would_click_is_refused_and_not_kept() {
    let site = site(|layer| layer.rules(Rules::default().except("/admin/*")));
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("sec-purpose", "prerender"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
    ] {
        // Links with `rel=prefetch`.
        for mode in ["navigate", "no-cors"] {
            let request = get("/").header(name, value).header("sec-fetch-mode", mode);
            let got = site.visit(request).await;
            assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE, "{value}");
            assert_eq!(got.header("cache-control"), Some("no-store"));
        }
        for other in [
            get("/a.css").header(name, value),
            get("/admin/x").header(name, value),
            get("/")
                .header(name, value)
                .header("sec-fetch-mode", "cors"),
        ] {
            assert_eq!(site.visit(other).await.body, PAGE);
        }
    }
    assert!(site.tracker.requests().is_empty());
    assert_eq!(site.layer.monitor().counts().skipped, 15);
}
