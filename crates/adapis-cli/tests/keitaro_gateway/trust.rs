//! Headers that visitors cannot spoof.

use adapis_emulator::Emulator;

use crate::{before, exchange};

#[tokio::test]
async fn the_site_is_told_about_the_click_and_visitors_cannot_pretend() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &[]).await;
    let evil = "X-Keitaro-Sub-Id: evil\r\nx-keitaro-token: evil\r\nX-KEITARO-Is-Bot: 1\r\nX-Keitaro-New: evil\r\n\
        X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n\
        X-Forwarded-Proto: https\r\nCF-Connecting-IP: 6.6.6.6\r\n";
    gateway.get("/?ip=6.6.6.6&ua=evil&token=evil", evil).await;
    let head = site.last();
    assert!(
        !head[head.find("\r\n").unwrap()..].contains("evil"),
        "{head}"
    );
    assert!(
        !head.contains("for=6.6.6.6") && !head.contains(": 6.6.6.6"),
        "{head}"
    );
    assert_eq!(site.header("x-forwarded-for").as_deref(), Some("127.0.0.1"));
    assert_eq!(site.header("x-real-ip").as_deref(), Some("127.0.0.1"));
    assert_eq!(site.header("x-forwarded-proto").as_deref(), Some("http"));
    assert_eq!(
        site.header("x-forwarded-host").as_deref(),
        Some("shop.example:8080")
    );
    assert_eq!(site.header("x-keitaro-outcome").as_deref(), Some("page"));
    let click = &emulator.clicks(1).last[0];
    let click = serde_json::to_value(click).unwrap();
    assert_eq!(
        site.header("x-keitaro-sub-id").as_deref(),
        click["sub_id"].as_str()
    );
    assert_eq!(click["ip"], "127.0.0.1", "{click}");
}

#[tokio::test]
async fn a_trusted_proxy_names_the_visitor_and_the_denied_stay_out() {
    let emulator = Emulator::start().await.unwrap();
    let flags = ["--trusted-proxy", "127.0.0.0/8", "--deny", "203.0.113.0/24"];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    let answer = gateway
        .get("/", "X-Forwarded-For: 6.6.6.6, 198.51.100.7\r\n")
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(site.header("x-real-ip").as_deref(), Some("198.51.100.7"));
    let click = serde_json::to_value(&emulator.clicks(1).last[0]).unwrap();
    assert_eq!(click["ip"], "198.51.100.7");
    let answer = gateway.get("/", "X-Forwarded-For: 203.0.113.9\r\n").await;
    assert_eq!(answer.status, 403);
    assert_eq!(site.heads.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn names_with_underscores_and_named_hops_pretend_nothing() {
    let emulator = Emulator::start().await.unwrap();
    let flags = ["--address-header", "x-visitor"];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    let evil = "X-Keitaro_Sub_Id: evil\r\nX_Keitaro_Token: evil\r\nX_Forwarded_For: evil\r\n\
        X_Real_IP: evil\r\nTrue-Client-IP: evil\r\nClient_IP: evil\r\nX-Visitor: evil\r\n\
        Connection: Host, X-Keitaro-Sub-Id, X-Real-IP\r\n";
    gateway.get("/", evil).await;
    let head = site.last();
    assert!(!head.contains("evil"), "{head}");
    assert_eq!(site.header("host").as_deref(), Some("shop.example:8080"));
    assert_eq!(site.header("x-real-ip").as_deref(), Some("127.0.0.1"));
    assert!(site.header("x-keitaro-sub-id").is_some());
}

#[tokio::test]
async fn one_host_is_needed_and_that_of_the_target_counts() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &[]).await;
    for (request, status) in [
        ("GET / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a@b\r\n", 400),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n", 405),
        ("GET / HTTP/1.0\r\n", 200),
    ] {
        let request = format!("{request}Connection: close\r\n\r\n");
        let answer = exchange(&gateway.address, &request).await;
        assert_eq!(answer.status, status, "{request}");
    }
    assert_eq!(site.heads.lock().unwrap().len(), 1);
    let request =
        "GET http://real.example/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    exchange(&gateway.address, request).await;
    let head = site.last();
    assert!(head.starts_with("GET /x HTTP/1.1"), "{head}");
    assert_eq!(site.header("host").as_deref(), Some("real.example"));
    let click = serde_json::to_string(&emulator.clicks(1).last[0]).unwrap();
    assert!(!click.contains("evil"), "{click}");
}

#[tokio::test]
async fn a_visitor_cannot_split_a_response() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, _site) = before(&emulator, "Example", &["--restore", "both"]).await;
    for target in [
        "/?keyword=a%0d%0aSet-Cookie:%20evil=1",
        "/?_subid=a%0d%0aSet-Cookie:%20evil=1",
        "/?_subid=a&_token=b%0d%0aSet-Cookie:%20evil=1",
        "/%0d%0aSet-Cookie:%20evil=1",
    ] {
        let cookie = "Cookie: _token=\"%0d%0aSet-Cookie: evil=1\"\r\n";
        let answer = gateway.get(target, cookie).await;
        let mut lines = answer.head.lines();
        let split = |line: &str| line.to_ascii_lowercase().starts_with("set-cookie: evil");
        assert!(!lines.any(split), "{}", answer.head);
    }
}

#[tokio::test]
async fn the_site_is_told_of_https() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &["--https"]).await;
    let answer = gateway.get("/", "X-Forwarded-Proto: http\r\n").await;
    assert_eq!(site.header("x-forwarded-proto").as_deref(), Some("https"));
    assert!(answer.header("set-cookie").unwrap().contains("; Secure"));
}

#[tokio::test]
async fn nobody_hides_behind_what_they_write_themselves() {
    let emulator = Emulator::start().await.unwrap();
    let flags = [
        "--trusted-proxy",
        "127.0.0.0/8",
        "--address-header",
        "X-Forwarded-For",
        "--deny",
        "203.0.113.0/24",
    ];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    for chain in [
        "caf\u{e9}, 203.0.113.9",
        ", 203.0.113.9",
        "6.6.6.6, unknown",
        "",
    ] {
        let answer = gateway
            .get("/", &format!("X-Forwarded-For: {chain}\r\n"))
            .await;
        assert_eq!(answer.status, 403, "{chain}");
    }
    let evil = "X-Forwarded-For: 6.6.6.6, caf\u{e9}, 198.51.100.7\r\nX-Real-IP: 6.6.6.6\r\n\
        Forwarded: for=6.6.6.6\r\nX-Forwarded-Proto: https, http\r\nCF-Connecting-IP: 6.6.6.6\r\n\
        True-Client-IP: 198.51.100.7\r\nX.Forwarded.For: 6.6.6.6\r\nX-Forwarded-Host: evil.example\r\n";
    assert_eq!(gateway.get("/", evil).await.status, 200);
    let head = site.last();
    assert!(!head.contains("6.6.6.6"), "{head}");
    let chain = site.header("x-forwarded-for");
    assert_eq!(chain.as_deref(), Some("198.51.100.7, 127.0.0.1"));
    assert_eq!(site.header("x-real-ip").as_deref(), Some("198.51.100.7"));
    assert_eq!(
        site.header("true-client-ip").as_deref(),
        Some("198.51.100.7")
    );
    assert_eq!(site.header("x-forwarded-proto").as_deref(), Some("http"));
    assert_eq!(
        site.header("x-forwarded-host").as_deref(),
        Some("shop.example:8080")
    );
}

#[tokio::test]
async fn a_proxy_passes_on_no_claim_that_it_is_not_known_to_make() {
    let emulator = Emulator::start().await.unwrap();
    let flags = [
        "--trusted-proxy",
        "127.0.0.0/8",
        "--address-header",
        "x-real-ip",
    ];
    let claims = "X-Real-IP: 198.51.100.7\r\nX-Forwarded-Ssl: claim\r\nX-Forwarded-Scheme: claim\r\n\
        X-Forwarded-Prefix: claim\r\nX-Forwarded-Port: 8443\r\nX-Forwarded-User: claim\r\n\
        X-Forwarded-Host: claim\r\nX-Forwarded: claim\r\nX_Forwarded_Port: 8443\r\n";
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    gateway.get("/", claims).await;
    let head = site.last();
    assert!(!head.contains("claim") && !head.contains("8443"), "{head}");

    let allowed = [
        &flags[..],
        &["--forwarded-header", "X-Forwarded-Port,x-forwarded-host"],
    ]
    .concat();
    let (gateway, site) = before(&emulator, "Nothing", &allowed).await;
    gateway.get("/", claims).await;
    assert_eq!(site.header("x-forwarded-port").as_deref(), Some("8443"));
    assert_eq!(site.header("x-forwarded-host").as_deref(), Some("claim"));
    assert_eq!(site.last().matches("8443").count(), 1, "{}", site.last());
}

#[tokio::test]
async fn a_proxy_that_names_nobody_is_not_the_visitor() {
    let emulator = Emulator::start().await.unwrap();
    let flags = [
        "--trusted-proxy",
        "127.0.0.1",
        "--address-header",
        "x-forwarded-for",
    ];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    assert_eq!(gateway.get("/", "X-Real-IP: 6.6.6.6\r\n").await.status, 200);
    let chain = site.header("x-forwarded-for");
    assert_eq!(chain.as_deref(), Some("unknown, 127.0.0.1"));
    assert_eq!(site.header("x-real-ip"), None);

    let closed = [&flags[..], &["--deny", "203.0.113.0/24"]].concat();
    let (gateway, _site) = before(&emulator, "Nothing", &closed).await;
    for _ in 0..2 {
        let answer = gateway.get("/", "").await;
        assert_eq!(answer.status, 403);
        // The next one may have an address.
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    }
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("keitaro_visits_without_address_total 2\n"),
        "{metrics}"
    );
    let told = gateway.stop().await;
    assert_eq!(told.matches("has no address").count(), 1, "{told}");
}

#[tokio::test]
async fn a_visitor_without_an_address_is_unknown_to_the_site() {
    let emulator = Emulator::start().await.unwrap();
    let flags = ["--trusted-proxy", "127.0.0.0/8"];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    gateway
        .get(
            "/",
            "X-Forwarded-For: 198.51.100.7\r\nX-Real-IP: 6.6.6.6\r\n",
        )
        .await;
    let chain = site.header("x-forwarded-for");
    assert_eq!(chain.as_deref(), Some("unknown, 127.0.0.1"));
    assert_eq!(site.header("x-real-ip"), None);
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("keitaro_visits_without_address_total 1"),
        "{metrics}"
    );
    let told = gateway.stop().await;
    assert!(told.contains("--address-header"), "{told}");
    assert!(told.contains("a visitor has no address"), "{told}");
}

#[tokio::test]
async fn names_that_cgi_folds_pretend_nothing() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &[]).await;
    let mut evil = String::new();
    for separator in [
        "-", "_", ".", "~", "!", "*", "+", "'", "`", "|", "^", "#", "$", "%", "&",
    ] {
        for name in [
            "X-Keitaro-Token",
            "X-Forwarded-For",
            "X-Real-IP",
            "Forwarded-",
        ] {
            let name = name.replace('-', separator);
            evil += &format!("{name}: evil\r\n");
        }
    }
    gateway.get("/", &evil).await;
    let head = site.last();
    let head = head.replace("Forwarded", "");
    assert!(!head.to_lowercase().contains("x.keitaro"), "{head}");
    for line in head.lines().filter(|line| line.ends_with(": evil")) {
        let name = line.split(':').next().unwrap().to_lowercase();
        let folded = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        assert!(
            !folded.starts_with("x-keitaro") && folded != "x-real-ip",
            "{line}"
        );
    }
}

#[tokio::test]
async fn quotes_and_brackets_in_a_request_line_are_refused_and_raw_text_passes() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &[]).await;
    for target in ["/a\"b", "/?a=\"b\"", "/a<b", "/?a=<b>", "/a?b=>"] {
        assert_eq!(gateway.get(target, "").await.status, 400, "{target}");
    }
    assert!(site.heads.lock().unwrap().is_empty());
    for target in ["/?a={keyword}|b", "/п?q=слон", "/?a=%22%3C%3E"] {
        assert_eq!(gateway.get(target, "").await.status, 200, "{target}");
        assert!(
            site.last().starts_with(&format!("GET {target} ")),
            "{}",
            site.last()
        );
    }
}
