//! Visitors who come again, and pages with placeholders.

use keitaro_click::layer::{Outcome, Restore, Rules};

use crate::{NOTHING, PAGE, get, site};

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
        site.respond(NOTHING, get(unlikely)).await;
        assert_eq!(site.click().outcome(), Outcome::Page, "{unlikely}");
    }
}

#[tokio::test]
async fn restoring_is_a_setting_and_can_be_the_querys_alone() {
    let never = site(|layer| layer);
    never
        .respond(NOTHING, get("/?_subid=q1").header("cookie", "_subid=c1"))
        .await;
    assert_eq!(never.click().outcome(), Outcome::Page);
    let query = site(|layer| layer.restore(Restore::Query));
    query
        .respond(NOTHING, get("/").header("cookie", "_subid=c1"))
        .await;
    assert_eq!(query.click().outcome(), Outcome::Page);
    let cookies = site(|layer| layer.restore(Restore::Cookies));
    cookies.visit(get("/").header("cookie", "_subid=c1")).await;
    assert_eq!(cookies.click().outcome(), Outcome::Restored);
}

#[tokio::test]
async fn placeholders_of_html_pages_are_filled() {
    let site = site(|layer| layer.rewrite(true).offer_fallback("/sold-out"));
    let got = site.respond(NOTHING, get("/")).await;
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

#[tokio::test]
async fn a_page_that_is_left_out_is_passed_as_it_is() {
    let rules = Rules::default().except("/admin/*").except_query("edit");
    let rules = rules.except_cookie("logged_in").only("/*");
    let rewriting = site(|layer| {
        let layer = layer.rewrite(true).restore(Restore::Cookies);
        layer.rules(rules)
    });
    let silent = site(|layer| layer.rewrite(true).rules(Rules::default().methods([])));
    let only = site(|layer| layer.rewrite(true).rules(Rules::default().only("/land/*")));
    for (site, request) in [
        (&rewriting, get("/admin/post.php")),
        (&rewriting, get("/admin/post.php").method("POST")),
        (&rewriting, get("/admin/").header("cookie", "_subid=c1")),
        (&rewriting, get("/?edit=7")),
        (&rewriting, get("/").header("cookie", "logged_in=1")),
        (&silent, get("/")),
        (&only, get("/wp-admin/post.php")),
    ] {
        let got = site.visit_page(request, &[("etag", "\"1\"")], PAGE).await;
        assert_eq!(got.body, PAGE);
        assert_eq!(got.header("etag"), Some("\"1\""));
    }
    let form = get("/order").method("POST");
    let form = form.header("cookie", "_subid=c1; _token=ct");
    let got = rewriting.visit(form).await;
    assert!(got.body.contains("_token=ct"), "{}", got.body);
    assert!(rewriting.tracker.requests().is_empty());
}

#[tokio::test]
async fn a_tracker_that_sets_no_cookies_does_not_lose_the_click() {
    let restoring = site(|layer| layer.restore(Restore::Cookies));
    let got = restoring.respond(NOTHING, get("/")).await;
    let cookies = got.cookies();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    assert!(cookies[0].starts_with("_subid=s1;") && cookies[1].starts_with("_token=t+1;"));
    let sent_back = get("/").header("cookie", "_subid=s1; _token=t+1");
    restoring.visit(sent_back).await;
    assert_eq!(restoring.click().token(), Some("t+1"));
    let never = site(|layer| layer);
    assert!(never.respond(NOTHING, get("/")).await.cookies().is_empty());
}

#[tokio::test]
async fn a_form_or_a_script_is_recognised_without_a_click() {
    let site = site(|layer| layer.restore(Restore::Cookies));
    let cookie = "_subid=c1; _token=ct";
    for request in [
        get("/order").method("POST"),
        get("/cart").header("sec-fetch-dest", "empty"),
    ] {
        site.visit(request.header("cookie", cookie)).await;
        assert_eq!(site.click().outcome(), Outcome::Restored);
        assert_eq!(site.click().sub_id(), Some("c1"));
    }
    site.visit(get("/a.css").header("cookie", cookie)).await;
    assert_eq!(site.click().outcome(), Outcome::Skipped);
    site.visit(get("/order").method("POST")).await;
    assert_eq!(site.click().outcome(), Outcome::Skipped);
    assert!(site.tracker.requests().is_empty());
}

#[tokio::test]
async fn a_token_that_a_visitor_has_made_up_is_not_passed_on() {
    let site = site(|layer| layer.restore(Restore::QueryThenCookies));
    let long = "t".repeat(1025);
    for (token, expected) in [
        ("abc-DEF_0.~+/=:|", Some("abc-DEF_0.~+/=:|")),
        ("a%22%3E%3Cscript%3E", None),
        ("a%27b", None),
        ("a%20b", None),
        ("a,b", None),
        ("%D1%8B", None),
        (&*long, None),
    ] {
        let escaped = token.replace('+', "%2B");
        site.visit(get(&format!("/?_subid=c1&_token={escaped}")))
            .await;
        assert_eq!(site.click().outcome(), Outcome::Restored);
        assert_eq!(site.click().token(), expected, "{token}");
        let cookie = format!("_subid=c1; _token={token}");
        site.visit(get("/").header("cookie", cookie)).await;
        assert_eq!(site.click().token(), expected, "{token}");
    }
}

#[tokio::test]
async fn reset_forgets_the_click() {
    let site = site(|layer| layer.restore(Restore::QueryThenCookies));
    let cookie = "_subid=c1; _token=ct";
    let asked = get("/?_reset=1&a=b").header("cookie", cookie);
    let got = site.respond(NOTHING, asked).await;
    assert_eq!(site.click().outcome(), Outcome::Page);
    assert_eq!(site.click().sub_id(), Some("s1"));
    assert!(site.sent("_reset").is_empty());
    assert!(site.sent("original_headers[Cookie]").is_empty());
    assert!(got.cookies()[0].starts_with("_subid=s1;"));
    site.tracker.reply(500, "");
    let got = site.visit(get("/?_reset=1").header("cookie", cookie)).await;
    let cookies = got.cookies();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    assert!(cookies.iter().all(|cookie| cookie.contains("; Max-Age=0")));
    site.visit(get("/?_reset=0").header("cookie", cookie)).await;
    assert_eq!(site.click().outcome(), Outcome::Restored);
    // A cookie with a longer name sets neither of the two again.
    let other = r#"{"cookies":{"_subid_seen":"1"}}"#;
    let asked = get("/?_reset=1").header("cookie", cookie);
    let got = site.respond(other, asked).await;
    let deleted = got.cookies();
    let deleted = deleted.iter().filter(|line| line.contains("; Max-Age=0"));
    assert_eq!(deleted.count(), 2, "{:?}", got.cookies());
}

#[tokio::test]
async fn the_bare_host_and_www_share_their_cookies() {
    let site = site(|layer| layer);
    let response = r#"{"cookies":{"_subid":"s1"}}"#;
    for host in ["www.shop.example", "shop.example", "WWW.shop.example:80"] {
        let request = http::Request::get("/").header("host", host);
        let got = site.respond(response, request).await;
        assert!(
            got.cookies()[0].contains("; Domain=shop.example;"),
            "{host}"
        );
    }
}

#[tokio::test]
async fn a_page_with_click_cookies_is_for_one_visitor() {
    let response = r#"{"cookies":{"_subid":"s1"}}"#;
    let site = site(|layer| layer);
    let site = &site;
    let cached = |headers: &'static [(&'static str, &'static str)]| async move {
        site.tracker.reply(200, response);
        let got = site.visit_page(get("/"), headers, PAGE).await;
        let values = got.headers.get_all("cache-control").iter();
        let values: Vec<&str> = values.map(|value| value.to_str().unwrap()).collect();
        let shared = [
            "expires",
            "surrogate-control",
            "cdn-cache-control",
            "x-accel-expires",
        ];
        assert!(shared.iter().all(|name| got.header(name).is_none()));
        values.join("; ")
    };
    assert_eq!(cached(&[]).await, "private, no-cache");
    let public = &[
        ("cache-control", "public, max-age=600"),
        ("cache-control", "s-maxage=5"),
        ("expires", "Thu, 01 Jan 2099 00:00:00 GMT"),
        ("surrogate-control", "max-age=9"),
        ("cdn-cache-control", "max-age=9"),
        ("x-accel-expires", "60"),
    ];
    assert_eq!(cached(public).await, "private, no-cache");
    assert_eq!(cached(&[("cache-control", "no-store")]).await, "no-store");
    let private = &[("cache-control", "Private, max-age=60")];
    assert_eq!(cached(private).await, "Private, max-age=60");
    assert_eq!(
        cached(&[("cache-control", "private=\"x\", max-age=60")]).await,
        "private, no-cache"
    );
    let asset = &[("cache-control", "public, max-age=600")];
    let got = site.visit_page(get("/a.css"), asset, PAGE).await;
    assert_eq!(got.header("cache-control"), Some("public, max-age=600"));
}

#[tokio::test]
async fn placeholders_are_filled_in_the_forms_that_editors_make_of_them() {
    let site = site(|layer| layer.rewrite(true));
    const FORMS: &str = "<a href=\"http://{offer}\">1</a><a href='https://{offer}/'>2</a>\
        <a href=\"http://offer:9\">3</a><a href=\"%7Boffer%7D\">4</a><a href=\"%7boffer:7%7d\">5</a>\
        <a href=\"{offer}?sub_id_1=a&amp;x=1\">6</a><a href=\"http://%7Boffer%7D?a=b#c\">7</a>\
        <a href=\"http://{offer:9}\">8</a>{subid}%7Bsubid%7D<p>http://offer.example %7Bother%7D</p>";
    site.tracker.reply(200, NOTHING);
    let got = site.visit_page(get("/"), &[], FORMS).await;
    let offer = "https://tracker.example/?_lp=1&_token=t%2B1";
    let expected = format!(
        "<a href=\"{offer}\">1</a><a href='{offer}'>2</a>\
        <a href=\"{offer}&offer_id=9\">3</a><a href=\"{offer}\">4</a><a href=\"{offer}&offer_id=7\">5</a>\
        <a href=\"{offer}&sub_id_1=a&amp;x=1\">6</a><a href=\"{offer}&a=b#c\">7</a>\
        <a href=\"{offer}&offer_id=9\">8</a>s1s1<p>http://offer.example %7Bother%7D</p>"
    );
    assert_eq!(got.body, expected);
    site.tracker.reply(500, "");
    let got = site
        .visit_page(get("/"), &[], "<a href=\"http://{offer}?a=b\">")
        .await;
    assert_eq!(got.body, "<a href=\"#?a=b\">");
}
