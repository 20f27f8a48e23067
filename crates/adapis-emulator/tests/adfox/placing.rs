//! Placement of campaigns and banners on websites, zones and places.

use crate::server::{Node, Server};

/// Banner 4001 of campaign 3001 has banner type 101, like the places 5201, 5206, 5211, …
const BANNER: &str = "4001";
const CAMPAIGN: &str = "3001";

async fn place(server: &Server, object: &str, id: &str, on: bool) {
    let on = u8::from(on);
    server
        .ok(&format!(
            "object=campaign&action=placing&actionObject={object}&objectID={CAMPAIGN}\
             &actionObjectID={id}&actionStatus={on}"
        ))
        .await;
}

/// Returns the place and the three flags of each placement of the banner.
async fn placements(server: &Server) -> Vec<(String, String)> {
    let flags = |row: &Node| {
        ["isWebsiteOn", "isSectionOn", "isPlaceOn"]
            .map(|flag| row.text(flag))
            .concat()
    };
    let rows = server
        .list("bannerPlacements", &format!("bannerID={BANNER}"))
        .await;
    rows.iter()
        .map(|row| (row.text("placeID"), flags(row)))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_placement_is_listed() {
    let server = Server::start().await;
    assert!(placements(&server).await.is_empty());
    place(&server, "place", "5201", true).await;
    assert_eq!(placements(&server).await, pairs(&[("5201", "001")]));
    place(&server, "place", "5201", false).await;
    assert!(placements(&server).await.is_empty());
}

#[tokio::test]
async fn deleting_a_zone_deletes_its_places() {
    let server = Server::start().await;
    place(&server, "zone", "5103", true).await;
    assert_eq!(placements(&server).await, pairs(&[("5206", "011")]));
    let info = server
        .ok(&format!(
            "object=campaign&action=info&actionObject=placement&objectID={CAMPAIGN}"
        ))
        .await
        .rows();
    let places: Vec<_> = info
        .iter()
        .map(|row| (row.text("bannerID"), row.text("placeID")))
        .collect();
    // The other banners of the campaign have the types 103 and 105.
    assert_eq!(places, pairs(&[("4001", "5206"), ("4115", "5205")]));
    assert_eq!(info[0].text("zoneName"), "Video");
}

#[tokio::test]
async fn deleting_a_website_deletes_its_children() {
    let server = Server::start().await;
    place(&server, "website", "5001", true).await;
    assert_eq!(
        placements(&server).await,
        pairs(&[("5201", "111"), ("5206", "111")])
    );
    let rows = server
        .list("bannerPlacements", &format!("bannerID={BANNER}"))
        .await;
    assert_eq!(rows[0].text("websiteName"), "Новости города");
    assert_eq!(rows[0].text("sectionName"), "Главная");
}

#[tokio::test]
async fn a_banner_overrides_its_campaign() {
    let server = Server::start().await;
    place(&server, "website", "5001", true).await;
    let own = |switches: &str| {
        format!(
            "object=banner&action=modify&actionObject=placement&objectID={BANNER}&type=websites&{switches}"
        )
    };
    server.ok(&own("_place5201=off&_site5002=on")).await;
    assert_eq!(
        placements(&server).await,
        pairs(&[("5201", "110"), ("5206", "111"), ("5211", "111")])
    );
    server
        .ok(&own(
            "_zone5103=off&_section5101=off&_place5201=on&_site5002=off",
        ))
        .await;
    assert_eq!(
        placements(&server).await,
        pairs(&[("5201", "101"), ("5206", "100"), ("5211", "000")])
    );
}

#[tokio::test]
async fn a_switch_of_a_site_without_places_is_listed() {
    let server = Server::start().await;
    let site = server.add("website", "name=Empty").await;
    server
        .ok(&format!("object=banner&action=modify&actionObject=placement&objectID={BANNER}&type=websites&_site{site}=on"))
        .await;
    let rows = server
        .list("bannerPlacements", &format!("bannerID={BANNER}"))
        .await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].text("websiteName"), rows[0].text("isWebsiteOn")),
        ("Empty".into(), "1".into())
    );
}

#[tokio::test]
async fn switches_of_a_campaign_are_listed_by_level() {
    let server = Server::start().await;
    place(&server, "zone", "5102", true).await;
    let info = async |rest: &str| {
        let query = format!(
            "object=campaign&action=info&actionObject=placement2&objectID={CAMPAIGN}&limit=1000&{rest}"
        );
        server.ok(&query).await.rows()
    };
    assert!(info("dataType=campaignSites&isOn=on").await.is_empty());
    let zones = info("dataType=campaignSections&isOn=on&websiteID=5001").await;
    assert_eq!(
        zones.iter().map(|z| z.text("ID")).collect::<Vec<_>>(),
        ["5102"]
    );
    let places = info("dataType=campaignPlaces&isOn=on&sectionID=5102").await;
    assert_eq!(
        places.iter().map(|z| z.text("ID")).collect::<Vec<_>>(),
        ["5203", "5204"]
    );
    assert_eq!(info("dataType=placesComputed&isOn=off").await.len(), 36);
}

#[tokio::test]
async fn active_banners_follow_placing_and_status() {
    let server = Server::start().await;
    place(&server, "place", "5201", true).await;
    let on_place = "object=place&action=listActiveBanners&objectID=5201";
    let active = "object=account&action=list&actionObject=activeBanners";
    let rows = server.ok(on_place).await.rows();
    assert_eq!(
        (rows.len(), rows[0].text("bannerID")),
        (1, BANNER.to_owned())
    );
    assert_eq!(server.ok(active).await.rows()[0].text("placeID"), "5201");
    assert_eq!(
        server
            .ok(&format!("{active}&date=2025-06-01"))
            .await
            .rows()
            .len(),
        1
    );
    assert!(
        server
            .ok(&format!("{active}&date=2024-06-01"))
            .await
            .rows()
            .is_empty()
    );
    server
        .ok(&format!(
            "object=campaign&action=modify&objectID={CAMPAIGN}&status=1"
        ))
        .await;
    assert!(server.ok(on_place).await.rows().is_empty());
    assert!(server.ok(active).await.rows().is_empty());
}
