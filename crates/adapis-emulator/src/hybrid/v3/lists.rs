//! Lists of advertisers, campaigns and banners: arrays without pages.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{Extensions, HeaderMap};

use super::super::listing::List;
use super::super::response::Refusal;
use super::super::service::Hybrid;
use super::super::settings::HybridNoAgency;
use super::query::Query;

type ListResult = Result<Response, Refusal>;
type Shared = State<Arc<Hybrid>>;

/// Lists the advertisers of an agency; the status distinguishes an advertiser's token from an agency's.
pub(super) async fn advertisers(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
) -> ListResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let settings = hybrid.current_settings();
    if subject.advertiser.is_some() {
        return Err(match settings.v3.no_agency {
            HybridNoAgency::BadRequest => Refusal::MethodNotSupported,
            HybridNoAgency::Forbidden => Refusal::Forbidden,
            HybridNoAgency::NotFound => Refusal::NotFound,
        });
    }
    let mut list = List::default();
    for (index, advertiser) in hybrid.catalog.advertisers.iter().enumerate() {
        if hybrid.owns(subject.client, index) {
            let mut object = list.named(&settings, &advertiser.id, &advertiser.name);
            object.close();
        }
    }
    Ok(list.finish())
}

pub(super) async fn campaigns(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    RawQuery(query): RawQuery,
) -> ListResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let settings = hybrid.current_settings();
    let query = Query::new(query.as_deref(), &settings);
    let mut list = List::default();
    for index in hybrid.campaigns_of(query.advertiser(&hybrid, subject)?) {
        let campaign = &hybrid.catalog.campaigns[index];
        list.named(&settings, &campaign.id, &campaign.name).close();
    }
    Ok(list.finish())
}

pub(super) async fn banners(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    RawQuery(query): RawQuery,
) -> ListResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let settings = hybrid.current_settings();
    let query = Query::new(query.as_deref(), &settings);
    let campaign = query.campaign(&hybrid, subject)?;
    let mut list = List::default();
    for banner in &hybrid.catalog.campaigns[campaign].banners {
        list.named(&settings, &banner.id, &banner.name).close();
    }
    Ok(list.finish())
}
