//! Every targeting can be set and read back.

use adfox_api::calls::{
    Access, BannerId, CampaignId, CriteriaId, CriteriaValueId, FrequencySpan, FrequencyTargeting,
    GeobaseTargeting, GetTargeting, Target, Targeting, TargetingKind, TimeTargeting, UserTargeting,
};
use adfox_api::{Action, Call, Code, Context, Object, Params, Refusal};

use super::start;

const CAMPAIGN: CampaignId = CampaignId::new(3001);

async fn round_trip(targeting: impl Into<Targeting>, kind: TargetingKind) {
    let (_emulator, client) = start().await;
    let targeting = targeting.into();
    client
        .target(&Target::new(CAMPAIGN, targeting.clone()))
        .await
        .unwrap();
    let read = client
        .targeting(&GetTargeting::new(CAMPAIGN, kind))
        .await
        .unwrap();
    assert_eq!(read, Some(targeting));
}

#[tokio::test]
async fn campaign_target_time() {
    let mut time = TimeTargeting::new().client_time(true);
    for hour in 0..24 {
        time = time.hour(1, hour, hour >= 18).hour(7, hour, false);
    }
    round_trip(time, TargetingKind::Time).await;
    let days = TimeTargeting::new().day(1, true).day(31, false);
    round_trip(days, TargetingKind::Time).await;
}

#[tokio::test]
async fn campaign_target_frequency() {
    let frequency = FrequencyTargeting::new()
        .impressions(3, FrequencySpan::Day)
        .clicks(1, FrequencySpan::TwoWeeks);
    round_trip(frequency, TargetingKind::Frequency).await;
}

#[tokio::test]
async fn campaign_target_geobase() {
    let geobase = GeobaseTargeting::new()
        .world(Access::Forbidden)
        .region(225, Access::Allowed)
        .region(213, Access::Inherited);
    round_trip(geobase, TargetingKind::Geobase).await;
}

#[tokio::test]
async fn campaign_target_user() {
    let user = UserTargeting::new(CriteriaId::new(2))
        .value(CriteriaValueId::new(0), false)
        .value(CriteriaValueId::new(603), true);
    round_trip(user, TargetingKind::User(CriteriaId::new(2))).await;
}

#[tokio::test]
async fn a_banner_redefines_the_targeting_of_its_campaign() {
    let (_emulator, client) = start().await;
    let time = TimeTargeting::new().hour(1, 9, false);
    client
        .target(&Target::new(BannerId::new(4001), time))
        .await
        .unwrap();
    let summary = client
        .call(
            &Call::new(Context::Banner, Action::Info)
                .object(Object::from("targeting"))
                .params(Params::new().with("objectID", 4001)),
        )
        .await
        .unwrap();
    let rows = summary.rows.unwrap();
    let time = rows
        .iter()
        .filter_map(|row| row.as_row())
        .find(|row| row.text("name") == Some("time"));
    assert_eq!(time.unwrap().text("isRedefined"), Some("1"));
}

#[tokio::test]
async fn other_kinds_go_through_and_forbidden_ones_say_so() {
    let (_emulator, client) = start().await;
    let words = Targeting::Other(
        Object::from("targetingSearch"),
        Params::new().with("words", "дача"),
    );
    client.target(&Target::new(CAMPAIGN, words)).await.unwrap();
    let url = Targeting::Other(Object::from("targetingURL"), Params::new().with("url", "x"));
    let error = client
        .target(&Target::new(CAMPAIGN, url))
        .await
        .unwrap_err();
    let refusal = Refusal::of(&error).unwrap();
    assert_eq!(refusal.code, Code::AccessDenied);
    assert_eq!(refusal.error, "Change targeting by URL is not allowed");
}
