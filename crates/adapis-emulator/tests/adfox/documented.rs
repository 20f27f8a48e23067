//! What the vendor's pages document of parameters: required ones, allowed values, levels and modes.

use adapis_emulator::{AdfoxData, AdfoxSettings};
use serde_json::json;

use crate::server::{PAGE, Server, escaped, incorrect, multipart, part, required};

const CAMPAIGN: &str = "object=campaign&objectID=3001";

#[tokio::test]
async fn placing_takes_the_default_rotation_and_documented_limits() {
    let server = Server::start().await;
    let place = format!("{CAMPAIGN}&action=placing&actionObject=place&actionObjectID=5201");
    server
        .ok(&format!(
            "{place}&actionStatus=1&rotationMethodID=-1&maxImpressions=1&maxClicksPerHour=2147483647\
             &dateStart=2026-01-01 10:00&targetingProfileID=401"
        ))
        .await;
    for (parameter, value) in [
        ("rotationMethodID", "-2"),
        ("rotationMethodID", "2"),
        ("maxImpressions", "0"),
        ("maxClicksPerDay", "2147483648"),
        ("targetingProfileID", "9"),
    ] {
        let query = format!("{place}&actionStatus=1&{parameter}={value}");
        incorrect(&server, &query, parameter, value).await;
    }
}

#[tokio::test]
async fn placement2_takes_on_and_off() {
    let server = Server::start().await;
    server
        .ok(&format!(
            "{CAMPAIGN}&action=placing&actionObject=zone&actionObjectID=5102&actionStatus=1"
        ))
        .await;
    let info = format!("{CAMPAIGN}&action=info&actionObject=placement2&limit=1000");
    let count = async |rest: &str| {
        let rows = server.ok(&format!("{info}&{rest}")).await.rows();
        (
            rows.len(),
            rows.iter().filter(|row| row.text("isOn") == "1").count(),
        )
    };
    // `on` shows what is on, `off` also what is off.
    assert_eq!(count("dataType=campaignSites&isOn=on").await, (0, 0));
    assert_eq!(count("dataType=campaignSites&isOn=off").await, (6, 0));
    assert_eq!(
        count("dataType=campaignSections&websiteID=5001&isOn=on").await,
        (1, 1)
    );
    assert_eq!(
        count("dataType=campaignSections&websiteID=5001&isOn=off").await,
        (3, 1)
    );
    assert_eq!(
        count("dataType=campaignPlaces&sectionID=5102&isOn=on").await,
        (2, 2)
    );
    assert_eq!(count("dataType=placesComputed&isOn=on").await, (2, 2));
    assert_eq!(count("dataType=placesComputed&isOn=off").await, (36, 2));

    required(&server, &format!("{info}&isOn=on"), "dataType").await;
    required(&server, &format!("{info}&dataType=placesComputed"), "isOn").await;
    required(
        &server,
        &format!("{info}&dataType=campaignSections&isOn=on"),
        "websiteID",
    )
    .await;
    required(
        &server,
        &format!("{info}&dataType=campaignPlaces&isOn=on"),
        "sectionID",
    )
    .await;
    incorrect(
        &server,
        &format!("{info}&dataType=placesComputed&isOn=1"),
        "isOn",
        "1",
    )
    .await;
    incorrect(
        &server,
        &format!("{info}&dataType=all&isOn=on"),
        "dataType",
        "all",
    )
    .await;
}

#[tokio::test]
async fn placement_info_has_four_modes() {
    let server = Server::start().await;
    let info = "object=placement&action=info&mode";
    let banner = server
        .ok(&format!("{info}=bannerPlace&bannerID=4001&placeID=5201"))
        .await;
    assert!(banner.value("result/HTML").contains("banner=4001"));
    for (mode, contains) in [
        ("place&placeID=5201", "place=5201"),
        (
            "campaignPlace&campaignID=3001&placeID=5201",
            "campaign=3001",
        ),
        (
            "website&websiteID=5001&bannerTypeID=101&positionID=11",
            "website=5001",
        ),
    ] {
        let code = server
            .ok(&format!("{info}={mode}"))
            .await
            .value("result/HTML");
        assert!(code.contains(contains), "{mode}: {code}");
    }
    required(&server, &format!("{info}=place"), "placeID").await;
    required(
        &server,
        &format!("{info}=campaignPlace&placeID=5201"),
        "campaignID",
    )
    .await;
    required(
        &server,
        &format!("{info}=website&websiteID=5001&positionID=11"),
        "bannerTypeID",
    )
    .await;
    required(
        &server,
        &format!("{info}=website&websiteID=5001&bannerTypeID=101"),
        "positionID",
    )
    .await;
    incorrect(&server, &format!("{info}=place&placeID=9"), "placeID", "9").await;
    incorrect(
        &server,
        &format!("{info}=website&websiteID=9&bannerTypeID=101&positionID=11"),
        "websiteID",
        "9",
    )
    .await;
    incorrect(
        &server,
        &format!("{info}=place&placeID=5201&synchronousFactor=4"),
        "synchronousFactor",
        "4",
    )
    .await;
    incorrect(
        &server,
        &format!("{info}=zone&placeID=5201"),
        "mode",
        "zone",
    )
    .await;
}

#[tokio::test]
async fn campaigns_are_targeted_on_websites_zones_and_places() {
    let server = Server::start().await;
    let summary = async |rest: &str| {
        let query = format!("{CAMPAIGN}&action=info&actionObject=targeting&limit=100{rest}");
        let rows = server.ok(&query).await.rows();
        let row = rows.into_iter().find(|row| row.text("name") == "frequency");
        row.expect("frequency").text("description")
    };
    for (action, parameter, id, limit) in [
        ("targetWebsite", "siteID", "5001", 3),
        ("targetZone", "zoneID", "5101", 4),
        ("targetPlace", "placeID", "5201", 5),
    ] {
        let target = format!("{CAMPAIGN}&action={action}&actionObject=targetingFrequency");
        let limit = format!("maxUniqueImpressions={limit}");
        server
            .ok(&format!("{target}&{parameter}={id}&isRedefined=1&{limit}"))
            .await;
        assert!(
            summary(&format!("&{parameter}={id}"))
                .await
                .contains(&limit)
        );
        required(&server, &format!("{target}&isRedefined=1"), parameter).await;
        required(
            &server,
            &format!("{target}&{parameter}={id}"),
            "isRedefined",
        )
        .await;
        incorrect(
            &server,
            &format!("{target}&{parameter}=9&isRedefined=1"),
            parameter,
            "9",
        )
        .await;
        incorrect(
            &server,
            &format!("{target}&{parameter}={id}&isRedefined=2"),
            "isRedefined",
            "2",
        )
        .await;
    }
    assert_eq!(summary("").await, "not set");
    assert_eq!(summary("&siteID=5002").await, "not set");
    server
        .ok("object=account&action=delete&actionObject=campaign&actionObjectID=3001")
        .await;
}

#[tokio::test]
async fn targeting_of_banners_says_whether_it_redefines() {
    let server = Server::start().await;
    let target = "object=banner&action=target&objectID=4001&actionObject";
    required(
        &server,
        &format!("{target}=targetingFrequency"),
        "isRedefined",
    )
    .await;
    required(
        &server,
        &format!("{target}=targetingGeobase&isRedefined=1"),
        "geo",
    )
    .await;
    for (parameter, value) in [("geo", "2"), ("global", "3")] {
        let query = format!("{target}=targetingGeobase&isRedefined=1&geo=1&{parameter}={value}");
        incorrect(&server, &query, parameter, value).await;
    }
}

#[tokio::test]
async fn reference_lists_are_utilities() {
    let data = json!({ "objects": { "kktu": [{ "id": "1.1", "name": "Food" }, { "id": "1.2", "name": "Cars" }] } });
    let mut default = AdfoxData::default();
    let data: AdfoxData = serde_json::from_value(data).expect("data");
    default.objects.extend(data.objects);
    let server = Server::with(default, AdfoxSettings::default()).await;
    let rows = server
        .ok("object=account&action=utility&actionObject=kktu")
        .await;
    assert_eq!(rows.number("result/rows"), 2);
    assert_eq!(rows.rows()[1].text("name"), "Cars");
    let rows = server
        .ok("object=account&action=utility&actionObject=position")
        .await;
    assert_eq!(rows.rows()[0].children[0].name, "ID");
    for tree in ["geobaseTree", "geoTree"] {
        let query = format!("object=account&action=utility&actionObject={tree}&hideChildren=1");
        assert_eq!(server.ok(&query).await.rows().len(), 2);
    }
    let unknown = server
        .get("object=account&action=utility&actionObject=nothing")
        .await;
    assert_eq!(unknown.code(), -4);
}

#[tokio::test]
async fn banners_are_added_by_template_or_by_type_and_content() {
    let server = Server::start().await;
    let add = "object=account&action=add&actionObject=banner&campaignID=3001";
    let id = server
        .add(
            "banner",
            "campaignID=3001&bannerTypeID=103&contentType=graphics&name=G",
        )
        .await;
    let row = server.row("banner", &id).await;
    assert_eq!(
        (
            row.text("bannerTypeID"),
            row.text("contentType"),
            row.text("templateID")
        ),
        ("103".into(), "graphics".into(), "203".into())
    );
    required(&server, add, "templateID").await;
    required(&server, &format!("{add}&bannerTypeID=103"), "templateID").await;
    required(
        &server,
        &format!("{add}&contentType=graphics"),
        "templateID",
    )
    .await;
    incorrect(
        &server,
        &format!("{add}&bannerTypeID=103&contentType=video"),
        "contentType",
        "video",
    )
    .await;
    incorrect(
        &server,
        &format!("{add}&templateID=201&bannerTypeID=103"),
        "bannerTypeID",
        "103",
    )
    .await;
    server
        .ok(&format!("{add}&templateID=203&bannerTypeID=103"))
        .await;
}

#[tokio::test]
async fn values_outside_the_documented_ranges_are_refused() {
    let server = Server::start().await;
    let campaign = "object=campaign&action=modify&objectID=3001";
    let banner = "object=banner&action=modify&objectID=4001";
    let zone = "object=zone&action=modify&objectID=5101";
    let place = "object=place&action=modify&objectID=5201";
    for (query, parameter, value) in [
        (campaign, "priority", "0"),
        (campaign, "priority", "1001"),
        (campaign, "trafficPercents", "101"),
        (campaign, "rotationMethodID", "2"),
        (campaign, "maxImpressions", "2147483648"),
        (campaign, "isTrafficSmooth", "2"),
        (campaign, "isSession", "yes"),
        (banner, "priority", "0"),
        (banner, "isEvents", "2"),
        (banner, "isUnplaced", "-1"),
        (zone, "isAutoReferer", "2"),
        (zone, "templateTypeID", "2"),
        (place, "pct", "5"),
        (
            "object=website&action=modify&objectID=5001",
            "contractorID",
            "9",
        ),
        (
            "object=banner&action=modify&actionObject=placement&objectID=4001&_site5001=on",
            "type",
            "sites",
        ),
    ] {
        incorrect(
            &server,
            &format!("{query}&{parameter}={value}"),
            parameter,
            value,
        )
        .await;
    }
    // A limit of 0 is no limit.
    server
        .ok(&format!("{campaign}&maxImpressions=0&priority=1000"))
        .await;
}

#[tokio::test]
async fn a_zip_must_be_a_zip() {
    let server = Server::start().await;
    let target = format!(
        "{PAGE}?{}&object=banner&action=modify&actionObject=zipFile&objectID=4001",
        server.credentials()
    );
    for (content, code) in [
        (&b"<html></html>"[..], -6),
        (b"PK", -6),
        (b"", -6),
        (b"PK\x03\x04rest", 0),
        (b"PK\x05\x06empty", 0),
    ] {
        let (content_type, body) =
            multipart(&[part("name=\"zipFile\"; filename=\"a.zip\"", content)]);
        let header = format!("Content-Type: {content_type}\r\n");
        let response = server.ask("POST", &target, &header, &body).await;
        assert_eq!(response.code(), code, "{}", escaped(content));
        if code != 0 {
            response.refuses(-6, "Incorrect value", "zipFile", "a.zip");
        }
    }
}

#[tokio::test]
async fn the_api_key_is_checked_if_it_is_required() {
    let server = Server::start().await;
    let ask = async |headers: &str| {
        let query = "/api/v1?object=account&action=auth";
        let token = "Authorization: OAuth adfox-oauth-token\r\n";
        let response = server
            .ask("GET", query, &format!("{token}{headers}"), b"")
            .await;
        (response.status, response.code())
    };
    assert_eq!(ask("").await, (200, 0));
    server.settings(|settings| settings.api_key_required = true);
    assert_eq!(ask("").await, (401, -1));
    assert_eq!(ask("X-Yandex-API-Key: wrong\r\n").await, (401, -1));
    assert_eq!(ask("X-Yandex-API-Key: adfox-api-key\r\n").await, (200, 0));
    // The older paths do not know the header.
    server.ok("object=account&action=auth").await;
}

#[tokio::test]
async fn contracts_contractors_and_tracing_points_need_what_is_documented() {
    let server = Server::start().await;
    let add = "object=account&action=add&actionObject";
    let contract = format!("{add}=contract&number=7");
    required(
        &server,
        &format!("{contract}&customerID=801&executorID=802"),
        "type",
    )
    .await;
    required(
        &server,
        &format!("{contract}&type=0&executorID=802"),
        "customerID",
    )
    .await;
    required(
        &server,
        &format!("{contract}&type=0&customerID=801"),
        "executorID",
    )
    .await;
    let whole = format!("{contract}&customerID=801&executorID=802");
    required(
        &server,
        &format!("{whole}&type=2"),
        "intermediaryContractID",
    )
    .await;
    incorrect(&server, &format!("{whole}&type=3"), "type", "3").await;
    incorrect(
        &server,
        &format!("{whole}&type=0&subjectType=5"),
        "subjectType",
        "5",
    )
    .await;
    incorrect(
        &server,
        &format!("{whole}&type=0&actionType=4"),
        "actionType",
        "4",
    )
    .await;
    server
        .ok(&format!("{whole}&type=2&intermediaryContractID=901"))
        .await;

    let contractor = format!("{add}=contractor&name=N");
    required(&server, &format!("{contractor}&type=0"), "inn").await;
    required(&server, &format!("{contractor}&inn=7701234501"), "type").await;
    incorrect(
        &server,
        &format!("{contractor}&type=5&inn=7701234501"),
        "type",
        "5",
    )
    .await;
    incorrect(
        &server,
        &format!("{contractor}&type=1&inn=7701234501"),
        "inn",
        "7701234501",
    )
    .await;
    let id = server
        .add("contractor", "name=N&type=0&inn=7701234501")
        .await;
    let roles = server
        .row("contractor", &id)
        .await
        .find("roles")
        .expect("roles")
        .clone();
    assert_eq!(
        (roles.text("row0"), roles.text("row1")),
        ("0".into(), "1".into())
    );

    let point = format!("{add}=tracingPoint&name=T");
    required(&server, &point, "advertiserID").await;
    incorrect(
        &server,
        &format!("{point}&advertiserID=1001&weight=101"),
        "weight",
        "101",
    )
    .await;
    let id = server
        .add(
            "tracingPoint",
            "name=T&advertiserID=1001&weight=100&referrer=*shop*",
        )
        .await;
    let row = server.row("tracingPoint", &id).await;
    assert_eq!(
        (row.text("weight"), row.text("objectReferrer")),
        ("100".into(), "*shop*".into())
    );
    assert!(row.find("referrer").is_none());
}
