//! Who the visitor is behind trusted proxies, whatever the visitor writes into the headers.

use http::HeaderValue;
use http::request::Parts;
use keitaro_click::layer::ClickLayer;

use crate::{NOTHING, get, site};

/// A layer that trusts its peer, 192.0.2.1, and the proxies in 10.0.0.0/8.
fn trusting(header: Option<&'static str>) -> ClickLayer {
    let layer = site(|layer| {
        layer.trusted_proxies(["192.0.2.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()])
    })
    .layer;
    match header {
        Some(header) => layer.address_header(http::HeaderName::from_static(header)),
        None => layer,
    }
}

fn parts(headers: &[(&str, &[u8])]) -> Parts {
    let mut request = get("/");
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
    }
    request.body(()).unwrap().into_parts().0
}

#[test]
fn what_the_visitor_wrote_does_not_hide_what_the_proxy_wrote() {
    let visitor = Some("203.0.113.7");
    let table: [(&[u8], Option<&str>); 17] = [
        (b"203.0.113.7", visitor),
        (b"\xff\xfe, 203.0.113.7", visitor),
        (b", 203.0.113.7", visitor),
        (b"unknown, , 203.0.113.7", visitor),
        (b"6.6.6.6, 203.0.113.7, 10.0.0.5", visitor),
        (b"\xe9, 203.0.113.7,10.0.0.5", visitor),
        (b"203.0.113.7:5123", visitor),
        (b"[2001:db8::1]:80", Some("2001:db8::1")),
        // A trusted proxy that is a visitor itself.
        (b"10.0.0.5", Some("10.0.0.5")),
        (b"10.0.0.1, 10.0.0.5", Some("10.0.0.1")),
        // What a trusted proxy wrote is not skipped.
        (b"6.6.6.6, unknown", None),
        (b"6.6.6.6, ", None),
        (b"6.6.6.6, \xff, 10.0.0.5", None),
        (b"", None),
        (b"203.0.113.7 6.6.6.6", None),
        (b"203.0.113.7, [6.6.6.6", None),
        (b"\"203.0.113.7\"", None),
    ];
    for (value, expected) in table {
        let address =
            trusting(Some("x-forwarded-for")).address(&parts(&[("x-forwarded-for", value)]));
        let address = address.map(|address| address.to_string());
        assert_eq!(address.as_deref(), expected, "{}", value.escape_ascii());
    }
    let several = parts(&[
        ("x-forwarded-for", b"\xff"),
        ("x-forwarded-for", b"203.0.113.7"),
        ("x-forwarded-for", b"10.0.0.5"),
    ]);
    let address = trusting(Some("x-forwarded-for")).address(&several).unwrap();
    assert_eq!(address.to_string(), "203.0.113.7");
}

#[test]
fn forwarded_may_quote_commas_and_semicolons() {
    let visitor = Some("203.0.113.7");
    let table: [(&[u8], Option<&str>); 12] = [
        (b"for=203.0.113.7;proto=https", visitor),
        (b"For=\"203.0.113.7:4711\"; by=\"a,b;c\"", visitor),
        (b"for=\"[2001:db8::1]:4711\"", Some("2001:db8::1")),
        (
            b"for=6.6.6.6, host=\"a, for=6.6.6.6;x\\\"\";for=203.0.113.7",
            visitor,
        ),
        (
            b"for=6.6.6.6, for=203.0.113.7;host=\"x, for=6.6.6.6\"",
            visitor,
        ),
        // Quotes that the visitor does not close swallow nothing.
        (b"for=\"6.6.6.6, for=203.0.113.7", visitor),
        (b"\xff\", for=203.0.113.7, for=10.0.0.5", visitor),
        (b"for=6.6.6.6, for=unknown", None),
        (b"for=6.6.6.6, for=_hidden", None),
        (b"for=6.6.6.6, proto=https", None),
        (b"for=203.0.113.7;for=6.6.6.6", None),
        (b"for=6.6.6.6, ", None),
    ];
    for (value, expected) in table {
        let address = trusting(Some("forwarded")).address(&parts(&[("forwarded", value)]));
        let address = address.map(|address| address.to_string());
        assert_eq!(address.as_deref(), expected, "{}", value.escape_ascii());
    }
}

#[test]
fn headers_that_contradict_each_other_name_nobody() {
    let both: [(&str, &[u8]); 2] = [("x-forwarded-for", b"203.0.113.7"), ("x-real-ip", b"\xff")];
    assert_eq!(trusting(None).address(&parts(&both)), None);
    assert!(
        trusting(Some("x-forwarded-for"))
            .address(&parts(&both))
            .is_some()
    );
    // A proxy that names nobody is not the visitor: the header may be missing, or have another name.
    for layer in [trusting(None), trusting(Some("x-forwarded-for"))] {
        assert_eq!(layer.address(&parts(&[])), None);
        assert!(layer.address_chain(&parts(&[])).is_empty());
    }
    let other = trusting(Some("x-real-ip"));
    assert_eq!(other.address(&parts(&both[..1])), None);
    let untrusted = site(|layer| layer).layer;
    assert!(untrusted.address(&parts(&both)).is_some());
}

#[test]
fn the_scheme_is_that_of_the_visitors_hop() {
    let table: [(&[u8], &[u8], bool); 9] = [
        (b"203.0.113.7", b"https", true),
        (b"203.0.113.7", b"HTTPS", true),
        (b"203.0.113.7", b"http, https", true),
        (b"203.0.113.7", b"https, http", false),
        (b"203.0.113.7, 10.0.0.5", b"https, http", true),
        (b"203.0.113.7, 10.0.0.5", b"https,http,http", false),
        (b"203.0.113.7, 10.0.0.5", b"https", true),
        (b"6.6.6.6, 203.0.113.7", b"\xff, https", true),
        (b"203.0.113.7", b"https, ", false),
    ];
    for (chain, schemes, expected) in table {
        let headers = [("x-forwarded-for", chain), ("x-forwarded-proto", schemes)];
        let https = trusting(None).is_https(&parts(&headers));
        assert_eq!(
            https,
            expected,
            "{} {}",
            chain.escape_ascii(),
            schemes.escape_ascii()
        );
    }
    for (value, expected) in [
        ("for=203.0.113.7;proto=\"https\"", true),
        ("for=6.6.6.6;proto=https, for=203.0.113.7;proto=http", false),
        ("for=203.0.113.7;proto=https, for=10.0.0.5;proto=http", true),
    ] {
        let https = trusting(None).is_https(&parts(&[("forwarded", value.as_bytes())]));
        assert_eq!(https, expected, "{value}");
    }
}

#[tokio::test]
async fn a_visitor_without_an_address_is_counted() {
    let site = site(|layer| layer.trusted_proxies(["192.0.2.1".parse().unwrap()]));
    site.respond(NOTHING, get("/").header("x-forwarded-for", "unknown"))
        .await;
    assert!(site.sent("ip").is_empty());
    assert_eq!(site.layer.monitor().counts().without_address, 1);
    site.respond(NOTHING, get("/")).await;
    assert!(site.sent("ip").is_empty());
    assert_eq!(site.layer.monitor().counts().without_address, 2);
    let named = get("/").header("x-forwarded-for", "203.0.113.7");
    site.respond(NOTHING, named).await;
    assert_eq!(site.layer.monitor().counts().without_address, 2);
}
