//! The Keitaro client against the emulator: every wire format, refusals, faults, links.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::time::Duration;

use adapis_emulator::{Emulator, Fault, FaultPlan, FaultPoint, Settings};
use keitaro_click::calls::{Action, Click, ClickOutput, Conversion, OfferUrl, Postback, Update};
use keitaro_click::{ClickEncoding, Client, Credentials, Error, ErrorKind, Refusal};
use rust_decimal::Decimal;
use serde_json::json;

fn client(emulator: &Emulator, campaign: &str, encoding: ClickEncoding) -> Client {
    let account = &emulator.credentials().keitaro;
    let token = account.campaigns[campaign].as_str();
    let credentials = Credentials::token(token).with_postback_key(account.postback_key.as_str());
    Client::builder(&emulator.keitaro_url(), credentials)
        .click_encoding(encoding)
        .deadline(Duration::from_secs(5))
        .build()
        .unwrap()
}

fn settings(keitaro: &serde_json::Value) -> Settings {
    serde_json::from_value(json!({ "keitaro": keitaro })).unwrap()
}

async fn click(emulator: &Emulator, campaign: &str) -> Result<ClickOutput, Error> {
    let visitor = Click::new()
        .info(true)
        .user_agent("Mozilla/5.0")
        .ip([203, 0, 113, 7].into());
    client(emulator, campaign, ClickEncoding::Query)
        .click(&visitor)
        .await
}

#[tokio::test]
async fn get_and_post_send_the_tracker_the_same() {
    let emulator = Emulator::start().await.unwrap();
    for encoding in [ClickEncoding::Query, ClickEncoding::Form] {
        let visitor = Click::new()
            .ip([203, 0, 113, 7].into())
            .user_agent("Mozilla/5.0 (тест)")
            .language("ru")
            .referrer("http://search.example/?q=a&b=c")
            .param("keyword", "красные туфли & шляпы")
            .sub_id(1, "a+b");
        let output = client(&emulator, "Example", encoding)
            .click(&visitor)
            .await
            .unwrap();
        assert_eq!(output.action().as_str(), "redirect");
        let clicks = emulator.clicks(1);
        let click = clicks.last.last().unwrap();
        assert_eq!(click.ip, "203.0.113.7");
        assert_eq!(click.user_agent, "Mozilla/5.0 (тест)");
        assert_eq!(click.language, "ru");
        assert_eq!(click.parameters["keyword"], "красные туфли & шляпы");
        assert_eq!(click.parameters["sub_id_1"], "a+b");
    }
    assert_eq!(emulator.clicks(0).count, 2);
}

#[tokio::test]
async fn the_same_output_in_every_form_of_the_wire() {
    let emulator = Emulator::start().await.unwrap();
    for form in [
        json!({ "status": "number" }),
        json!({ "status": "string" }),
        json!({ "status": "always200" }),
        json!({ "status": "word" }),
        json!({ "status": "absent" }),
        json!({ "headers": "lower_case" }),
        json!({ "headers": "upper_case" }),
        json!({ "headers": "object" }),
        json!({ "cookies": "objects" }),
        json!({ "empty_body": "empty_list" }),
        json!({ "empty_body": "absent" }),
        json!({ "ids": "string" }),
        json!({ "info_uniqueness": "empty_list" }),
        json!({ "uniqueness_cookie": "null" }),
    ] {
        emulator.set_settings(settings(&form));
        let output = click(&emulator, "Example").await.unwrap();
        let Action::Redirect { status, location } = output.action() else {
            panic!("{form}: {output:?}");
        };
        assert_eq!(status.as_u16(), 302, "{form}");
        assert!(
            location.starts_with("http://domain.com/"),
            "{form}: {location}"
        );
        assert!(output.cookie("_subid").is_some(), "{form}");
        let info = output.info.as_ref().unwrap();
        assert_eq!(info.campaign_id.unwrap().get(), 2, "{form}");
    }
    for form in ["null", "absent", "empty_list"] {
        emulator.set_settings(settings(&json!({ "info": form, "cookies": "empty_list" })));
        let output = click(&emulator, "Example").await.unwrap();
        assert!(output.info.is_none() && output.cookies.is_empty(), "{form}");
    }
    for form in ["null", "absent"] {
        emulator.set_settings(settings(&json!({ "ids": form })));
        let info = click(&emulator, "Example").await.unwrap().info.unwrap();
        assert_eq!(info.campaign_id, None, "{form}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart_in_every_form() {
    let emulator = Emulator::start().await.unwrap();
    let refused = async |token: &str| {
        let client = Client::new(&emulator.keitaro_url(), Credentials::token(token)).unwrap();
        client.click(&Click::new()).await.unwrap_err()
    };
    let gone = emulator.credentials().keitaro.campaigns["Gone"].clone();
    for errors in ["error", "status_message"] {
        for errors_in_200 in [false, true] {
            let form = json!({ "errors": errors, "errors_in_200": errors_in_200 });
            emulator.set_settings(settings(&form));
            let error = refused("wrong").await;
            assert_eq!(
                Refusal::of(&error),
                Some(&Refusal::BadToken),
                "{form} {error}"
            );
            assert_eq!(error.kind(), ErrorKind::Unauthenticated);
            let error = refused(&gone).await;
            assert_eq!(
                Refusal::of(&error),
                Some(&Refusal::NoCampaign),
                "{form} {error}"
            );
            assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        }
    }
    for (click_api, refusal) in [
        ("off", Refusal::ClickApiOff),
        ("unlicensed", Refusal::Licence),
    ] {
        for errors in ["error", "status_message", "html"] {
            emulator.set_settings(settings(
                &json!({ "click_api": click_api, "errors": errors }),
            ));
            let error = refused(&gone).await;
            assert_eq!(Refusal::of(&error), Some(&refusal), "{errors} {error}");
            assert!(!error.may_have_run());
        }
    }
}

#[tokio::test]
async fn a_404_around_a_full_response_is_a_response() {
    let emulator = Emulator::start().await.unwrap();
    emulator.set_settings(settings(&json!({ "http_404_without_flow": true })));
    let output = click(&emulator, "No flow").await.unwrap();
    assert!(!matches!(
        output.action(),
        Action::Redirect { .. } | Action::Content { .. }
    ));
    assert!(output.sub_id().is_some());
}

#[tokio::test]
async fn images_come_out_of_their_base64() {
    let emulator = Emulator::start().await.unwrap();
    let output = click(&emulator, "Image").await.unwrap();
    let Action::Content {
        content_type, body, ..
    } = output.action()
    else {
        panic!("{output:?}");
    };
    assert!(content_type.starts_with("image/"), "{content_type}");
    assert_ne!(&*body, output.body.as_deref().unwrap().as_bytes());
}

#[tokio::test]
async fn offers_updates_and_postbacks_reach_the_click() {
    let emulator = Emulator::start().await.unwrap();
    emulator.set_settings(settings(&json!({ "awkward_tokens": true })));
    let client = client(&emulator, "Offers", ClickEncoding::Query);
    let output = client.click(&Click::new().info(true)).await.unwrap();
    let sub_id = output.sub_id().unwrap();
    let offer = output.offer().unwrap();
    let link = client.offer_url(&offer).unwrap();
    assert!(
        !link.contains(offer.token.as_str()),
        "the token must be encoded: {link}"
    );
    assert_eq!(OfferUrl::new(offer.token.clone()), offer);

    let update = Update::new(sub_id).param("sub_id_7", "footer & co");
    client.update(&update).await.unwrap();
    let sale = Postback::new(sub_id)
        .status(Conversion::Rebill)
        .payout(Decimal::new(1250, 2))
        .currency("USD")
        .tid("t-1");
    client.postback(&sale).await.unwrap();
    let clicks = emulator.clicks(1);
    let click = clicks.last.last().unwrap();
    assert_eq!(click.parameters["sub_id_7"], "footer & co");
    let conversion = &click.conversions[0];
    assert_eq!(conversion.status, "rebill");
    assert_eq!(conversion.payout.as_deref(), Some("12.50"));
    assert_eq!(conversion.tid.as_deref(), Some("t-1"));
    let unknown = client.postback(&Postback::new("nobody")).await.unwrap_err();
    assert!(
        matches!(unknown.kind(), ErrorKind::NotFound | ErrorKind::Rejected),
        "{unknown}"
    );
}

#[tokio::test]
async fn a_tracker_in_a_directory() {
    let settings = settings(&json!({ "mount": "/deep/tracker" }));
    let emulator = Emulator::builder()
        .settings(settings)
        .start()
        .await
        .unwrap();
    assert!(emulator.keitaro_url().ends_with("/deep/tracker"));
    let output = click(&emulator, "Example").await.unwrap();
    assert_eq!(output.action().as_str(), "redirect");
}

#[tokio::test]
async fn an_ambiguous_fault_counts_at_most_one_click() {
    let emulator = Emulator::start().await.unwrap();
    let processed = |fault: Fault| {
        let mut fault = serde_json::to_value(fault).unwrap();
        fault["processed"] = true.into();
        serde_json::from_value::<Fault>(fault).unwrap()
    };
    for encoding in [ClickEncoding::Query, ClickEncoding::Form] {
        for (fault, kind) in [
            (Fault::reset(FaultPoint::MidBody), ErrorKind::Interrupted),
            (
                Fault::reset(FaultPoint::BeforeHeaders),
                ErrorKind::Interrupted,
            ),
            (Fault::status(502), ErrorKind::Server),
            (Fault::truncate(10), ErrorKind::Interrupted),
        ] {
            emulator.reset();
            let plan = FaultPlan::new("keitaro.click").fault(processed(fault.clone()));
            emulator.faults(plan).unwrap();
            let client = client(&emulator, "Example", encoding);
            let error = client.click(&Click::new()).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{fault:?}");
            assert!(error.may_have_run());
            assert_eq!(error.attempts(), 1);
            assert!(emulator.unmet_faults().is_empty());
            assert!(emulator.clicks(0).count <= 1, "{fault:?}");
        }
    }
}
