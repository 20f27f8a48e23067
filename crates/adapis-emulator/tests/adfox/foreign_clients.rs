//! Requests as programs of others send them, and what those programs read from the default rows.
//!
//! The programs stop at a member that is missing, so each member that they read is looked up here
//! without a default.

use crate::server::{Node, Server};

/// Returns the first element of this name anywhere below `node`, as `getElementsByTagName` does.
fn first<'a>(node: &'a Node, name: &str) -> &'a Node {
    fn find<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
        node.children.iter().find_map(|child| {
            if child.name == name {
                Some(child)
            } else {
                find(child, name)
            }
        })
    }
    find(node, name).unwrap_or_else(|| panic!("{name} in {node:?}"))
}

fn number(node: &Node, name: &str) -> i64 {
    let text = &first(node, name).text;
    text.parse().unwrap_or_else(|_| panic!("{name}: {text}"))
}

/// A library of 2015: GET on the oldest path, no `limit`, no `encoding`; it allocates as many rows as
/// `rows` says and puts `rowN` at N.
async fn list_of_2015(server: &Server, object: &str, rest: &str) -> Vec<Node> {
    let target = format!(
        "/API.php?{}&object=account&action=list&actionObject={object}{rest}",
        server.credentials()
    );
    let response = server.ask("GET", &target, "", b"").await;
    assert_eq!(number(&response.root, "code"), 0);
    let result = response.root.find("result").expect("a result");
    let mut rows = vec![None; usize::try_from(number(result, "rows")).expect("a length")];
    for row in &result.find("data").expect("data").children {
        let index: usize = row.name[3..].parse().expect("a row number");
        rows[index] = Some(row.clone());
    }
    rows.into_iter().map(|row| row.expect("a row")).collect()
}

#[tokio::test]
async fn a_library_of_2015_reads_its_lists() {
    let server = Server::start().await;
    for (object, rest, members) in [
        (
            "campaign",
            "",
            "maxImpressionsPerHour clicksPerHour type assistantAccount impressionsSmoothTypeID
             tracingPointsType advertiserAccount level priority ID itemQty isTrafficSmooth impressionsAll
             advertiserID maxClicks status pricingTypeID maxClicksPerHour outerMarkID dateStart
             impressionsPerHour dateFinished bannerSequence impressionsMethodID maxClicksPerDay
             superCampaignName paymentMethodID assistantID scenarioPeriodID dateAdded dateEnd pricingModel
             impressionsToday itemCost name additionalAssistantAccounts mainPointID superCampaignID
             targetingProfileID maxImpressions clicksSmoothTypeID maxImpressionsPerDay
             additionalAssistantIDs clicksAll additionalAdvertiserIDs clicksToday sequence isSession
             additionalAdvertiserAccounts pricingModelID",
        ),
        (
            "banner",
            "",
            "ID name campaignID campaignName bannerTypeID bannerTypeName status priority impressions
             impressionsToday impressionsHour clicks clicksToday clicksHour templateID imageURL hitURL
             maxImpressions maxClicks dateStart dateEnd dateAdded parameter1 parameter1Name",
        ),
        (
            "website",
            "",
            "template loadsToday adNetworkID categoryID adNetworkName isReferrerByURL dateAdded CTRToday
             webmasterAccount impressionsToday clicksToday isActive categoryName name
             impressionsDefaultToday isBannersExchange ID templateTypeID URL webmasterID",
        ),
        (
            "advertiser",
            "",
            "ID account company firstName lastName eMail country state city ZIPCode address1 address2
             phone fax dateAdded",
        ),
        (
            "bannerPlacements",
            "&bannerID=4001",
            "websiteID websiteName isWebsiteOn sectionID sectionName isSectionOn placeID placeName
             isPlaceOn",
        ),
    ] {
        server
            .ok("object=campaign&action=placing&actionObject=website&objectID=3001&actionObjectID=5001&actionStatus=1")
            .await;
        let rows = list_of_2015(&server, object, rest).await;
        assert!(!rows.is_empty(), "{object}");
        for row in rows {
            for member in members.split_whitespace() {
                first(&row, member);
            }
            if object != "bannerPlacements" {
                number(&row, "ID");
            }
        }
    }
}

#[tokio::test]
async fn a_library_of_2015_adds_a_user_and_reads_a_code() {
    let server = Server::start().await;
    let hash = "0".repeat(64);
    let added = server
        .ok(&format!(
            "object=account&action=add&actionObject=advertiser&password={hash}&account=new&eMail=n@example.ru"
        ))
        .await;
    let id = number(added.root.find("status").expect("a status"), "ID");
    // The row does not contain the password.
    let listed = server
        .ok(&format!(
            "object=account&action=list&actionObject=advertiser&actionObjectID={id}"
        ))
        .await;
    assert!(!listed.text.contains(&hash), "{}", listed.text);
    let code = server
        .ok("object=placement&action=info&mode=bannerPlace&bannerID=4001&placeID=5201")
        .await;
    for member in ["HTML", "flashURL", "hitURL", "imageURL"] {
        first(&code.root, member);
    }
}

/// A script of today: OAuth, `show=advanced`, and whole numbers in every counter of a campaign.
#[tokio::test]
async fn a_script_of_today_reads_whole_numbers() {
    let server = Server::start().await;
    let target = "/api/v1?object=account&action=list&actionObject=campaign&dateAddedFrom=2025-03-01\
                  &show=advanced&limit=100";
    let header = "Authorization: OAuth adfox-oauth-token\r\nAccept: */*\r\n";
    let rows = server.ask("GET", target, header, b"").await.rows();
    assert!(!rows.is_empty());
    for row in &rows {
        for member in [
            "maxImpressions",
            "maxClicks",
            "maxImpressionsPerDay",
            "maxClicksPerDay",
            "maxImpressionsPerHour",
            "maxClicksPerHour",
            "impressionsHour",
            "clicksHour",
            "impressionsToday",
            "clicksToday",
            "impressionsAll",
            "clicksAll",
            "priority",
            "status",
            "level",
            "cpm",
            "cpc",
            "kind_id",
            "sectorID",
            "rotationMethodID",
            "trafficPercents",
            "logicType",
        ] {
            number(row, member);
        }
    }
}

/// A library with typed parameters: it sends the documented defaults, such as `rotationMethodID=-1`.
#[tokio::test]
async fn a_typed_library_places_a_campaign_and_looks() {
    let server = Server::start().await;
    let placing = "object=campaign&action=placing&objectID=3001&actionStatus=1&rotationMethodID=-1\
                   &dateStart=2026-01-01%2000:00&dateEnd=2026-02-01%2000:00&encoding=UTF-8";
    server
        .ok(&format!(
            "{placing}&actionObject=website&actionObjectID=5002"
        ))
        .await;
    let sites = server
        .ok("object=campaign&action=info&actionObject=placement2&objectID=3001&dataType=campaignSites&isOn=on")
        .await;
    assert_eq!(sites.rows().len(), 1);
    assert_eq!(number(&sites.root, "ID"), 5002);
    let switch = "object=banner&action=modify&actionObject=placement&objectID=4001&type=websites";
    server.ok(&format!("{switch}&_section5104=off")).await;
}
