//! Lists of advertisers, campaigns and banners.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{Extensions, HeaderMap};

use super::response::{Refusal, json};
use super::service::Hybrid;
use super::settings::HybridSettings;
use super::wire;
use crate::json::Object;

type ListResult = Result<Response, Refusal>;
type Shared = State<Arc<Hybrid>>;

/// Lists the advertisers of an agency; an advertiser's own token is refused.
pub(super) async fn advertisers(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
) -> ListResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    if subject.advertiser.is_some() {
        return Err(Refusal::NoRights);
    }
    let settings = hybrid.current_settings();
    let mut list = List::default();
    for (index, advertiser) in hybrid.catalog.advertisers.iter().enumerate() {
        if hybrid.owns(subject.client, index) {
            let mut object = list.named(&settings, &advertiser.id, &advertiser.name);
            let balance = wire::name(&settings, "Balance");
            match &advertiser.balance {
                Some(amount) => object.text(&balance, amount),
                None => object.raw(&balance, "null"),
            };
            object.close();
        }
    }
    Ok(list.finish())
}

pub(super) async fn campaigns(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
) -> ListResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    if subject.advertiser.is_none() && !hybrid.current_settings().agency_sees_campaigns {
        return Err(Refusal::NoRights);
    }
    let settings = hybrid.current_settings();
    let mut list = List::default();
    for index in hybrid.visible_campaigns(subject) {
        let campaign = &hybrid.catalog.campaigns[index];
        list.named(&settings, &campaign.id, &campaign.name).close();
    }
    Ok(list.finish())
}

pub(super) async fn banners(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    Path(id): Path<String>,
) -> ListResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let campaign = hybrid.visible_campaign(subject, &id)?;
    let settings = hybrid.current_settings();
    let mut list = List::default();
    for banner in &hybrid.catalog.campaigns[campaign].banners {
        list.named(&settings, &banner.id, &banner.name).close();
    }
    Ok(list.finish())
}

/// Writes a JSON array of objects with an id and a name.
#[derive(Default)]
pub(super) struct List {
    out: Vec<u8>,
}

impl List {
    pub(super) fn named(&mut self, settings: &HybridSettings, id: &str, name: &str) -> Object<'_> {
        self.out.push(if self.out.is_empty() { b'[' } else { b',' });
        let mut object = Object::open(&mut self.out);
        object
            .text(&wire::name(settings, "Id"), id)
            .text(&wire::name(settings, "Name"), name);
        object
    }

    pub(super) fn finish(mut self) -> Response {
        if self.out.is_empty() {
            self.out.push(b'[');
        }
        self.out.push(b']');
        json(Body::from(self.out))
    }
}
