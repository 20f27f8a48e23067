//! The headers of a forwarded request: hop-by-hop, `X-Forwarded-*` and `X-Keitaro-*`.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use http::header::{
    ACCEPT_ENCODING, CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, IF_RANGE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use keitaro_click::layer::ClickResult;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// Removes the hop-by-hop headers and those that `Connection` lists.
///
/// `Host` stays even if it is listed: otherwise a visitor could remove it.
pub(super) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .filter(|name| *name != HOST)
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
        HTTP2_SETTINGS,
    ] {
        headers.remove(name);
    }
    remove(headers, |name| name.starts_with("proxy-"));
}

fn remove(headers: &mut HeaderMap, unwanted: impl Fn(&str) -> bool) {
    let names: Vec<HeaderName> = headers
        .keys()
        .filter(|name| unwanted(name.as_str()))
        .cloned()
        .collect();
    for name in names {
        headers.remove(name);
    }
}

/// The name as seen by servers that treat an underscore as a hyphen, such as those behind CGI.
fn folded(name: &str) -> Cow<'_, str> {
    if name.contains('_') {
        Cow::Owned(name.replace('_', "-"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Where a request comes from.
pub(super) struct Origin<'a> {
    pub(super) peer: SocketAddr,
    pub(super) visitor: Option<IpAddr>,
    pub(super) https: bool,
    /// Whether the peer is a trusted proxy.
    pub(super) trusted: bool,
    /// The header in which the trusted proxies pass the visitor's address.
    pub(super) address_header: Option<&'a HeaderName>,
}

impl Origin<'_> {
    /// Whether a header claims an origin of the request and comes from an untrusted peer.
    fn is_spoofed(&self, name: &str) -> bool {
        const ADDRESSES: [&str; 8] = [
            "cf-connecting-ip",
            "cf-connecting-ipv6",
            "client-ip",
            "fastly-client-ip",
            "forwarded",
            "true-client-ip",
            "x-client-ip",
            "x-cluster-client-ip",
        ];
        if self.trusted && !name.contains('_') {
            return false;
        }
        let name = folded(name);
        name.starts_with("x-forwarded")
            || name == X_REAL_IP.as_str()
            || ADDRESSES.contains(&&*name)
            || self.address_header.is_some_and(|own| *own == *name)
    }
}

/// Sets `X-Forwarded-*` and `X-Real-IP`; earlier values are kept only from a trusted proxy.
pub(super) fn set_forwarded(headers: &mut HeaderMap, origin: &Origin<'_>) {
    remove(headers, |name| origin.is_spoofed(name));
    let peer = origin.peer.ip().to_canonical().to_string();
    let earlier = headers.get_all(X_FORWARDED_FOR).iter();
    let mut chain: Vec<&str> = earlier.filter_map(|value| value.to_str().ok()).collect();
    chain.push(&peer);
    insert(headers, X_FORWARDED_FOR, &chain.join(", "));
    match origin.visitor {
        Some(visitor) => insert(headers, X_REAL_IP, &visitor.to_string()),
        None => drop(headers.remove(X_REAL_IP)),
    }
    if !headers.contains_key(X_FORWARDED_PROTO) {
        insert(
            headers,
            X_FORWARDED_PROTO,
            if origin.https { "https" } else { "http" },
        );
    }
    if !headers.contains_key(X_FORWARDED_HOST)
        && let Some(host) = headers.get(HOST).cloned()
    {
        headers.insert(X_FORWARDED_HOST, host);
    }
}

/// Sets the `X-Keitaro-*` headers; those that the visitor sent are removed.
pub(super) fn set_click(headers: &mut HeaderMap, click: Option<&ClickResult>) {
    remove(headers, |name| folded(name).starts_with("x-keitaro"));
    let Some(click) = click else {
        return;
    };
    let flag = |flag: bool| if flag { "1" } else { "0" };
    let mut set = |name: &'static str, value: Option<&str>| {
        if let Some(value) = value {
            insert(headers, HeaderName::from_static(name), value);
        }
    };
    set("x-keitaro-outcome", Some(click.outcome().as_str()));
    set(
        "x-keitaro-error",
        click.error().map(|error| error.kind().as_str()),
    );
    set("x-keitaro-sub-id", click.sub_id());
    set("x-keitaro-token", click.token());
    set("x-keitaro-is-bot", click.is_bot().map(flag));
    set("x-keitaro-is-unique", click.is_unique().map(flag));
    set("x-keitaro-offer-url", click.offer_url().as_deref());
    let output = click.output();
    let status = output.and_then(|output| output.status_code());
    set(
        "x-keitaro-status",
        status.map(|code| code.to_string()).as_deref(),
    );
    let Some(info) = output.and_then(|output| output.info.as_ref()) else {
        return;
    };
    for (name, id) in [
        ("x-keitaro-campaign-id", info.campaign_id.map(u64::from)),
        ("x-keitaro-stream-id", info.stream_id.map(u64::from)),
        ("x-keitaro-landing-id", info.landing_id.map(u64::from)),
        ("x-keitaro-offer-id", info.offer_id().map(u64::from)),
    ] {
        set(name, id.map(|id| id.to_string()).as_deref());
    }
}

/// Makes the site send a whole, uncompressed page, whose placeholders can be replaced.
///
/// Conditional headers are removed because the visitor's cached copy has its placeholders replaced.
pub(super) fn request_plain_page(headers: &mut HeaderMap) {
    for name in [ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE] {
        headers.remove(name);
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
