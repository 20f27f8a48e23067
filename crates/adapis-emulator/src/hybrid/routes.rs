//! Routes and operation names of Hybrid.

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use super::response::Refusal;
use super::service::Hybrid;
use super::{listing, statistics, token, v3};

pub(crate) fn router(hybrid: Arc<Hybrid>) -> Router {
    let not_supported = || async { Refusal::MethodNotSupported };
    let read = |route: MethodRouter<Arc<Hybrid>>| route.fallback(not_supported);
    Router::new()
        .route("/token", post(token::token).fallback(not_supported))
        .route("/advertiser/get", read(get(listing::advertisers)))
        .route("/campaign/get", read(get(listing::campaigns)))
        .route("/banner/get/{campaign}", read(get(listing::banners)))
        .route(
            "/statistic/campaign/{from}/{to}/{ids}",
            read(get(statistics::campaigns)),
        )
        .route(
            "/statistic/advertiser/{from}/{to}/{ids}",
            read(get(statistics::advertisers)),
        )
        .route(
            "/statistic/banners/campaign/{from}/{to}/{campaign}",
            read(get(statistics::campaign_banners)),
        )
        .route(
            "/statistic/banners/domain/{domain}",
            read(get(statistics::domain)),
        )
        .route(
            "/statistic/banner/{from}/{to}/{banner}",
            read(get(statistics::banner)),
        )
        .merge(v3::router())
        .fallback(|| async { Refusal::NotFound })
        .with_state(hybrid)
}

/// Returns the operation of a path, such as `hybrid.campaign.get`.
pub(crate) fn operation(path: &str) -> Option<&'static str> {
    let mut parts = path.strip_prefix('/')?.split('/');
    Some(match (parts.next()?, parts.next(), parts.next()) {
        ("v3.0", Some(level), Some(split)) => return v3::operation(level, split),
        ("token", None, _) => "hybrid.token",
        ("advertiser", Some("get"), None) => "hybrid.advertiser.get",
        ("campaign", Some("get"), None) => "hybrid.campaign.get",
        ("banner", Some("get"), Some(_)) => "hybrid.banner.get",
        ("statistic", Some("campaign"), Some(_)) => "hybrid.statistic.campaign",
        ("statistic", Some("advertiser"), Some(_)) => "hybrid.statistic.advertiser",
        ("statistic", Some("banners"), Some("campaign")) => "hybrid.statistic.banners.campaign",
        ("statistic", Some("banners"), Some("domain")) => "hybrid.statistic.banners.domain",
        ("statistic", Some("banner"), Some(_)) => "hybrid.statistic.banner",
        _ => return None,
    })
}
