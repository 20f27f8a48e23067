//! Kinds of tokens, and whose rows they are.

use adapis_emulator::{Emulator, Fault, FaultPlan, HybridNoAgency};
use adcore::testing::Warnings;
use hybrid_rest::calls::AdvertiserId;
use hybrid_rest::calls::v3::{Split, Statistics};
use hybrid_rest::{Client, ClientBuilder, Credentials, ErrorKind, RetryPolicy, TokenKind};
use jiff::civil::{Date, date};

use super::{all, builder, emulator};

const DAY: Date = date(2015, 12, 31);
/// The advertiser of `of_advertiser`, and another one.
const OWN: &str = "53df8633af55cd57805746f5";
const OTHER: &str = "54f74d70870a8e44a023ghj5";

/// A client whose credentials are those of an advertiser.
fn of_advertiser(emulator: &Emulator) -> ClientBuilder {
    let credentials = Credentials::new("advertiser-client", "advertiser/secret+with=signs==");
    Client::builder(&emulator.hybrid_url(), credentials).retry(RetryPolicy::never())
}

fn by_day(advertiser: &str) -> Statistics {
    Statistics::of_advertiser(DAY, DAY, advertiser).split(Split::Day)
}

/// Requests of the list that tells the kinds apart, and of statistics.
fn requests(emulator: &Emulator) -> [u64; 2] {
    let requests = emulator.requests();
    ["v3.advertisers", "v3.statistic.advertiser"]
        .map(|operation| requests.of(&format!("hybrid.{operation}")).received)
}

#[tokio::test]
async fn rows_are_never_labelled_with_an_advertiser_that_was_not_asked_for() {
    let emulator = emulator(|_| ()).await;
    let v3 = of_advertiser(&emulator).build().unwrap().v3();
    let warnings = Warnings::listen();
    let rows = all(&v3, &by_day(OTHER)).await.unwrap();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row.advertiser.is_none()), "{rows:?}");
    let warnings = warnings.lines();
    assert!(warnings[0].contains("is not sent"), "{warnings:?}");
    assert!(warnings[0].contains(OTHER), "{warnings:?}");

    let agency = builder(&emulator).build().unwrap().v3();
    let call = Statistics::of_agency(DAY, DAY).split(Split::Day);
    let rows = all(&agency, &call.advertiser(OWN)).await.unwrap();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row.advertiser.is_none()), "{rows:?}");
    let rows = all(&agency, &by_day(OWN)).await.unwrap();
    assert!(rows.iter().all(|row| row.advertiser == Some(OWN.into())));
}

#[tokio::test]
async fn a_client_of_an_advertiser_refuses_another_one_and_fills_its_own_in() {
    let emulator = emulator(|_| ()).await;
    let client = builder(&emulator).build().unwrap();
    let v3 = client.for_advertiser(OWN).unwrap().v3();
    let other = AdvertiserId::from(OTHER);
    for error in [
        v3.campaigns(Some(&other)).await.unwrap_err(),
        all(&v3, &by_day(OTHER)).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.field(), Some("advertiser"));
        assert!(error.message().contains(OWN), "{error}");
    }
    assert_eq!(emulator.requests().of("hybrid.token").received, 0);
    let without = Statistics::new("advertiser", DAY, DAY).split(Split::Day);
    for call in [by_day(OWN), without] {
        let rows = all(&v3, &call).await.unwrap();
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|row| row.advertiser == Some(OWN.into())));
    }
    assert!(!v3.campaigns(None).await.unwrap().is_empty());
    assert_eq!(requests(&emulator)[0], 0);
}

#[tokio::test]
async fn the_kind_of_a_token_is_asked_only_where_it_matters() {
    let emulator = emulator(|_| ()).await;
    let v3 = builder(&emulator).build().unwrap().v3();
    let campaigns = v3.campaigns(Some(&OWN.into())).await.unwrap();
    assert_eq!(requests(&emulator)[0], 1);

    let v3 = builder(&emulator).build().unwrap().v3();
    let campaign = campaigns[0].id.clone();
    for call in [
        Statistics::of_agency(DAY, DAY),
        Statistics::of_campaign(DAY, DAY, campaign.clone()),
    ] {
        assert!(!all(&v3, &call.split(Split::Day)).await.unwrap().is_empty());
    }
    v3.banners(&campaign).await.unwrap();
    assert_eq!(requests(&emulator)[0], 1);
    let of_campaign = Statistics::of_campaign(DAY, DAY, campaign).advertiser(OWN);
    all(&v3, &of_campaign.split(Split::Day)).await.unwrap();
    assert_eq!(requests(&emulator)[0], 2);
}

#[tokio::test]
async fn the_kind_of_a_token_is_a_setting() {
    for (no_agency, status) in [
        (HybridNoAgency::BadRequest, None),
        (HybridNoAgency::Forbidden, Some(403)),
        (HybridNoAgency::NotFound, Some(404)),
    ] {
        let emulator = emulator(|settings| settings.hybrid.v3.no_agency = no_agency).await;
        let asking = of_advertiser(&emulator).build().unwrap().v3();
        match (asking.campaigns(None).await, status) {
            (Ok(campaigns), None) => {
                assert!(!campaigns.is_empty());
                assert!(!asking.is_agency().await.unwrap());
            }
            (Err(error), Some(status)) => {
                assert_eq!(error.status().unwrap().as_u16(), status);
                assert_eq!(error.field(), Some("token_kind"));
                assert!(error.message().contains("set token_kind"), "{error}");
            }
            (found, _) => unreachable!("{found:?}"),
        }
        let [asked, _] = requests(&emulator);
        let told = of_advertiser(&emulator).token_kind(TokenKind::Advertiser);
        let told = told.build().unwrap().v3();
        assert!(!told.campaigns(None).await.unwrap().is_empty());
        assert!(!told.is_agency().await.unwrap());
        let agency = builder(&emulator).token_kind(TokenKind::Agency);
        let agency = agency.build().unwrap();
        assert!(agency.v3().is_agency().await.unwrap());
        assert!(!all(&agency.v3(), &by_day(OWN)).await.unwrap().is_empty());
        let own = agency.for_advertiser(OWN).unwrap().v3();
        assert!(!own.is_agency().await.unwrap());
        assert_eq!(requests(&emulator)[0], asked);
    }
}

#[tokio::test]
async fn a_refusal_for_another_reason_does_not_make_an_agency_an_advertiser_for_ever() {
    for is_list in [true, false] {
        let emulator = emulator(|_| ()).await;
        let v3 = builder(&emulator).build().unwrap().v3();
        let plan = FaultPlan::new("hybrid.v3.advertisers").fault(Fault::status(400));
        emulator.faults(plan).unwrap();
        let call = async || match is_list {
            true => v3
                .campaigns(Some(&OWN.into()))
                .await
                .map(|found| found.len()),
            false => all(&v3, &by_day(OWN)).await.map(|found| found.len()),
        };
        // The advertiser was not sent.
        assert_eq!(call().await.unwrap_err().kind(), ErrorKind::Server);
        assert!(call().await.unwrap() > 0);
        assert!(v3.is_agency().await.unwrap());
    }
}
