//! The clock, revisions, and totals as of any instant.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Shared, bad_request};
use crate::dates;
use crate::revisions::Revision;
use crate::totals::TotalsBy;
use crate::vendors::Vendors;

pub(super) fn router() -> Router<Arc<Vendors>> {
    Router::new()
        .route("/_emulator/now", get(now).post(set_now))
        .route(
            "/_emulator/revise",
            get(revisions).post(revise).delete(clear_revisions),
        )
        .route("/_emulator/totals", get(totals))
}

async fn now(State(vendors): Shared) -> Response {
    Json(json!({ "now": vendors.revisions.now() })).into_response()
}

/// `{"now":"2025-12-01T00:00:00Z"}`, `{"now":null}` or `{"advance_seconds":86400}`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    Now(Option<Timestamp>),
    AdvanceSeconds(u64),
}

async fn set_now(state: Shared, body: Bytes) -> Response {
    let revisions = &state.revisions;
    match serde_json::from_slice(&body) {
        Ok(Order::Now(now)) => revisions.set_now(now),
        Ok(Order::AdvanceSeconds(seconds)) => {
            if let Err(reason) = revisions.advance(Duration::from_secs(seconds)) {
                return bad_request(&reason);
            }
        }
        Err(error) => return bad_request(&error.to_string()),
    }
    now(state).await
}

async fn revisions(State(vendors): Shared) -> Response {
    Json(vendors.revisions.revisions()).into_response()
}

async fn revise(state: Shared, body: Bytes) -> Response {
    let text = body.trim_ascii_start();
    let revisions: Result<Vec<Revision>, _> = if text.starts_with(b"[") {
        serde_json::from_slice(text)
    } else {
        serde_json::from_slice(text).map(|revision| vec![revision])
    };
    let revised = revisions
        .map_err(|error| error.to_string())
        .and_then(|revisions| state.revise(revisions));
    match revised {
        Ok(()) => self::revisions(state).await,
        Err(reason) => bad_request(&reason),
    }
}

async fn clear_revisions(State(vendors): Shared) -> StatusCode {
    vendors.revisions.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct TotalsQuery {
    from: Option<String>,
    to: Option<String>,
    at: Option<String>,
    by: Option<String>,
}

async fn totals(State(vendors): Shared, Query(query): Query<TotalsQuery>) -> Response {
    let day = |text: Option<String>| dates::parse(&text.unwrap_or_default());
    let Some((from, to)) = day(query.from).zip(day(query.to)) else {
        return bad_request("from and to must be of the form YYYY-MM-DD");
    };
    let at = match query.at.as_deref().map(instant).transpose() {
        Ok(at) => at,
        Err(error) => return bad_request(&format!("at: {error}")),
    };
    // Without `at` and `by`, the answer is what it was before there was a clock.
    if at.is_none() && query.by.is_none() {
        return Json(vendors.totals(from, to, None)).into_response();
    }
    match TotalsBy::parse(query.by.as_deref().unwrap_or("account")) {
        Ok(by) => Json(vendors.totals_by(from, to, by, at)).into_response(),
        Err(reason) => bad_request(&reason),
    }
}

/// Parses an instant, also one whose `+` was decoded to a space because it was not escaped.
fn instant(text: &str) -> Result<Timestamp, jiff::Error> {
    text.replace(' ', "+").parse()
}
