//! One visitor neither fills a call nor switches the tracker off for the others.

use keitaro_click::ClickEncoding;
use keitaro_click::layer::{CircuitState, Outcome};

use crate::{NOTHING, PAGE, Site, get, site};

#[tokio::test]
async fn a_status_about_one_request_does_not_open_the_circuit() {
    for (status, closed) in [
        (400, true),
        (403, true),
        (413, true),
        (414, true),
        (431, true),
        (500, false),
        (401, false),
        (429, false),
    ] {
        let site = site(|layer| layer);
        for _ in 0..5 {
            site.tracker.reply(status, "<html>no</html>");
            assert_eq!(site.visit(get("/")).await.body, PAGE);
            assert_eq!(site.click().outcome(), Outcome::Failed);
        }
        let monitor = site.layer.monitor();
        let circuit = monitor.circuit();
        assert_eq!(circuit == CircuitState::Closed, closed, "{status}");
        assert_eq!(monitor.counts().failed, 5, "{status}");
    }
}

/// The bytes of the first line and of the `Cookie` header of the last call.
fn sizes(site: &Site) -> (usize, usize) {
    let requests = site.tracker.requests();
    let request = requests.last().unwrap();
    let cookie = request.headers().get("cookie");
    let cookie = cookie.map_or(0, http::HeaderValue::len);
    (request.uri().to_string().len(), cookie)
}

#[tokio::test]
async fn what_a_visitor_sends_fits_into_the_headers_of_a_call() {
    let commas = format!("_token={}; _subid=s1", ",".repeat(3000));
    let many = "_subid=0123456789; ".repeat(190);
    let long = "a%20b/".repeat(1000);
    let query = format!("/?a=1&long={}&b={}", "x".repeat(4000), "ы".repeat(900));
    for encoding in [ClickEncoding::Form, ClickEncoding::Query] {
        let site = site(|layer| layer.click_encoding(encoding));
        for cookies in [commas.as_str(), many.as_str()] {
            let request = get("/")
                .header("cookie", cookies)
                .header("user-agent", &long)
                .header("x-requested-with", &long)
                .header("referer", &long);
            site.respond(NOTHING, request).await;
            assert_eq!(site.click().outcome(), Outcome::Page);
            let (line, cookie) = sizes(&site);
            assert!(line < 8000, "{encoding:?}: {line}");
            assert!((1..=4096).contains(&cookie), "{encoding:?}: {cookie}");
        }
    }
    let site = site(|layer| layer.click_encoding(ClickEncoding::Query));
    let asked = http::Request::get(percent_encode(&query)).header("host", "shop.example");
    site.respond(NOTHING, asked).await;
    assert_eq!(site.sent("a"), ["1"]);
    assert!(site.sent("long").is_empty());
    let (line, _) = sizes(&site);
    assert!(line < 8000, "{line}");
}

fn percent_encode(query: &str) -> String {
    let pieces = query.bytes().map(|byte| match byte {
        0..=0x7f => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    pieces.collect()
}

#[tokio::test]
async fn a_form_is_bounded_too() {
    let site = site(|layer| layer);
    let mut request = get(&format!(
        "/?{}",
        format!("a={}&", "x".repeat(4000)).repeat(15)
    ));
    for number in 0..90 {
        request = request.header(format!("x-header-{number}"), ",".repeat(4000));
    }
    site.respond(NOTHING, request).await;
    let body = site.tracker.requests().last().unwrap().body().len();
    assert!(body < 300_000, "{body}");
    assert_eq!(site.click().outcome(), Outcome::Page);
}
