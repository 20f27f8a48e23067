//! Who may use the control API: everyone who reaches the port, except pages of other sites.
//!
//! A developer's browser reaches the emulator on loopback, and so does every page that it shows. Such a
//! page can send requests, but the browser says where they come from (`Origin`, `Sec-Fetch-Site`). A
//! page whose own name was made to resolve to this address (DNS rebinding) counts as the same site, but
//! then the `Host` is a public name. Programs do not send these headers and are not affected.

use std::net::IpAddr;

use axum::body::Body;
use axum::response::IntoResponse as _;
use http::header::{HOST, HeaderName, ORIGIN};
use http::{HeaderMap, Method, Request, Response, StatusCode};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Returns the refusal of a request to the control API that comes from another site.
pub(crate) fn refusal<T>(request: &Request<T>) -> Option<Response<Body>> {
    let headers = request.headers();
    let host = text(headers, &HOST);
    if host.is_some_and(|host| !is_private(host)) {
        return Some(refuse(
            "the Host is a public name, as after DNS rebinding: use an address, localhost, or a name \
             without dots or ending in .localhost, .local, .internal or .test",
        ));
    }
    let is_own = |origin: &str| {
        let (_, origin) = origin.split_once("://")?;
        host.filter(|host| host.eq_ignore_ascii_case(origin))
    };
    let is_foreign = match headers.get(ORIGIN) {
        Some(origin) => origin.to_str().ok().and_then(is_own).is_none(),
        None => {
            let site = text(headers, &SEC_FETCH_SITE);
            let reads = [Method::GET, Method::HEAD].contains(request.method());
            !reads && site.is_some_and(|site| !["same-origin", "none"].contains(&site))
        }
    };
    is_foreign.then(|| refuse("the request comes from a page of another site"))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    // A header that is not valid text counts as a host that is refused.
    headers.get(name).map(|value| value.to_str().unwrap_or("."))
}

/// Whether a host cannot be a name that a stranger has registered.
fn is_private(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let is_address = bare.unwrap_or(&name).parse::<IpAddr>().is_ok();
    let reserved = [".localhost", ".local", ".internal", ".test"];
    port.bytes().all(|byte| byte.is_ascii_digit())
        && (is_address
            || !name.is_empty() && !name.contains('.')
            || reserved.iter().any(|end| name.ends_with(end)))
}

fn refuse(reason: &str) -> Response<Body> {
    let body = axum::Json(serde_json::json!({ "error": reason }));
    (StatusCode::FORBIDDEN, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn private_hosts() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "192.0.2.7:1",
            "[::1]",
            "[::1]:8080",
            "localhost",
            "LOCALHOST:8080",
            "localhost.:80",
            "emulator:8080",
            "host.docker.internal:8080",
            "emulator.tests.svc.cluster.local",
            "a.localhost",
            "ads.test:8080",
        ] {
            assert!(is_private(host), "{host}");
        }
        for host in [
            "",
            ".",
            ":80",
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "evil.local.example",
            "localhost:8080@evil.example",
            "a b.example",
        ] {
            assert!(!is_private(host), "{host}");
        }
    }
}
