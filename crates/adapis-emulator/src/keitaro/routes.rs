//! Routes and operation names of Keitaro.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::service::Keitaro;
use super::{click, offer, postback};

/// Returns the routes of the tracker below its mount path.
pub(crate) fn router(keitaro: Arc<Keitaro>) -> Router {
    let mount = keitaro.mount();
    let click = get(click::click).post(click::click);
    let postback_route = get(postback::postback).merge(post(postback::postback));
    let mut router = Router::new()
        .route(&format!("{mount}/click_api/v3"), click.clone())
        .route(&format!("{mount}/click_api/v3/"), click)
        .route(&format!("{mount}/"), get(offer::root))
        .route(&format!("{mount}/{{key}}/postback"), postback_route);
    if !mount.is_empty() {
        router = router.route(mount, get(offer::root));
    }
    router.with_state(keitaro)
}

/// Returns the operation of a request, given its path below the mount path.
pub(crate) fn operation(path: &str, query: &str) -> Option<&'static str> {
    match path.trim_end_matches('/') {
        "/click_api/v3" => Some("keitaro.click"),
        "" if has(query, "_lp") => Some("keitaro.offer"),
        "" if has(query, "_update_tokens") => Some("keitaro.update"),
        path => {
            let key = path.strip_prefix('/')?.strip_suffix("/postback")?;
            (!key.is_empty() && !key.contains('/')).then_some("keitaro.postback")
        }
    }
}

fn has(query: &str, name: &str) -> bool {
    query
        .split('&')
        .any(|pair| pair.split('=').next() == Some(name))
}
