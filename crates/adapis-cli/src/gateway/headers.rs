//! The headers of a forwarded request: hop-by-hop, `X-Forwarded-*` and `X-Keitaro-*`.

use std::borrow::Cow;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use http::header::{
    ACCEPT_ENCODING, CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, TE, TRANSFER_ENCODING, UPGRADE,
};
use http::{Request, Response, StatusCode, Version};
use keitaro_click::calls::{Action, InfoType};
use keitaro_click::layer::ClickResult;

pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// Removes the hop-by-hop headers and those that `Connection` lists.
///
/// `Trailer` stays: it announces fields behind the body of a response, which are passed on. `Host` stays
/// even if it is listed: otherwise a visitor could remove it.
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
        TRANSFER_ENCODING,
        UPGRADE,
        HTTP2_SETTINGS,
    ] {
        headers.remove(name);
    }
    remove(headers, |name| name.starts_with("proxy-"));
}

/// Whether a body is in no transfer encoding but the one that is removed here, once.
pub(super) fn has_known_framing(headers: &HeaderMap) -> bool {
    let encodings = headers.get_all(TRANSFER_ENCODING).iter();
    let mut encodings = encodings.map(|encoding| encoding.as_bytes().trim_ascii());
    let first = encodings.next().unwrap_or(b"chunked");
    first.eq_ignore_ascii_case(b"chunked") && encodings.next().is_none()
}

/// The protocol that a visitor asks this connection to switch to.
///
/// Without `Connection`, the header was meant for an earlier hop, and HTTP/1.0 knows no other protocol
/// (RFC 9110 section 7.8).
pub(super) fn asked_protocol<B>(request: &Request<B>) -> Option<HeaderValue> {
    let headers = request.headers();
    let lines = headers.get_all(CONNECTION).iter();
    let mut options = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let is_asked = options.any(|option| option.trim_ascii().eq_ignore_ascii_case(b"upgrade"));
    let is_known = request.version() >= Version::HTTP_11 && is_asked;
    let protocol = headers.get(UPGRADE).filter(|_| is_known);
    protocol.filter(|protocol| !is_http(protocol)).cloned()
}

/// Makes a message ask for another protocol.
pub(super) fn ask_for_upgrade(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(UPGRADE, protocol);
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
}

/// The protocol without which the site does not answer, which a 426 must name (RFC 9110 section 15.5.22).
pub(super) fn wanted_protocol<B>(response: &Response<B>) -> Option<HeaderValue> {
    let is_required = response.status() == StatusCode::UPGRADE_REQUIRED;
    let protocol = response.headers().get(UPGRADE).filter(|_| is_required);
    protocol.filter(|protocol| !is_http(protocol)).cloned()
}

/// Whether an upgrade asks for another version of HTTP, whose requests would bypass the gateway.
fn is_http(protocol: &HeaderValue) -> bool {
    let protocol = String::from_utf8_lossy(protocol.as_bytes()).to_ascii_lowercase();
    ["h2", "http", "tls"]
        .iter()
        .any(|other| protocol.contains(other))
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

/// The name as a site sees it.
///
/// CGI and PHP write every character that is neither a letter nor a digit as `_`, so that `X.Real.IP`,
/// `X_Real_IP` and `X-Real-IP` are one name. Here it is a `-`.
fn folded(name: &str) -> Cow<'_, str> {
    let is_other = |byte: u8| !byte.is_ascii_alphanumeric() && byte != b'-';
    if name.bytes().any(is_other) {
        Cow::Owned(name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Where a request comes from.
pub(super) struct Origin<'a> {
    pub(super) peer: SocketAddr,
    /// The addresses from the visitor to the peer; empty if the visitor's is not known.
    pub(super) chain: Vec<IpAddr>,
    pub(super) https: bool,
    /// Whether the peer is a trusted proxy.
    pub(super) trusted: bool,
    /// The other headers that the trusted proxies are known to set.
    pub(super) known: &'a [HeaderName],
}

impl Origin<'_> {
    /// Whether a header makes a claim about the origin that the gateway does not share.
    ///
    /// A trusted proxy may pass on what the visitor wrote, so it is not enough that it is trusted.
    fn is_spoofed(&self, name: &HeaderName, value: &HeaderValue) -> bool {
        const ADDRESSES: [&str; 10] = [
            "cf-connecting-ip",
            "cf-connecting-ipv6",
            "cf-pseudo-ipv4",
            "client-ip",
            "fastly-client-ip",
            "true-client-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-original-forwarded-for",
            "x-real-ip",
        ];
        let folded = folded(name.as_str());
        let as_written = folded == name.as_str();
        if folded == "forwarded" {
            return true;
        }
        if folded.starts_with("x-forwarded") {
            return !(self.trusted && as_written && self.known.contains(name));
        }
        if !ADDRESSES.contains(&&*folded) {
            return false;
        }
        let named = std::str::from_utf8(value.as_bytes());
        let named = named
            .ok()
            .and_then(|text| text.trim().parse::<IpAddr>().ok());
        let agrees = named.is_some() && named == self.chain.first().copied();
        !(self.trusted && as_written && agrees)
    }
}

/// Sets `X-Forwarded-*` and `X-Real-IP` to the addresses, the scheme and the host that the gateway
/// trusts, and removes the others, such as `X-Forwarded-Port`, unless the proxies are known to set them.
///
/// `X-Forwarded-For` begins with the visitor, or with `unknown`: what the visitor wrote into it is
/// not passed on.
pub(super) fn set_forwarded(
    headers: &mut HeaderMap,
    origin: &Origin<'_>,
    address_header: Option<&HeaderName>,
) {
    let spoofed: Vec<HeaderName> = headers
        .iter()
        .filter(|(name, value)| origin.is_spoofed(name, value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in spoofed {
        headers.remove(name);
    }
    let visitor = origin.chain.first().map(IpAddr::to_string);
    if let Some(own) = address_header {
        remove(headers, |name| folded(name) == own.as_str());
        if let Some(visitor) = visitor.as_deref().filter(|_| origin.trusted) {
            insert(headers, own.clone(), visitor);
        }
    }
    let chain = if origin.chain.is_empty() {
        format!("unknown, {}", origin.peer.ip().to_canonical())
    } else {
        let chain: Vec<String> = origin.chain.iter().map(IpAddr::to_string).collect();
        chain.join(", ")
    };
    insert(headers, X_FORWARDED_FOR, &chain);
    match visitor {
        Some(visitor) => insert(headers, X_REAL_IP, &visitor),
        None => drop(headers.remove(X_REAL_IP)),
    }
    let scheme = if origin.https { "https" } else { "http" };
    insert(headers, X_FORWARDED_PROTO, scheme);
    if !headers.contains_key(X_FORWARDED_HOST)
        && let Some(host) = headers.get(HOST).cloned()
    {
        headers.insert(X_FORWARDED_HOST, host);
    }
}

/// Sets the `X-Keitaro-*` headers; those that the visitor sent are removed.
///
/// `keep` makes a content of the tracker available to the site, and returns its address.
pub(super) fn set_click(
    headers: &mut HeaderMap,
    click: Option<&ClickResult>,
    with_log: bool,
    keep: impl Fn(&str, &[u8]) -> Option<String>,
) {
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
    let Some(output) = click.output() else {
        return;
    };
    let status = output.status_code().map(|code| code.to_string());
    set("x-keitaro-status", status.as_deref());
    let action = output.action();
    set("x-keitaro-action", Some(action.as_str()));
    match &action {
        Action::Redirect { location, .. } => set("x-keitaro-location", Some(location)),
        Action::Content {
            content_type, body, ..
        } => {
            set("x-keitaro-content-type", Some(content_type));
            set("x-keitaro-body", keep(content_type, body).as_deref());
        }
        _ => {}
    }
    if with_log && let Some(log) = &output.log {
        set("x-keitaro-log", Some(&log_line(log)));
    }
    let Some(info) = &output.info else {
        return;
    };
    if let Some(unique) = &info.uniqueness {
        set("x-keitaro-is-unique-campaign", unique.campaign.map(flag));
        set("x-keitaro-is-unique-stream", unique.stream.map(flag));
        set("x-keitaro-is-unique-global", unique.global.map(flag));
    }
    set("x-keitaro-type", info.kind.as_ref().map(InfoType::as_str));
    set("x-keitaro-url", info.url.as_deref());
    for (name, id) in [
        ("x-keitaro-campaign-id", info.campaign_id.map(u64::from)),
        ("x-keitaro-stream-id", info.stream_id.map(u64::from)),
        ("x-keitaro-landing-id", info.landing_id.map(u64::from)),
        ("x-keitaro-offer-id", info.offer_id().map(u64::from)),
    ] {
        set(name, id.map(|id| id.to_string()).as_deref());
    }
}

/// The tracker's log as one header: percent-encoded lines, separated by ` | `.
fn log_line(log: &[String]) -> String {
    const MAX_LENGTH: usize = 4096;
    let mut line = String::new();
    for entry in log {
        if !line.is_empty() {
            line.push_str(" | ");
        }
        for c in entry.chars() {
            match c {
                '%' => line.push_str("%25"),
                '|' => line.push_str("%7C"),
                ' '..='~' => line.push(c),
                _ => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        let _ = write!(line, "%{byte:02X}");
                    }
                }
            }
        }
        if line.len() > MAX_LENGTH {
            line.truncate(MAX_LENGTH);
            break;
        }
    }
    line
}

/// Makes the site send an uncompressed page, whose placeholders can be replaced.
///
/// Conditional headers are removed because the visitor's cached copy has its placeholders replaced.
/// `Range` stays, for downloads, and so does its condition, `If-Range`: the parts of a file that has changed
/// must not be put together.
pub(super) fn request_plain_page(headers: &mut HeaderMap) {
    for name in [ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH] {
        headers.remove(name);
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
