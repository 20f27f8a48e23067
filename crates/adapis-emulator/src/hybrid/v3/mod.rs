//! Version 3.0 of the REST API, as public clients use it.
//!
//! The vendor's reference of this version is not public, so that much of it is a guess; what is not
//! sure is a setting. The numbers are those of version 1.0.

mod lists;
mod query;
mod row;
mod split;
mod statistics;

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get};

use super::response::Refusal;
use super::service::Hybrid;

pub(super) fn router() -> Router<Arc<Hybrid>> {
    let read =
        |route: MethodRouter<Arc<Hybrid>>| route.fallback(|| async { Refusal::MethodNotSupported });
    Router::new()
        .route("/v3.0/agency/advertisers", read(get(lists::advertisers)))
        .route("/v3.0/advertiser/campaigns", read(get(lists::campaigns)))
        .route("/v3.0/campaign/banners", read(get(lists::banners)))
        .route("/v3.0/{level}/{split}", read(get(statistics::one_split)))
        .route(
            "/v3.0/{level}/{split}/{second}",
            read(get(statistics::two_splits)),
        )
}

/// Returns the operation of the parts of a path after `/v3.0`.
pub(super) fn operation(level: &str, split: &str) -> Option<&'static str> {
    Some(match (level, split) {
        ("agency", "advertisers") => "hybrid.v3.advertisers",
        ("advertiser", "campaigns") => "hybrid.v3.campaigns",
        ("campaign", "banners") => "hybrid.v3.banners",
        ("agency", _) => "hybrid.v3.statistic.agency",
        ("advertiser", _) => "hybrid.v3.statistic.advertiser",
        ("campaign", _) => "hybrid.v3.statistic.campaign",
        ("banner", _) => "hybrid.v3.statistic.banner",
        _ => return None,
    })
}
