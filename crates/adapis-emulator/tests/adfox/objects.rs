//! Objects: additions, changes and deletions are visible in lists.

use crate::server::{Node, Server, escaped};

fn has(row: &Node, members: &[(&str, &str)]) {
    for (name, value) in members {
        assert_eq!(row.text(name), *value, "{name} of {row:?}");
    }
}

#[tokio::test]
async fn a_super_campaign_is_added_changed_and_deleted() {
    let server = Server::start().await;
    let id = server
        .add(
            "superCampaign",
            "name=S&advertiserID=1002&maxImpressions=5000&dateEnd=2026-01-31",
        )
        .await;
    has(
        &server.row("superCampaign", &id).await,
        &[
            ("name", "S"),
            ("advertiserID", "1002"),
            ("advertiserAccount", "petrov"),
            ("maxImpressions", "5000"),
            ("maxClicks", "0"),
            ("status", "0"),
            ("dateEnd", "2026-01-31 00:00:00"),
            ("dateStart", "0000-00-00 00:00:00"),
        ],
    );
    server
        .ok(&format!(
            "object=superCampaign&action=modify&objectID={id}&status=1&dateEnd="
        ))
        .await;
    has(
        &server.row("superCampaign", &id).await,
        &[
            ("name", "S"),
            ("status", "1"),
            ("dateEnd", "0000-00-00 00:00:00"),
        ],
    );
    let flight = server
        .add("campaign", &format!("name=F&superCampaignID={id}"))
        .await;
    has(
        &server.row("campaign", &flight).await,
        &[("advertiserID", "1002"), ("superCampaignName", "S")],
    );
    server
        .ok(&format!(
            "object=account&action=delete&actionObject=superCampaign&actionObjectID={id}"
        ))
        .await;
    assert!(
        server
            .list("superCampaign", &format!("actionObjectID={id}"))
            .await
            .is_empty()
    );
    assert!(
        server
            .list("campaign", &format!("actionObjectID={flight}"))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_campaign_is_added_changed_and_deleted() {
    let server = Server::start().await;
    let id = server
        .add(
            "campaign",
            "name=C&advertiserID=1001&cpm=12.50&level=5&trafficPercents=50",
        )
        .await;
    has(
        &server.row("campaign", &id).await,
        &[
            ("cpm", "12.50"),
            ("level", "5"),
            ("trafficPercents", "50"),
            ("superCampaignID", "0"),
        ],
    );
    server
        .ok(&format!(
            "object=campaign&action=modify&objectID={id}&name=C2&maxClicksPerDay=7"
        ))
        .await;
    has(
        &server.row("campaign", &id).await,
        &[("name", "C2"), ("maxClicksPerDay", "7"), ("cpm", "12.50")],
    );
    let banner = server
        .add("banner", &format!("campaignID={id}&templateID=202"))
        .await;
    server
        .ok(&format!(
            "object=account&action=delete&actionObject=campaign&actionObjectID={id}"
        ))
        .await;
    assert_eq!(server.list("campaign", "").await.len(), 57);
    assert!(
        server
            .list("banner", &format!("actionObjectID={banner}"))
            .await
            .is_empty()
    );
    let again = format!("object=account&action=delete&actionObject=campaign&actionObjectID={id}");
    assert_eq!(server.get(&again).await.code(), -6);
}

#[tokio::test]
async fn a_banner_is_added_changed_and_deleted() {
    let server = Server::start().await;
    let url = "https://shop.example/?a=1&b=<2>";
    let id = server
        .add(
            "banner",
            &format!(
                "campaignID=3001&templateID=203&name=B&user1=%23fff&event2=e&hitURL={}",
                escaped(url.as_bytes())
            ),
        )
        .await;
    has(
        &server.row("banner", &id).await,
        &[
            ("name", "B"),
            ("campaignID", "3001"),
            ("bannerTypeID", "103"),
            ("bannerTypeName", "300x250"),
            ("user1", "#fff"),
            ("event2", "e"),
            ("hitURL", url),
            ("target", "_blank"),
        ],
    );
    server
        .ok(&format!("object=banner&action=modify&objectID={id}&alt=A"))
        .await;
    server
        .ok(&format!(
            "object=banner&action=modify&actionObject=banner&objectID={id}&width=100%25"
        ))
        .await;
    has(
        &server.row("banner", &id).await,
        &[("alt", "A"), ("width", "100%"), ("user1", "#fff")],
    );
    let info = server
        .ok("object=campaign&action=info&actionObject=banner&objectID=3001")
        .await;
    assert!(info.rows().iter().any(|row| row.text("ID") == id));

    let delete = "object=account&action=delete&actionObject=banner&campaignID=3001&listIDs";
    let partly = server.ok(&format!("{delete}={id},4002,4001")).await;
    assert!(
        partly.value("status/message").ends_with(": 4002"),
        "{}",
        partly.text
    );
    let left: Vec<String> = server
        .list("banner", "listCampaignIDs=3001")
        .await
        .iter()
        .map(|b| b.text("ID"))
        .collect();
    assert_eq!(left, ["4058", "4115"]);
    let wholly = server.ok(&format!("{delete}=4058,4115")).await;
    assert!(wholly.root.find("status/message").is_none());
}

#[tokio::test]
async fn sites_zones_and_places_are_added_changed_and_deleted() {
    let server = Server::start().await;
    let site = server
        .add(
            "website",
            "name=W&URL=https://w.example/&url=w.example&webmasterID=1102&categoryID=302",
        )
        .await;
    has(
        &server.row("website", &site).await,
        &[
            ("URL", "https://w.example/"),
            ("url", "w.example"),
            ("webmasterAccount", "izdatel"),
            ("categoryName", "Спорт"),
        ],
    );
    let zone = server.add("zone", &format!("name=Z&siteID={site}")).await;
    let place = server
        .add(
            "place",
            &format!("name=P&siteID={site}&zoneID={zone}&bannerTypeID=102&positionID=12"),
        )
        .await;
    has(
        &server.row("place", &place).await,
        &[
            ("siteName", "W"),
            ("zoneName", "Z"),
            ("positionName", "Низ"),
            ("bannerTypeName", "728x90"),
            ("presentationTypeID", "4"),
        ],
    );
    for (object, id) in [("website", &site), ("zone", &zone), ("place", &place)] {
        server
            .ok(&format!(
                "object={object}&action=modify&objectID={id}&name=new-{object}"
            ))
            .await;
        assert_eq!(
            server.row(object, id).await.text("name"),
            format!("new-{object}")
        );
    }
    has(
        &server.row("place", &place).await,
        &[("siteName", "new-website"), ("zoneName", "new-zone")],
    );
    server
        .ok(&format!(
            "object=account&action=delete&actionObject=place&siteID={site}&listIDs={place}"
        ))
        .await;
    assert!(
        server
            .list("place", &format!("actionObjectID={place}"))
            .await
            .is_empty()
    );
    server
        .ok(&format!(
            "object=account&action=delete&actionObject=zone&listIDs={zone},5101"
        ))
        .await;
    assert_eq!(server.list("zone", "").await.len(), 17);
    assert!(
        server
            .list("place", "")
            .await
            .iter()
            .all(|row| row.text("zoneID") != "5101")
    );
    server
        .ok(&format!(
            "object=account&action=delete&actionObject=website&listIDs={site}"
        ))
        .await;
    assert_eq!(server.list("website", "").await.len(), 6);
}

#[tokio::test]
async fn types_positions_categories_and_templates_are_added_changed_and_deleted() {
    let server = Server::start().await;
    let kind = server
        .add("bannerType", "name=T&presentationTypeID=5")
        .await;
    server
        .ok(&format!(
            "object=bannerType&action=modify&objectID={kind}&isOn=0"
        ))
        .await;
    has(
        &server.row("bannerType", &kind).await,
        &[("presentationTypeID", "5"), ("isOn", "0")],
    );
    server
        .ok(&format!(
            "object=account&action=delete&actionObject=bannerType&listIDs={kind}"
        ))
        .await;
    assert_eq!(server.list("bannerType", "").await.len(), 5);

    let position = server.add("position", "name=P").await;
    server
        .ok(&format!(
            "object=position&action=modify&objectID={position}&name=Q"
        ))
        .await;
    has(&server.row("position", &position).await, &[("name", "Q")]);

    let category = server.add("category", "name=K&type=1").await;
    server
        .ok(&format!(
            "object=account&action=modify&actionObject=category&actionObjectID={category}&name=L"
        ))
        .await;
    has(
        &server.row("category", &category).await,
        &[("name", "L"), ("type", "1")],
    );
    server
        .ok(&format!(
            "object=account&action=delete&actionObject=category&actionObjectID={category}"
        ))
        .await;
    assert_eq!(server.list("category", "").await.len(), 4);

    server
        .ok("object=account&action=delete&actionObject=template&listIDs=201")
        .await;
    let gone = server
        .get("object=account&action=list&actionObject=template&actionObjectID=201")
        .await;
    assert_eq!(gone.code(), -6);
}

#[tokio::test]
async fn tracing_points_contracts_and_contractors_are_added_and_changed() {
    let server = Server::start().await;
    let point = server.add("tracingPoint", "name=T&advertiserID=1001").await;
    assert_eq!(
        server.list("tracingPoint", "advertiserID=1001").await.len(),
        2
    );
    assert_eq!(
        server.list("tracingPoint", "advertiserID=1002").await.len(),
        0
    );
    let contractor = server
        .add("contractor", "name=N&roles[]=1&type=0&inn=7701234501")
        .await;
    let contract = server
        .add(
            "contract",
            &format!("type=0&customerID={contractor}&executorID=802"),
        )
        .await;
    for (object, id, name) in [
        ("tracingPoint", point, "objectName"),
        ("contractor", contractor, "name"),
        ("contract", contract, "name"),
    ] {
        server
            .ok(&format!(
                "object={object}&action=modify&objectID={id}&name=changed"
            ))
            .await;
        has(&server.row(object, &id).await, &[(name, "changed")]);
    }
}

#[tokio::test]
async fn ids_are_new_and_the_same_after_a_reset() {
    let server = Server::start().await;
    let first = server.add("position", "name=a").await;
    let second = server.add("category", "name=b").await;
    assert_ne!(first, second);
    server.emulator.reset();
    assert_eq!(server.list("position", "").await.len(), 3);
    assert_eq!(server.add("position", "name=c").await, first);
}

#[tokio::test]
async fn default_banners_are_set_and_listed() {
    let server = Server::start().await;
    let list = "object=account&action=list&actionObject=defaultBanner";
    let all = server.ok(list).await;
    assert_eq!(all.number("result/total_rows"), 36);
    let code = "<script>a && b</script>";
    server
        .ok(&format!(
            "object=place&action=updateDefaultBanner&objectID=5203&mode=1&defaultCodeType=1&defaultCode={}",
            escaped(code.as_bytes())
        ))
        .await;
    server
        .ok("object=bannerType&action=updateDefaultBanner&objectID=104&mode=1&defaultCode=of-type")
        .await;
    let rows = server
        .ok(&format!("{list}&listPlaceIDs=5203,5204,5205"))
        .await
        .rows();
    has(
        &rows[0],
        &[
            ("placeID", "5203"),
            ("defaultCode", code),
            ("defaultCodeType", "1"),
            ("siteName", "Новости города"),
        ],
    );
    has(
        &rows[1],
        &[
            ("placeID", "5204"),
            ("bannerTypeID", "104"),
            ("defaultCode", "of-type"),
        ],
    );
    has(&rows[2], &[("placeID", "5205"), ("defaultCode", "")]);
}
