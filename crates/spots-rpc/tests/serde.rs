//! Public values survive any serde format, not only JSON text.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use spots_rpc::calls::{Call, Group, PlacementId, Selection, SiteId, Statistics, StatisticsRow};
use spots_rpc::{RpcError, date};

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

fn full_row() -> StatisticsRow {
    let mut row = StatisticsRow::default();
    row.date_day = Some(date(2023, 8, 23));
    row.site = Some("test1.ru".to_owned());
    row.site_id = Some(SiteId::new(750));
    row.site_name = Some("test1.ru/форум, \"main\"".to_owned());
    row.placement = Some(PlacementId::new("7481"));
    row.placement_name = Some("top".to_owned());
    row.shows = Some(257_005);
    row.clicks = Some(318);
    row.income = Some("8358.049411245".parse().unwrap());
    row.extra = r#"{"ecpm":1.50,"new":{"a":[null]}}"#.parse().unwrap();
    row
}

#[test]
fn rows_survive_every_format() {
    survives(StatisticsRow::default());
    survives(full_row());
    let mut negative = StatisticsRow::default();
    negative.income = Some("-0.1234567890123456789012345678".parse().unwrap());
    survives(negative);
}

#[test]
fn rows_have_the_same_columns() {
    let rows = [StatisticsRow::default(), full_row()];
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in &rows {
        writer.serialize(row).unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    assert_eq!(
        text.lines().next(),
        Some("date_day,site,site_id,site_name,placement,placement_name,shows,clicks,income,extra")
    );
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let read: Result<Vec<StatisticsRow>, _> = reader.deserialize().collect();
    assert_eq!(read.unwrap(), rows);
    let json = serde_json::to_value(StatisticsRow::default()).unwrap();
    assert_eq!(json.as_object().unwrap().len(), 10);
}

#[test]
fn requests_survive_every_format() {
    let days = || Statistics::new(date(2023, 8, 23), date(2023, 8, 24));
    survives(days());
    survives(
        days()
            .group(Group::DateDay)
            .group(Group::Other("country".to_owned()))
            .site("test1.ru")
            .site_id(750)
            .placement("7481")
            .placement_name("top"),
    );
    survives(days().all_placements().all_placement_names());
    survives(Call::new("platform.list"));
    survives(
        Call::new("platform.list")
            .params_json(r#"{"page": 1.10}"#)
            .unwrap()
            .idempotent(true),
    );
}

#[test]
fn requests_have_the_names_of_the_vendor() {
    let request = Statistics::new(date(2023, 8, 23), date(2023, 8, 24))
        .site_id(750)
        .all_placements();
    let json = serde_json::to_value(request).unwrap();
    assert_eq!(json["date_from"], "2023-08-23");
    assert_eq!(json["site_id"][0], 750);
    assert_eq!(json["placement"][0], "all");
    assert!(json["placement_name"].is_null());
    let read: Statistics =
        serde_json::from_str(r#"{"date_from":"2023-08-23","date_to":"2023-08-24"}"#).unwrap();
    assert_eq!(read, Statistics::new(date(2023, 8, 23), date(2023, 8, 24)));
}

#[test]
fn ids_and_groupings_are_bare_values() {
    survives(SiteId::new(u64::MAX >> 1));
    survives(PlacementId::new("7481"));
    survives(Group::SiteId);
    survives(Selection::<String>::All);
    survives(Selection::Only(vec![PlacementId::new("a")]));
    assert_eq!(serde_json::to_string(&SiteId::new(750)).unwrap(), "750");
    assert_eq!("750".parse(), Ok(SiteId::new(750)));
    assert_eq!(Group::DateDay.to_string(), "date_day");
    assert_eq!("placement".parse(), Ok(Group::Placement));
}

#[test]
fn errors_survive_every_format() {
    let json = r#"{"code":"-5","message":"words","data":"{\"row\":[1.10]}"}"#;
    let error: RpcError = serde_json::from_str(json).unwrap();
    assert_eq!(error.data.as_ref().unwrap().as_str(), r#"{"row":[1.10]}"#);
    assert_eq!(serde_json::to_string(&error).unwrap(), json);
    survives(error);
    survives(serde_json::from_str::<RpcError>(r#"{"message":"words"}"#).unwrap());
}

#[test]
fn rows_and_requests_can_be_hashed() {
    let rows = std::collections::HashSet::from([full_row(), full_row()]);
    assert_eq!(rows.len(), 1);
    let request = Statistics::new(date(2023, 8, 23), date(2023, 8, 24));
    assert!(std::collections::HashSet::from([request.clone()]).contains(&request));
}
