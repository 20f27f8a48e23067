//! What visitors get for each response of the tracker.

use http::StatusCode;
use keitaro_click::layer::Outcome;

use crate::{PAGE, get, site};

#[tokio::test]
async fn location_of_any_case_with_status_200_absent_or_odd_redirects() {
    let site = site(|layer| layer);
    for status in [
        "",
        r#""status":200,"#,
        r#""status":"abc","#,
        r#""status":999,"#,
        r#""status":-1,"#,
    ] {
        for name in ["Location", "location", "LOCATION"] {
            let response =
                format!(r#"{{{status}"headers":["{name}: http://a.example/x"],"body":""}}"#);
            let got = site.respond(&response, get("/")).await;
            assert_eq!(got.status, StatusCode::FOUND, "{response}");
            assert_eq!(got.header("location"), Some("http://a.example/x"));
            assert_eq!(got.body, "");
        }
    }
    let response = r#"{"status":307,"headers":{"Location":"http://a.example/"}}"#;
    assert_eq!(
        site.respond(response, get("/")).await.status,
        StatusCode::TEMPORARY_REDIRECT
    );
    assert_eq!(site.layer.monitor().counts().redirects, 16);
}

#[tokio::test]
async fn content_replaces_the_page_with_its_type() {
    let site = site(|layer| layer);
    let got = site.respond(r#"{"body":"<h1>hi</h1>"}"#, get("/")).await;
    assert_eq!(
        (got.status, got.body.as_str()),
        (StatusCode::OK, "<h1>hi</h1>")
    );
    assert_eq!(got.header("content-type"), Some("text/html; charset=utf-8"));
    let response = r#"{"body":"x","contentType":"text/plain","status":"403"}"#;
    let got = site.respond(response, get("/")).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert_eq!(got.header("content-type"), Some("text/plain"));
}

#[tokio::test]
async fn content_with_an_odd_status_is_200() {
    let site = site(|layer| layer);
    for status in [r#""abc""#, "999", "-1", "0", "100", "204", r#""error""#] {
        let got = site
            .respond(&format!(r#"{{"body":"x","status":{status}}}"#), get("/"))
            .await;
        assert_eq!(
            (got.status, got.body.as_str()),
            (StatusCode::OK, "x"),
            "{status}"
        );
    }
}

#[tokio::test]
async fn images_are_served_out_of_their_base64() {
    let site = site(|layer| layer);
    let response = r#"{"body":"R0lGODlhAQ==","contentType":"image/gif"}"#;
    let got = site.respond(response, get("/")).await;
    assert_eq!(got.body, "GIF89a\u{1}");
    assert_eq!(got.header("content-type"), Some("image/gif"));
}

#[tokio::test]
async fn body_0_is_no_body() {
    let site = site(|layer| layer);
    let got = site.respond(r#"{"body":"0","status":200}"#, get("/")).await;
    assert_eq!(got.body, PAGE);
    assert_eq!(site.click().outcome(), Outcome::Page);
}

#[tokio::test]
async fn status_404_without_a_body_is_a_404_page() {
    let site = site(|layer| layer);
    let got = site.respond(r#"{"body":"","status":404}"#, get("/")).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    assert!(!got.body.contains("the page"));
}

#[tokio::test]
async fn the_trackers_status_leaves_the_pages_alone() {
    let site = site(|layer| layer);
    for status in [403, 500] {
        let got = site
            .respond(&format!(r#"{{"body":"","status":{status}}}"#), get("/"))
            .await;
        assert_eq!((got.status, got.body.as_str()), (StatusCode::OK, PAGE));
        let click = site.click();
        assert_eq!(click.output().unwrap().status_code(), Some(status));
    }
}

#[tokio::test]
async fn duplicate_set_cookie_headers_are_all_kept() {
    let site = site(|layer| layer);
    let cookies = r#""Set-Cookie: a=1","set-cookie: b=2","Set-Cookie: a=3; Path=/x""#;
    let replaced = site
        .respond(
            &format!(r#"{{"headers":[{cookies}],"body":"x"}}"#),
            get("/"),
        )
        .await;
    let page = site
        .respond(&format!(r#"{{"headers":[{cookies},"X-A: b"]}}"#), get("/"))
        .await;
    for got in [&replaced, &page] {
        assert_eq!(got.cookies(), ["a=1", "b=2", "a=3; Path=/x"]);
    }
    assert_eq!(page.header("x-a"), None);
}

#[tokio::test]
async fn framing_headers_are_dropped() {
    let site = site(|layer| layer);
    let got = site
        .respond(
            r#"{"headers":["Content-Length: 999","Transfer-Encoding: chunked","Connection: close",
            "content-encoding: gzip","Keep-Alive: timeout=5","Upgrade: h2c","TE: trailers","Trailer: X",
            "Proxy-Authenticate: Basic","Proxy-Foo: bar","X-Fine: yes"],"body":"x"}"#,
            get("/"),
        )
        .await;
    assert_eq!(got.header("x-fine"), Some("yes"));
    for name in [
        "content-length",
        "transfer-encoding",
        "connection",
        "content-encoding",
        "keep-alive",
        "upgrade",
        "te",
        "trailer",
        "proxy-authenticate",
        "proxy-foo",
    ] {
        assert_eq!(got.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn line_ends_in_headers_are_refused() {
    let site = site(|layer| layer);
    let got = site
        .respond(
            r#"{"headers":["X-A: b\r\nSet-Cookie: evil=1","X\r\nB: c","X-Fine: yes"],
            "body":"x","contentType":"text/html\r\nX-Evil: 1","cookies":{"a":"b\r\nX-Evil: 1"}}"#,
            get("/"),
        )
        .await;
    assert_eq!(got.header("x-fine"), Some("yes"));
    assert_eq!(got.header("x-a"), None);
    assert_eq!(got.header("x-evil"), None);
    assert_eq!(got.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(got.cookies().iter().all(|cookie| !cookie.contains("evil")));
    let got = site
        .respond(
            r#"{"headers":["Location: http://a.example/\r\nX-Evil: 1"],"body":""}"#,
            get("/"),
        )
        .await;
    assert_eq!(got.body, PAGE);
    assert_eq!(got.header("x-evil"), None);
}

#[tokio::test]
async fn a_non_ascii_location_is_encoded() {
    let site = site(|layer| layer);
    let got = site
        .respond(
            r#"{"headers":["Location: http://a.example/путь"]}"#,
            get("/"),
        )
        .await;
    assert_eq!(
        got.header("location"),
        Some("http://a.example/%D0%BF%D1%83%D1%82%D1%8C")
    );
}

#[tokio::test]
async fn a_location_back_to_the_page_is_a_loop() {
    let site = site(|layer| layer);
    for (asked, location, is_loop) in [
        ("/a", "http://shop.example:8080/a", true),
        ("/a", "http://SHOP.example:8080/a#top", true),
        ("/a?k=1", "/a?k=1", true),
        ("/a?subid=1", "/a?subid=2", true),
        ("/a", "a", true),
        ("/", "http://shop.example:8080", true),
        ("/a", "//shop.example:8080/a", true),
        // Sites redirect one scheme to the other, and proxies hide which one the visitor uses.
        ("/a", "https://shop.example:8080/a", true),
        ("/a?k=1", "HTTPS://user@shop.example:8080/a?k=2", true),
        ("/a", "https://shop.example:8080/b", false),
        ("/a", "http://shop.example:8080/b", false),
        ("/a", "http://other.example/a", false),
        ("/a", "/a?subid=1", false),
    ] {
        let response =
            format!(r#"{{"headers":["Location: {location}"],"cookies":{{"_subid":"s"}}}}"#);
        let got = site.respond(&response, get(asked)).await;
        assert_eq!(
            got.status == StatusCode::OK,
            is_loop,
            "{asked} → {location}"
        );
        if is_loop {
            assert_eq!(site.click().outcome(), Outcome::Loop);
            assert_eq!(got.body, PAGE);
        }
        assert_eq!(got.cookies().len(), 1);
    }
}

#[tokio::test]
async fn a_status_that_is_none_leaves_the_page() {
    let site = site(|layer| layer);
    for status in [r#""abc""#, "999", "-1", "null"] {
        let response = format!(r#"{{"body":"","headers":[],"status":{status}}}"#);
        let got = site.respond(&response, get("/")).await;
        assert_eq!((got.status, got.body.as_str()), (StatusCode::OK, PAGE));
        assert_eq!(site.click().outcome(), Outcome::Page, "{status}");
    }
}

#[tokio::test]
async fn content_carries_no_location() {
    let site = site(|layer| layer);
    let response = r#"{"headers":["Location: ","Location: /a\r\nX: y"],"body":"x"}"#;
    let got = site.respond(response, get("/")).await;
    assert_eq!((got.status, got.body.as_str()), (StatusCode::OK, "x"));
    assert_eq!(got.header("location"), None);
}

#[tokio::test]
async fn repeated_headers_are_all_kept() {
    let site = site(|layer| layer);
    let response = r#"{"headers":["X-A: 1","x-a: 2","Link: </a>","Link: </b>","Content-Type: text/x",
        "Content-Type: text/y"],"body":"x","contentType":"text/plain"}"#;
    let got = site.respond(response, get("/")).await;
    let all = |name: &str| -> Vec<&str> {
        let values = got.headers.get_all(name).iter();
        values.map(|value| value.to_str().unwrap()).collect()
    };
    assert_eq!(all("x-a"), ["1", "2"]);
    assert_eq!(all("link"), ["</a>", "</b>"]);
    assert_eq!(all("content-type"), ["text/plain"]);
}

#[tokio::test]
async fn a_tracker_that_is_only_asked_replaces_nothing() {
    let site = site(|layer| layer.ask_only(true));
    for response in [
        r#"{"headers":["Location: http://a/"],"cookies":{"_subid":"s"}}"#,
        r#"{"body":"x","cookies":{"_subid":"s"}}"#,
        r#"{"status":404,"body":"","cookies":{"_subid":"s"}}"#,
    ] {
        let got = site.respond(response, get("/")).await;
        assert_eq!((got.status, got.body.as_str()), (StatusCode::OK, PAGE));
        assert_eq!(site.click().outcome(), Outcome::Page);
        assert_eq!(got.cookies().len(), 1);
    }
    assert_eq!(
        site.click().output().unwrap().action().as_str(),
        "not_found"
    );
}
