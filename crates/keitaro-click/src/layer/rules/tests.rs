use super::*;

fn clicks(rules: &Rules, method: &str, path: &str, header: Option<(&str, &str)>) -> bool {
    let mut request = http::Request::builder().method(method).uri(path);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    rules.visit(&request.body(()).unwrap().into_parts().0) == Visit::Click
}

#[test]
fn pages_click_and_the_rest_does_not() {
    let rules = Rules::default();
    for path in [
        "/",
        "/shop/shoes",
        "/index.php?file=a.js",
        "/v1.2/page",
        "/a.html",
    ] {
        assert!(clicks(&rules, "GET", path, None), "{path}");
    }
    for path in [
        "/app.js",
        "/a/B.PNG",
        "/favicon.ico",
        "/robots.txt",
        "/healthz",
        "/ping",
        "/.well-known/acme-challenge/x",
        "/sitemap.xml",
        "/app.apk",
        "/Setup.EXE",
        "/prices.xls",
        "/a.7z",
        "/live/a.m3u8",
        "/a.m4a",
        "/a.dmg",
        "/a.pptx",
        "/a.heic",
    ] {
        assert!(!clicks(&rules, "GET", path, None), "{path}");
        assert!(
            clicks(&rules.clone().assets(true), "GET", path, None),
            "{path}"
        );
    }
    for method in ["HEAD", "OPTIONS", "POST", "PUT", "DELETE"] {
        assert!(!clicks(&rules, method, "/", None), "{method}");
    }
    assert!(clicks(&rules.methods([Method::POST]), "POST", "/", None));
}

#[test]
fn prefetches_upgrades_and_assets_by_header_do_not_click() {
    let rules = Rules::default();
    for (name, value) in [
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "Prefetch"),
        ("X-Purpose", "preview"),
        ("X-Moz", "prefetch"),
        ("X-FB-HTTP-Engine", "Liger"),
    ] {
        assert!(!clicks(&rules, "GET", "/", Some((name, value))), "{name}");
        let rules = rules.clone().prefetch(true);
        assert!(clicks(&rules, "GET", "/", Some((name, value))), "{name}");
    }
    assert!(!clicks(&rules, "GET", "/", Some(("Upgrade", "websocket"))));
    assert!(!clicks(
        &rules,
        "GET",
        "/x",
        Some(("Sec-Fetch-Dest", "image"))
    ));
    assert!(clicks(
        &rules,
        "GET",
        "/",
        Some(("Sec-Fetch-Dest", "document"))
    ));
}

#[test]
fn robots_by_setting() {
    let robot = Some(("User-Agent", "Googlebot/2.1"));
    assert!(clicks(&Rules::default(), "GET", "/", robot));
    let rules = Rules::default().bots(false);
    assert!(!clicks(&rules, "GET", "/", robot));
    assert!(clicks(
        &rules,
        "GET",
        "/",
        Some(("User-Agent", "Mozilla/5.0"))
    ));
}

#[test]
fn wordpress_pages_click_and_the_rest_of_it_does_not() {
    let rules = Rules::default().wordpress();
    for (path, expected) in [
        ("/", true),
        ("/2026/11/hello-world/", true),
        ("/shop/feedback/", true),
        ("/index.php?p=7", true),
        ("/wp-admin/", false),
        ("/blog/wp-admin/options.php", false),
        ("/wp-login.php?redirect_to=x", false),
        ("/wp-cron.php?doing_wp_cron=1", false),
        ("/feed/", false),
        ("/category/news/feed/atom/", false),
        ("/?feed=rss2", false),
        ("/wp-json/wp/v2/posts", false),
        ("/?rest_route=/wp/v2/posts", false),
        ("/?p=7&preview=true", false),
        ("/?p=7&preview=1", false),
        ("/?p=7&preview=false", true),
        ("/?wc-api=WC_Gateway_Paypal", false),
        ("/wc-api/WC_Gateway_Paypal/", false),
        ("/shop/wc-api/v3", false),
        ("/?download_file=7&order=wc_1&key=x", false),
        ("/wp-mail.php", false),
        ("/wp-links-opml.php", false),
        ("/?p=7&elementor-preview=7", false),
        ("/?sitemap=index", false),
        ("/?s=shoes", false),
        ("/?source=s", true),
        ("/xmlrpc.php", false),
    ] {
        assert_eq!(clicks(&rules, "GET", path, None), expected, "{path}");
    }
    let logged_in = Some(("Cookie", "a=b; wordpress_logged_in_0f1=x%7C1"));
    assert!(!clicks(&rules, "GET", "/", logged_in));
    assert!(clicks(
        &rules,
        "GET",
        "/",
        Some(("Cookie", "wordpress_test_cookie=1"))
    ));
    assert!(clicks(&Rules::default(), "GET", "/?s=a", logged_in));
}

#[test]
fn patterns() {
    let rules = Rules::default()
        .only("/")
        .only("/land/*")
        .except("/land/*/api/*");
    for (path, expected) in [
        ("/", true),
        ("/other", false),
        ("/land/", true),
        ("/land/a/b", true),
        ("/land/a/api/x", false),
        ("/landing", false),
    ] {
        assert_eq!(clicks(&rules, "GET", path, None), expected, "{path}");
    }
    assert!(glob("*", "/a") && glob("*.php", "/a.php") && glob("/a*c*e", "/abcde"));
    assert!(!glob("*.php", "/a.phps") && !glob("/a*a", "/a"));
}
