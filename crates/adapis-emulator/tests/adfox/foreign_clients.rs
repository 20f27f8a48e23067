//! Requests as programs of others send them, and what those programs read from the default rows.
//!
//! The programs stop at a member that is missing, so each member that they read is looked up here
//! without a default.

use adapis_emulator::AdfoxCharset;
use encoding_rs::WINDOWS_1251;

use crate::server::{Node, PAGE, Response, Server, escaped, multipart, part};

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

/// A class of PHP from before UTF-8: every value is windows-1251, without `encoding`, in the query or in
/// a form; responses are read as their XML declaration says.
#[tokio::test]
async fn a_class_of_windows_1251_posts_and_reads_back() {
    let server = Server::start().await;
    server.settings(|settings| settings.charset = AdfoxCharset::Windows1251);
    let name = "Раздел «Погода» & спорт";
    let bytes = |text: &str| escaped(&WINDOWS_1251.encode(text).0);
    let form = format!(
        "{}&object=account&action=add&actionObject=category&name={}",
        server.credentials(),
        bytes(name)
    );
    let headers = "Accept: */*\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let added = server
        .ask("POST", "/API.php", headers, form.as_bytes())
        .await;
    assert_eq!(added.code(), 0, "{}", added.text);
    let id = number(added.root.find("status").expect("a status"), "ID");
    let list = "object=account&action=list&actionObject=category";
    let target = format!(
        "/API.php?{}&{list}&actionObjectID={id}",
        server.credentials()
    );
    let listed = server.ask("GET", &target, "Accept: */*\r\n", b"").await;
    assert!(
        listed
            .body
            .starts_with(b"<?xml version=\"1.0\" encoding=\"windows-1251\"?>")
    );
    let (text, _, damaged) = WINDOWS_1251.decode(&listed.body);
    assert!(
        !damaged && text.contains("Раздел «Погода» &amp; спорт"),
        "{text}"
    );
    assert_eq!(first(&listed.root, "name").text, name);
}

/// A library of PHP that gives curl an array: every parameter is a part of a multipart body, one that is
/// null an empty part, and curl asks to continue before a long body.
async fn array_of_curl(server: &Server, params: &[(&str, &str)]) -> Response {
    let credentials = server.credentials().split('&');
    let credentials = credentials.filter_map(|pair| pair.split_once('='));
    let params = credentials
        .chain(params.iter().copied())
        .chain([("encoding", "UTF-8")]);
    let parts: Vec<_> = params
        .map(|(name, value)| part(&format!("name=\"{name}\""), value.as_bytes()))
        .collect();
    let (content_type, body) = multipart(&parts);
    let headers =
        format!("Accept: */*\r\nContent-Type: {content_type}\r\nExpect: 100-continue\r\n");
    server.ask("POST", PAGE, &headers, &body).await
}

#[tokio::test]
async fn a_library_of_multipart_bodies_makes_a_campaign() {
    let server = Server::start().await;
    let account = |action: &'static str, object: &'static str| {
        [
            ("object", "account"),
            ("action", action),
            ("actionObject", object),
        ]
    };
    let add =
        |object, rest: &[(&'static str, &'static str)]| [&account("add", object), rest].concat();
    let added = array_of_curl(
        &server,
        &add(
            "superCampaign",
            &[("name", "Осень"), ("advertiserID", "1001")],
        ),
    )
    .await;
    let id = first(&added.root, "ID").text.clone();
    // It finds what it added by the first row, and reads these members without a default.
    let find = |id| {
        [
            &account("list", "superCampaign")[..],
            &[("actionObjectID", id)],
        ]
        .concat()
    };
    let found = array_of_curl(&server, &find(&id)).await;
    let row = first(&found.root, "row0");
    assert_eq!(first(row, "name").text, "Осень");
    for member in "status maxImpressions maxImpressionsPerDay maxImpressionsPerHour maxClicks
                   maxClicksPerDay maxClicksPerHour dateStart dateEnd"
        .split_whitespace()
    {
        first(row, member);
    }
    // A missing object has no `row0`; what is wrong is named.
    let none = array_of_curl(&server, &find("1")).await;
    assert_eq!((none.code(), none.rows().len()), (0, 0));
    let refused = array_of_curl(&server, &add("banner", &[("campaignID", "3001")])).await;
    refused.refuses(-7, "Value required", "templateID", "");
    for (object, id, status) in [("website", "5001", "1"), ("place", "5201", "0")] {
        let params = [
            ("object", "campaign"),
            ("action", "placing"),
            ("actionObject", object),
            ("actionStatus", status),
            ("objectID", "3001"),
            ("actionObjectID", id),
        ];
        array_of_curl(&server, &params).await;
    }
    let modified = [
        ("object", "campaign"),
        ("action", "modify"),
        ("actionObject", ""),
        ("objectID", "3001"),
        ("name", "Осень – рейс"),
        ("status", "0"),
        ("dateStart", "2026-01-01 00:00"),
    ];
    assert_eq!(array_of_curl(&server, &modified).await.code(), 0);
    assert_eq!(
        server.row("campaign", "3001").await.text("name"),
        "Осень – рейс"
    );
}

/// A monitor in Java: it pages by the number of rows on the first page, and looks for members by name.
#[tokio::test]
async fn a_monitor_reads_placements_and_targetings_of_all_campaigns() {
    let server = Server::start().await;
    server
        .ok("object=campaign&action=placing&actionObject=website&objectID=3001&actionObjectID=5001&actionStatus=1")
        .await;
    let list = "object=account&action=list&actionObject=campaign";
    let page = server.ok(list).await;
    let (total, step) = (page.number("result/total_rows"), page.number("result/rows"));
    let mut ids = Vec::new();
    for offset in (0..total).step_by(step) {
        let page = server.ok(&format!("{list}&offset={offset}")).await;
        ids.extend(page.rows().iter().map(|row| number(row, "ID")));
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), total);
    let placed = server
        .ok("object=campaign&action=info&actionObject=placement2&dataType=campaignSites&isOn=on&objectID=3001")
        .await;
    assert_eq!(first(&placed.root, "websiteName").text, "Новости города");
    let targeted = server
        .ok("object=campaign&action=info&actionObject=targeting&objectID=3001")
        .await;
    for row in targeted.rows() {
        assert!(!first(&row, "name").text.is_empty());
        first(&row, "description");
    }
}
