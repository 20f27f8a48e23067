//! The layer before a page: what visitors get, what the tracker is told, what becomes of faults.
#![cfg(feature = "tower")]
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be built ends the test"
)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adcore::testing::ScriptedTransport;
use adcore::{Body, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use keitaro_click::layer::{
    CircuitSettings, CircuitState, Click, ClickLayer, CookieSettings, Outcome, Restore, Rules,
};
use keitaro_click::{Client, Credentials, ErrorKind, Method, RetryPolicy};
use tower::{Layer, Service, ServiceExt};

const PAGE: &str = "<html><a href=\"{offer}\">the page</a></html>";
const NOTHING: &str =
    r#"{"body":null,"headers":[],"info":{"sub_id":"s1","token":"t+1","is_bot":false}}"#;

/// A site behind the layer, its tracker, and the click its page saw last.
struct Site {
    layer: ClickLayer,
    tracker: ScriptedTransport,
    seen: Arc<Mutex<Option<Click>>>,
}

fn client(transport: Arc<dyn Transport>) -> Client {
    Client::builder(
        "https://tracker.example",
        Credentials::token("s3cret-token"),
    )
    .transport(transport)
    .retry(RetryPolicy::never())
    .body_limit(10_000)
    .build()
    .unwrap()
}

fn site(change: impl FnOnce(ClickLayer) -> ClickLayer) -> Site {
    let tracker = ScriptedTransport::new();
    Site {
        layer: change(ClickLayer::new(client(Arc::new(tracker.clone())))),
        tracker,
        seen: Arc::default(),
    }
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn cookies(&self) -> Vec<&str> {
        let all = self.headers.get_all("set-cookie").iter();
        all.map(|value| value.to_str().unwrap()).collect()
    }
}

impl Site {
    async fn answer(&self, tracker: &str, request: http::request::Builder) -> Got {
        self.tracker.reply(200, tracker.to_owned());
        self.visit(request).await
    }

    async fn visit(&self, request: http::request::Builder) -> Got {
        let seen = Arc::clone(&self.seen);
        let page = tower::service_fn(move |request: Request<Full<Bytes>>| {
            *seen.lock().unwrap() = request.extensions().get::<Click>().cloned();
            async {
                let response = Response::builder().header("content-type", "text/html");
                let response = response.header("content-length", PAGE.len());
                Ok::<_, Infallible>(
                    response
                        .body(Full::new(Bytes::from_static(PAGE.as_bytes())))
                        .unwrap(),
                )
            }
        });
        let mut service = self.layer.layer(page);
        let request = request.body(Full::new(Bytes::new())).unwrap();
        let response = service.ready().await.unwrap().call(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Got {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    fn click(&self) -> Click {
        self.seen.lock().unwrap().clone().unwrap()
    }

    fn form(&self) -> Vec<(String, String)> {
        let requests = self.tracker.requests();
        let request = requests.last().unwrap();
        let text = if request.method() == http::Method::POST {
            request.body().to_vec()
        } else {
            request.uri().query().unwrap().as_bytes().to_vec()
        };
        form_urlencoded::parse(&text)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    }

    fn told(&self, name: &str) -> Vec<String> {
        let form = self.form().into_iter();
        form.filter_map(|(other, value)| (other == name).then_some(value))
            .collect()
    }
}

fn get(uri: &str) -> http::request::Builder {
    let peer = SocketAddr::from(([192, 0, 2, 1], 5000));
    Request::get(uri)
        .header("host", "shop.example:8080")
        .extension(peer)
}

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
            let answer =
                format!(r#"{{{status}"headers":["{name}: http://a.example/x"],"body":""}}"#);
            let got = site.answer(&answer, get("/")).await;
            assert_eq!(got.status, StatusCode::FOUND, "{answer}");
            assert_eq!(got.header("location"), Some("http://a.example/x"));
            assert_eq!(got.body, "");
        }
    }
    let answer = r#"{"status":307,"headers":{"Location":"http://a.example/"}}"#;
    assert_eq!(
        site.answer(answer, get("/")).await.status,
        StatusCode::TEMPORARY_REDIRECT
    );
    assert_eq!(site.layer.monitor().counts().redirects, 16);
}

#[tokio::test]
async fn content_replaces_the_page_with_its_type() {
    let site = site(|layer| layer);
    let got = site.answer(r#"{"body":"<h1>hi</h1>"}"#, get("/")).await;
    assert_eq!(
        (got.status, got.body.as_str()),
        (StatusCode::OK, "<h1>hi</h1>")
    );
    assert_eq!(got.header("content-type"), Some("text/html; charset=utf-8"));
    let answer = r#"{"body":"x","contentType":"text/plain","status":"403"}"#;
    let got = site.answer(answer, get("/")).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert_eq!(got.header("content-type"), Some("text/plain"));
}

#[tokio::test]
async fn content_with_an_odd_status_is_200() {
    let site = site(|layer| layer);
    for status in [r#""abc""#, "999", "-1", "0", "100", "204", r#""error""#] {
        let got = site
            .answer(&format!(r#"{{"body":"x","status":{status}}}"#), get("/"))
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
    let answer = r#"{"body":"R0lGODlhAQ==","contentType":"image/gif"}"#;
    let got = site.answer(answer, get("/")).await;
    assert_eq!(got.body, "GIF89a\u{1}");
    assert_eq!(got.header("content-type"), Some("image/gif"));
}

#[tokio::test]
async fn body_0_is_no_body() {
    let site = site(|layer| layer);
    let got = site.answer(r#"{"body":"0","status":200}"#, get("/")).await;
    assert_eq!(got.body, PAGE);
    assert_eq!(site.click().outcome(), Outcome::Page);
}

#[tokio::test]
async fn status_404_without_a_body_is_a_404_page() {
    let site = site(|layer| layer);
    let got = site.answer(r#"{"body":"","status":404}"#, get("/")).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    assert!(!got.body.contains("the page"));
}

#[tokio::test]
async fn the_trackers_status_leaves_the_pages_alone() {
    let site = site(|layer| layer);
    for status in [403, 500] {
        let got = site
            .answer(&format!(r#"{{"body":"","status":{status}}}"#), get("/"))
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
        .answer(
            &format!(r#"{{"headers":[{cookies}],"body":"x"}}"#),
            get("/"),
        )
        .await;
    let page = site
        .answer(&format!(r#"{{"headers":[{cookies},"X-A: b"]}}"#), get("/"))
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
        .answer(
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
        .answer(
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
        .answer(
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
        .answer(
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
        ("/a", "https://shop.example:8080/a", false),
        ("/a", "http://shop.example:8080/b", false),
        ("/a", "http://other.example/a", false),
        ("/a", "/a?subid=1", false),
    ] {
        let answer =
            format!(r#"{{"headers":["Location: {location}"],"cookies":{{"_subid":"s"}}}}"#);
        let got = site.answer(&answer, get(asked)).await;
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
async fn cookies_last_cookies_ttl_hours_and_equal_ones_are_not_set_again() {
    let site = site(|layer| layer);
    let answer = r#"{"cookies":{"_subid":"s1","_token":"t 1","u1":"x"},"cookies_ttl":2}"#;
    let got = site.answer(answer, get("/")).await;
    let cookies = got.cookies();
    assert_eq!(cookies.len(), 3);
    assert!(
        cookies[0].starts_with("_subid=s1; Path=/; Expires="),
        "{cookies:?}"
    );
    assert!(cookies[0].contains("; Max-Age=7200; Domain=shop.example; HttpOnly; SameSite=Lax"));
    assert!(cookies[1].starts_with("_token=t%201;"), "{cookies:?}");
    let again = get("/").header("cookie", "_subid=s1; _token=t%201; u1=other");
    let got = site.answer(answer, again).await;
    assert_eq!(got.cookies().len(), 1);
    assert!(got.cookies()[0].starts_with("u1=x;"));
    assert_eq!(
        site.told("original_headers[Cookie]"),
        ["_subid=s1; _token=t%201; u1=other"]
    );
}

#[tokio::test]
async fn cookies_are_secure_when_the_visitor_came_by_https() {
    let answer = r#"{"cookies":{"_subid":"s1"}}"#;
    let secure = |got: &Got| got.cookies()[0].contains("; Secure");
    let spoofed = || get("/").header("x-forwarded-proto", "https");
    let trusting = site(|layer| layer.trusted_proxies(["192.0.2.1".parse().unwrap()]));
    assert!(secure(&trusting.answer(answer, spoofed()).await));
    let plain = site(|layer| layer);
    assert!(!secure(&plain.answer(answer, spoofed()).await));
    let https = site(|layer| {
        layer
            .https(true)
            .cookies(CookieSettings::default().http_only(false))
    });
    let got = https.answer(answer, get("/")).await;
    assert!(secure(&got) && !got.cookies()[0].contains("HttpOnly"));
}

#[tokio::test]
async fn an_older_uniqueness_cookie_comes_back_as_a_field() {
    let site = site(|layer| layer);
    let answer = r#"{"uniqueness_cookie":"eyJ0","cookies":{"_subid":"s1"}}"#;
    let got = site.answer(answer, get("/")).await;
    assert!(got.cookies()[1].starts_with("uniqueness_cookie=eyJ0;"));
    site.answer(NOTHING, get("/").header("cookie", "uniqueness_cookie=eyJ0"))
        .await;
    assert_eq!(site.told("uniqueness_cookie"), ["eyJ0"]);
}

#[tokio::test]
async fn the_form_is_that_of_kclient() {
    let site = site(|layer| layer.landing_id(5).param("source", "shop"));
    let request = get("/shoes?keyword=red%20shoes&utm_source=x")
        .header("user-agent", "UA/1")
        .header("accept-language", "de-AT,en;q=0.5")
        .header("referer", "http://search.example/?q=1")
        .header("x-requested-with", "XMLHttpRequest")
        .header("cookie", "PHPSESSID=private; _subid=old")
        .header("authorization", "Bearer private");
    site.answer(NOTHING, request).await;
    let request = &site.tracker.requests()[0];
    assert_eq!(request.uri(), "https://tracker.example/click_api/v3");
    let names: Vec<String> = site.form().into_iter().map(|(name, _)| name).collect();
    let order = [
        "token",
        "version",
        "info",
        "ip",
        "ua",
        "language",
        "x_requested_with",
        "se_referrer",
        "referrer",
    ];
    assert_eq!(names[..9], order);
    let tail = [
        "original_host",
        "original_method",
        "uri",
        "kversion",
        "landing_id",
        "source",
        "keyword",
        "utm_source",
    ];
    assert_eq!(names[names.len() - 8..], tail);
    for (name, value) in [
        ("version", "3"),
        ("info", "1"),
        ("ip", "192.0.2.1"),
        ("ua", "UA/1"),
        ("language", "de"),
        ("referrer", "http://search.example/?q=1"),
        ("original_headers[User-Agent]", "UA/1"),
        ("original_headers[Cookie]", "_subid=old"),
        ("original_host", "shop.example:8080"),
        ("original_method", "GET"),
        ("uri", "/shoes?keyword=red%20shoes&utm_source=x"),
        ("kversion", "3.4"),
        ("landing_id", "5"),
        ("keyword", "red shoes"),
    ] {
        assert_eq!(site.told(name), [value], "{name}");
    }
    assert!(!format!("{:?}", site.form()).contains("private"));
}

#[tokio::test]
async fn get_with_the_names_of_the_page_is_a_setting() {
    let site = site(|layer| layer.method(Method::Get));
    site.answer(NOTHING, get("/?keyword=a").header("user-agent", "UA/1"))
        .await;
    assert_eq!(site.told("user_agent"), ["UA/1"]);
    assert_eq!(site.told("keyword"), ["a"]);
    assert!(site.told("ua").is_empty() && site.told("uri").is_empty());
}

#[tokio::test]
async fn a_visitor_cannot_set_a_control_field() {
    let site = site(|layer| layer.param("source", "shop"));
    let evil = "/?token=evil&version=9&info=0&log=1&ip=6.6.6.6&ip[]=6.6.6.6&ip%5B0%5D=6.6.6.6&%20ip=6.6.6.6\
        &ua=evil&user_agent=evil&user.agent=evil&language=xx&landing_id=666&prefetch=1\
        &uniqueness_cookie=evil&x_requested_with=evil&force_redirect_offer=1&kversion=9&uri=evil\
        &original_host=evil&original_headers[X]=evil&original.method=evil&source=evil&_subid=evil\
        &split=a%0d%0aX-Evil:1&keyword=fine";
    site.answer(NOTHING, get(evil)).await;
    let form = site.form();
    for (name, value) in &form {
        if name != "uri" {
            assert!(
                !value.contains("evil") && !value.contains("6.6.6.6"),
                "{name}={value}"
            );
        }
    }
    assert_eq!(site.told("token"), ["s3cret-token"]);
    assert_eq!(site.told("version"), ["3"]);
    assert_eq!(site.told("ip"), ["192.0.2.1"]);
    assert_eq!(site.told("source"), ["shop"]);
    assert_eq!(site.told("keyword"), ["fine"]);
    for name in [
        "log",
        "landing_id",
        "prefetch",
        "force_redirect_offer",
        "split",
        "_subid",
    ] {
        assert!(site.told(name).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_visitor_cannot_set_an_address() {
    let headers = |request: http::request::Builder| {
        request
            .header("x-forwarded-for", "6.6.6.6")
            .header("forwarded", "for=6.6.6.6")
            .header("cf-connecting-ip", "6.6.6.6")
            .header("x-real-ip", "6.6.6.6")
            .header("proxy-connection", "keep-alive")
    };
    let plain = site(|layer| layer);
    plain.answer(NOTHING, headers(get("/"))).await;
    assert_eq!(plain.told("ip"), ["192.0.2.1"]);
    let trusting = site(|layer| layer.trusted_proxies(["192.0.2.0/24".parse().unwrap()]));
    let chain = get("/").header("x-forwarded-for", "6.6.6.6, 203.0.113.7");
    trusting.answer(NOTHING, chain).await;
    assert_eq!(trusting.told("ip"), ["203.0.113.7"]);
}

#[tokio::test]
async fn requests_that_should_not_click_do_not() {
    let site = site(|layer| layer);
    for request in [
        get("/style.css"),
        get("/healthz"),
        get("/").header("sec-purpose", "prefetch"),
        get("/ws").header("upgrade", "websocket"),
        get("/").method("HEAD"),
        get("/").method("OPTIONS"),
        get("/").method("POST"),
    ] {
        let got = site.visit(request).await;
        assert_eq!(got.body, PAGE);
        assert_eq!(site.click().outcome(), Outcome::Skipped);
    }
    assert!(site.tracker.requests().is_empty());
    assert_eq!(site.layer.monitor().counts().skipped, 7);
}

#[tokio::test]
async fn a_prefetch_may_click_and_says_so() {
    let site = site(|layer| layer.rules(Rules::default().prefetch(true)));
    site.answer(NOTHING, get("/").header("purpose", "prefetch"))
        .await;
    assert_eq!(site.told("prefetch"), ["1"]);
}

#[tokio::test]
async fn the_page_sees_the_click() {
    let site = site(|layer| layer);
    site.answer(NOTHING, get("/")).await;
    let click = site.click();
    assert_eq!(click.outcome(), Outcome::Page);
    assert_eq!(click.sub_id(), Some("s1"));
    assert_eq!(click.is_bot(), Some(false));
    assert_eq!(click.is_unique(), None);
    assert_eq!(
        click.offer_url().unwrap(),
        "https://tracker.example/?_lp=1&_token=t%2B1"
    );
    let link = click.link(&click.offer().unwrap().sub_id(1, "a b"));
    assert_eq!(
        link.unwrap(),
        "https://tracker.example/?_lp=1&_token=t%2B1&sub_id_1=a%20b"
    );
    site.answer(r#"{"body":""}"#, get("/")).await;
    assert_eq!(site.click().offer_url(), None);
}

#[tokio::test]
async fn every_fault_of_the_tracker_leaves_the_page_as_it_is() {
    let site = site(|layer| layer.circuit(CircuitSettings::default().window(64, 64)));
    site.tracker.reply(500, "[REQ_ERR]");
    site.tracker
        .reply(401, r#"{"error":"Invalid token s3cret-token"}"#);
    site.tracker.reply(200, "<html>garbage</html>");
    site.tracker.reply(200, "");
    site.tracker.fail(TransportErrorKind::Connect);
    site.tracker.fail(TransportErrorKind::Interrupted);
    site.tracker.fail(TransportErrorKind::Malformed);
    for kind in [
        ErrorKind::Server,
        ErrorKind::Unauthenticated,
        ErrorKind::Decode,
        ErrorKind::Decode,
        ErrorKind::Connect,
        ErrorKind::Interrupted,
        ErrorKind::Decode,
    ] {
        let got = site.visit(get("/")).await;
        assert_eq!((got.status, got.body.as_str()), (StatusCode::OK, PAGE));
        assert!(got.cookies().is_empty());
        let click = site.click();
        assert_eq!(click.outcome(), Outcome::Failed);
        assert_eq!(click.error().unwrap().kind(), kind);
        assert!(!format!("{click:?}").contains("s3cret"));
    }
    assert_eq!(site.layer.monitor().counts().failed, 7);
}

#[tokio::test]
async fn an_answer_larger_than_the_limit_leaves_the_page() {
    let site = site(|layer| layer);
    let large = format!(r#"{{"body":"{}"}}"#, "x".repeat(20_000));
    let got = site.answer(&large, get("/")).await;
    assert_eq!(got.body, PAGE);
    assert!(site.click().error().unwrap().to_string().contains("limit"));
}

#[tokio::test]
async fn the_trackers_own_redirect_is_a_configuration_error_and_not_followed() {
    let site = site(|layer| layer);
    let mut moved = Response::new(Body::empty());
    *moved.status_mut() = StatusCode::MOVED_PERMANENTLY;
    let location = "https://www.tracker.example/click_api/v3".parse().unwrap();
    moved.headers_mut().insert("location", location);
    site.tracker.respond(Ok(moved));
    let got = site.visit(get("/")).await;
    assert_eq!(got.body, PAGE);
    let click = site.click();
    assert!(
        click
            .error()
            .unwrap()
            .to_string()
            .contains("configuration error")
    );
}

/// A tracker that never answers.
#[derive(Debug)]
struct Silent;

#[adcore::async_trait]
impl Transport for Silent {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_tracker_costs_the_deadline_and_then_nothing() {
    let site = Site {
        layer: ClickLayer::new(client(Arc::new(Silent))),
        tracker: ScriptedTransport::new(),
        seen: Arc::default(),
    };
    let monitor = site.layer.monitor();
    for _ in 0..5 {
        let started = tokio::time::Instant::now();
        let got = site.visit(get("/")).await;
        assert_eq!(got.body, PAGE);
        assert_eq!(started.elapsed().as_millis() / 5, 160);
        assert_eq!(site.click().outcome(), Outcome::TimedOut);
        assert!(site.click().error().unwrap().may_have_run());
    }
    assert!(matches!(monitor.circuit(), CircuitState::Open { .. }));
    let started = tokio::time::Instant::now();
    site.visit(get("/")).await;
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(site.click().outcome(), Outcome::CircuitOpen);
    let counts = monitor.counts();
    assert_eq!(
        (counts.timeouts, counts.circuit_open, counts.in_flight),
        (5, 1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn too_many_calls_at_once_leave_the_page() {
    let site = Site {
        layer: ClickLayer::new(client(Arc::new(Silent))).most_in_flight(1),
        tracker: ScriptedTransport::new(),
        seen: Arc::default(),
    };
    let (first, second) = tokio::join!(site.visit(get("/")), site.visit(get("/")));
    assert_eq!((first.body.as_str(), second.body.as_str()), (PAGE, PAGE));
    let counts = site.layer.monitor().counts();
    assert_eq!((counts.timeouts, counts.overloaded), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_tracker_that_comes_back_is_found_by_a_probe() {
    let site = site(|layer| layer);
    for _ in 0..5 {
        site.tracker.reply(500, "");
        site.visit(get("/")).await;
    }
    assert_eq!(site.tracker.requests().len(), 5);
    site.visit(get("/")).await;
    assert_eq!(site.tracker.requests().len(), 5);
    tokio::time::advance(Duration::from_secs(1)).await;
    site.answer(NOTHING, get("/")).await;
    assert_eq!(site.click().outcome(), Outcome::Page);
    assert_eq!(site.layer.monitor().circuit(), CircuitState::Closed);
}

#[tokio::test]
async fn a_known_visitor_is_restored_query_before_cookie() {
    let site = site(|layer| layer.restore(Restore::QueryThenCookies));
    let cookie = "_subid=c1; _token=ct";
    let got = site
        .visit(get("/?_subid=q1&_token=q%2Bt").header("cookie", cookie))
        .await;
    assert_eq!(got.body, PAGE);
    let click = site.click();
    assert_eq!(click.outcome(), Outcome::Restored);
    assert_eq!((click.sub_id(), click.token()), (Some("q1"), Some("q+t")));
    assert_eq!(got.cookies().len(), 2);
    site.visit(get("/?_subid=q1").header("cookie", cookie))
        .await;
    assert_eq!(site.click().token(), None);
    let got = site.visit(get("/").header("cookie", cookie)).await;
    assert_eq!(
        (site.click().sub_id(), site.click().token()),
        (Some("c1"), Some("ct"))
    );
    assert!(got.cookies().is_empty());
    assert!(site.tracker.requests().is_empty());
    for unlikely in [
        "/?_subid=a%0d%0ab",
        "/?_subid=%3Cscript%3E",
        "/?_subid=",
        "/",
    ] {
        site.answer(NOTHING, get(unlikely)).await;
        assert_eq!(site.click().outcome(), Outcome::Page, "{unlikely}");
    }
}

#[tokio::test]
async fn restoring_is_a_setting_and_can_be_the_querys_alone() {
    let never = site(|layer| layer);
    never
        .answer(NOTHING, get("/?_subid=q1").header("cookie", "_subid=c1"))
        .await;
    assert_eq!(never.click().outcome(), Outcome::Page);
    let query = site(|layer| layer.restore(Restore::Query));
    query
        .answer(NOTHING, get("/").header("cookie", "_subid=c1"))
        .await;
    assert_eq!(query.click().outcome(), Outcome::Page);
    let cookies = site(|layer| layer.restore(Restore::Cookies));
    cookies.visit(get("/").header("cookie", "_subid=c1")).await;
    assert_eq!(cookies.click().outcome(), Outcome::Restored);
}

#[tokio::test]
async fn placeholders_of_html_pages_are_filled() {
    let site = site(|layer| layer.rewrite(true).offer_fallback("/sold-out"));
    let got = site.answer(NOTHING, get("/")).await;
    assert!(
        got.body
            .contains("href=\"https://tracker.example/?_lp=1&_token=t%2B1\""),
        "{}",
        got.body
    );
    assert_eq!(got.header("content-length"), None);
    assert_eq!(got.header("cache-control"), Some("private, no-store"));
    site.tracker.reply(500, "");
    let got = site.visit(get("/")).await;
    assert!(got.body.contains("href=\"/sold-out\""), "{}", got.body);
}
