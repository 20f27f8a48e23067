//! SPOTS tokens and batches against the emulator.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::sync::Arc;
use std::time::Duration;

use adapis_emulator::{
    Emulator, Fault, FaultPlan, FaultPoint, OldRefreshToken, Settings, SpotsBatch, SpotsRefusal,
    Vendor,
};
use adcore::FileTokenStore;
use jiff::civil::date;
use spots_rpc::calls::{Call, Group, Statistics};
use spots_rpc::{Client, ClientBuilder, Credentials, ErrorKind, RetryPolicy, TokenSettings};

const AUTH: &str = "spots.user.auth";
const REFRESH: &str = "spots.user.tokenRefresh";

fn builder(emulator: &Emulator) -> ClientBuilder {
    let spots = &emulator.credentials().spots;
    let credentials = Credentials::new(spots.login.clone(), spots.password.clone());
    Client::builder(&emulator.spots_url(), credentials)
        .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
        .token_settings(TokenSettings::default().pause(Duration::from_millis(1)))
}

fn day() -> Statistics {
    Statistics::new(date(2023, 8, 23), date(2023, 8, 23)).group(Group::Site)
}

fn asked(emulator: &Emulator) -> (u64, u64) {
    let requests = emulator.requests();
    (requests.of(AUTH).received, requests.of(REFRESH).received)
}

async fn calls_at_once(client: &Client, count: usize) {
    let calls = (0..count).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.statistics(&day()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn refused_tokens_are_renewed_in_every_form_and_by_every_rule() {
    for refusal in [
        SpotsRefusal::ErrorObject,
        SpotsRefusal::Http401,
        SpotsRefusal::BareHttp401,
    ] {
        for code in [Some(401), Some(-32000), None] {
            for old in [
                OldRefreshToken::Keep,
                OldRefreshToken::Burn,
                OldRefreshToken::RevokeFamily,
            ] {
                let mut settings = Settings::default();
                settings.spots.refused_token = refusal;
                settings.spots.refused_code = code;
                settings.spots.old_refresh_token = old;
                let emulator = Emulator::builder()
                    .settings(settings)
                    .start()
                    .await
                    .unwrap();
                let client = builder(&emulator).build().unwrap();
                calls_at_once(&client, 50).await;
                assert_eq!(asked(&emulator), (1, 0));
                emulator.expire_tokens(Vendor::Spots);
                calls_at_once(&client, 50).await;
                assert_eq!(asked(&emulator), (1, 1), "{refusal:?} {code:?} {old:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_lost_refresh_token_leads_back_to_the_password() {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    calls_at_once(&client, 1).await;
    emulator.reset();
    calls_at_once(&client, 20).await;
    assert_eq!(asked(&emulator), (1, 1));
    let counts = client.token_counts();
    assert_eq!((counts.grants, counts.refreshes, counts.forced), (2, 1, 1));
}

#[tokio::test]
async fn a_refresh_that_gets_no_response_keeps_what_it_has() {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    calls_at_once(&client, 1).await;
    emulator.expire_tokens(Vendor::Spots);
    let broken = Fault::reset(FaultPoint::BeforeHeaders);
    emulator
        .faults(FaultPlan::new(REFRESH).fault(broken).repeat(2))
        .unwrap();
    calls_at_once(&client, 1).await;
    assert_eq!(
        asked(&emulator),
        (1, 3),
        "the refresh token was kept over both failures"
    );
}

#[tokio::test]
async fn a_server_that_fails_at_refreshes_alone_leads_back_to_the_password() {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    calls_at_once(&client, 1).await;
    let plan = FaultPlan::new(REFRESH).fault(Fault::status(500)).forever();
    emulator.faults(plan).unwrap();
    for renewals in 1..=2 {
        emulator.expire_tokens(Vendor::Spots);
        calls_at_once(&client, 20).await;
        assert_eq!(asked(&emulator), (1 + renewals, renewals));
    }
}

#[tokio::test]
async fn a_wrong_login_is_reported_as_a_credential() {
    let emulator = Emulator::start().await.unwrap();
    for refusal in [SpotsRefusal::ErrorObject, SpotsRefusal::BareHttp401] {
        let mut settings = Settings::default();
        settings.spots.refused_token = refusal;
        settings.spots.refused_code = None;
        emulator.set_settings(settings);
        let credentials = Credentials::new("nobody@example.com", "canary-password");
        let client = Client::new(&emulator.spots_url(), credentials).unwrap();
        let error = client.statistics(&day()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
        assert_eq!(error.operation(), Some("user.auth"));
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[tokio::test]
async fn two_clients_share_one_token_file() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = || Arc::new(FileTokenStore::new(folder.path().join("spots.json")));
    let first = builder(&emulator).token_store(store()).build().unwrap();
    let second = builder(&emulator).token_store(store()).build().unwrap();
    calls_at_once(&first, 5).await;
    calls_at_once(&second, 5).await;
    assert_eq!(asked(&emulator), (1, 0));
    emulator.expire_tokens(Vendor::Spots);
    calls_at_once(&first, 5).await;
    calls_at_once(&second, 5).await;
    assert_eq!(asked(&emulator), (1, 1));
}

#[tokio::test]
async fn batches_are_answered_call_by_call_by_every_server() {
    for batch in [
        SpotsBatch::Supported,
        SpotsBatch::Refused,
        SpotsBatch::Http400,
    ] {
        let mut settings = Settings::default();
        settings.spots.batch = batch;
        let emulator = Emulator::builder()
            .settings(settings)
            .start()
            .await
            .unwrap();
        let client = builder(&emulator).build().unwrap();
        let statistics = Call::try_from(&day()).unwrap();
        let calls = [statistics.clone(), Call::new("no.such.method"), statistics];
        let results = client.batch(&calls).await;
        for place in [0, 2] {
            let text = results[place].as_ref().unwrap().as_str();
            assert!(text.contains("3143.356472008"), "{batch:?} {text}");
        }
        let error = results[1].as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{batch:?}");
        assert_eq!(error.operation(), Some("no.such.method"));
        let single = emulator
            .requests()
            .of("spots.platform.getStatistics")
            .received;
        assert_eq!(single, if batch == SpotsBatch::Supported { 0 } else { 2 });
        assert_eq!(asked(&emulator), (1, 0));
        emulator.expire_tokens(Vendor::Spots);
        let results = client.batch(&[Call::try_from(&day()).unwrap()]).await;
        assert!(results[0].is_ok(), "{batch:?}: {results:?}");
        assert_eq!(asked(&emulator), (1, 1));
    }
}
