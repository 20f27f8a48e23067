//! `/token`: the client credentials and refresh token grants.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{Extensions, StatusCode};
use serde_json::Value;

use super::response::{json, oauth_refusal};
use super::service::{Hybrid, Subject};
use super::settings::{HybridRefreshToken, HybridSettings};
use crate::json::Object;
use crate::request::ExpiredToken;
use crate::tokens::{Rules, TokenPair};

pub(super) async fn token(
    State(hybrid): State<Arc<Hybrid>>,
    extensions: Extensions,
    body: Bytes,
) -> Response {
    let form: Vec<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(&body).collect();
    let field = |name: &str| {
        form.iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_ref())
    };
    let (Some(id), Some(secret)) = (field("client_id"), field("client_secret")) else {
        return oauth_refusal(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "client_id and client_secret are required",
        );
    };
    let Some(client) = hybrid
        .clients
        .iter()
        .position(|known| known.client_id == id)
    else {
        return oauth_refusal(StatusCode::NOT_FOUND, "invalid_client", "Unknown client_id");
    };
    let expired = extensions.get::<ExpiredToken>().is_some();
    if hybrid.clients[client].client_secret != secret {
        return oauth_refusal(
            StatusCode::BAD_REQUEST,
            "invalid_client",
            "Wrong client_secret",
        );
    }
    let settings = hybrid.current_settings();
    match field("grant_type") {
        Some("client_credentials") if expired => oauth_refusal(
            StatusCode::BAD_REQUEST,
            "invalid_client",
            "Wrong client_secret",
        ),
        Some("client_credentials") => {
            let Some(subject) = subject(&hybrid, client, field("advertiserId")) else {
                return oauth_refusal(
                    StatusCode::UNAUTHORIZED,
                    "access_denied",
                    "No rights to this advertiser",
                );
            };
            let pair = hybrid.tokens.grant(subject, token_rules(&settings, false));
            response(&settings, &pair, Some(&hybrid.clients[client].scope))
        }
        Some("refresh_token") => {
            let token = field("refresh_token").unwrap_or_default();
            if expired {
                hybrid.tokens.expire(token);
            }
            let rules = token_rules(&settings, true);
            match hybrid
                .tokens
                .refresh(token, rules, |subject| subject.client == client)
            {
                Some((_, pair)) => response(&settings, &pair, None),
                None => oauth_refusal(
                    StatusCode::BAD_REQUEST,
                    "invalid_grant",
                    "Wrong refresh_token",
                ),
            }
        }
        _ => oauth_refusal(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "grant_type must be client_credentials or refresh_token",
        ),
    }
}

/// Returns the owner of a new token, or `None` if the client has no rights to the advertiser.
fn subject(hybrid: &Hybrid, client: usize, advertiser_id: Option<&str>) -> Option<Subject> {
    let own = hybrid.clients[client].advertiser.as_deref();
    let advertiser = match (own, advertiser_id) {
        (Some(own), Some(asked)) if own != asked => return None,
        (Some(id), _) | (None, Some(id)) => Some(hybrid.catalog.advertiser(id)?),
        (None, None) => None,
    };
    advertiser
        .is_none_or(|advertiser| own.is_some() || hybrid.owns(client, advertiser))
        .then_some(Subject { client, advertiser })
}

fn token_rules(settings: &HybridSettings, is_refresh: bool) -> Rules {
    Rules {
        access_ttl: settings.access_ttl,
        refresh_ttl: settings.refresh_ttl,
        old_refresh_token: settings.old_refresh_token,
        burn_access_token: false,
        with_refresh_token: match settings.refresh_token {
            HybridRefreshToken::New => true,
            HybridRefreshToken::MissingOnRefresh => !is_refresh,
            HybridRefreshToken::Missing => false,
        },
    }
}

fn response(settings: &HybridSettings, pair: &TokenPair, scope: Option<&str>) -> Response {
    let mut out = Vec::new();
    let mut object = Object::open(&mut out);
    object
        .text("access_token", &pair.access)
        .text("token_type", "bearer");
    if let Some(scope) = scope {
        object.text("scope", scope);
    }
    match &settings.expires_in {
        Value::String(word) if word == "page" => {
            object.raw("expires_in", format_args!("\"{}\"", settings.access_ttl));
        }
        Value::String(word) if word == "missing" => {}
        value => {
            object.raw("expires_in", value);
        }
    }
    if let Some(refresh) = &pair.refresh {
        object.text("refresh_token", refresh);
    }
    object.close();
    json(Body::from(out))
}
