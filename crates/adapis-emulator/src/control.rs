//! The resource under `/_emulator`: faults, counts, settings, tokens, clicks.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::day;
use crate::emulator::Vendor;
use crate::faults::FaultPlan;
use crate::world::World;

type Shared = State<Arc<World>>;

pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route(
            "/_emulator/faults",
            get(unmet_faults).post(set_faults).delete(clear_faults),
        )
        .route("/_emulator/requests", get(requests))
        .route("/_emulator/settings", get(settings).post(set_settings))
        .route("/_emulator/tokens/expire", post(expire_tokens))
        .route("/_emulator/keitaro/clicks", get(clicks))
        .route("/_emulator/totals", get(totals))
        .route("/_emulator/reset", post(reset))
        .with_state(world)
}

async fn set_faults(State(world): Shared, body: Bytes) -> Response {
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
            plans.into_iter().for_each(|plan| world.faults.set(plan));
            Json(world.faults.unmet()).into_response()
        }
        Err(reason) => refused(&reason),
    }
}

async fn unmet_faults(State(world): Shared) -> Response {
    Json(world.faults.unmet()).into_response()
}

async fn clear_faults(State(world): Shared) -> StatusCode {
    world.faults.clear();
    StatusCode::NO_CONTENT
}

async fn requests(State(world): Shared) -> Response {
    Json(world.ledger.requests()).into_response()
}

async fn settings(State(world): Shared) -> Response {
    Json(world.settings()).into_response()
}

async fn set_settings(State(world): Shared, body: Bytes) -> Response {
    let patched =
        serde_json::from_slice::<Value>(&body).and_then(|patch| world.settings().patched(&patch));
    match patched {
        Ok(settings) => {
            world.set_settings(settings.clone());
            Json(settings).into_response()
        }
        Err(error) => refused(&error.to_string()),
    }
}

#[derive(Deserialize)]
struct Expire {
    vendor: Option<Vendor>,
}

async fn expire_tokens(State(world): Shared, body: Bytes) -> Response {
    let order = if body.is_empty() {
        Ok(Expire { vendor: None })
    } else {
        serde_json::from_slice::<Expire>(&body)
    };
    let vendors = match order {
        Ok(Expire { vendor: None }) => vec![Vendor::Spots, Vendor::Hybrid],
        Ok(Expire { vendor: Some(one) }) => vec![one],
        Err(error) => return refused(&error.to_string()),
    };
    let expired: usize = vendors
        .into_iter()
        .map(|vendor| world.expire_tokens(vendor))
        .sum();
    Json(json!({ "expired": expired })).into_response()
}

#[derive(Deserialize)]
struct Last {
    last: Option<usize>,
    sub_id: Option<String>,
}

async fn clicks(State(world): Shared, Query(last): Query<Last>) -> Response {
    match last.sub_id {
        Some(sub_id) => match world.keitaro.click(&sub_id) {
            Some(click) => Json(click).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        None => Json(world.keitaro.clicks(last.last.unwrap_or(100))).into_response(),
    }
}

#[derive(Deserialize)]
struct Span {
    from: String,
    to: String,
}

async fn totals(State(world): Shared, Query(span): Query<Span>) -> Response {
    match day::parse(&span.from).zip(day::parse(&span.to)) {
        Some((from, to)) => Json(world.totals(from, to)).into_response(),
        None => refused("from and to must be of the form YYYY-MM-DD"),
    }
}

async fn reset(State(world): Shared) -> StatusCode {
    world.reset();
    StatusCode::NO_CONTENT
}

fn refused(reason: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": reason }))).into_response()
}
