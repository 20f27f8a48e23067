//! The control API under `/_emulator`: the page, faults, counts, settings, tokens and clicks.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::FaultPlan;
use crate::page;
use crate::ready::Ready;
use crate::vendor::Vendor;
use crate::vendors::Vendors;

mod time;

type Shared = State<Arc<Vendors>>;

pub(crate) fn router(vendors: Arc<Vendors>) -> Router {
    Router::new()
        .route("/_emulator", get(async || page::response()))
        .route("/_emulator/", get(async || page::response()))
        .route("/_emulator/ready", get(ready))
        .route(
            "/_emulator/faults",
            get(unmet_faults).post(set_faults).delete(clear_faults),
        )
        .route("/_emulator/requests", get(requests))
        .route("/_emulator/settings", get(settings).post(set_settings))
        .route("/_emulator/tokens/expire", post(expire_tokens))
        .route("/_emulator/keitaro/clicks", get(clicks))
        .merge(time::router())
        .route("/_emulator/reset", post(reset))
        .with_state(vendors)
}

/// The ready line, with the host as the client knows it.
async fn ready(State(vendors): Shared, headers: HeaderMap) -> Response {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    Json(Ready::new(&vendors, host.unwrap_or("localhost"))).into_response()
}

async fn set_faults(State(vendors): Shared, body: Bytes) -> Response {
    let text = body.trim_ascii_start();
    let plans: Result<Vec<FaultPlan>, _> = if text.starts_with(b"[") {
        serde_json::from_slice(text)
    } else {
        serde_json::from_slice(text).map(|plan| vec![plan])
    };
    let checked = plans.map_err(|error| error.to_string()).and_then(|plans| {
        plans.iter().try_for_each(FaultPlan::check)?;
        Ok(plans)
    });
    match checked {
        Ok(plans) => {
            plans.into_iter().for_each(|plan| vendors.faults.set(plan));
            Json(vendors.faults.unmet()).into_response()
        }
        Err(reason) => bad_request(&reason),
    }
}

async fn unmet_faults(State(vendors): Shared) -> Response {
    Json(vendors.faults.unmet()).into_response()
}

async fn clear_faults(State(vendors): Shared) -> StatusCode {
    vendors.faults.clear();
    StatusCode::NO_CONTENT
}

async fn requests(State(vendors): Shared) -> Response {
    Json(vendors.request_log.requests()).into_response()
}

async fn settings(State(vendors): Shared) -> Response {
    Json(vendors.settings()).into_response()
}

async fn set_settings(State(vendors): Shared, body: Bytes) -> Response {
    let patched =
        serde_json::from_slice::<Value>(&body).and_then(|patch| vendors.settings().patched(&patch));
    match patched {
        Ok(settings) => {
            vendors.set_settings(settings.clone());
            Json(settings).into_response()
        }
        Err(error) => bad_request(&error.to_string()),
    }
}

#[derive(Deserialize)]
struct Expire {
    vendor: Option<Vendor>,
}

async fn expire_tokens(State(vendors): Shared, body: Bytes) -> Response {
    let request = if body.is_empty() {
        Ok(Expire { vendor: None })
    } else {
        serde_json::from_slice::<Expire>(&body)
    };
    let expiring = match request {
        Ok(Expire { vendor: None }) => vec![Vendor::Spots, Vendor::Hybrid],
        Ok(Expire { vendor: Some(one) }) => vec![one],
        Err(error) => return bad_request(&error.to_string()),
    };
    let expired: usize = expiring
        .into_iter()
        .map(|vendor| vendors.expire_tokens(vendor))
        .sum();
    Json(json!({ "expired": expired })).into_response()
}

#[derive(Deserialize)]
struct ClicksQuery {
    last: Option<usize>,
    sub_id: Option<String>,
}

async fn clicks(State(vendors): Shared, Query(query): Query<ClicksQuery>) -> Response {
    match query.sub_id {
        Some(sub_id) => match vendors.keitaro.click(&sub_id) {
            Some(click) => Json(click).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        None => Json(vendors.keitaro.clicks(query.last.unwrap_or(100))).into_response(),
    }
}

async fn reset(State(vendors): Shared) -> StatusCode {
    vendors.reset();
    StatusCode::NO_CONTENT
}

fn bad_request(reason: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": reason }))).into_response()
}
