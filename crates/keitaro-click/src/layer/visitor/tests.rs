use super::*;

#[test]
fn language_is_the_most_wanted_two_letter_tag() {
    for (accept, expected) in [
        ("ru-RU,ru;q=0.9,en;q=0.8", Some("ru")),
        ("en;q=0.3, de-AT;q=0.9", Some("de")),
        ("*", None),
        ("fil, EN;q=0.5", Some("en")),
        ("zh_CN", Some("zh")),
        ("de;q=0, fr;q=0.1", Some("fr")),
        ("xx;q=nan,ru;q=0.1", Some("ru")),
        ("", None),
        ("\"", None),
    ] {
        assert_eq!(language(accept).as_deref(), expected, "{accept}");
    }
}

#[test]
fn private_headers_are_not_forwarded() {
    let mut headers = HeaderMap::new();
    for name in [
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-api-key",
        "x-csrf-token",
        "x-auth",
        "x-session-id",
        "x-keitaro-sub-id",
        "connection",
        "proxy-connection",
    ] {
        headers.insert(HeaderName::from_static(name), "s3cret".parse().unwrap());
    }
    headers.insert(USER_AGENT, "UA".parse().unwrap());
    headers.insert("sec-ch-ua-platform", "Linux".parse().unwrap());
    assert_eq!(
        forwarded(&headers, None),
        [
            ("User-Agent".into(), "UA".into()),
            ("Sec-Ch-Ua-Platform".into(), "Linux".into()),
        ]
    );
}
