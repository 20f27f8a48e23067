//! What a program prints when it panics: `unwrap` on an error, `panic!` with any of our values.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

use adcore::{FileTokenStore, StoredTokens, TokenResponse};

use crate::canary::{
    self, ACCESS, ADFOX_HASH, ADFOX_HEADER, ADFOX_PASSWORD, ADFOX_TOKEN, HYBRID_ID, HYBRID_SECRET,
    KEITARO_KEY, KEITARO_TOKEN, REFRESH, SPOTS_PASSWORD,
};
use crate::catalog::http;
use crate::matrix::carriers;
use crate::operations::{Asks, Setup, operations, token};
use crate::server::{Door, Play, Seen, Server};

/// Returns the message with which `act` panics.
fn said(act: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(act)).expect_err("did not panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
    }
}

fn failed<T>(with: T) -> Result<(), T> {
    Err(with)
}

fn silent(what: &str, thing: &impl Debug) {
    for text in [
        said(|| panic!("{thing:?}")),
        said(|| panic!("{thing:#?}")),
        said(|| failed(thing).unwrap()),
        said(|| failed(thing).expect("it works")),
        said(|| assert_eq!(format!("{thing:?}"), "")),
    ] {
        assert!(canary::find_secret(&text).is_none(), "{what}: {text}");
    }
}

#[tokio::test]
async fn a_panic_with_an_error_prints_no_secret() {
    for operation in operations() {
        let asks = operation.asks;
        let server = Server::start(Door::Open, move |seen: &Seen| {
            if seen.asks_token() && asks == Asks::Call {
                return token(seen, 1).play();
            }
            let echo = serde_json::to_string(&seen.echo()).unwrap();
            let body = format!(r#"{{"error":{echo},"message":{echo}}}"#);
            Play::Respond(http("403 Forbidden", &[], body.as_bytes()))
        })
        .await;
        let outcome = (operation.run)(Setup::ample(server.url())).await;
        let error = outcome.error.expect("a refusal");
        silent(operation.name, &error);
    }
}

#[test]
fn a_panic_with_a_client_or_its_parts_prints_no_secret() {
    let url = "http://127.0.0.1:9";
    let keitaro = keitaro_click::Credentials::token(KEITARO_TOKEN).with_postback_key(KEITARO_KEY);
    silent("keitaro credentials", &keitaro);
    silent(
        "keitaro builder",
        &keitaro_click::Client::builder(url, keitaro.clone()),
    );
    silent(
        "keitaro client",
        &keitaro_click::Client::new(url, keitaro).unwrap(),
    );
    let spots = spots_rpc::Credentials::new("login", SPOTS_PASSWORD);
    silent("spots credentials", &spots);
    silent(
        "spots builder",
        &spots_rpc::Client::builder(url, spots.clone()),
    );
    silent("spots client", &spots_rpc::Client::new(url, spots).unwrap());
    let hybrid = hybrid_rest::Credentials::new(HYBRID_ID, HYBRID_SECRET);
    silent("hybrid credentials", &hybrid);
    silent(
        "hybrid builder",
        &hybrid_rest::Client::builder(url, hybrid.clone()),
    );
    let client = hybrid_rest::Client::new(url, hybrid).unwrap();
    silent("hybrid client", &client);
    silent(
        "an advertiser's client",
        &client.for_advertiser("a").unwrap(),
    );
    for adfox in [
        adfox_api::Credentials::password("login", ADFOX_PASSWORD),
        adfox_api::Credentials::hash("login", ADFOX_HASH),
        adfox_api::Credentials::oauth(ADFOX_TOKEN).header("X-Yandex-API-Key", ADFOX_HEADER),
    ] {
        silent("adfox credentials", &adfox);
        silent(
            "adfox builder",
            &adfox_api::Client::builder(url, adfox.clone()),
        );
        let client = adfox_api::Client::new(url, adfox).unwrap();
        silent("adfox client", &client);
        let call = adfox_api::Call::new(adfox_api::Context::Account, adfox_api::Action::Auth);
        silent("adfox preview", &client.preview(&call).unwrap());
    }
    for carrier in carriers() {
        silent(carrier.name, &carrier.transport);
    }
    let hour = Duration::from_secs(3600);
    let grant = TokenResponse::new(ACCESS.into())
        .expires_in(Some(hour))
        .refresh_token(Some(REFRESH.into()), None);
    silent("a grant", &grant);
    let stored = StoredTokens {
        access_token: ACCESS.into(),
        expires_at: SystemTime::now() + hour,
        refresh_token: Some(REFRESH.into()),
        refresh_expires_at: None,
    };
    silent("stored tokens", &stored);
    silent("a store", &FileTokenStore::new("/var/lib/tokens"));
}
