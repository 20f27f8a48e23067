//! Public values survive any serde format, not JSON text alone.

#![expect(
    clippy::unwrap_used,
    reason = "the tests of a serde format fail by panicking"
)]

use std::fmt::Debug;

use adfox_api::calls::statistics::{
    AvailableDates, Cell, Column, DateRange, FilterValue, Metadata, Operator, OwnerId, Report,
    ReportInfo, ReportRow, SavedReports, Table, Task,
};
use adfox_api::calls::*;
use adfox_api::{
    Action, Call, CallOutput, Code, Context, Decimal, Encoding, FindOrAdd, Object, Page, Params,
    Preview, Refusal, ReportCode, ReportRefusal, Row, SendAs, Value, date,
};
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

/// Every format but TOML, which has no null for the empty members of an untyped row.
fn nearly_everywhere<T>(value: T) -> T
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    let json = serde_json::to_value(&value).unwrap();
    assert_eq!(serde_json::from_value::<T>(json).unwrap(), value);
    let bytes = postcard::to_allocvec(&value).unwrap();
    assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), value);
    let mine = Mine::Value(value);
    let text = serde_json::to_string(&mine).unwrap();
    assert_eq!(serde_json::from_str::<Mine<T>>(&text).unwrap(), mine);
    match mine {
        Mine::Value(value) => value,
        Mine::Nothing => unreachable!(),
    }
}

fn everywhere<T>(value: T)
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let holder = Holder {
        value: nearly_everywhere(value),
    };
    let text = toml::to_string(&holder).unwrap();
    assert_eq!(
        toml::from_str::<Holder<T>>(&text).unwrap(),
        holder,
        "{text}"
    );
}

/// Writes the rows under one header and reads them back; they survive every other format too.
fn rows<T>(members: &[&str])
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let rows: Vec<T> = members
        .iter()
        .map(|members| serde_json::from_str(members).unwrap())
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in &rows {
        writer.serialize(row).unwrap();
    }
    let bytes = writer.into_inner().unwrap();
    let read: Vec<T> = csv::Reader::from_reader(&*bytes)
        .deserialize()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(read, rows);
    rows.into_iter().for_each(everywhere);
}

const EXTRA: &str = r#""extra":"{\"new\":[\"a\",null]}""#;

#[test]
fn rows_survive_every_format() {
    for id in [
        r#"{"ID":7}"#,
        &format!(r#"{{"ID":7,"name":"a, \"b\"","status":1,{EXTRA}}}"#),
    ] {
        rows::<SuperCampaign>(&[id, id]);
        rows::<Website>(&[id]);
        rows::<Zone>(&[id]);
        rows::<Place>(&[id]);
        rows::<Banner>(&[id]);
        rows::<BannerType>(&[id]);
        rows::<Position>(&[id]);
        rows::<Category>(&[id]);
        rows::<TargetingProfile>(&[id]);
        rows::<Advertiser>(&[id]);
        rows::<Webmaster>(&[id]);
        rows::<Assistant>(&[id]);
        rows::<CriteriaValue>(&[id]);
    }
    rows::<Campaign>(&[
        r#"{"ID":1}"#,
        r#"{"ID":2,"cpm":"0.10","status":9,"dateAdded":"2015-04-25T11:00:00","clicks":0}"#,
    ]);
    rows::<CampaignSpot>(&["{}", r#"{"ID":5101,"isOn":true}"#]);
    rows::<TracingPoint>(&[r#"{"objectID":701}"#, r#"{"objectID":7,"objectName":"T"}"#]);
    rows::<Contract>(&[r#"{"ID":901}"#, r#"{"ID":9,"type":2,"amountRub":"1.50"}"#]);
    rows::<Contractor>(&[
        r#"{"ID":801}"#,
        r#"{"ID":8,"roles":"0,1","type":4}"#,
        r#"{"ID":8,"roles":"1"}"#,
    ]);
    rows::<ActiveBanner>(&["{}", r#"{"bannerID":1,"impressions":18446744073709551615}"#]);
    rows::<BannerPlacement>(&["{}", r#"{"isPlaceOn":true,"isSectionOn":false}"#]);
    rows::<DefaultBanner>(&["{}", r#"{"defaultCode":"<a>\n</a>"}"#]);
    rows::<UserParameter>(&["{}", r#"{"name":"user1","default":"x"}"#]);
    let template = r#"{"id":1,"userParameters":[{"name":"user1"},{"isRequired":true}]}"#;
    everywhere(serde_json::from_str::<Template>(template).unwrap());
}

#[test]
fn rows_carry_the_names_of_the_wire_and_every_member() {
    let row: Campaign = serde_json::from_str(r#"{"ID":2,"cpm":"0.10"}"#).unwrap();
    let json = serde_json::to_value(row).unwrap();
    assert_eq!((&json["cpm"], &json["ID"]), (&"0.10".into(), &2.into()));
    assert!(json["superCampaignID"].is_null());
    assert_eq!(json.as_object().unwrap().len(), 55);
}

#[test]
fn an_untyped_row_is_a_map() {
    // In alphabetical order: the maps of `serde_json::Value` keep no other.
    let row: Row = [
        ("ID".to_owned(), Value::Text("7".to_owned())),
        (
            "roles".to_owned(),
            Value::List(vec![Value::Text("0".to_owned()), Value::Empty]),
        ),
        ("row".to_owned(), Value::Row(Row::default())),
        ("state".to_owned(), Value::Empty),
    ]
    .into_iter()
    .collect();
    assert_eq!(
        serde_json::to_string(&row).unwrap(),
        r#"{"ID":"7","roles":["0",null],"row":{},"state":null}"#
    );
    nearly_everywhere(Value::Empty);
    nearly_everywhere(Value::Row(row.clone()));
    let mut output = CallOutput::default();
    everywhere(output.clone());
    output.id = Some("7".to_owned());
    output.partial = Some(PartialSuccess::new("not placed"));
    output.counters.total_rows = Some(1);
    output.rows = Some(vec![Value::Row(row.clone())]);
    output.members = row;
    nearly_everywhere(output);
    let text = [("a".to_owned(), Value::Text("b".to_owned()))];
    everywhere(text.into_iter().collect::<Row>());
}

#[test]
fn outputs_and_errors_survive_every_format() {
    everywhere::<Added<ZoneId>>(serde_json::from_str(r#"{"ID":7,"message":"x"}"#).unwrap());
    everywhere(Changed::default());
    everywhere::<Uploaded>(serde_json::from_str(r#"{"value":"/a.png"}"#).unwrap());
    everywhere(PlacementCode::default());
    let code = r#"{"name":"Loader","code":"<script>\n</script>"}"#;
    everywhere(serde_json::from_str::<TracingCode>(code).unwrap());
    everywhere::<FindOrAdd<ZoneId>>(serde_json::from_str(r#"{"ID":7,"added":true}"#).unwrap());
    everywhere::<Page<Zone>>(
        serde_json::from_str(r#"{"rows":[{"ID":7}],"offset":0,"shrank_by":0}"#).unwrap(),
    );
    everywhere::<Preview>(
        serde_json::from_str(r#"{"method":"GET","url":"http://h/","headers":{"a":"b"}}"#).unwrap(),
    );
    everywhere::<Refusal>(
        serde_json::from_str(r#"{"code":-6,"error":"Incorrect value","value":"7"}"#).unwrap(),
    );
    for code in [Code::NotNull, Code::Other(-42)] {
        everywhere(code);
    }
    assert_eq!(serde_json::to_string(&Code::NotNull).unwrap(), "-9");
}

fn params() -> Params {
    Params::new()
        .with("name", "Осень")
        .multiline("user1", "a\nb")
        .file(
            "file",
            File::new("a.zip", &b"PK\x00\xff"[..]).content_type("application/zip"),
        )
}

#[test]
fn calls_survive_every_format() {
    everywhere(Params::new());
    everywhere(params());
    everywhere(Call::new(Context::Account, Action::Auth));
    everywhere(
        Call::new(Context::from("new"), Action::Add)
            .object(Object::Zone)
            .params(params())
            .send_as(SendAs::Mixed)
            .encoding(Encoding::Cp1251),
    );
    everywhere(AddCampaign::new("x").to_call());
}

#[test]
fn requests_survive_every_format() {
    everywhere(ListCampaigns::new());
    everywhere(
        ListCampaigns::new()
            .show(Show::Short)
            .added_from(date(2015, 4, 25)),
    );
    everywhere(
        AddCampaign::new("x")
            .advertiser(18.into())
            .cpm(Decimal::new(123_450, 3))
            .status(Status::Other(9))
            .date_start(date(2015, 4, 25))
            .date_end(date(2015, 4, 26).at(11, 0, 59, 0))
            .with("levelOfDetail", 1),
    );
    everywhere(DeleteBanners::new(3001.into(), vec![1.into(), 2.into()]));
    everywhere(UploadFile::new(3001.into(), File::new("a.png", "png")));
    everywhere(UpdateDefaultBanner::new(7.into(), DefaultMode::Code).code("a\nb"));
    everywhere(PlaceCampaign::on(3001.into(), ZoneId::new(7)).date_end(date(2015, 4, 25)));
    everywhere(
        SwitchBanner::new(7.into())
            .on(PlaceId::new(1))
            .off(WebsiteId::new(2)),
    );
    everywhere(
        PlaceCampaign::on(3001.into(), PlaceId::new(7))
            .rotation_method(RotationMethod::Inherited)
            .max_impressions_per_day(1),
    );
    everywhere(GetPlacement::banner(1.into(), 2.into()));
    everywhere(GetPlacement::website(1.into(), 2.into(), 3.into()).with("parametersDivider", 1));
    everywhere(ListCampaignSpots::zones(3001.into(), 5001.into()).only_on());
    everywhere(ListCampaignSpots::websites(3001.into()));
    everywhere(Target::new(
        (CampaignId::new(3001), PlaceId::new(5201)),
        FrequencyTargeting::new().clicks(1, FrequencySpan::Day),
    ));
    everywhere(AddTracingPoint::new("T", 1001.into()).weight(100));
    everywhere(GetTracingCodes::new(701.into()));
    everywhere(
        AddContract::new(ContractType::AdditionalAgreement, 801.into(), 802.into())
            .intermediary_contract(901.into())
            .amount_rub(Decimal::new(15_000_050, 2))
            .date_conclusion(date(2025, 1, 15)),
    );
    everywhere(
        AddContractor::new("N", "7701234501", ContractorType::Entity)
            .roles([ContractorRole::Customer].into()),
    );
    let campaign = CampaignId::new(3001);
    for kind in [TargetingKind::Time, TargetingKind::User(CriteriaId::new(2))] {
        everywhere(GetTargeting::new(campaign, kind));
    }
    everywhere(Target::new(
        campaign,
        TimeTargeting::new().hour(1, 9, true).day(31, false),
    ));
    everywhere(Target::new(
        campaign,
        FrequencyTargeting::new().clicks(1, FrequencySpan::Day),
    ));
    everywhere(Target::new(
        BannerId::new(1),
        GeobaseTargeting::new()
            .world(Access::Forbidden)
            .region(225, Access::Allowed),
    ));
    everywhere(Target::new(
        campaign,
        UserTargeting::new(CriteriaId::new(2)).value(CriteriaValueId::new(0), false),
    ));
    everywhere(Target::new(
        campaign,
        Targeting::Other(Object::from("targetingSearch"), params()),
    ));
}

#[test]
fn ids_and_words_are_bare_values() {
    everywhere(CampaignId::new(u64::MAX >> 1));
    everywhere(Object::Other("new".to_owned()));
    everywhere(Text::from("a\nb"));
    assert_eq!(serde_json::to_string(&ZoneId::new(7)).unwrap(), "7");
    assert_eq!(serde_json::to_string(&Object::Zone).unwrap(), "\"zone\"");
    assert_eq!(serde_json::to_string(&Status::Paused).unwrap(), "1");
    assert_eq!(
        serde_json::to_string(&RotationMethod::Inherited).unwrap(),
        "-1"
    );
    assert_eq!("-1".parse(), Ok(RotationMethod::Inherited));
    everywhere(RotationMethod::Other(7));
    everywhere(ContractorRoles::from([ContractorRole::Executor]));
    assert_eq!("7".parse(), Ok(ZoneId::new(7)));
    assert_eq!("zone".parse(), Ok(Object::Zone));
    assert!("2015-04".parse::<Moment>().is_err());
}

#[test]
fn reports_survive_every_format() {
    let range = DateRange::new(date(2024, 1, 1), date(2024, 1, 31));
    everywhere(range);
    everywhere(Report::new(range).metric("loads"));
    let report = Report::saved("mine", range)
        .metric("ctr")
        .dimension("date")
        .filter("campaign_id", Operator::In, ["1", "2"])
        .filter(
            "a",
            "between",
            vec![FilterValue::Integer(-1), FilterValue::Integer(7)],
        )
        .filter("b", "eq", Decimal::new(150, 2))
        .filter("c", "ne", true)
        .limit(7)
        .owner(67890);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["dateRange"]["from"], "2024-01-01");
    assert_eq!(
        (&json["ownerId"], &json["filters"][0]["operator"]),
        (&67890.into(), &"in".into())
    );
    everywhere(report);
    everywhere(OwnerId::new(7));
    let mut ratio = Column::new("ctr", "number");
    ratio.unit = Some("percent".to_owned());
    assert!(!ratio.is_additive());
    everywhere(ratio);
    let cells = vec![
        Cell::Null,
        Cell::Text("1".to_owned()),
        Cell::Integer(-1),
        Cell::Decimal(Decimal::new(150, 2)),
    ];
    everywhere(ReportRow::from(cells));
    everywhere(Table::default());
}

#[test]
fn responses_about_reports_survive_every_format() {
    fn read<T: DeserializeOwned + Serialize + PartialEq + Debug>(json: &str) {
        everywhere::<T>(serde_json::from_str(json).unwrap());
    }
    let field = format!(r#"{{"name":"date",{EXTRA}}}"#);
    read::<Metadata>(&format!(
        r#"{{"dimensions":[{field}],"metrics":[],"filters":[],"limits":{{"maxDateRangeDays":365,"extra":""}},{EXTRA}}}"#
    ));
    read::<AvailableDates>(r#"{"dateFrom":"2021-01-01","dateTo":null,"extra":""}"#);
    let saved = format!(r#"{{"name":"mine","title":"Mine",{EXTRA}}}"#);
    read::<SavedReports>(&format!(r#"{{"fixed":[],"custom":[{saved}],"extra":""}}"#));
    read::<ReportInfo>(&format!(
        r#"{{"fields":[{field}],"dimensions":[],"metrics":[],"extra":""}}"#
    ));
    read::<Task>(r#"{"taskId":"umr-a","status":"PAUSED","errorCode":null,"errorMessage":null}"#);
    read::<Task>(
        r#"{"taskId":"t","status":"FAILURE","errorCode":"UNKNOWN_ERROR","errorMessage":"m"}"#,
    );
    read::<ReportRefusal>(r#"{"status":400,"code":"UNKNOWN_METRIC","message":null}"#);
    everywhere(ReportCode::from("NEW"));
    everywhere(ReportCode::DateRangeTooLong);
}
