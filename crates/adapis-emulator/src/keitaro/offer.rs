//! After the click: the way to the offer, updated parameters, conversions.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::text;
use super::click::macro_value;
use super::clicks::{ClickRecord, Conversion};
use super::{Keitaro, macros};
use crate::generate::Dice;

const TOKENS: u64 = 32;
const PLAIN: &str = "text/plain; charset=utf-8";

/// The offer token of a click.
pub(super) fn token(seed: u64, sub_id: &str, awkward: bool) -> String {
    let proof = sub_id
        .bytes()
        .fold(Dice::new(seed, TOKENS, 0, 0), |dice, byte| {
            dice.stirred(u64::from(byte))
        });
    let proof = { proof }.next();
    if awkward {
        format!("uuid+{sub_id}/{proof:016x}==")
    } else {
        format!("uuid_{sub_id}_{proof:016x}")
    }
}

/// The sub id of a token that is right.
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

/// The offer URL of a token.
pub(super) fn url(base: &str, token: &str) -> String {
    let token = utf8_percent_encode(token, NON_ALPHANUMERIC);
    format!("{base}/?_lp=1&_token={token}")
}

type Fields<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

fn field<'a>(fields: &'a Fields<'_>, name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_ref())
}

/// `/?_lp=1` and `/?_update_tokens=1`
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
        said(StatusCode::NOT_FOUND, "Not found")
    }
}

fn offer(keitaro: &Keitaro, fields: &Fields<'_>) -> Response {
    let token = field(fields, "_token").unwrap_or_default();
    let Some(sub_id) = sub_id_of(keitaro.seed, token) else {
        return said(StatusCode::NOT_FOUND, "Offer token not found");
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
        Some(macros::in_url(&offer.url, |name| macro_value(click, name)))
    });
    match location.and_then(|url| HeaderValue::try_from(url).ok()) {
        Some(location) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::FOUND;
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        None => said(StatusCode::NOT_FOUND, "Offer not found"),
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
        Some(()) => said(StatusCode::OK, ""),
        None => said(StatusCode::NOT_FOUND, "SubId not found"),
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

/// `/{key}/postback`, by query or form.
pub(super) async fn postback(
    State(keitaro): State<Arc<Keitaro>>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    if keitaro.postback_key.is_empty() || key != keitaro.postback_key {
        return said(StatusCode::NOT_FOUND, "Postback key not found");
    }
    let query = query.unwrap_or_default();
    let fields: Fields<'_> = form_urlencoded::parse(query.as_bytes())
        .chain(form_urlencoded::parse(&body))
        .collect();
    let word = field(&fields, "status").unwrap_or("sale");
    let success = || {
        said(
            StatusCode::OK,
            field(&fields, "return").unwrap_or("Success"),
        )
    };
    if lists(&fields, "ignore_status", word) {
        return success();
    }
    let Some(status) = status(&fields, word) else {
        return said(StatusCode::OK, "Unknown status. Postback ignored.");
    };
    let own = |name: &str| field(&fields, name).map(str::to_owned);
    let conversion = Conversion {
        status: status.to_owned(),
        original_status: word.to_owned(),
        tid: own("tid"),
        payout: own("payout").or_else(|| own("revenue")),
        cost: own("cost"),
        currency: own("currency"),
    };
    if status == "rebill" && conversion.tid.is_none() {
        return said(StatusCode::BAD_REQUEST, "tid is required for rebill");
    }
    let sub_id = field(&fields, "subid").unwrap_or_default();
    keitaro.with(|state| {
        let Some(click) = state.clicks.get_mut(sub_id) else {
            return said(StatusCode::NOT_FOUND, "SubId not found");
        };
        for (name, value) in &fields {
            if name.starts_with("sub_id_") {
                click.parameters.insert(name.to_string(), value.to_string());
            }
        }
        let earlier = click
            .conversions
            .iter_mut()
            .find(|earlier| earlier.tid == conversion.tid);
        match earlier {
            Some(earlier) if earlier.status == conversion.status => {
                return said(
                    StatusCode::OK,
                    "Conversion by pair SubId + tid already exists. Postback ignored.",
                );
            }
            Some(earlier) => *earlier = conversion,
            None => click.conversions.push(conversion),
        }
        success()
    })
}

/// The tracker's own word for a status, after `sale_status` and the like.
fn status(fields: &Fields<'_>, word: &str) -> Option<&'static str> {
    let own = ["lead", "sale", "rejected", "rebill"];
    own.into_iter()
        .find(|own| lists(fields, &format!("{own}_status"), word))
        .or_else(|| own.into_iter().find(|own| *own == word))
}

/// Whether a comma list of this name holds the word.
fn lists(fields: &Fields<'_>, name: &str, word: &str) -> bool {
    field(fields, name).is_some_and(|list| list.split(',').any(|known| known.trim() == word))
}

fn said(status: StatusCode, words: &str) -> Response {
    let mut response = text(words.to_owned(), PLAIN);
    *response.status_mut() = status;
    response
}
