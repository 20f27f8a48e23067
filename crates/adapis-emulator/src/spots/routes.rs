//! Routes and operation names of SPOTS.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use http::{Extensions, HeaderMap};

use super::rpc;
use super::service::Spots;

/// The paths of the JSON-RPC endpoint.
pub(crate) const PATHS: [&str; 4] = ["/api/v2/", "/api/v2", "/api/", "/api"];

pub(crate) fn router(spots: Arc<Spots>) -> Router {
    PATHS
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, post(call)))
        .with_state(spots)
}

/// Returns the operation of a call: `spots.user.auth`, `spots.batch` or `spots.invalid`.
pub(crate) fn operation(body: &[u8]) -> String {
    rpc::method(body).map_or_else(
        || "spots.invalid".to_owned(),
        |method| format!("spots.{method}"),
    )
}

async fn call(
    State(spots): State<Arc<Spots>>,
    headers: HeaderMap,
    extensions: Extensions,
    body: Bytes,
) -> Response {
    rpc::respond(&spots, &headers, &extensions, &body)
}
