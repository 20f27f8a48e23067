//! Names of operations, as fault plans and the request log use them.

use std::borrow::Cow;

use axum::body::Body;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};

use crate::{adfox, hybrid, keitaro, spots};

const ADFOX_PATHS: [&str; 3] = ["/v1/API.php", "/API.php", "/api/v1"];

/// Returns the operation of a request, `unknown` for a path that no vendor has.
pub(crate) fn name(request: &Parts, body: &[u8], mount: &str) -> Cow<'static, str> {
    let path = request.uri.path();
    let query = request.uri.query();
    if ADFOX_PATHS.contains(&path) {
        let content_type = request.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        return adfox::operation(query, content_type, body).into();
    }
    if spots::PATHS.contains(&path) {
        return spots::operation(body).into();
    }
    if let Some(operation) = adfox::reports_operation(&request.method, path) {
        return operation.into();
    }
    path.strip_prefix(mount)
        .and_then(|path| keitaro::operation(path, query.unwrap_or_default()))
        .or_else(|| hybrid::operation(path))
        .unwrap_or("unknown")
        .into()
}

/// Whether a request line that starts with these bytes is a call of ADFOX.
pub(crate) fn is_adfox(start: &[u8]) -> bool {
    let mut parts = start.splitn(2, |byte| *byte == b' ');
    let path = parts.nth(1).unwrap_or_default();
    ADFOX_PATHS
        .iter()
        .any(|known| path.starts_with(known.as_bytes()))
}

/// Returns the path without secrets.
pub(crate) fn public_path(operation: &str, path: &str) -> Cow<'static, str> {
    match operation {
        "keitaro.click" => "/click_api/v3".into(),
        "keitaro.offer" | "keitaro.update" => "/".into(),
        _ if path.ends_with("/postback") => "/{key}/postback".into(),
        _ => path.to_owned().into(),
    }
}

/// Returns how a vendor without expiring tokens refuses a credential.
pub(crate) fn refusal(operation: &str) -> Option<Response<Body>> {
    let (status, content_type, text) = if operation.starts_with("keitaro.") {
        (
            StatusCode::UNAUTHORIZED,
            "application/json; charset=utf-8",
            r#"{"error":"Invalid API token"}"#,
        )
    } else if operation.starts_with("adfox.reports.") {
        // The vendor sees the fault itself, because its code and status are settings.
        return None;
    } else if operation.starts_with("adfox") {
        (
            StatusCode::OK,
            "text/xml; charset=utf-8",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><status><code>-1</code>\
             <error>Authorization failed</error></status></response>",
        )
    } else {
        return None;
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Some(response)
}
