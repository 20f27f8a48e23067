//! Applies a fault to a call: replaces or alters the response, or ends the connection.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;

use super::body::FaultyBody;
use super::fault::{EndlessPart, Fault, FaultPoint};
use super::socket::{End, SocketControl};

/// Bytes of the status line and the first header that are sent before the cut.
const CUT_HEADERS: usize = 24;

/// Applies `fault` to a call and returns the response to send, or `None` to send nothing.
///
/// `run` calls the vendor. It is not polled if its response would not be sent, unless the fault says
/// that the call is processed.
pub(crate) async fn apply(
    fault: &Fault,
    socket: &Arc<SocketControl>,
    run: impl Future<Output = Response<Body>>,
) -> Option<Response<Body>> {
    if let Some(delay) = fault.delay_ms {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let replacement = replacement(fault);
    let silent = fault.reset == Some(FaultPoint::BeforeHeaders)
        || fault.hang == Some(FaultPoint::BeforeHeaders)
        || fault.raw.is_some()
        || fault.endless == Some(EndlessPart::Headers);
    let response = if fault.processed || (replacement.is_none() && !silent) {
        Some(run.await)
    } else {
        None
    };
    if fault.hang == Some(FaultPoint::BeforeHeaders) {
        return None;
    }
    if fault.reset == Some(FaultPoint::BeforeHeaders) {
        socket.end(End::Reset);
        return None;
    }
    if let Some(raw) = &fault.raw {
        socket.replace(Bytes::from(raw.clone()), Bytes::new());
    } else if fault.endless == Some(EndlessPart::Headers) {
        socket.replace(
            Bytes::from_static(b"HTTP/1.1 200 OK\r\n"),
            Bytes::from_static(b"x-filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"),
        );
    }
    let mut response = replacement.or(response).unwrap_or_default();
    for (name, value) in fault.extra_headers() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    if fault.reset == Some(FaultPoint::DuringHeaders) {
        socket.cut_after(CUT_HEADERS, End::Reset);
    } else if fault.hang == Some(FaultPoint::DuringHeaders) {
        socket.cut_after(CUT_HEADERS, End::Hang);
    }
    Some(alter_body(fault, socket, response).await)
}

/// The response that the fault sends instead of the vendor's.
fn replacement(fault: &Fault) -> Option<Response<Body>> {
    let (text, content_type) = match (&fault.body, &fault.garbage, fault.status) {
        (Some(body), _, _) => (body.clone(), Some("application/json; charset=utf-8")),
        (None, Some(garbage), _) => (garbage.clone(), Some("text/html; charset=utf-8")),
        (None, None, Some(_)) => (String::new(), None),
        (None, None, None) if fault.endless == Some(EndlessPart::Body) => {
            (String::new(), Some("application/json; charset=utf-8"))
        }
        (None, None, None) => return None,
    };
    let mut response = Response::new(if fault.endless == Some(EndlessPart::Body) {
        let blanks = Bytes::from_static(&[b' '; 4096]);
        Body::from_stream(stream::repeat_with(move || {
            Ok::<_, Infallible>(blanks.clone())
        }))
    } else {
        Body::from(text)
    });
    if let Some(status) = fault.status.and_then(|s| StatusCode::from_u16(s).ok()) {
        *response.status_mut() = status;
    }
    if let Some(content_type) = content_type {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    Some(response)
}

async fn alter_body(
    fault: &Fault,
    socket: &Arc<SocketControl>,
    response: Response<Body>,
) -> Response<Body> {
    let (mut parts, mut body) = response.into_parts();
    if fault.prefix.is_some() || fault.suffix.is_some() || fault.charset.is_some() {
        let bytes = body.collect().await.map(|body| body.to_bytes());
        body = Body::from(transcoded(fault, &bytes.unwrap_or_default()));
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    let cut = match (fault.reset, fault.hang) {
        (Some(FaultPoint::MidBody), _) => Some(End::Reset),
        (_, Some(FaultPoint::MidBody)) => Some(End::Hang),
        _ => None,
    };
    if cut.is_none() && fault.truncate.is_none() && fault.slow.is_none() && !fault.close {
        return Response::from_parts(parts, body);
    }
    if let Some(length) = body.size_hint().exact() {
        let promised = fault.truncate.map_or(length, |kept| length.max(kept + 1));
        parts
            .headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(promised));
    }
    let body = FaultyBody {
        unsent: body.size_hint().exact(),
        body,
        pending: Bytes::new(),
        slow: fault
            .slow
            .map(|slow| (slow.bytes, Duration::from_millis(slow.every_ms))),
        left: fault.truncate,
        halve: cut,
        end: (fault.truncate.is_some() || fault.close).then_some(End::Close),
        socket: Arc::clone(socket),
    };
    Response::from_parts(parts, body.into_body())
}

fn transcoded(fault: &Fault, bytes: &[u8]) -> Vec<u8> {
    let prefix = fault.prefix.as_deref().unwrap_or_default();
    let suffix = fault.suffix.as_deref().unwrap_or_default();
    let Some(encoding) = fault.encoding() else {
        return [prefix.as_bytes(), bytes, suffix.as_bytes()].concat();
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::WINDOWS_1251.decode(bytes).0,
    };
    encoding
        .encode(&format!("{prefix}{text}{suffix}"))
        .0
        .into_owned()
}
