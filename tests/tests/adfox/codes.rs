//! Every error code of the vendor, with parameter and value.

use adfox_api::calls::{AddAdvertiser, AddCampaign, DeleteCampaign, ModifyCampaign, PlaceCampaign};
use adfox_api::calls::{CampaignId, WebsiteId, ZoneId};
use adfox_api::{
    Action, Call, Client, Code, Context, Credentials, Error, ErrorKind, Object, Params,
};
use adfox_api::{Refusal, Transport};

use super::{builder, start};

fn refusal(error: &Error) -> &Refusal {
    assert_eq!(error.vendor(), Some("adfox"));
    assert!(!error.may_have_run(), "{error}");
    Refusal::of(error).unwrap()
}

async fn refused(
    client: &Client,
    navigation: [&str; 3],
    params: Params,
) -> (Code, Option<String>, Option<String>) {
    let [context, action, object] = navigation;
    let error = client
        .call(
            &Call::new(context.into(), action.into())
                .object(Object::from(object))
                .params(params),
        )
        .await
        .unwrap_err();
    let refusal = refusal(&error);
    assert_eq!(error.code().unwrap(), refusal.code.number().to_string());
    (
        refusal.code,
        refusal.parameter.clone(),
        refusal.value.clone(),
    )
}

#[tokio::test]
async fn code_1_authorization_failed_by_every_credential() {
    let (emulator, _) = start().await;
    let url = emulator.adfox_url();
    for credentials in [
        Credentials::password("test", "wrong"),
        Credentials::password("nobody", "Secret-Passw0rd"),
        Credentials::hash("test", "0".repeat(64)),
        Credentials::oauth("wrong-token"),
    ] {
        let client = Client::new(&url, credentials).unwrap();
        let error = client
            .call(&Call::new(Context::Account, Action::Auth))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
        assert_eq!(error.attempts(), 1);
    }
}

#[tokio::test]
async fn a_401_of_the_oauth_era_is_the_same_kind() {
    let (emulator, _) = start().await;
    let url = emulator.adfox_url().replace("/v1/API.php", "/api/v1");
    let good = Credentials::oauth("adfox-oauth-token").header("X-Yandex-API-Key", "key");
    let client = Client::new(&url, good).unwrap();
    let rows = client
        .list(Object::Category, Params::new())
        .collect()
        .await
        .unwrap();
    assert_eq!(rows.len(), 4);
    let bad = Client::new(&url, Credentials::oauth("nope")).unwrap();
    let error = bad
        .list(Object::Category, Params::new())
        .next()
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(error.status().unwrap().as_u16(), 401);
}

#[tokio::test]
async fn a_ready_hash_opens_as_the_password_does() {
    let (emulator, _) = start().await;
    let hash = "a59e2d6c8ad6d4b5b4bd6e2bb3a2f0c5";
    assert!(Client::new(&emulator.adfox_url(), Credentials::hash("test", hash)).is_err());
    let old = emulator.adfox_url().replace("/v1/API.php", "/API.php");
    let client = Client::new(&old, Credentials::password("test", "Secret-Passw0rd")).unwrap();
    client
        .call(&Call::new(Context::Account, Action::Auth))
        .await
        .unwrap();
}

#[tokio::test]
async fn code_2_access_denied() {
    let (emulator, _) = start().await;
    let reader = Credentials::password("reader", "Reader-Passw0rd");
    let client = Client::new(&emulator.adfox_url(), reader).unwrap();
    let error = client
        .delete_campaign(&DeleteCampaign::new(CampaignId::new(3001)))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(refusal(&error).code, Code::AccessDenied);
}

#[tokio::test]
async fn codes_3_4_5_name_the_word_that_does_not_exist() {
    let (_emulator, client) = start().await;
    for (navigation, code, parameter, value) in [
        (
            ["nowhere", "list", "banner"],
            Code::InvalidObject,
            "object",
            "nowhere",
        ),
        (
            ["account", "list", "bogus"],
            Code::InvalidActionObject,
            "actionObject",
            "bogus",
        ),
        (
            ["account", "explode", "banner"],
            Code::InvalidAction,
            "action",
            "explode",
        ),
    ] {
        let refused = refused(&client, navigation, Params::new()).await;
        assert_eq!(refused, (code, Some(parameter.into()), Some(value.into())));
    }
}

#[tokio::test]
async fn code_6_incorrect_value_with_parameter_and_value() {
    let (_emulator, client) = start().await;
    let add = AddCampaign::new("x").advertiser(424_242.into());
    let error = client.add_campaign(&add).await.unwrap_err();
    let told = refusal(&error);
    assert_eq!(told.code, Code::IncorrectValue);
    assert_eq!(told.parameter.as_deref(), Some("advertiserID"));
    assert_eq!(told.value.as_deref(), Some("424242"));
    assert_eq!(error.field(), Some("advertiserID"));
    let off = PlaceCampaign::on(CampaignId::new(3001), ZoneId::new(9));
    let error = client.place_campaign(&off).await.unwrap_err();
    assert_eq!(refusal(&error).parameter.as_deref(), Some("actionObjectID"));
}

#[tokio::test]
async fn code_7_value_required_and_9_not_null() {
    let (_emulator, client) = start().await;
    let add = ["account", "add", "superCampaign"];
    let missing = refused(&client, add, Params::new().with("name", "x")).await;
    assert_eq!(
        missing,
        (Code::ValueRequired, Some("advertiserID".into()), None)
    );
    let params = Params::new().with("objectID", 3001).with("name", "");
    let empty = refused(&client, ["campaign", "modify", ""], params).await;
    assert_eq!(empty, (Code::NotNull, Some("name".into()), None));
}

#[tokio::test]
async fn code_8_account_already_exists() {
    let (_emulator, client) = start().await;
    let add = AddAdvertiser::new("ivanov", "i@example.ru");
    let error = client.add_advertiser(&add).await.unwrap_err();
    assert_eq!(refusal(&error).code, Code::AccountExists);
}

#[tokio::test]
async fn code_10_placed_upper() {
    let (_emulator, client) = start().await;
    let campaign = CampaignId::new(3001);
    client
        .place_campaign(&PlaceCampaign::on(campaign, WebsiteId::new(5001)))
        .await
        .unwrap();
    let error = client
        .place_campaign(&PlaceCampaign::on(campaign, ZoneId::new(5101)))
        .await
        .unwrap_err();
    assert_eq!(refusal(&error).code, Code::PlacedUpper);
}

#[tokio::test]
async fn unknown_codes_keep_number_and_message() {
    let transport = adcore_script(
        "<response><status><code>-42</code><error>Something new</error></status></response>",
    );
    let client = Client::builder(
        "https://api.adfox.ru/v1/API.php",
        Credentials::oauth("t0ken"),
    )
    .transport(transport)
    .build()
    .unwrap();
    let error = client
        .call(&Call::new(Context::Account, Action::Auth))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    let refusal = Refusal::of(&error).unwrap();
    assert_eq!(
        (refusal.code, refusal.error.as_str()),
        (Code::Other(-42), "Something new")
    );
}

#[tokio::test]
async fn typed_requests_refuse_what_is_missing_or_reversed_before_sending() {
    let (emulator, _) = start().await;
    let client = builder(&emulator).build().unwrap();
    let day = |day| jiff::civil::date(2026, 1, day);
    let reversed = ModifyCampaign::new(CampaignId::new(3001))
        .date_start(day(2))
        .date_end(day(1));
    for (error, field) in [
        (
            client
                .add_campaign(&AddCampaign::new("x"))
                .await
                .unwrap_err(),
            "advertiserID or superCampaignID",
        ),
        (
            client
                .add_campaign(&AddCampaign::new(" ").advertiser(1001.into()))
                .await
                .unwrap_err(),
            "name",
        ),
        (
            client.modify_campaign(&reversed).await.unwrap_err(),
            "dateEnd",
        ),
    ] {
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::InvalidInput, Some(field))
        );
    }
    assert!(emulator.requests().recent.is_empty());
}

#[derive(Debug)]
struct Script(&'static str);

#[adcore::async_trait]
impl Transport for Script {
    async fn send(
        &self,
        _: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<adfox_api::Body>, adfox_api::TransportError> {
        let body = bytes::Bytes::from_static(self.0.as_bytes());
        Ok(http::Response::new(body.into()))
    }
}

fn adcore_script(response: &'static str) -> std::sync::Arc<dyn Transport> {
    std::sync::Arc::new(Script(response))
}
