//! The response that replaces the page, and what the tracker adds to the page.

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE,
};
use http::{Response, StatusCode};

use super::cookies::{CookieSettings, DELETED, lifetime};
use super::rewrite::make_private;
use super::visitor::{OLD_UNIQUENESS_COOKIE, Visitor};
use crate::calls::{Action, ClickOutput, Cookie};

/// The response to send instead of the page; `None` to show the page.
pub(super) fn respond(output: &ClickOutput) -> Option<Response<Bytes>> {
    let mut response = Response::new(Bytes::new());
    match output.action() {
        Action::Redirect { status, location } => {
            *response.status_mut() = status;
            let location = HeaderValue::from_str(&location).ok()?;
            response.headers_mut().insert(LOCATION, location);
        }
        Action::Content {
            status,
            content_type,
            body,
        } => {
            *response.status_mut() = status;
            let content_type = HeaderValue::from_str(content_type)
                .unwrap_or_else(|_| HeaderValue::from_static("text/html; charset=utf-8"));
            response.headers_mut().insert(CONTENT_TYPE, content_type);
            *response.body_mut() = Bytes::copy_from_slice(&body);
        }
        Action::NotFound => {
            *response.status_mut() = StatusCode::NOT_FOUND;
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, plain);
            *response.body_mut() = Bytes::from_static(b"404 Not Found\n");
        }
        _ => return None,
    }
    let headers = response.headers_mut();
    for (name, value) in page_headers(output) {
        // These two are set already, checked.
        if name != LOCATION && !(name == CONTENT_TYPE && headers.contains_key(CONTENT_TYPE)) {
            headers.append(name, value);
        }
    }
    // A response is for one visitor only, whatever its status and whatever the tracker says.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    make_private(headers);
    Some(response)
}

/// The response to a prefetch that would be a click, if the visitor asked for the page.
///
/// With a page the browser would show it later without asking again; after a failure it asks again.
pub(super) fn refuse_prefetch() -> Response<Bytes> {
    let text = Bytes::from_static(b"503 Service Unavailable: this page is not prefetched\n");
    let mut response = Response::new(text);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(CONTENT_TYPE, plain);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The tracker's headers that a response may have: all but those of the framing.
fn page_headers(output: &ClickOutput) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    const FRAMING: [&str; 9] = [
        "content-length",
        "transfer-encoding",
        "connection",
        "content-encoding",
        "keep-alive",
        "upgrade",
        "te",
        "trailer",
        "date",
    ];
    output.header_pairs().filter_map(|(name, value)| {
        let name = HeaderName::try_from(name).ok()?;
        let framing = FRAMING.contains(&name.as_str()) || name.as_str().starts_with("proxy-");
        let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        (!framing).then_some((name, value))
    })
}

/// `Set-Cookie` values for the tracker's cookies that the visitor does not have yet.
///
/// With `keep`, those that restore the click are set even if the tracker sends none.
pub(super) fn set_cookies(
    output: &ClickOutput,
    visitor: &Visitor<'_>,
    settings: &CookieSettings,
    keep: bool,
) -> Vec<HeaderValue> {
    let lifetime = lifetime(output.cookies_ttl);
    let header = |cookie: &Cookie| {
        let lifetime = if cookie.value.is_empty() {
            visitor.cookies.get(&cookie.name)?;
            DELETED
        } else {
            &lifetime
        };
        settings.header(cookie, lifetime, visitor.host, visitor.https)
    };
    let old = old_uniqueness_cookie(output);
    let missing = if keep {
        own_cookies(output)
    } else {
        Vec::new()
    };
    let cookies = output.cookies.iter().chain(&missing).chain(old.as_ref());
    cookies
        .filter(|cookie| visitor.cookies.get(&cookie.name) != Some(&cookie.value))
        .filter_map(header)
        .collect()
}

/// The cookies by which a click is restored, where the tracker only sends their values.
fn own_cookies(output: &ClickOutput) -> Vec<Cookie> {
    let info = output.info.as_ref();
    let sub_id = info.and_then(|info| Some(info.sub_id.as_ref()?.as_str()));
    let token = info.and_then(|info| Some(info.token.as_ref()?.as_str()));
    [("_subid", sub_id), ("_token", token)]
        .into_iter()
        .filter(|(name, _)| output.cookie(name).is_none())
        .filter_map(|(name, value)| {
            Some(Cookie {
                name: name.to_owned(),
                value: value.filter(|value| !value.is_empty())?.to_owned(),
            })
        })
        .collect()
}

/// `Set-Cookie` values that make the visitor forget the click, except for those that are set again.
pub(super) fn forget(
    visitor: &Visitor<'_>,
    settings: &CookieSettings,
    set: &[HeaderValue],
) -> Vec<HeaderValue> {
    let is_set = |name: &str| {
        let mut names = set.iter().filter_map(|line| {
            let line = line.as_bytes();
            line.split(|byte| *byte == b'=').next()
        });
        names.any(|other| other == name.as_bytes())
    };
    ["_subid", "_token"]
        .into_iter()
        .filter(|name| visitor.cookies.get(name).is_some() && !is_set(name))
        .filter_map(|name| {
            let cookie = Cookie {
                name: name.to_owned(),
                value: String::new(),
            };
            settings.header(&cookie, DELETED, visitor.host, visitor.https)
        })
        .collect()
}

/// Older trackers send the uniqueness cookie as a member, and expect it back as a field.
fn old_uniqueness_cookie(output: &ClickOutput) -> Option<Cookie> {
    let newer = |cookie: &Cookie| !matches!(cookie.name.as_str(), "_subid" | "_token");
    if output.cookies.iter().any(newer) {
        return None;
    }
    let value = output
        .uniqueness_cookie
        .clone()
        .filter(|value| !value.is_empty())?;
    Some(Cookie {
        name: OLD_UNIQUENESS_COOKIE.to_owned(),
        value,
    })
}

/// What the tracker adds to the site's page: its `Set-Cookie` headers and nothing else.
pub(super) fn page_set_cookies(output: &ClickOutput) -> impl Iterator<Item = HeaderValue> {
    page_headers(output).filter_map(|(name, value)| (name == SET_COOKIE).then_some(value))
}

/// Whether a location leads back to the requested page.
///
/// The values of the query are ignored: a location that differs only in a new click id would
/// redirect forever. So is the scheme, because sites redirect from one to the other, and a proxy may
/// hide which one the visitor uses.
pub(super) fn is_loop(location: &str, visitor: &Visitor<'_>) -> bool {
    let uri = visitor.uri();
    let location = location.split('#').next().unwrap_or_default();
    let target = if let Some(rest) = location.strip_prefix("//") {
        rest
    } else if let Some((_, rest)) = location.split_once("://") {
        rest
    } else if location.starts_with('/') {
        return same_page(location, uri);
    } else if location.starts_with('?') || location.is_empty() {
        return same_page(&format!("{}{location}", uri.path()), uri);
    } else {
        let directory = uri
            .path()
            .rsplit_once('/')
            .map_or("", |(directory, _)| directory);
        return same_page(&format!("{directory}/{location}"), uri);
    };
    let end = target.find(['/', '?']).unwrap_or(target.len());
    let (authority, path) = target.split_at(end);
    let bare = |host: &str| {
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = host
            .strip_suffix(":80")
            .or_else(|| host.strip_suffix(":443"))
            .unwrap_or(host);
        host.to_ascii_lowercase()
    };
    let here = visitor.host.unwrap_or_default();
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    bare(authority) == bare(here) && same_page(&path, uri)
}

fn same_page(target: &str, uri: &http::Uri) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let names = |query: &str| {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let mut names: Vec<String> = pairs.map(|(name, _)| name.into_owned()).collect();
        names.sort_unstable();
        names
    };
    path == uri.path() && names(query) == names(uri.query().unwrap_or_default())
}

/// Appends cookies and keeps those that are already set.
pub(super) fn append_cookies(
    headers: &mut HeaderMap,
    cookies: impl IntoIterator<Item = HeaderValue>,
) {
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
}
