//! Requests after a click: redirects to offers and updates of parameters.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::clicks::ClickRecord;
use super::form::{Fields, field};
use super::macros;
use super::response::plain;
use super::service::Keitaro;

/// Returns the offer token of a click: its sub id, signed.
pub(super) fn token(seed: u64, sub_id: &str, awkward: bool) -> String {
    let digest = Sha256::new()
        .chain_update(seed.to_be_bytes())
        .chain_update(sub_id)
        .finalize();
    let signature: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if awkward {
        format!("uuid+{sub_id}/{signature}==")
    } else {
        format!("uuid_{sub_id}_{signature}")
    }
}

/// Returns the sub id of a token if the token is valid.
fn sub_id_of(seed: u64, text: &str) -> Option<String> {
    let sub_id = text
        .strip_prefix("uuid")?
        .get(1..)?
        .split(['_', '/'])
        .next()?;
    [false, true]
        .into_iter()
        .any(|awkward| token(seed, sub_id, awkward) == text)
        .then(|| sub_id.to_owned())
}

/// Returns the URL that redirects to the offer of a token.
pub(super) fn url(base: &str, token: &str) -> String {
    let token = utf8_percent_encode(token, NON_ALPHANUMERIC);
    format!("{base}/?_lp=1&_token={token}")
}

/// Handles `/?_lp=1` and `/?_update_tokens=1`.
pub(super) async fn root(
    State(keitaro): State<Arc<Keitaro>>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let fields: Fields<'_> = form_urlencoded::parse(query.as_bytes()).collect();
    if field(&fields, "_lp").is_some() {
        offer(&keitaro, &fields)
    } else if field(&fields, "_update_tokens").is_some() {
        update(&keitaro, &fields)
    } else {
        plain(StatusCode::NOT_FOUND, "Not found")
    }
}

fn offer(keitaro: &Keitaro, fields: &Fields<'_>) -> Response {
    let token = field(fields, "_token").unwrap_or_default();
    let Some(sub_id) = sub_id_of(keitaro.seed, token) else {
        return plain(StatusCode::NOT_FOUND, "Offer token not found");
    };
    let location = keitaro.with(|state| {
        let click = state.clicks.get_mut(&sub_id)?;
        let flow = keitaro
            .campaigns
            .values()
            .find(|campaign| campaign.id == click.campaign_id)?
            .flows
            .iter()
            .find(|flow| Some(flow.id) == click.stream_id)?;
        let wanted = match field(fields, "offer_id") {
            Some(id) => id.parse().ok(),
            None => click.offer_id,
        };
        let offer = flow.offers.iter().find(|offer| Some(offer.id) == wanted)?;
        click.offer_id = Some(offer.id);
        click.offers.push(offer.id);
        take_parameters(click, fields);
        Some(macros::in_url(&offer.url, |name| {
            macros::value(click, name)
        }))
    });
    match location.and_then(|url| HeaderValue::try_from(url).ok()) {
        Some(location) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::FOUND;
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        None => plain(StatusCode::NOT_FOUND, "Offer not found"),
    }
}

fn update(keitaro: &Keitaro, fields: &Fields<'_>) -> Response {
    let sub_id = field(fields, "sub_id").unwrap_or_default();
    let updated = keitaro.with(|state| {
        let click = state.clicks.get_mut(sub_id)?;
        take_parameters(click, fields);
        Some(())
    });
    match updated {
        Some(()) => plain(StatusCode::OK, ""),
        None => plain(StatusCode::NOT_FOUND, "SubId not found"),
    }
}

fn take_parameters(click: &mut ClickRecord, fields: &Fields<'_>) {
    const CONTROL: [&str; 5] = ["_lp", "_token", "_update_tokens", "sub_id", "offer_id"];
    for (name, value) in fields {
        if !CONTROL.contains(&name.as_ref()) {
            click.parameters.insert(name.to_string(), value.to_string());
        }
    }
}
