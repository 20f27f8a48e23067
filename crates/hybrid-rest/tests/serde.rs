//! Requests and ids survive the formats that users keep them in.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::fmt::Debug;

use hybrid_rest::calls::{
    AdvertiserId, AdvertiserStatistics, BannerId, BannerStatistics, BannersStatistics, Bound,
    CampaignId, CampaignStatistics, DomainStatistics,
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
    survives(BannersStatistics::new(from, to, "a"));
    survives(BannerStatistics::new(from, to, "a"));
    survives(DomainStatistics::new("sport-express.ru"));
}

#[test]
fn ids_and_dates_are_bare_texts() {
    survives(AdvertiserId::new("a"));
    survives(CampaignId::from("c"));
    survives(BannerId::from("b".to_owned()));
    survives(Bound::from(date(2015, 12, 31)));
    assert_eq!(serde_json::to_string(&BannerId::new("b")).unwrap(), "\"b\"");
    assert!(serde_json::from_str::<Bound>("\"31.12.2015\"").is_err());
}
