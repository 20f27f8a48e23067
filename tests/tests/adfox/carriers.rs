//! Any text survives every carrier (GET, POST, multipart) and both character encodings.

use adapis_emulator::Emulator;
use adfox_api::calls::CampaignId;
use adfox_api::{Action, Call, Client, Context, Encoding, ErrorKind, File, Object, Params, SendAs};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{builder, start};

const CARRIERS: [SendAs; 5] = [
    SendAs::Auto,
    SendAs::Get,
    SendAs::Post,
    SendAs::Multipart,
    SendAs::Mixed,
];

/// The characters of CP-1251 beyond ASCII.
const CYRILLIC: &str = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџ ЎўЈ¤Ґ¦§Ё©Є«¬®Ї°±Ііґµ¶·ё№є»јЅѕїАЯая";

async fn round_trip(
    client: &Client,
    carrier: SendAs,
    encoding: Encoding,
    params: Params,
) -> String {
    let add = Call::new(Context::Account, Action::Add)
        .object(Object::Category)
        .params(params)
        .send_as(carrier)
        .encoding(encoding);
    let id = client.call(&add).await.unwrap().id.unwrap();
    let params = Params::new().with("actionObjectID", id);
    let rows = client
        .list(Object::Category, params)
        .collect()
        .await
        .unwrap();
    rows[0].text("name").unwrap_or_default().to_owned()
}

fn runner() -> TestRunner {
    TestRunner::new(Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    })
}

fn check(text: impl Strategy<Value = String>, encoding: Encoding, params: impl Fn(&str) -> Params) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (_emulator, client): (Emulator, Client) = runtime.block_on(start());
    let params = &params;
    let outcome = runner().run(&text, |text| {
        for carrier in CARRIERS {
            let back = runtime.block_on(round_trip(&client, carrier, encoding, params(&text)));
            prop_assert_eq!(&back, &text, "{:?}", carrier);
        }
        Ok(())
    });
    outcome.unwrap();
}

/// Any line except one of white space only, which a server reads as empty.
fn line() -> impl Strategy<Value = String> {
    "[^\\p{Cc}\\u{fffe}\\u{ffff}]{1,40}".prop_filter("blank", |text| !text.trim().is_empty())
}

#[test]
fn any_line_survives_every_carrier_in_utf8() {
    check(line(), Encoding::Utf8, |text| {
        Params::new().with("name", text)
    });
}

#[test]
fn any_line_of_its_characters_survives_every_carrier_in_cp1251() {
    let chars: Vec<char> = CYRILLIC.chars().chain(' '..='~').collect();
    let text = proptest::collection::vec(proptest::sample::select(chars), 1..40)
        .prop_map(|chars| chars.into_iter().collect::<String>())
        .prop_filter("blank", |text| !text.trim().is_empty());
    check(text, Encoding::Cp1251, |text| {
        Params::new().with("name", text)
    });
}

#[test]
fn any_text_with_line_ends_survives_every_carrier() {
    let text = "([<>&;=%+\"'a-zЁё ]|\n|\t){1,40}"
        .prop_filter("blank", |text: &String| !text.trim().is_empty());
    check(text, Encoding::Utf8, |text| {
        Params::new().multiline("name", text)
    });
}

#[test]
fn what_cp1251_lacks_is_refused_and_not_replaced() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (emulator, client) = runtime.block_on(start());
    let foreign = proptest::char::range('\u{3040}', '\u{30ff}');
    let outcome = runner().run(&foreign, |foreign| {
        let add = Call::new(Context::Account, Action::Add)
            .object(Object::Category)
            .param("name", format!("ё{foreign}"))
            .encoding(Encoding::Cp1251);
        let error = runtime.block_on(client.call(&add)).unwrap_err();
        prop_assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::InvalidInput, Some("name"))
        );
        Ok(())
    });
    outcome.unwrap();
    assert!(emulator.requests().recent.is_empty());
}

#[tokio::test]
async fn the_client_may_speak_cp1251_throughout() {
    let (emulator, _) = start().await;
    let client = builder(&emulator)
        .encoding(Encoding::Cp1251)
        .build()
        .unwrap();
    let params = Params::new().with("name", "Ёжик — №1");
    for carrier in CARRIERS {
        let name = round_trip(&client, carrier, Encoding::Cp1251, params.clone()).await;
        assert_eq!(name, "Ёжик — №1", "{carrier:?}");
    }
}

#[tokio::test]
async fn with_post_the_url_holds_neither_credentials_nor_parameters() {
    let (emulator, client) = start().await;
    let hash = "loginPassword";
    for (carrier, target) in [
        (SendAs::Auto, ""),
        (SendAs::Post, ""),
        (SendAs::Multipart, ""),
        (SendAs::Mixed, "?object=campaign&action=modify"),
    ] {
        let call = Call::new(Context::Campaign, Action::Modify)
            .param("objectID", CampaignId::new(3001))
            .param("name", "n3edle")
            .send_as(carrier);
        let shown = client.preview(&call).unwrap();
        assert_eq!(shown.method, "POST");
        assert_eq!(shown.url, format!("{}{target}", emulator.adfox_url()));
        let body = shown.body.unwrap();
        assert!(body.contains("n3edle") && body.contains(hash), "{body}");
        client.call(&call).await.unwrap();
    }
}

#[tokio::test]
async fn a_preview_masks_every_secret_and_sends_nothing() {
    let (emulator, client) = start().await;
    let oauth =
        adfox_api::Credentials::oauth("s3cret-token").header("X-Yandex-API-Key", "s3cret-key");
    let oauth = Client::new(&emulator.adfox_url(), oauth).unwrap();
    let params = Params::new()
        .with("currentPassword", "s3cret-old")
        .with("newPassword", "s3cret-new")
        .file("file", File::new("a.txt", "s3cret-bytes"));
    let call = Call::new(Context::Account, Action::ChangePassword).params(params);
    let list = Call::new(Context::Account, Action::List).object(Object::Banner);
    let read = client.preview(&list).unwrap();
    assert_eq!(read.method, "GET");
    assert!(
        read.url
            .contains("?loginAccount=test&loginPassword=***&object=account"),
        "{}",
        read.url
    );
    let token = oauth.preview(&list).unwrap();
    assert!(
        token
            .headers
            .get("authorization")
            .is_some_and(|shown| shown == "***")
    );
    for shown in [
        read,
        token,
        client.preview(&call).unwrap(),
        oauth.preview(&call).unwrap(),
    ] {
        let shown = format!("{shown:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(
            !shown.contains("loginPassword=a") && !shown.contains("loginPassword=4"),
            "{shown}"
        );
    }
    assert!(emulator.requests().recent.is_empty());
}
