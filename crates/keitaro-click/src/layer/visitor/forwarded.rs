//! The visitor's headers, for the tracker.

use std::borrow::Cow;
use std::net::IpAddr;

use http::header::{CONNECTION, HeaderMap, HeaderValue};

use super::bounds::Room;
use super::value_text;

/// A name and a value.
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The visitor's headers that the tracker may see, with the names that PHP gives them.
///
/// Those that name another address than the visitor's are left out: a visitor can write them, and
/// trusted proxies pass on what they do not set themselves.
pub(super) fn forwarded(headers: &HeaderMap, address: Option<IpAddr>) -> Vec<Pair<'_>> {
    const SECRET: [&str; 12] = [
        "auth",
        "cookie",
        "token",
        "secret",
        "session",
        "password",
        "api-key",
        "apikey",
        "csrf",
        "xsrf",
        "credential",
        "signature",
    ];
    const OURS: [&str; 2] = ["x-keitaro-", "proxy-"];
    const HOP: [&str; 7] = [
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
    ];
    let hops: Vec<&str> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let private = |name: &str| {
        HOP.contains(&name)
            || OURS.iter().any(|prefix| name.starts_with(prefix))
            || SECRET.iter().any(|word| name.contains(word))
    };
    let mut forwarded = Vec::with_capacity(headers.keys_len() + 1);
    let mut room = Room::body();
    let mut last = None;
    for (name, value) in headers {
        // The values of a name are adjacent; the first one is forwarded.
        let is_repeated = last.replace(name) == Some(name);
        let name = name.as_str();
        if is_repeated || hops.iter().any(|hop| hop.eq_ignore_ascii_case(name)) {
            continue;
        }
        let title = match public(name) {
            Some(title) => title.into(),
            None if private(name) || is_claim(name, value, address) => continue,
            None => title_case(name).into(),
        };
        let text = value_text(value);
        if room.take(name.as_bytes(), text.as_bytes()) {
            forwarded.push((title, text));
        }
    }
    forwarded
}

/// Whether a header names an address, as PHP would read its name, and not that of the visitor.
fn is_claim(name: &str, value: &HeaderValue, address: Option<IpAddr>) -> bool {
    const NAMES: [&str; 17] = [
        "cf-connecting-ip",
        "cf-connecting-ipv6",
        "cf-pseudo-ipv4",
        "client-ip",
        "cluster-client-ip",
        "fastly-client-ip",
        "forwarded",
        "forwarded-for",
        "true-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-forwarded",
        "x-forwarded-for",
        "x-original-forwarded-for",
        "x-originating-ip",
        "x-real-ip",
        "x-remote-ip",
    ];
    let same = |other: &&str| {
        let folded = name.bytes().map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => byte,
            _ => b'-',
        });
        folded.eq(other.bytes())
    };
    let named = || {
        std::str::from_utf8(value.as_bytes())
            .ok()?
            .trim()
            .parse()
            .ok()
    };
    NAMES.iter().any(same) && (address.is_none() || named() != address)
}

/// The headers that most browsers send, with the names that PHP gives them.
fn public(name: &str) -> Option<&'static str> {
    Some(match name {
        "accept" => "Accept",
        "accept-encoding" => "Accept-Encoding",
        "accept-language" => "Accept-Language",
        "cache-control" => "Cache-Control",
        "dnt" => "Dnt",
        "host" => "Host",
        "pragma" => "Pragma",
        "priority" => "Priority",
        "referer" => "Referer",
        "sec-ch-ua" => "Sec-Ch-Ua",
        "sec-ch-ua-mobile" => "Sec-Ch-Ua-Mobile",
        "sec-ch-ua-platform" => "Sec-Ch-Ua-Platform",
        "sec-fetch-dest" => "Sec-Fetch-Dest",
        "sec-fetch-mode" => "Sec-Fetch-Mode",
        "sec-fetch-site" => "Sec-Fetch-Site",
        "sec-fetch-user" => "Sec-Fetch-User",
        "upgrade-insecure-requests" => "Upgrade-Insecure-Requests",
        "user-agent" => "User-Agent",
        _ => return None,
    })
}

fn title_case(name: &str) -> String {
    let mut title = name.to_owned();
    let mut word = 0;
    while let Some(first) = title.get_mut(word..=word) {
        first.make_ascii_uppercase();
        let Some(end) = title[word..].find('-') else {
            break;
        };
        word += end + 1;
    }
    title
}
