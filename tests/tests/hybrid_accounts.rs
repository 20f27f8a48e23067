//! Hybrid against the emulator: credentials, tokens, advertisers, agencies.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::sync::Arc;
use std::time::Duration;

use adapis_emulator::{
    Emulator, Fault, FaultPlan, FaultPoint, HybridRefreshToken, OldRefreshToken, Settings, Vendor,
};
use adcore::FileTokenStore;
use futures_util::StreamExt;
use hybrid_rest::calls::{Call, CampaignId};
use hybrid_rest::{Client, ClientBuilder, Credentials, ErrorKind, RetryPolicy, TokenSettings};

const SECOND_ADVERTISER: &str = "54f74d70870a8e44a023ghj5";

fn builder(emulator: &Emulator) -> ClientBuilder {
    let hybrid = &emulator.credentials().hybrid;
    Client::builder(
        &emulator.hybrid_url(),
        Credentials::new(hybrid.client_id.clone(), hybrid.client_secret.clone()),
    )
    .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
    .token_settings(TokenSettings::default().pause(Duration::from_millis(1)))
}

fn client(emulator: &Emulator) -> Client {
    builder(emulator).build().unwrap()
}

#[tokio::test]
async fn the_lists_of_the_page() {
    let emulator = Emulator::start().await.unwrap();
    let client = client(&emulator);
    let advertisers = client.advertisers().await.unwrap();
    let balances: Vec<_> = advertisers
        .iter()
        .map(|advertiser| advertiser.balance.unwrap().to_string())
        .collect();
    assert_eq!(balances, ["1500", "100", "0"]);
    let own = client.for_advertiser(advertisers[0].id.clone()).unwrap();
    let campaigns = own.campaigns().await.unwrap();
    assert_eq!(campaigns.len(), 3);
    let banners = own.banners(&campaigns[0].id).await.unwrap();
    assert_eq!(banners.len(), 5);
    assert_eq!(banners[0].id.as_str(), "58c1598f7bc72f277c4744ec");
}

#[tokio::test]
async fn wrong_credentials_and_foreign_advertisers_are_named() {
    let emulator = Emulator::start().await.unwrap();
    let hybrid = &emulator.credentials().hybrid;
    for (id, secret, field) in [
        ("nobody", hybrid.client_secret.as_str(), "client_id"),
        (hybrid.client_id.as_str(), "wrong", "client_secret"),
    ] {
        let client = Client::new(&emulator.hybrid_url(), Credentials::new(id, secret)).unwrap();
        let error = client.campaigns().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert_eq!(error.field(), Some(field), "{error}");
    }
    let foreign = client(&emulator).for_advertiser("nobody").unwrap();
    let error = foreign.campaigns().await.unwrap_err();
    assert_eq!(error.field(), Some("advertiser"), "{error}");
    let missing = client(&emulator)
        .banners(&CampaignId::from("nothing"))
        .await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn tokens_are_renewed_unnoticed_whatever_happens_to_old_refresh_tokens() {
    for old in [
        OldRefreshToken::Keep,
        OldRefreshToken::Burn,
        OldRefreshToken::RevokeFamily,
    ] {
        for given in [
            HybridRefreshToken::New,
            HybridRefreshToken::MissingOnRefresh,
            HybridRefreshToken::Missing,
        ] {
            let mut settings = Settings::default();
            settings.hybrid.old_refresh_token = old;
            settings.hybrid.refresh_token = given;
            let emulator = Emulator::builder()
                .settings(settings)
                .start()
                .await
                .unwrap();
            let client = client(&emulator);
            for _ in 0..4 {
                client.campaigns().await.unwrap();
                emulator.expire_tokens(Vendor::Hybrid);
            }
            let counts = client.token_counts();
            assert_eq!(counts.forced, 3, "{old:?} {given:?}");
            assert_eq!(counts.failures, 0, "{old:?} {given:?}");
            let asked = emulator.requests().of("hybrid.token").received;
            assert_eq!(asked, counts.grants + counts.refreshes);
        }
    }
}

#[tokio::test]
async fn expires_in_in_every_form_gives_a_working_client() {
    for expires_in in [
        "\"86400\"",
        "86399",
        "86399.5",
        "0",
        "-1",
        "1e300",
        "\"abc\"",
        "\"missing\"",
    ] {
        let mut settings = Settings::default();
        settings.hybrid.expires_in = serde_json::from_str(expires_in).unwrap();
        let emulator = Emulator::builder()
            .settings(settings)
            .start()
            .await
            .unwrap();
        let client = client(&emulator);
        for _ in 0..3 {
            client.campaigns().await.unwrap();
        }
        assert!(client.token_counts().renewals >= 1, "{expires_in}");
    }
}

#[tokio::test]
async fn a_thousand_callers_make_one_token_request() {
    let emulator = Emulator::start().await.unwrap();
    let client = client(&emulator);
    let callers = (0..1000).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let call = Call::get("/banner/get/53df8633af55cd57805746f5");
            client.call(&call).await
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(emulator.requests().of("hybrid.token").received, 1);
}

#[tokio::test]
async fn the_work_for_an_advertiser_uses_its_own_token_and_a_failure_affects_no_other() {
    let emulator = Emulator::start().await.unwrap();
    emulator
        .faults(
            FaultPlan::new("hybrid.campaign.get")
                .healthy()
                .fault(Fault::status(403)),
        )
        .unwrap();
    let agency = client(&emulator).agency().concurrency(1);
    let advertisers = agency.advertisers().await.unwrap();
    let results: Vec<_> = agency
        .for_each_advertiser(advertisers, async |client| client.campaigns().await)
        .collect()
        .await;
    let outcomes: Vec<_> = results
        .iter()
        .map(|one| match &one.result {
            Ok(campaigns) => Ok(campaigns.len()),
            Err(error) => Err(error.kind()),
        })
        .collect();
    assert_eq!(outcomes, [Ok(3), Err(ErrorKind::PermissionDenied), Ok(100)]);
    assert_eq!(results[1].advertiser.id.as_str(), SECOND_ADVERTISER);
    assert_eq!(emulator.requests().of("hybrid.token").received, 4);
}

#[tokio::test]
async fn concurrency_limits_how_many_advertisers_are_processed_at_once() {
    let emulator = Emulator::start().await.unwrap();
    let slow = serde_json::from_str::<Fault>(r#"{"delay_ms":50}"#).unwrap();
    emulator
        .faults(FaultPlan::new("hybrid.campaign.get").fault(slow).forever())
        .unwrap();
    let agency = client(&emulator).agency().concurrency(2);
    let advertisers = agency.advertisers().await.unwrap();
    let busy = Arc::new(std::sync::Mutex::new((0, 0)));
    let results = agency.for_each_advertiser(advertisers, |client| {
        let busy = Arc::clone(&busy);
        async move {
            let enter = |step: i32| {
                let mut busy = busy.lock().unwrap();
                busy.0 += step;
                busy.1 = busy.1.max(busy.0);
            };
            enter(1);
            let campaigns = client.campaigns().await;
            enter(-1);
            campaigns
        }
    });
    assert_eq!(results.count().await, 3);
    assert_eq!(busy.lock().unwrap().1, 2);
}

#[tokio::test]
async fn each_advertiser_has_its_own_store() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let start = || {
        let path = path.clone();
        builder(&emulator)
            .token_stores(move |advertiser| {
                let name = advertiser.map_or("agency", |id| id.as_str());
                FileTokenStore::new(path.join(name))
            })
            .build()
            .unwrap()
    };
    for _ in 0..2 {
        let client = start();
        client.advertisers().await.unwrap();
        let own = client.for_advertiser(SECOND_ADVERTISER).unwrap();
        assert_eq!(own.campaigns().await.unwrap().len(), 100);
    }
    assert_eq!(emulator.requests().of("hybrid.token").received, 2);
    assert!(path.join("agency").exists() && path.join(SECOND_ADVERTISER).exists());
}

#[tokio::test]
async fn broken_exchanges_are_repeated() {
    let emulator = Emulator::start().await.unwrap();
    emulator
        .faults(
            FaultPlan::new("hybrid.campaign.get")
                .fault(Fault::reset(FaultPoint::BeforeHeaders))
                .fault(Fault::truncate(20)),
        )
        .unwrap();
    emulator
        .faults(FaultPlan::new("hybrid.token").fault(Fault::status(503)))
        .unwrap();
    let client = client(&emulator);
    assert!(client.campaigns().await.unwrap().len() > 200);
    assert!(emulator.unmet_faults().is_empty());
}
