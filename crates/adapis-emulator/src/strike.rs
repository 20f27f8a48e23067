//! How a fault strikes: canned answers, altered bodies, ended connections.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;

use crate::faults::{Endless, Fault, Moment};
use crate::link::{End, Link};

/// Bytes of the status line and the first header that still leave.
const CUT_HEADERS: usize = 24;

/// What the fault makes of a call whose healthy answer `run` would give; `None` never answers.
pub(crate) async fn strike(
    fault: &Fault,
    link: &Arc<Link>,
    run: impl Future<Output = Response<Body>>,
) -> Option<Response<Body>> {
    if let Some(delay) = fault.delay_ms {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let canned = canned(fault);
    let silent = fault.reset == Some(Moment::BeforeHeaders)
        || fault.hang == Some(Moment::BeforeHeaders)
        || fault.raw.is_some()
        || fault.endless == Some(Endless::Headers);
    let healthy = if fault.processed || (canned.is_none() && !silent) {
        Some(run.await)
    } else {
        None
    };
    if fault.hang == Some(Moment::BeforeHeaders) {
        return None;
    }
    if fault.reset == Some(Moment::BeforeHeaders) {
        link.end(End::Reset);
        return None;
    }
    if let Some(raw) = &fault.raw {
        link.replace(Bytes::from(raw.clone()), Bytes::new());
    } else if fault.endless == Some(Endless::Headers) {
        link.replace(
            Bytes::from_static(b"HTTP/1.1 200 OK\r\n"),
            Bytes::from_static(b"x-filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"),
        );
    }
    let mut response = canned.or(healthy).unwrap_or_default();
    for (name, value) in fault.extra_headers() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    if fault.reset == Some(Moment::DuringHeaders) {
        link.cut_after(CUT_HEADERS, End::Reset);
    } else if fault.hang == Some(Moment::DuringHeaders) {
        link.cut_after(CUT_HEADERS, End::Hang);
    }
    Some(alter_body(fault, link, response).await)
}

/// The answer that the fault gives in the vendor's place.
fn canned(fault: &Fault) -> Option<Response<Body>> {
    let (text, content_type) = match (&fault.body, &fault.garbage, fault.status) {
        (Some(body), _, _) => (body.clone(), Some("application/json; charset=utf-8")),
        (None, Some(garbage), _) => (garbage.clone(), Some("text/html; charset=utf-8")),
        (None, None, Some(_)) => (String::new(), None),
        (None, None, None) if fault.endless == Some(Endless::Body) => {
            (String::new(), Some("application/json; charset=utf-8"))
        }
        (None, None, None) => return None,
    };
    let mut response = Response::new(if fault.endless == Some(Endless::Body) {
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

async fn alter_body(fault: &Fault, link: &Arc<Link>, response: Response<Body>) -> Response<Body> {
    let (mut parts, mut body) = response.into_parts();
    if fault.prefix.is_some() || fault.suffix.is_some() || fault.charset.is_some() {
        let bytes = body.collect().await.map(|body| body.to_bytes());
        body = Body::from(rewritten(fault, &bytes.unwrap_or_default()));
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    let cut = match (fault.reset, fault.hang) {
        (Some(Moment::MidBody), _) => Some(End::Reset),
        (_, Some(Moment::MidBody)) => Some(End::Hang),
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
    let portions = Portions {
        unsent: body.size_hint().exact(),
        body,
        pending: Bytes::new(),
        slow: fault
            .slow
            .map(|slow| (slow.bytes, Duration::from_millis(slow.every_ms))),
        left: fault.truncate,
        halve: cut,
        end: (fault.truncate.is_some() || fault.close).then_some(End::Close),
        link: Arc::clone(link),
    };
    let body = Body::from_stream(stream::unfold(portions, |mut portions| async move {
        let bytes = portions.next().await?;
        Some((Ok::<_, Infallible>(bytes), portions))
    }));
    Response::from_parts(parts, body)
}

fn rewritten(fault: &Fault, bytes: &[u8]) -> Vec<u8> {
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

/// A body on its way through a fault.
struct Portions {
    body: Body,
    /// What is left of a body of known length, which nobody asks for more once it is sent.
    unsent: Option<u64>,
    pending: Bytes,
    slow: Option<(usize, Duration)>,
    left: Option<u64>,
    halve: Option<End>,
    end: Option<End>,
    link: Arc<Link>,
}

impl Portions {
    async fn next(&mut self) -> Option<Bytes> {
        if self.left == Some(0) {
            return self.finish().await;
        }
        if self.pending.is_empty() {
            let Some(Ok(frame)) = self.body.frame().await else {
                return self.finish().await;
            };
            self.pending = frame.into_data().unwrap_or_default();
            if self.halve.is_some() {
                self.left = Some(self.pending.len() as u64 / 2);
                self.end = self.halve;
            }
        } else if let Some((_, pause)) = self.slow {
            tokio::time::sleep(pause).await;
        }
        let allowed = self.slow.map_or(usize::MAX, |(bytes, _)| bytes);
        let left = self.left.map_or(usize::MAX, |left| {
            usize::try_from(left).unwrap_or(usize::MAX)
        });
        let portion = self
            .pending
            .split_to(self.pending.len().min(allowed).min(left));
        let sent = portion.len() as u64;
        if let Some(left) = &mut self.left {
            *left -= sent;
        }
        if let Some(unsent) = &mut self.unsent {
            *unsent -= sent;
            if let (0, None, Some(end)) = (*unsent, self.left, self.end) {
                self.link.end(end);
            }
        }
        Some(portion)
    }

    /// The end of the portions: of the body itself, or of the connection before that.
    async fn finish(&mut self) -> Option<Bytes> {
        let end = self.end?;
        self.link.end(end);
        if self.left.is_some() {
            std::future::pending::<()>().await;
        }
        None
    }
}
