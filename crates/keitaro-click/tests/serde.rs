//! Public values survive any serde format, not JSON text alone.

#![expect(
    clippy::unwrap_used,
    reason = "the tests of a serde format fail by panicking"
)]

use std::fmt::Debug;

use keitaro_click::calls::{
    CampaignId, Click, ClickOutput, Conversion, Cookie, Info, InfoType, LandingId, OfferId,
    OfferToken, OfferUrl, Postback, Status, StreamId, SubId, Uniqueness, Update,
};
use keitaro_click::{Decimal, Extra, Refusal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Mine<T> {
    Value(T),
    #[serde(skip_serializing)]
    Nothing,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Holder<T> {
    value: T,
}

fn everywhere<T>(value: T)
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    let json = serde_json::to_value(&value).unwrap();
    assert_eq!(serde_json::from_value::<T>(json).unwrap(), value);
    let holder = Holder { value };
    let text = toml::to_string(&holder).unwrap();
    assert_eq!(toml::from_str::<Holder<T>>(&text).unwrap(), holder);
    let bytes = postcard::to_allocvec(&holder.value).unwrap();
    assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), holder.value);
    let mine = Mine::Value(holder.value);
    let text = serde_json::to_string(&mine).unwrap();
    assert_eq!(serde_json::from_str::<Mine<T>>(&text).unwrap(), mine);
}

/// Writes the rows under one header and reads them back.
fn in_csv<T>(rows: &[T])
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).unwrap();
    }
    let bytes = writer.into_inner().unwrap();
    let read: Vec<T> = csv::Reader::from_reader(&*bytes)
        .deserialize()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(read, rows);
}

fn decode<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

fn extra() -> Extra {
    r#"{"is_geo":1.10,"new":{"a":[null]}}"#.parse().unwrap()
}

/// The structs are `#[non_exhaustive]`: a value begins as its default.
fn uniqueness() -> Uniqueness {
    let mut uniqueness = Uniqueness::default();
    uniqueness.campaign = Some(true);
    uniqueness.global = Some(false);
    uniqueness.extra = extra();
    uniqueness
}

fn info() -> Info {
    let mut info = Info::default();
    info.sub_id = Some(SubId::from("o2q6e42hs08jq"));
    info.campaign_id = Some(CampaignId::from(2));
    info.stream_id = Some(StreamId::from(1117));
    info.landing_id = Some(LandingId::from(3));
    info.offer_ids = vec![OfferId::from(7), OfferId::from(u64::MAX >> 1)];
    info.token = Some(OfferToken::from("a+b/c="));
    info.uniqueness = Some(uniqueness());
    info.is_bot = Some(false);
    info.kind = Some(InfoType::Location);
    info.url = Some("http://a/{x}".to_owned());
    info.extra = extra();
    info
}

fn output() -> ClickOutput {
    let mut output = ClickOutput::default();
    output.headers = vec!["Location: http://a/".to_owned()];
    output.status = Some(Status::Code(302));
    output.body = Some(String::new());
    output.content_type = Some("text/html".to_owned());
    output.uniqueness_cookie = Some("abc".to_owned());
    output.log = Some(vec!["Processing campaign 2".to_owned()]);
    output.cookies = vec![
        decode::<Cookie>(r#"{"name":"_subid","value":"x"}"#),
        decode::<Cookie>(r#"{"name":"_token","value":"7"}"#),
    ];
    output.cookies_ttl = Some(24);
    output.info = Some(info());
    output.extra = extra();
    output
}

#[test]
fn outputs_survive_every_format() {
    everywhere(ClickOutput::default());
    everywhere(output());
    everywhere(Info::default());
    everywhere(info());
    everywhere(Uniqueness::default());
    everywhere(uniqueness());
    in_csv(&[Uniqueness::default(), uniqueness()]);
    in_csv(&output().cookies);
}

#[test]
fn outputs_carry_the_names_of_the_wire() {
    let json = serde_json::to_value(output()).unwrap();
    assert_eq!(json["contentType"], "text/html");
    assert_eq!(json["status"], "302");
    assert_eq!(json["cookies"]["_subid"], "x");
    assert_eq!(json["info"]["type"], "location");
    assert_eq!(json["info"]["offer_id"][0], 7);
    let json = serde_json::to_value(ClickOutput::default()).unwrap();
    assert!(json["info"].is_null());
    assert_eq!(json.as_object().unwrap().len(), 10);
}

#[test]
fn a_missing_member_is_read_as_absent() {
    assert_eq!(decode::<ClickOutput>("{}"), ClickOutput::default());
    assert_eq!(decode::<Click>("{}"), Click::new());
    assert_eq!(decode::<Postback>(r#"{"sub_id":"a"}"#), Postback::new("a"),);
}

#[test]
fn ids_and_words_are_bare_values() {
    everywhere(CampaignId::from(2));
    everywhere(SubId::from("a"));
    everywhere(OfferToken::from("a+b"));
    for status in [
        Status::Code(-1),
        Status::Code(404),
        Status::Other("error".into()),
    ] {
        everywhere(status);
    }
    for kind in [
        InfoType::Location,
        InfoType::None,
        InfoType::Other("x".into()),
    ] {
        everywhere(kind);
    }
    for refusal in [Refusal::BadToken, Refusal::ClickApiOff] {
        everywhere(refusal);
        let text = serde_json::to_string(&refusal).unwrap();
        assert_eq!(text, format!("{:?}", refusal.as_str()));
    }
    for conversion in [Conversion::Rebill, Conversion::Other("trial".into())] {
        everywhere(conversion);
    }
    assert_eq!(serde_json::to_string(&OfferId::from(7)).unwrap(), "7");
    assert_eq!(serde_json::to_string(&SubId::from("a")).unwrap(), "\"a\"");
}

#[test]
fn requests_survive_every_format() {
    everywhere(Click::new());
    everywhere(
        Click::new()
            .ip([203, 0, 113, 7].into())
            .user_agent("Mozilla/5.0")
            .landing_id(3)
            .info(true)
            .param("keyword", "купить слона"),
    );
    everywhere(OfferUrl::new("a+b"));
    everywhere(OfferUrl::new("a+b").offer_id(7).sub_id(1, "x").exit(true));
    everywhere(Update::new("a").param("sub_id_1", "x"));
    everywhere(Postback::new("a"));
    everywhere(
        Postback::new("a")
            .status(Conversion::Sale)
            .payout(Decimal::new(123_450, 3))
            .cost(Decimal::new(1, 28))
            .currency("USD")
            .param("sub_id_2", "y"),
    );
}

#[test]
fn ids_are_read_from_their_own_text() {
    assert_eq!("7".parse(), Ok(OfferId::new(7)));
    assert!("x".parse::<OfferId>().is_err());
    assert_eq!("a+b".parse(), Ok(OfferToken::new("a+b")));
    assert_eq!(SubId::new("a").to_string(), "a");
    assert_eq!(Conversion::Rebill.to_string(), "rebill");
    assert_eq!(InfoType::Location.to_string(), "location");
    assert_eq!(Status::Code(404).to_string(), "404");
}
