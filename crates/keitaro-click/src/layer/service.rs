//! The tower service.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response};
use tower::Service;

use super::ClickLayer;
use super::body::ClickBody;
use super::rewrite::{Filler, is_html, is_rewritable, make_personal, make_private};
use super::route::{Routed, Router};
use super::rules::Visit;

/// A site behind a [`ClickLayer`]; its [`Layer`](tower::Layer) implementation creates it.
#[derive(Debug, Clone)]
pub struct ClickService<S> {
    inner: S,
    router: Arc<Router>,
}

impl<S> ClickService<S> {
    pub(super) fn new(inner: S, layer: ClickLayer) -> Self {
        Self {
            inner,
            router: Arc::new(Router::new(layer)),
        }
    }
}

impl<S, B, R> Service<Request<B>> for ClickService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response<ClickBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let clone = self.inner.clone();
        // The service that was made ready is the one to call.
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let router = Arc::clone(&self.router);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let visit = router.visit(&parts);
            let (click, cookies) = match router.route(&parts, visit).await {
                Routed::Respond(response) => return Ok(response.map(ClickBody::tracker)),
                Routed::Page { click, cookies } => (click, cookies),
            };
            parts.extensions.insert(click.clone());
            let response = inner.call(Request::from_parts(parts, body)).await?;
            let (mut head, body) = response.into_parts();
            if !cookies.is_empty() || is_personal(visit, &head.headers) {
                make_private(&mut head.headers);
            }
            super::respond::append_cookies(&mut head.headers, cookies);
            let body = if router.rewrites(visit) && is_rewritable(&head.headers) {
                make_personal(&mut head.headers);
                ClickBody::filled(body, Filler::new(click.clone(), router.offer_fallback()))
            } else {
                ClickBody::page(body)
            };
            head.extensions.insert(click);
            Ok(Response::from_parts(head, body))
        })
    }
}

/// Whether a cache must not show this response to other visitors, who would click.
fn is_personal(visit: Visit, headers: &HeaderMap) -> bool {
    match visit {
        Visit::Click | Visit::Prefetch => true,
        Visit::View => is_html(headers),
        Visit::LeftOut => false,
    }
}
