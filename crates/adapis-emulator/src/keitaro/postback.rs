//! Conversions that an advertiser reports with `/{key}/postback`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;

use super::clicks::Conversion;
use super::form::{Fields, field};
use super::response::plain;
use super::service::Keitaro;

/// Handles `/{key}/postback`, with the parameters in the query or a form.
pub(super) async fn postback(
    State(keitaro): State<Arc<Keitaro>>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    if keitaro.postback_key.is_empty() || key != keitaro.postback_key {
        return plain(StatusCode::NOT_FOUND, "Postback key not found");
    }
    let query = query.unwrap_or_default();
    let fields: Fields<'_> = form_urlencoded::parse(query.as_bytes())
        .chain(form_urlencoded::parse(&body))
        .collect();
    let value = field(&fields, "status").unwrap_or("sale");
    let success = || {
        plain(
            StatusCode::OK,
            field(&fields, "return").unwrap_or("Success"),
        )
    };
    if lists(&fields, "ignore_status", value) {
        return success();
    }
    let Some(status) = status(&fields, value) else {
        return plain(StatusCode::OK, "Unknown status. Postback ignored.");
    };
    let own = |name: &str| field(&fields, name).map(str::to_owned);
    let conversion = Conversion {
        status: status.to_owned(),
        original_status: value.to_owned(),
        tid: own("tid"),
        payout: own("payout").or_else(|| own("revenue")),
        cost: own("cost"),
        currency: own("currency"),
    };
    if status == "rebill" && conversion.tid.is_none() {
        return plain(StatusCode::BAD_REQUEST, "tid is required for rebill");
    }
    let sub_id = field(&fields, "subid").unwrap_or_default();
    keitaro.with(|state| {
        let Some(click) = state.clicks.get_mut(sub_id) else {
            return plain(StatusCode::NOT_FOUND, "SubId not found");
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
                return plain(
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

/// Maps a reported status to one of the tracker's, with `sale_status` and the like.
fn status(fields: &Fields<'_>, value: &str) -> Option<&'static str> {
    let own = ["lead", "sale", "rejected", "rebill"];
    own.into_iter()
        .find(|own| lists(fields, &format!("{own}_status"), value))
        .or_else(|| own.into_iter().find(|own| *own == value))
}

/// Whether the comma-separated list `name` contains the value.
fn lists(fields: &Fields<'_>, name: &str, value: &str) -> bool {
    field(fields, name).is_some_and(|list| list.split(',').any(|known| known.trim() == value))
}
