//! Lists: pages, filters and the members that are shown.

use adapis_emulator::{AdfoxData, AdfoxSettings};
use serde_json::json;

use crate::server::{Node, Server, escaped};

fn ids(rows: &[Node]) -> Vec<String> {
    rows.iter().map(|row| row.text("ID")).collect()
}

#[tokio::test]
async fn pages_cover_a_list_once_and_in_order() {
    let server = Server::start().await;
    let mut seen = Vec::new();
    for offset in (0..57).step_by(25) {
        let query =
            format!("object=account&action=list&actionObject=campaign&limit=25&offset={offset}");
        seen.extend(ids(&server.ok(&query).await.rows()));
    }
    let all: Vec<String> = (3001..3058).map(|id| id.to_string()).collect();
    assert_eq!(seen, all);
    let beyond = server
        .ok("object=account&action=list&actionObject=campaign&offset=57")
        .await;
    assert!(beyond.rows().is_empty());
    assert_eq!(beyond.number("result/total_rows"), 57);
}

#[tokio::test]
async fn every_list_of_the_account_responds() {
    let server = Server::start().await;
    for object in [
        "superCampaign",
        "campaign",
        "banner",
        "advertiser",
        "webmaster",
        "assistant",
        "website",
        "zone",
        "place",
        "bannerType",
        "position",
        "category",
        "targetingProfile",
        "tracingPoint",
        "userCriterias",
        "contract",
        "contractor",
    ] {
        assert!(!server.list(object, "").await.is_empty(), "{object}");
    }
}

#[tokio::test]
async fn any_object_of_the_data_can_be_listed() {
    let data = json!({ "objects": { "adNetwork": [{ "ID": "1", "name": "one" }] } });
    let data: AdfoxData = serde_json::from_value(data).expect("data");
    let server = Server::with(data, AdfoxSettings::default()).await;
    assert_eq!(server.list("adNetwork", "").await[0].text("name"), "one");
}

#[tokio::test]
async fn search_finds_parts_of_names_in_any_case() {
    let server = Server::start().await;
    server
        .add(
            "campaign",
            &format!(
                "name={}&advertiserID=1001",
                escaped("Чёрная ПЯТНИЦА".as_bytes())
            ),
        )
        .await;
    let search = format!("search={}", escaped("пятница".as_bytes()));
    assert_eq!(server.list("campaign", &search).await.len(), 1);
    assert!(
        server
            .list("campaign", "search=no-such-name")
            .await
            .is_empty()
    );
    server.settings(|settings| settings.search = false);
    assert_eq!(server.list("campaign", &search).await.len(), 58);
}

#[tokio::test]
async fn show_selects_the_members_of_rows() {
    let server = Server::start().await;
    let members = |row: &Node| -> Vec<String> {
        row.children
            .iter()
            .map(|child| child.name.clone())
            .collect()
    };
    let one = "actionObjectID=3001";
    let common = server.list("campaign", &format!("{one}&show=common")).await;
    assert_eq!(members(&common[0]), ["ID", "name"]);
    let mut short = members(&server.list("campaign", &format!("{one}&show=short")).await[0]);
    short.sort();
    assert_eq!(
        short,
        [
            "ID",
            "dateEnd",
            "dateFinished",
            "dateStart",
            "name",
            "status",
            "superCampaignID"
        ]
    );
    let banner = server
        .list("banner", "actionObjectID=4001&show=short")
        .await;
    assert!(banner[0].find("templateID").is_some() && banner[0].find("name").is_none());
    let advanced = server
        .list("campaign", &format!("{one}&show=advanced"))
        .await;
    assert!(advanced[0].find("advertiserAccount").is_some());
    assert_eq!(
        members(&advanced[0]),
        members(&server.list("campaign", one).await[0])
    );
}

#[tokio::test]
async fn ids_filter_rows() {
    let server = Server::start().await;
    assert_eq!(
        ids(&server.list("campaign", "actionObjectID=3007").await),
        ["3007"]
    );
    assert!(server.list("campaign", "actionObjectID=1").await.is_empty());
    assert_eq!(server.list("campaign", "actionObjectID=0").await.len(), 57);
    let zones = server.list("zone", "actionObjectID2=5002").await;
    assert_eq!(ids(&zones), ["5104", "5105", "5106"]);
    let places = server.list("place", "actionObjectID2=5002").await;
    assert_eq!(places.len(), 6);
    assert!(
        places
            .iter()
            .all(|place| place.text("siteName") == "Sport Daily")
    );
    let flights = server.list("campaign", "superCampaignID=2012").await;
    assert_eq!(ids(&flights), ["3012", "3024", "3036", "3048"]);
    let banners = server.list("banner", "listCampaignIDs=3001,%203002").await;
    assert_eq!(
        ids(&banners),
        ["4001", "4002", "4058", "4059", "4115", "4116"]
    );
    let own = server
        .ok("object=campaign&action=list&actionObject=banner&objectID=3001")
        .await;
    assert_eq!(ids(&own.rows()), ["4001", "4058", "4115"]);
    let templates = server
        .ok("object=bannerType&action=list&actionObject=template&objectID=103")
        .await;
    assert_eq!(templates.rows()[0].text("templateID"), "203");
    assert_eq!(templates.rows()[0].text("templateName"), "Картинка 300x250");
}

#[tokio::test]
async fn dates_of_adding_filter_rows() {
    let server = Server::start().await;
    let rows = server
        .list(
            "campaign",
            "dateAddedFrom=2025-03-01&dateAddedTo=2025-03-31",
        )
        .await;
    assert!(!rows.is_empty() && rows.len() < 57);
    assert!(
        rows.iter()
            .all(|row| row.text("dateAdded").starts_with("2025-03-")),
        "{rows:?}"
    );
    let day = &rows[0].text("dateAdded")[..10];
    let same = server
        .list(
            "campaign",
            &format!("dateAddedFrom={day}&dateAddedTo={day}"),
        )
        .await;
    assert_eq!(same.len(), 1);
}

#[tokio::test]
async fn names_of_other_objects_follow_their_changes() {
    let server = Server::start().await;
    server
        .ok("object=superCampaign&action=modify&objectID=2001&name=Renamed")
        .await;
    assert_eq!(
        server
            .row("campaign", "3001")
            .await
            .text("superCampaignName"),
        "Renamed"
    );
    assert_eq!(
        server
            .row("campaign", "3001")
            .await
            .text("advertiserAccount"),
        "ivanov"
    );
}

#[tokio::test]
async fn ten_thousand_rows_fit_in_ten_pages() {
    let rows: Vec<_> = (1..=10_000)
        .map(|n| json!({ "ID": n.to_string(), "name": format!("campaign {n}"), "status": n % 3 }))
        .collect();
    let data: AdfoxData =
        serde_json::from_value(json!({ "objects": { "campaign": rows } })).expect("data");
    let server = Server::with(data, AdfoxSettings::default()).await;
    let mut seen = Vec::new();
    for page in 0..10 {
        let query = format!(
            "object=account&action=list&actionObject=campaign&limit=1000&offset={}",
            page * 1000
        );
        let response = server.ok(&query).await;
        assert_eq!(response.number("result/total_pages"), 10);
        assert_eq!(response.number("result/page"), page + 1);
        seen.extend(ids(&response.rows()));
    }
    let all: Vec<String> = (1..=10_000).map(|n: u32| n.to_string()).collect();
    assert_eq!(seen, all);
}
