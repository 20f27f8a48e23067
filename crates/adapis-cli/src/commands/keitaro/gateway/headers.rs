use std::net::{IpAddr, SocketAddr};

use http::header::{
    ACCEPT_ENCODING, CONNECTION, FORWARDED, HOST, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use keitaro_click::layer::Click;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const CF_CONNECTING_IP: HeaderName = HeaderName::from_static("cf-connecting-ip");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// Drops what counts between two neighbours only, and what `Connection` names.
pub(super) fn strip_hops(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in [
        CONNECTION,
        KEEP_ALIVE,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ] {
        headers.remove(name);
    }
    remove_by_prefix(headers, "proxy-");
}

fn remove_by_prefix(headers: &mut HeaderMap, prefix: &str) {
    let names: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with(prefix))
        .cloned()
        .collect();
    for name in names {
        headers.remove(name);
    }
}

/// Says where the request comes from; only a trusted proxy's word on it is passed on.
pub(super) fn forwarded(
    headers: &mut HeaderMap,
    peer: SocketAddr,
    trusted: bool,
    visitor: Option<IpAddr>,
    https: bool,
) {
    if !trusted {
        for name in [FORWARDED, CF_CONNECTING_IP] {
            headers.remove(name);
        }
        remove_by_prefix(headers, "x-forwarded-");
    }
    let peer = peer.ip().to_canonical().to_string();
    let earlier = headers.get_all(X_FORWARDED_FOR).iter();
    let mut chain: Vec<&str> = earlier.filter_map(|value| value.to_str().ok()).collect();
    chain.push(&peer);
    insert(headers, X_FORWARDED_FOR, &chain.join(", "));
    match visitor {
        Some(visitor) => insert(headers, X_REAL_IP, &visitor.to_string()),
        None => drop(headers.remove(X_REAL_IP)),
    }
    if !headers.contains_key(X_FORWARDED_PROTO) {
        insert(
            headers,
            X_FORWARDED_PROTO,
            if https { "https" } else { "http" },
        );
    }
    if !headers.contains_key(X_FORWARDED_HOST)
        && let Some(host) = headers.get(HOST).cloned()
    {
        headers.insert(X_FORWARDED_HOST, host);
    }
}

/// Tells the site about the click; what a visitor sends under these names is dropped.
pub(super) fn click(headers: &mut HeaderMap, click: Option<&Click>) {
    remove_by_prefix(headers, "x-keitaro-");
    // Some servers read an underscore as a hyphen.
    remove_by_prefix(headers, "x_keitaro");
    let Some(click) = click else {
        return;
    };
    let flag = |flag: bool| if flag { "1" } else { "0" };
    let mut tell = |name: &'static str, value: Option<&str>| {
        if let Some(value) = value {
            insert(headers, HeaderName::from_static(name), value);
        }
    };
    tell("x-keitaro-outcome", Some(click.outcome().as_str()));
    tell("x-keitaro-sub-id", click.sub_id());
    tell("x-keitaro-token", click.token());
    tell("x-keitaro-is-bot", click.is_bot().map(flag));
    tell("x-keitaro-is-unique", click.is_unique().map(flag));
    tell("x-keitaro-offer-url", click.offer_url().as_deref());
    let output = click.output();
    let status = output.and_then(|output| output.status_code());
    tell(
        "x-keitaro-status",
        status.map(|code| code.to_string()).as_deref(),
    );
    let Some(info) = output.and_then(|output| output.info.as_ref()) else {
        return;
    };
    for (name, id) in [
        ("x-keitaro-campaign-id", info.campaign_id.map(|id| id.0)),
        ("x-keitaro-stream-id", info.stream_id.map(|id| id.0)),
        ("x-keitaro-landing-id", info.landing_id.map(|id| id.0)),
        ("x-keitaro-offer-id", info.offer_id().map(|id| id.0)),
    ] {
        tell(name, id.map(|id| id.to_string()).as_deref());
    }
}

/// Asks the site for whole pages that can be read: what the visitor keeps was filled before.
pub(super) fn plain_pages(headers: &mut HeaderMap) {
    for name in [ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE] {
        headers.remove(name);
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
