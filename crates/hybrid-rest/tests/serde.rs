//! Public values can be written and read back with any serde format.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::fmt::Debug;

use hybrid_rest::Refusal;
use hybrid_rest::calls::v3::{Level, Split, Statistics, StatisticsRow};
use hybrid_rest::calls::{
    Advertiser, AdvertiserId, AdvertiserStatistics, Banner, BannerId, BannerStatistics,
    BannerTotals, Call, Campaign, CampaignDay, CampaignDays, CampaignDomainStatistics, CampaignId,
    CampaignRow, CampaignStatistics, DateBound, DomainDay, DomainStatistics,
};
use jiff::civil::date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged<T> {
    Value(T),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped<T> {
    value: T,
}

fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T) {
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value);
    let Untagged::Value(untagged) = serde_json::from_str(&text).unwrap();
    assert_eq!(value, untagged);
    let json = serde_json::to_value(&value).unwrap();
    assert_eq!(serde_json::from_value::<T>(json).unwrap(), value);
    let bytes = postcard::to_allocvec(&value).unwrap();
    assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), value);
    let wrapped = Wrapped { value };
    let text = toml::to_string(&wrapped).unwrap();
    assert_eq!(toml::from_str::<Wrapped<T>>(&text).unwrap(), wrapped);
}

#[test]
fn requests_survive_every_format() {
    let (from, to) = (date(2015, 12, 30), date(2015, 12, 31).at(10, 0, 5, 0));
    survives(CampaignStatistics::new(from, to, ["a", "b"]));
    survives(AdvertiserStatistics::new(from, to, ["a"]));
    survives(CampaignDomainStatistics::new(from, to, "a"));
    survives(BannerStatistics::new(from, to, "a"));
    survives(DomainStatistics::new("sport-express.ru"));
    survives(Call::get("/campaign/get?x=1"));
    let call = Statistics::of_campaign(from, from, "c")
        .split(Split::Day)
        .split("Audience");
    survives(call.advertiser("a").each_day());
    survives(Statistics::of_banner(from, from, "b"));
    survives(Level::Agency);
    survives(Level::from("folder"));
    survives(Split::Other("Audience".to_owned()));
}

/// Writes the rows under one header and reads them back.
fn survives_csv<T: Serialize + DeserializeOwned + PartialEq + Debug>(rows: &[T]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).unwrap();
    }
    let bytes = writer.into_inner().unwrap();
    let mut reader = csv::Reader::from_reader(&*bytes);
    let read: Vec<T> = reader.deserialize().collect::<Result<_, _>>().unwrap();
    assert_eq!(read, rows);
    String::from_utf8(bytes).unwrap()
}

/// A row that has all members and one that has as few as possible, as a user stores them.
fn rows_of<T: DeserializeOwned + Clone + Serialize + PartialEq + Debug>(
    full: &str,
    empty: &str,
) -> [T; 2] {
    let rows = [full, empty].map(|json| serde_json::from_str::<T>(json).unwrap());
    for row in rows.clone() {
        survives(row);
    }
    rows
}

const DAY: &str = r#"{"ImpressionCount":61239,"ClickCount":310,"Date":"2015-12-31",
    "Cost":"697.8277019710","SumBets":"1622290.744716147","BetCount":97247,"WinCount":68734,
    "ConversionCount":0,"PostClickConversionsCount":0,"PostViewConversionsCount":0,
    "PixelVisitCount":0,"ActivePixelVisitCount":0,"Ctr":"0.5",
    "extra":"{\"New\":12345678901234567890.10,\"Tags\":[\"a\",1]}"}"#;

#[test]
fn rows_survive_every_format() {
    let days = rows_of::<CampaignDay>(DAY, "{}");
    assert_eq!(days[0].extra["New"].as_str(), "12345678901234567890.10");
    let header = "ImpressionCount,ClickCount,Date,Cost,SumBets,BetCount,WinCount,ConversionCount,\
        PostClickConversionsCount,PostViewConversionsCount,PixelVisitCount,ActivePixelVisitCount,\
        Ctr,extra\n";
    assert!(survives_csv(&days).starts_with(header));
    let row = DAY.replace("{\"Imp", "{\"CampaignId\":\"a\",\"Imp");
    let rows = rows_of::<CampaignRow>(&row, r#"{"CampaignId":"b"}"#);
    assert!(survives_csv(&rows).starts_with(&format!("CampaignId,{header}")));
    let domains = r#"{"Date":"2016-01-26","SumWinningPrice":"0.006",
        "SumWinningPriceWithComission":"0.0060","SumBets":"100","Domain":"пример.рф","ViewCount":1,
        "extra":"{\"x\":null}"}"#;
    let domains = rows_of::<DomainDay>(domains, "{}");
    assert!(survives_csv(&domains).contains(",SumWinningPriceWithComission,"));
    let totals = r#"{"Date":"2017-03-18","Reach":5510,"SumBets":"-0.10","extra":"{\"x\":1}"}"#;
    survives_csv(&rows_of::<BannerTotals>(totals, "{}"));
    let advertiser = r#"{"Id":"a","Name":"A, \"B\"","Balance":"1500.00","extra":"{\"x\":1}"}"#;
    survives_csv(&rows_of::<Advertiser>(advertiser, r#"{"Id":"a"}"#));
    let named = r#"{"Id":"a","Name":"7","extra":"{\"x\":1}"}"#;
    survives_csv(&rows_of::<Campaign>(named, r#"{"Id":"a"}"#));
    survives_csv(&rows_of::<Banner>(named, r#"{"Id":"a"}"#));
    let statistics = r#"{"From":"2025-03-01","To":"2025-03-02","Day":"2025-03-01","Advertiser":"a",
        "CampaignId":"c","BannerId":"b","BannerName":"B","SplitName":"S","ImpressionCount":1,
        "ClickCount":0,"Reach":1,"TotalSum":"0.10","SumSegmentsPrice":"0","CTR":"0.5","ECPM":"1.1",
        "ECPC":"2","Viewability":"50","Frequency":"1","extra":"{\"x\":1.0}"}"#;
    let none = r#"{"From":"2025-03-01","To":"2025-03-02"}"#;
    survives_csv(&rows_of::<StatisticsRow>(statistics, none));
    let group = format!(r#"{{"CampaignId":"a","Stat":[{DAY},{{}}],"extra":"{{\"x\":1}}"}}"#);
    rows_of::<CampaignDays>(&group, r#"{"CampaignId":"a","Stat":[]}"#);
}

#[test]
fn every_member_is_written_under_the_name_of_the_wire_and_money_as_a_text() {
    let day: CampaignDay = serde_json::from_str(DAY).unwrap();
    let json = serde_json::to_value(&day).unwrap();
    assert_eq!(json["Cost"], "697.8277019710");
    assert_eq!(json["ImpressionCount"], 61239);
    let json = serde_json::to_value(CampaignDay::default()).unwrap();
    assert_eq!(json.as_object().unwrap().len(), 14);
    assert!(json["Cost"].is_null());
    assert_eq!(json["extra"], "");
}

#[test]
fn refusals_survive_every_format() {
    for json in [
        r#"{"status":400,"code":"invalid_client","message":"no"}"#,
        r#"{"status":500,"code":null,"message":null}"#,
    ] {
        survives(serde_json::from_str::<Refusal>(json).unwrap());
    }
}

#[test]
fn ids_and_dates_are_bare_texts() {
    survives(AdvertiserId::new("a"));
    survives(CampaignId::from("c"));
    survives(BannerId::from("b".to_owned()));
    survives(DateBound::from(date(2015, 12, 31)));
    assert_eq!(serde_json::to_string(&BannerId::new("b")).unwrap(), "\"b\"");
    assert!(serde_json::from_str::<DateBound>("\"31.12.2015\"").is_err());
}
