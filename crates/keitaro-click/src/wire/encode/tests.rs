use super::*;
use crate::calls::name::{CONTROL_FIELDS, is_control_field, php_field};

/// Whether a tracker in PHP would take a parameter of one name for one of the other.
fn is_same_name(one: &[u8], other: &[u8]) -> bool {
    Readings::of(one).contain(&php_field(other))
}

fn everything() -> Click {
    Click::new()
        .ip([203, 0, 113, 7].into())
        .user_agent("UA 1")
        .language("ru")
        .landing_id(5)
        .uniqueness_cookie("u=1")
        .x_requested_with("XMLHttpRequest")
        .log(true)
        .info(true)
        .force_redirect_offer(true)
        .se_referrer("http://s/")
        .referrer("")
        .original_header("Accept", "*/*")
        .original("shop.example", "GET", "http://shop.example/?a=1")
        .prefetch(true)
        .keyword("a&b")
        .sub_id(1, "x")
}

#[test]
fn a_query_has_every_name_of_the_documentation() {
    let visitor = Click {
        original_headers: Vec::new(),
        original_host: None,
        original_method: None,
        uri: None,
        referrer: None,
        se_referrer: None,
        prefetch: false,
        ..everything()
    };
    assert_eq!(
        encode_click(&visitor, ClickEncoding::Query)
            .unwrap()
            .target(),
        "/click_api/v3?version=3&ip=203.0.113.7&user_agent=UA%201&language=ru&landing_id=5\
         &uniqueness_cookie=u%3D1&x_requested_with=XMLHttpRequest&log=1&info=1\
         &force_redirect_offer=1&keyword=a%26b&sub_id_1=x"
    );
}

#[test]
fn a_form_is_that_of_kclient_in_its_order() {
    let request = encode_click(&everything(), ClickEncoding::Form).unwrap();
    assert_eq!(request.target(), "/click_api/v3");
    let Payload::Form(form) = request.body() else {
        panic!("no form");
    };
    assert_eq!(
        form.as_str(),
        "version=3&info=1&ip=203.0.113.7&ua=UA%201&language=ru&x_requested_with=XMLHttpRequest\
         &se_referrer=http%3A%2F%2Fs%2F&referrer=&original_headers%5BAccept%5D=%2A%2F%2A\
         &original_host=shop.example&original_method=GET&uri=http%3A%2F%2Fshop.example%2F%3Fa%3D1\
         &kversion=3.4&prefetch=1&landing_id=5&uniqueness_cookie=u%3D1&log=1\
         &force_redirect_offer=1&keyword=a%26b&sub_id_1=x"
    );
}

#[test]
fn absent_values_are_left_out_and_no_click_is_idempotent() {
    let request = encode_click(&Click::new(), ClickEncoding::Query).unwrap();
    assert_eq!(request.target(), "/click_api/v3?version=3");
    assert!(!request.is_idempotent());
    let request = encode_click(&Click::new(), ClickEncoding::Form).unwrap();
    assert!(!request.is_idempotent());
}

#[test]
fn line_ends_are_refused_by_the_name_of_the_field() {
    let evil = "a\r\nb";
    for (visitor, field) in [
        (Click::new().user_agent(evil), "user_agent"),
        (Click::new().language(evil), "language"),
        (Click::new().uniqueness_cookie(evil), "uniqueness_cookie"),
        (Click::new().x_requested_with(evil), "x_requested_with"),
        (Click::new().referrer(evil), "referrer"),
        (Click::new().se_referrer(evil), "se_referrer"),
        (Click::new().original_header("A", evil), "original_headers"),
        (Click::new().original_header(evil, "a"), "original_headers"),
        (Click::new().original(evil, "GET", "/"), "original_host"),
        (Click::new().original("h", evil, "/"), "original_method"),
        (Click::new().original("h", "GET", evil), "uri"),
        (Click::new().keyword(evil), "keyword"),
        (Click::new().param(evil, "a"), "params"),
        (Click::new().param("", "a"), "params"),
    ] {
        for encoding in [ClickEncoding::Query, ClickEncoding::Form] {
            let error = encode_click(&visitor, encoding).unwrap_err();
            assert_eq!(error.field(), Some(field), "{error}");
            assert!(error.message().starts_with(field), "{error}");
        }
    }
}

#[test]
fn a_parameter_cannot_be_a_control_field() {
    for name in CONTROL_FIELDS
        .iter()
        .copied()
        .chain(["original_headers[X]"])
    {
        let error = encode_click(&Click::new().param(name, "1"), ClickEncoding::Query).unwrap_err();
        assert_eq!(error.field(), Some(name));
    }
    for name in [
        "keyword",
        "se_referrer",
        "utm_source",
        "кампания",
        "sub_id_30",
    ] {
        assert!(encode_click(&Click::new().param(name, "1"), ClickEncoding::Query).is_ok());
    }
}

#[test]
fn an_offer_url_keeps_port_and_directory_and_encodes_the_token() {
    let tracker = Endpoint::parse("https://t.example:8443/dir/").unwrap();
    let offer = OfferUrl::new("a+/=&exit=1")
        .offer_id(7)
        .sub_id(30, "x y")
        .exit(true);
    assert_eq!(
        encode_offer_url(&tracker, &offer).unwrap(),
        "https://t.example:8443/dir/?_lp=1&_token=a%2B%2F%3D%26exit%3D1&offer_id=7&sub_id_30=x%20y&exit=1"
    );
    let root = Endpoint::parse("https://t.example").unwrap();
    assert_eq!(
        encode_offer_url(&root, &OfferUrl::new("t")).unwrap(),
        "https://t.example/?_lp=1&_token=t"
    );
    assert_eq!(
        encode_offer_url(&root, &OfferUrl::new(" "))
            .unwrap_err()
            .field(),
        Some("token")
    );
}

#[test]
fn an_update_names_the_click_and_new_values() {
    let update = Update::new("o2q6").param("sub_id_1", "a b");
    assert_eq!(
        encode_update(&update).unwrap().target(),
        "/?_update_tokens=1&sub_id=o2q6&sub_id_1=a%20b"
    );
    let field = |update| {
        encode_update(&update)
            .unwrap_err()
            .field()
            .map(str::to_owned)
    };
    assert_eq!(field(Update::new("")), Some("sub_id".into()));
    assert_eq!(field(Update::new("a")), Some("params".into()));
    let twice = Update::new("a").param("sub_id", "b");
    assert_eq!(field(twice), Some("sub_id".into()));
}

#[test]
fn a_postback_has_every_documented_member() {
    let mut postback = Postback::new("o2q6")
        .status(Conversion::Rebill)
        .payout(Decimal::new(1250, 2))
        .cost(Decimal::new(3, 1))
        .currency("USD")
        .tid("t-1")
        .return_text("OK")
        .param("sub_id_15", "x");
    postback.sale_status = vec!["paid".into(), "ok".into()];
    postback.ignore_status = vec!["trash".into()];
    let request = encode_postback(&postback, "key").unwrap();
    assert_eq!(
        request.target(),
        "/key/postback?subid=o2q6&status=rebill&payout=12.50&cost=0.3&currency=USD&tid=t-1\
         &return=OK&sale_status=paid%2Cok&ignore_status=trash&sub_id_15=x"
    );
    assert!(!request.is_idempotent());
    postback.tid = None;
    let error = encode_postback(&postback, "key").unwrap_err();
    assert_eq!(error.field(), Some("tid"));
}

#[test]
fn an_address_is_written_as_it_is_displayed() {
    for octet in 0..=u8::MAX {
        let ip = Ipv4Addr::new(octet, 0, 255 - octet, octet / 2);
        dotted(ip, |text| assert_eq!(text, ip.to_string().as_bytes()));
    }
    for (ip, text) in [
        ("2001:db8::1", "2001%3Adb8%3A%3A1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
    ] {
        let visitor = Click::new().ip(ip.parse().unwrap());
        let target = encode_click(&visitor, ClickEncoding::Query)
            .unwrap()
            .target();
        assert_eq!(target, format!("/click_api/v3?version=3&ip={text}"));
    }
}

#[test]
fn names_are_judged_as_php_folds_them() {
    for name in [
        "ip",
        " ip",
        "ip[]",
        "ip[0]",
        "ip[x",
        "IP",
        "ip_",
        "user.agent",
        "user agent",
        "user[agent",
        "force[redirect_offer",
        "landing[id",
        "original_headers[X]",
        "original.host",
        "original[host",
        "ip\0x",
        "x.requested[with",
    ] {
        assert!(is_control_field(name.as_bytes()), "{name}");
    }
    for name in [
        "keyword",
        "ipx",
        "xip",
        "sub_id_1",
        "sub.id.1",
        "originals",
        "[ip]",
        "",
        "uri2",
    ] {
        assert!(!is_control_field(name.as_bytes()), "{name}");
    }
    assert!(is_same_name(b"sub.id.1", b"sub_id_1") && is_same_name(b"source[]", b"source"));
    assert!(!is_same_name(b"source2", b"source"));
    let update = Update::new("s").param("sub.id", "x");
    assert_eq!(encode_update(&update).unwrap_err().field(), Some("sub.id"));
    let click = Click::new().referrer("a").param("referrer[]", "b");
    let refused = encode_click(&click, ClickEncoding::Query).unwrap_err();
    assert_eq!(refused.field(), Some("referrer[]"));
    let click = Click::new().param("referrer", "b");
    assert!(encode_click(&click, ClickEncoding::Query).is_ok());
}

#[test]
fn one_line_has_no_control_characters_in_any_encoding() {
    for text in ["", "a b", "купить", "«a»", "a\u{a0}b", "\u{80}"] {
        assert_eq!(
            is_single_line(text.as_bytes()),
            !text.chars().any(char::is_control),
            "{text:?}"
        );
    }
    assert!(is_single_line(b"\xEA\xF3\xC2") && is_single_line(b"\xC2"));
    for text in [&b"a\n"[..], b"\xEA\t", b"\x7F", b"\xC2\x85", b"\xC2\0"] {
        assert!(!is_single_line(text), "{text:?}");
    }
}
