//! What the tracker learns about a visitor, and what a visitor cannot forge.

use keitaro_click::ClickEncoding;
use keitaro_click::layer::{Outcome, Rules};

use crate::{NOTHING, PAGE, get, site};

#[tokio::test]
async fn the_form_is_that_of_kclient() {
    let site = site(|layer| layer.landing_id(5).param("source", "shop"));
    let request = get("/shoes?keyword=red%20shoes&utm_source=x")
        .header("user-agent", "UA/1")
        .header("accept-language", "de-AT,en;q=0.5")
        .header("referer", "http://search.example/?q=1")
        .header("x-requested-with", "com.example.app")
        .header("cookie", "PHPSESSID=private; _subid=old")
        .header("authorization", "Bearer private");
    site.respond(NOTHING, request).await;
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
        (
            "uri",
            "http://shop.example:8080/shoes?keyword=red%20shoes&utm_source=x",
        ),
        ("kversion", "3.4"),
        ("landing_id", "5"),
        ("keyword", "red shoes"),
    ] {
        assert_eq!(site.sent(name), [value], "{name}");
    }
    assert!(!format!("{:?}", site.form()).contains("private"));
}

#[tokio::test]
async fn get_with_the_names_of_the_page_is_a_setting() {
    let site = site(|layer| layer.click_encoding(ClickEncoding::Query));
    site.respond(NOTHING, get("/?keyword=a").header("user-agent", "UA/1"))
        .await;
    assert_eq!(site.sent("user_agent"), ["UA/1"]);
    assert_eq!(site.sent("keyword"), ["a"]);
    assert!(site.sent("ua").is_empty() && site.sent("uri").is_empty());
}

#[tokio::test]
async fn a_visitor_cannot_set_a_control_field() {
    let site = site(|layer| layer.param("source", "shop").param("sub_id_1", "ours"));
    let evil = "/?token=evil&version=9&info=0&log=1&ip=6.6.6.6&ip[]=6.6.6.6&ip%5B0%5D=6.6.6.6&%20ip=6.6.6.6\
        &ua=evil&user_agent=evil&user.agent=evil&language=xx&landing_id=666&prefetch=1\
        &uniqueness_cookie=evil&x_requested_with=evil&force_redirect_offer=1&kversion=9&uri=evil\
        &original_host=evil&original_headers[X]=evil&original.method=evil&source=evil&_subid=evil\
        &force[redirect_offer=1&user[agent=evil&landing[id=666&ip[x=6.6.6.6&x.requested.with=evil\
        &%20source=evil&source[]=evil&source[a]=evil&sou%00rce=evil&sub.id.1=evil&sub%20id[1=evil\
        &api_key=evil&api.key=evil&original[host=evil&_subid.=evil&%20_token=evil\
        &split=a%0d%0aX-Evil:1&keyword=fine";
    site.respond(NOTHING, get(evil)).await;
    let form = site.form();
    for (name, value) in &form {
        if name != "uri" {
            assert!(
                !value.contains("evil") && !value.contains("6.6.6.6"),
                "{name}={value}"
            );
        }
    }
    assert_eq!(site.sent("token"), ["s3cret-token"]);
    assert_eq!(site.sent("version"), ["3"]);
    assert_eq!(site.sent("ip"), ["192.0.2.1"]);
    assert_eq!(site.sent("source"), ["shop"]);
    assert_eq!(site.sent("keyword"), ["fine"]);
    assert_eq!(site.sent("sub_id_1"), ["ours"]);
    for name in [
        "log",
        "landing_id",
        "prefetch",
        "force_redirect_offer",
        "split",
        "_subid",
    ] {
        assert!(site.sent(name).is_empty(), "{name}");
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
    plain.respond(NOTHING, headers(get("/"))).await;
    assert_eq!(plain.sent("ip"), ["192.0.2.1"]);
    let trusting = site(|layer| layer.trusted_proxies(["192.0.2.0/24".parse().unwrap()]));
    let chain = get("/").header("x-forwarded-for", "6.6.6.6, 203.0.113.7");
    trusting.respond(NOTHING, chain).await;
    assert_eq!(trusting.sent("ip"), ["203.0.113.7"]);
}

#[tokio::test]
async fn the_tracker_is_not_told_of_an_address_that_is_not_the_visitors() {
    let claims = |request: http::request::Builder| {
        request
            .header("x-forwarded-for", "6.6.6.6, 203.0.113.7")
            .header("x_forwarded_for", "6.6.6.6")
            .header("cf-connecting-ip", "6.6.6.6")
            .header("x-real-ip", "203.0.113.7")
            .header("forwarded", "for=6.6.6.6")
            .header("client-ip", "6.6.6.6")
            .header("true-client-ip", "6.6.6.6")
            .header("x-other", "6.6.6.6")
    };
    let told = |site: &crate::Site| {
        let names = site.form().into_iter().map(|(name, _)| name);
        let names = names.filter(|name| name.starts_with("original_headers["));
        names.collect::<Vec<_>>()
    };
    let plain = site(|layer| layer);
    plain.respond(NOTHING, claims(get("/"))).await;
    assert_eq!(
        told(&plain),
        ["original_headers[Host]", "original_headers[X-Other]"]
    );
    let trusting = site(|layer| {
        let header = http::HeaderName::from_static("x-real-ip");
        let layer = layer.trusted_proxies(["192.0.2.0/24".parse().unwrap()]);
        layer.address_header(header)
    });
    trusting.respond(NOTHING, claims(get("/"))).await;
    assert_eq!(trusting.sent("ip"), ["203.0.113.7"]);
    assert_eq!(
        trusting.sent("original_headers[X-Real-Ip]"),
        ["203.0.113.7"]
    );
    assert_eq!(told(&trusting).len(), 3, "{:?}", told(&trusting));
}

#[tokio::test]
async fn requests_that_should_not_click_do_not() {
    let site = site(|layer| layer);
    for request in [
        get("/style.css"),
        get("/healthz"),
        get("/").header("x-purpose", "preview"),
        get("/ws").header("upgrade", "websocket"),
        get("/ws").header("upgrade", "h2c, websocket"),
        get("/").method("HEAD"),
        get("/").method("OPTIONS"),
        get("/").method("POST"),
    ] {
        let got = site.visit(request).await;
        assert_eq!(got.body, PAGE);
        assert_eq!(site.click().outcome(), Outcome::Skipped);
    }
    assert!(site.tracker.requests().is_empty());
    assert_eq!(site.layer.monitor().counts().skipped, 8);
}

#[tokio::test]
async fn a_prefetch_may_click_and_says_so() {
    let site = site(|layer| layer.rules(Rules::default().prefetch(true)));
    site.respond(NOTHING, get("/").header("purpose", "prefetch"))
        .await;
    assert_eq!(site.sent("prefetch"), ["1"]);
}

#[tokio::test]
async fn the_page_sees_the_click() {
    let site = site(|layer| layer);
    site.respond(NOTHING, get("/")).await;
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
    site.respond(r#"{"body":""}"#, get("/")).await;
    assert_eq!(site.click().offer_url(), None);
}

#[tokio::test]
async fn headers_that_count_for_one_hop_are_not_forwarded() {
    let site = site(|layer| layer);
    let request = get("/")
        .header("connection", "close, X-Hop")
        .header("x-hop", "evil")
        .header("x-fine", "yes");
    site.respond(NOTHING, request).await;
    assert_eq!(site.sent("original_headers[X-Fine]"), ["yes"]);
    assert!(site.sent("original_headers[X-Hop]").is_empty());
}

#[tokio::test]
async fn a_query_in_another_encoding_arrives_as_it_came() {
    let site = site(|layer| layer);
    let query = "keyword=%EA%F3%EF%E8%F2%FC+%F1%EB%EE%ED&charset=windows-1251&x%FF=1";
    site.respond(NOTHING, get(&format!("/?{query}"))).await;
    let request = &site.tracker.requests()[0];
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    assert!(
        body.ends_with("&keyword=%EA%F3%EF%E8%F2%FC%20%F1%EB%EE%ED&charset=windows-1251&x%FF=1"),
        "{body}"
    );
}

#[tokio::test]
async fn a_referrer_in_the_query_does_not_replace_the_real_one() {
    let site = site(|layer| layer);
    let query = "/?referrer=evil&se_referrer=evil&se.referrer=evil";
    let with_referrer = get(query).header("referer", "http://search.example/");
    site.respond(NOTHING, with_referrer).await;
    assert_eq!(site.sent("referrer"), ["http://search.example/"]);
    assert_eq!(site.sent("se_referrer"), ["http://search.example/"]);
    assert!(site.sent("se.referrer").is_empty());
    site.respond(NOTHING, get("/?se_referrer=paid")).await;
    assert_eq!(site.sent("se_referrer"), ["paid"]);
}

#[tokio::test]
async fn allowed_cookies_are_the_cookies_of_the_call_too() {
    for encoding in [ClickEncoding::Form, ClickEncoding::Query] {
        let site = site(|layer| layer.click_encoding(encoding));
        let request = get("/").header("cookie", "PHPSESSID=private; _subid=old; _token=t");
        site.respond(NOTHING, request).await;
        let cookie = site.tracker.requests()[0].headers()["cookie"].clone();
        assert_eq!(cookie, "_subid=old; _token=t");
        site.respond(NOTHING, get("/")).await;
        assert!(!site.tracker.requests()[1].headers().contains_key("cookie"));
    }
}

#[tokio::test]
async fn the_url_is_https_where_a_trusted_proxy_says_so() {
    let site = site(|layer| layer.trusted_proxies(["192.0.2.1".parse().unwrap()]));
    site.respond(NOTHING, get("/a?b").header("x-forwarded-proto", "https"))
        .await;
    assert_eq!(site.sent("uri"), ["https://shop.example:8080/a?b"]);
}

#[tokio::test]
async fn nothing_but_a_navigation_clicks() {
    let site = site(|layer| layer);
    let scripted = [
        ("sec-fetch-dest", "empty"),
        ("sec-fetch-dest", "script"),
        ("sec-fetch-dest", "embed"),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-mode", "no-cors"),
        ("x-requested-with", "XMLHttpRequest"),
        ("accept", "text/event-stream"),
        ("accept", "application/json"),
        ("accept", "application/json, text/plain, */*"),
        ("accept", "image/avif,image/webp,*/*"),
        ("upgrade", "websocket"),
    ];
    for (name, value) in scripted {
        let got = site.visit(get("/").header(name, value)).await;
        assert_eq!(got.body, PAGE);
        assert_eq!(site.click().outcome(), Outcome::Skipped, "{name}: {value}");
    }
    assert!(site.tracker.requests().is_empty());
    for (name, value) in [
        ("sec-fetch-dest", "document"),
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-mode", "navigate"),
        ("x-requested-with", "com.example.app"),
        (
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        ),
        ("accept", "*/*"),
        ("accept", ""),
        ("upgrade", "h2c"),
        ("upgrade", "TLS/1.2"),
        ("upgrade", "TLS/1.0, HTTP/2.0"),
    ] {
        site.respond(NOTHING, get("/").header(name, value)).await;
        assert_eq!(site.click().outcome(), Outcome::Page, "{name}: {value}");
    }
    let all = crate::site(|layer| layer.rules(Rules::default().scripts(true)));
    all.respond(NOTHING, get("/").header("sec-fetch-dest", "empty"))
        .await;
    assert_eq!(all.click().outcome(), Outcome::Page);
}

#[tokio::test]
async fn parameters_come_from_the_request() {
    let site = site(|layer| {
        layer
            .param_from("page", "{uri}")
            .param_from("sub_id_1", "{header:X-Country}-{cookie:ab}")
            .param_from("sub_id_2", "{query:q}")
            .param_from("sub_id_3", "{host}")
            .param_from("sub_id_4", "{header:Authorization}{keyword}")
    });
    let request = get("/a?q=%EA%F3&page=evil&sub.id.2=evil")
        .header("x-country", "AT")
        .header("cookie", "ab=b%20x")
        .header("authorization", "private");
    site.respond(NOTHING, request).await;
    for (name, value) in [
        (
            "page",
            "http://shop.example:8080/a?q=%EA%F3&page=evil&sub.id.2=evil",
        ),
        ("sub_id_1", "AT-b x"),
        ("sub_id_3", "shop.example:8080"),
        ("sub_id_4", "{header:Authorization}{keyword}"),
    ] {
        assert_eq!(site.sent(name), [value], "{name}");
    }
    let body = site.tracker.requests()[0].body().to_vec();
    assert!(
        String::from_utf8(body)
            .unwrap()
            .contains("&sub_id_2=%EA%F3&")
    );
    site.respond(NOTHING, get("/")).await;
    assert!(site.sent("sub_id_1").is_empty() && site.sent("sub_id_2").is_empty());
}

#[tokio::test]
async fn only_utm_labels_are_sent_on_request() {
    let site = site(|layer| layer.utm_only(true));
    site.respond(NOTHING, get("/?utm_source=a&keyword=b&utm_x=c&xutm_=d"))
        .await;
    assert_eq!(
        (site.sent("utm_source"), site.sent("utm_x")),
        (vec!["a".into()], vec!["c".into()])
    );
    assert!(site.sent("keyword").is_empty() && site.sent("xutm_").is_empty());
}
