use super::*;

fn address(networks: &str, header: Option<&'static str>, sent: &[(&'static str, &str)]) -> String {
    let trusted = TrustedProxies {
        proxies: networks
            .split(' ')
            .filter_map(|net| net.parse().ok())
            .collect(),
        header: header.map(HeaderName::from_static),
    };
    let mut headers = HeaderMap::new();
    for (name, value) in sent {
        headers.append(HeaderName::from_static(name), value.parse().unwrap());
    }
    let peer = IpAddr::from([192, 0, 2, 1]);
    let address = trusted.address(Some(peer), &headers);
    address.map_or_else(|| "none".to_owned(), |address| address.to_string())
}

#[test]
fn no_header_is_trusted_by_default() {
    for header in [
        "x-forwarded-for",
        "forwarded",
        "cf-connecting-ip",
        "x-real-ip",
    ] {
        assert_eq!(address("", None, &[(header, "6.6.6.6")]), "192.0.2.1");
        assert_eq!(
            address("10.0.0.0/8", None, &[(header, "6.6.6.6")]),
            "192.0.2.1"
        );
    }
}

#[test]
fn a_trusted_proxy_names_the_visitor_in_any_of_four_headers() {
    for (header, value, expected) in [
        ("x-forwarded-for", "203.0.113.7", "203.0.113.7"),
        ("x-forwarded-for", "203.0.113.7:5123", "203.0.113.7"),
        ("x-forwarded-for", "[2001:db8::1]:80", "2001:db8::1"),
        ("x-forwarded-for", "::ffff:203.0.113.7", "203.0.113.7"),
        ("forwarded", "for=203.0.113.7;proto=https", "203.0.113.7"),
        ("forwarded", "For=\"[2001:db8::1]:4711\"", "2001:db8::1"),
        ("cf-connecting-ip", "203.0.113.7", "203.0.113.7"),
        ("x-real-ip", " 203.0.113.7 ", "203.0.113.7"),
    ] {
        assert_eq!(
            address("192.0.2.1", None, &[(header, value)]),
            expected,
            "{value}"
        );
    }
}

#[test]
fn a_chain_is_read_from_the_near_end() {
    let chain = "6.6.6.6, 203.0.113.7, 10.0.0.5";
    let trusted = "192.0.2.1 10.0.0.0/8";
    assert_eq!(
        address(trusted, None, &[("x-forwarded-for", chain)]),
        "203.0.113.7"
    );
    let two = [
        ("x-forwarded-for", "6.6.6.6, 203.0.113.7"),
        ("x-forwarded-for", "10.0.0.5"),
    ];
    assert_eq!(address(trusted, None, &two), "203.0.113.7");
    assert_eq!(
        address(trusted, None, &[("x-forwarded-for", "10.0.0.1, 10.0.0.2")]),
        "10.0.0.1"
    );
    let forwarded = "for=6.6.6.6, for=203.0.113.7, for=10.0.0.5";
    assert_eq!(
        address(trusted, None, &[("forwarded", forwarded)]),
        "203.0.113.7"
    );
}

#[test]
fn garbage_names_nobody() {
    for garbage in [
        "keep-alive",
        "",
        "unknown",
        "203.0.113",
        "6.6.6.6, oops",
        "1.2.3.4.5",
    ] {
        let sent = [("x-forwarded-for", garbage)];
        assert_eq!(address("192.0.2.0/24", None, &sent), "none", "{garbage}");
    }
    assert_eq!(
        address("192.0.2.1", None, &[("forwarded", "for=_hidden")]),
        "none"
    );
}

#[test]
fn contradicting_headers_are_not_trusted() {
    let sent = [("x-forwarded-for", "203.0.113.7"), ("x-real-ip", "6.6.6.6")];
    assert_eq!(address("192.0.2.1", None, &sent), "none");
    assert_eq!(
        address("192.0.2.1", Some("x-forwarded-for"), &sent),
        "203.0.113.7"
    );
    let agreeing = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-real-ip", "203.0.113.7"),
    ];
    assert_eq!(address("192.0.2.1", None, &agreeing), "203.0.113.7");
}

#[test]
fn private_networks() {
    for (text, private) in [
        ("10.1.0.0/16", true),
        ("10.0.0.0/7", false),
        ("192.168.1.1", true),
        ("8.8.8.8", false),
        ("0.0.0.0/0", false),
        ("fd00::/8", true),
        ("::/0", false),
        ("2001:db8::1", false),
    ] {
        let network: Network = text.parse().unwrap();
        assert_eq!(network.is_private(), private, "{text}");
    }
}

#[test]
fn networks() {
    let network: Network = "2001:db8::/32".parse().unwrap();
    assert!(network.contains("2001:db8:1::1".parse().unwrap()));
    assert!(!network.contains("2001:db9::1".parse().unwrap()));
    let all: Network = "0.0.0.0/0".parse().unwrap();
    assert!(all.contains([1, 2, 3, 4].into()));
    let one: Network = "::ffff:1.2.3.4".parse().unwrap();
    assert!(one.contains([1, 2, 3, 4].into()));
    assert_eq!(one.to_string(), "1.2.3.4/32");
    for wrong in [
        "",
        "a",
        "1.2.3.4/33",
        "1.2.3.4/-1",
        "::/129",
        "1.2.3.4/",
        "::ffff:1.2.3.0/120",
    ] {
        assert!(wrong.parse::<Network>().is_err(), "{wrong}");
    }
}
