//! Writes are sent once, partial success is reported, and `find_or_add` adds nothing twice.

use std::time::Duration;

use adapis_emulator::{Emulator, Fault, FaultPlan, FaultPoint};
use adfox_api::calls::{
    AddBanner, AddCampaign, AddZone, Added, BannerId, CampaignId, DeleteBanners, ListBanners,
    ListCampaigns, ListZones, TemplateId, WebsiteId,
};
use adfox_api::{Action, Call, Client, Context, ErrorKind, Object, Params};

use super::{builder, change_settings, start};

const ADD: &str = "adfox.account.add.zone";

fn fault(emulator: &Emulator, fault: Fault) {
    emulator.faults(FaultPlan::new(ADD).fault(fault)).unwrap();
}

async fn zones(client: &Client, name: &str) -> usize {
    let all = client.zones(&ListZones::new()).collect().await.unwrap();
    all.iter()
        .filter(|zone| zone.name.as_deref() == Some(name))
        .count()
}

/// The faults after which the client cannot know whether the call ran, with `processed` both ways.
fn ambiguous() -> Vec<(Fault, bool)> {
    let faults = [
        Fault::reset(FaultPoint::BeforeHeaders),
        Fault::reset(FaultPoint::MidBody),
        Fault::truncate(20),
        Fault::status(500),
        Fault::status(503),
        Fault::garbage("<html>oops</html>"),
    ];
    let both = faults.into_iter();
    both.flat_map(|fault| [(fault.clone().processed(), true), (fault, false)])
        .collect()
}

#[tokio::test]
async fn add_is_never_repeated_after_an_ambiguous_failure() {
    for (each, _) in ambiguous() {
        let (emulator, client) = start().await;
        fault(&emulator, each.clone());
        let add = AddZone::new("Once", WebsiteId::new(5001));
        let error = client.add_zone(&add).await.unwrap_err();
        assert!(error.may_have_run(), "{each:?}: {error}");
        assert_eq!(error.attempts(), 1, "{each:?}");
        assert_eq!(emulator.requests().of(ADD).received, 1, "{each:?}");
    }
}

#[tokio::test]
async fn what_certainly_did_not_run_is_repeated() {
    let (emulator, client) = start().await;
    fault(&emulator, Fault::status(429).retry_after("0"));
    client
        .add_zone(&AddZone::new("Later", WebsiteId::new(5001)))
        .await
        .unwrap();
    assert_eq!(zones(&client, "Later").await, 1);
}

#[tokio::test]
async fn find_or_add_adds_once_whatever_happens_to_the_response() {
    for (each, _) in ambiguous() {
        let (emulator, client) = start().await;
        fault(&emulator, each.clone());
        let add = AddZone::new("Exactly one", WebsiteId::new(5001));
        let found = client.find_or_add(&add).await.unwrap();
        assert!(found.added, "{each:?}");
        assert_eq!(zones(&client, "Exactly one").await, 1, "{each:?}");
        let again = client.find_or_add(&add).await.unwrap();
        assert_eq!((again.id, again.added), (found.id, false));
        let elsewhere = AddZone::new("Exactly one", WebsiteId::new(5002));
        assert!(client.find_or_add(&elsewhere).await.unwrap().added);
    }
}

#[tokio::test]
async fn find_or_add_waits_for_an_add_that_runs_after_its_response_was_lost() {
    let (emulator, _) = start().await;
    let settle = |time| builder(&emulator).settle_time(time).build().unwrap();
    let add = AddZone::new("Late", WebsiteId::new(5001));
    fault(&emulator, Fault::processed_after(700));
    let patient = settle(Duration::from_secs(30));
    let found = patient.find_or_add(&add).await.unwrap();
    assert!(found.added);
    assert_eq!(zones(&patient, "Late").await, 1);
    assert_eq!(emulator.requests().of(ADD).received, 1);

    let add = AddZone::new("Lost twice", WebsiteId::new(5001));
    let plan = FaultPlan::new(ADD).fault(Fault::status(504));
    emulator.faults(plan.fault(Fault::status(504))).unwrap();
    let client = settle(Duration::from_millis(100));
    let error = client.find_or_add(&add).await.unwrap_err();
    assert!(error.may_have_run(), "{error}");
    assert_eq!(emulator.requests().of(ADD).received, 3);

    // Nothing is sent again if it is unknown whether the object exists.
    let add = AddZone::new("Unknown", WebsiteId::new(5001));
    fault(&emulator, Fault::status(504));
    let list = FaultPlan::new("adfox.account.list.zone").healthy();
    let list = (0..20).fold(list, |list, _| list.fault(Fault::status(503)));
    emulator.faults(list).unwrap();
    let error = client.find_or_add(&add).await.unwrap_err();
    assert!(error.may_have_run(), "{error}");
    assert_eq!(error.operation(), Some("account.add.zone"));
    assert_eq!(emulator.requests().of(ADD).received, 4);
}

#[tokio::test]
async fn find_or_add_finds_tracing_points_by_their_own_names() {
    let (_emulator, client) = start().await;
    let add = Call::new(Context::Account, Action::Add)
        .object(Object::TracingPoint)
        .param("name", "Order placed")
        .param("advertiserID", 1001);
    let first = client.find_or_add(&add).await.unwrap();
    let again = client.find_or_add(&add).await.unwrap();
    assert_eq!((again.id, again.added), (first.id, false));
}

#[tokio::test]
async fn find_or_add_needs_no_working_search() {
    let (emulator, client) = start().await;
    change_settings(&emulator, |adfox| adfox.search = false);
    let add = AddCampaign::new("Зима – рейс 1").advertiser(1001.into());
    let found = client.find_or_add(&add).await.unwrap();
    assert_eq!((found.id, found.added), (CampaignId::new(3001), false));
    assert_eq!(
        client
            .campaigns(&ListCampaigns::new())
            .collect()
            .await
            .unwrap()
            .len(),
        57
    );
}

#[tokio::test]
async fn find_or_add_wants_a_name_to_find_by() {
    let (emulator, client) = start().await;
    let nameless = AddBanner::new(CampaignId::new(3001), TemplateId::new(201));
    let error = client.find_or_add(&nameless).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::InvalidInput, Some("name"))
    );
    assert!(emulator.requests().recent.is_empty());
    let named = nameless.name("Баннер 1 240x400");
    let found = client.find_or_add(&named).await.unwrap();
    assert_eq!((found.id, found.added), (BannerId::new(4001), false));
}

#[tokio::test]
async fn a_message_beside_code_0_reaches_the_caller() {
    let (emulator, client) = start().await;
    change_settings(&emulator, |adfox| {
        adfox
            .messages
            .insert(ADD.into(), "Category was not set".into());
        adfox.messages.insert(
            "adfox.account.list.zone".into(),
            "Some zones are hidden".into(),
        );
    });
    let add = AddZone::new("Half", WebsiteId::new(5001));
    let Added { id, partial, .. } = client.add_zone(&add).await.unwrap();
    assert_eq!(partial.unwrap().as_str(), "Category was not set");
    assert!(id.get() > 0);
    let page = client
        .zones(&ListZones::new())
        .next()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.partial.unwrap().as_str(), "Some zones are hidden");
    let page = client
        .list(Object::Zone, Params::new())
        .next()
        .await
        .unwrap()
        .unwrap();
    assert!(page.partial.is_some());
}

#[tokio::test]
async fn deleting_what_is_partly_gone_is_a_partial_success() {
    let (_emulator, client) = start().await;
    let list = ListBanners::new().campaigns(vec![CampaignId::new(3001)]);
    let ids: Vec<BannerId> = client
        .banners(&list)
        .collect()
        .await
        .unwrap()
        .iter()
        .map(|row| row.id)
        .collect();
    let wanted = [ids.as_slice(), &[BannerId::new(999_999)]].concat();
    let done = client
        .delete_banners(&DeleteBanners::new(CampaignId::new(3001), wanted))
        .await
        .unwrap();
    assert!(done.partial.unwrap().as_str().contains("999999"));
    assert!(client.banners(&list).collect().await.unwrap().is_empty());
}
