//! Requests that are sent to the site again, because an idle connection had been closed.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::UPGRADE;
use http::{Extensions, Request, Response};
use hyper_util::client::legacy::Error as ClientError;
use hyper_util::client::legacy::connect::Connected;

use super::upload::Upload;

/// Whether a connection to the site has served a request.
#[derive(Debug, Clone, Default)]
pub(super) struct Used(Arc<AtomicBool>);

impl Used {
    fn is_set(connection: &Connected) -> bool {
        let mut extras = Extensions::new();
        connection.get_extras(&mut extras);
        let used = extras.get::<Self>();
        used.is_some_and(|Self(used)| used.load(Ordering::Relaxed))
    }
}

/// Notes that the connection has served this response.
pub(super) fn note<B>(response: &Response<B>) {
    if let Some(Used(used)) = response.extensions().get() {
        used.store(true, Ordering::Relaxed);
    }
}

/// Whether a connection that had served another request ended without a response.
///
/// The site may have closed it just as the request was sent. A new connection that ends is different: the site
/// may have died of the request.
pub(super) fn is_lost_idle(error: &ClientError) -> bool {
    let inner = error.source().and_then(|source| source.downcast_ref());
    let is_end = inner.is_some_and(|error: &hyper::Error| !error.is_parse());
    !error.is_connect() && is_end && error.connect_info().is_some_and(Used::is_set)
}

/// A copy of the request to send again, if the method is safe and there is no body to lose.
pub(super) fn copy_of(request: &Request<Upload>) -> Option<Request<Upload>> {
    if !request.method().is_safe() || request.headers().contains_key(UPGRADE) {
        return None;
    }
    let mut retry = Request::new(request.body().retry()?);
    retry.method_mut().clone_from(request.method());
    retry.uri_mut().clone_from(request.uri());
    retry.headers_mut().clone_from(request.headers());
    Some(retry)
}
