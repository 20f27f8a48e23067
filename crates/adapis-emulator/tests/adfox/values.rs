//! Codes of incorrect, missing and empty values.

use crate::server::{Server, incorrect, required};

#[tokio::test]
async fn code_6_limits_and_filters() {
    let server = Server::start().await;
    let list = "object=account&action=list&actionObject=campaign";
    for (parameter, value) in [
        ("limit", "1001"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("offset", "-1"),
        ("show", "everything"),
        ("actionObjectID", "x"),
        ("superCampaignID", "1.5"),
        ("dateAddedFrom", "01.02.2025"),
        ("dateAddedTo", "2025-02-30"),
        ("encoding", "KOI8-R"),
    ] {
        incorrect(
            &server,
            &format!("{list}&{parameter}={value}"),
            parameter,
            value,
        )
        .await;
    }
    server.ok(&format!("{list}&limit=1000")).await;
    server.ok(&format!("{list}&Limit=1001")).await;
}

#[tokio::test]
async fn code_6_values_of_writes() {
    let server = Server::start().await;
    for (query, parameter, value) in [
        ("object=campaign&action=modify&objectID=1", "objectID", "1"),
        (
            "object=campaign&action=modify&objectID=3001&status=7",
            "status",
            "7",
        ),
        (
            "object=campaign&action=modify&objectID=3001&dateStart=tomorrow",
            "dateStart",
            "tomorrow",
        ),
        (
            "object=campaign&action=modify&objectID=3001&maxClicks=-5",
            "maxClicks",
            "-5",
        ),
        (
            "object=campaign&action=modify&objectID=3001&cpm=1.2.3",
            "cpm",
            "1.2.3",
        ),
        (
            "object=campaign&action=modify&objectID=3001&superCampaignID=3001",
            "superCampaignID",
            "3001",
        ),
        (
            "object=account&action=add&actionObject=superCampaign&name=x&advertiserID=9",
            "advertiserID",
            "9",
        ),
        (
            "object=account&action=add&actionObject=banner&campaignID=3001&templateID=9",
            "templateID",
            "9",
        ),
        (
            "object=account&action=add&actionObject=advertiser&account=a&eMail=nobody",
            "eMail",
            "nobody",
        ),
        (
            "object=account&action=delete&actionObject=campaign&actionObjectID=9",
            "actionObjectID",
            "9",
        ),
        (
            "object=account&action=delete&actionObject=user&actionObjectID=3001",
            "actionObjectID",
            "3001",
        ),
        (
            "object=account&action=delete&actionObject=zone&listIDs=9,8",
            "listIDs",
            "9,8",
        ),
        (
            "object=account&action=delete&actionObject=zone&listIDs=5101;5102",
            "listIDs",
            "5101;5102",
        ),
        (
            "object=account&action=delete&actionObject=banner&campaignID=3002&listIDs=4001",
            "listIDs",
            "4001",
        ),
        (
            "object=campaign&action=placing&actionObject=zone&objectID=3001&actionObjectID=1&actionStatus=1",
            "actionObjectID",
            "1",
        ),
        (
            "object=campaign&action=placing&actionObject=zone&objectID=3001&actionObjectID=5101&actionStatus=2",
            "actionStatus",
            "2",
        ),
        (
            "object=banner&action=modify&actionObject=placement&objectID=4001&type=websites&_site5001=yes",
            "_site5001",
            "yes",
        ),
        (
            "object=place&action=updateDefaultBanner&objectID=5201&mode=2",
            "mode",
            "2",
        ),
        (
            "object=placement&action=info&mode=other&bannerID=4001&placeID=5201",
            "mode",
            "other",
        ),
        (
            "object=account&action=add&actionObject=place&name=x&siteID=5001&zoneID=5104&bannerTypeID=101&positionID=11",
            "zoneID",
            "5104",
        ),
        (
            "object=campaign&action=modify&objectID=3001&name=%01",
            "name",
            "\u{FFFD}",
        ),
        (
            "object=campaign&action=modify&objectID=3001&encoding=UTF-8&name=%CF",
            "name",
            "\u{FFFD}",
        ),
    ] {
        incorrect(&server, query, parameter, value).await;
    }
    assert_eq!(server.list("campaign", "").await.len(), 57);
    assert_eq!(server.list("banner", "").await.len(), 120);
}

#[tokio::test]
async fn code_7_missing_parameters() {
    let server = Server::start().await;
    for (query, parameter) in [
        (
            "object=account&action=add&actionObject=superCampaign&name=x",
            "advertiserID",
        ),
        (
            "object=account&action=add&actionObject=superCampaign&advertiserID=1001",
            "name",
        ),
        (
            "object=account&action=add&actionObject=campaign&name=x",
            "advertiserID",
        ),
        (
            "object=account&action=add&actionObject=campaign&advertiserID=1001",
            "name",
        ),
        (
            "object=account&action=add&actionObject=banner&campaignID=3001",
            "templateID",
        ),
        (
            "object=account&action=add&actionObject=advertiser&account=x",
            "eMail",
        ),
        (
            "object=account&action=add&actionObject=webmaster&eMail=a@b",
            "account",
        ),
        (
            "object=account&action=add&actionObject=zone&name=x",
            "siteID",
        ),
        (
            "object=account&action=add&actionObject=place&name=x&siteID=5001&zoneID=5101&bannerTypeID=101",
            "positionID",
        ),
        (
            "object=account&action=add&actionObject=bannerType&name=x",
            "presentationTypeID",
        ),
        ("object=account&action=add&actionObject=website", "name"),
        (
            "object=account&action=list&actionObject=bannerPlacements",
            "bannerID",
        ),
        (
            "object=account&action=list&actionObject=template",
            "actionObjectID",
        ),
        (
            "object=account&action=delete&actionObject=campaign",
            "actionObjectID",
        ),
        (
            "object=account&action=delete&actionObject=banner&listIDs=4001",
            "campaignID",
        ),
        (
            "object=account&action=delete&actionObject=place&siteID=5001",
            "listIDs",
        ),
        (
            "object=account&action=modify&actionObject=category&name=x",
            "actionObjectID",
        ),
        ("object=campaign&action=modify&name=x", "objectID"),
        (
            "object=campaign&action=placing&actionObject=place&objectID=3001&actionObjectID=5201",
            "actionStatus",
        ),
        (
            "object=campaign&action=target&actionObject=targetingUser&objectID=3001&v0=0",
            "criteriaID",
        ),
        ("object=campaign&action=upload&objectID=3001", "file"),
        (
            "object=banner&action=modify&actionObject=zipFile&objectID=4001",
            "zipFile",
        ),
        (
            "object=banner&action=modify&actionObject=placement&objectID=4001",
            "type",
        ),
        (
            "object=place&action=updateDefaultBanner&objectID=5201",
            "mode",
        ),
        (
            "object=place&action=updateDefaultBanner&objectID=5201&mode=0&defaultImageURL=i",
            "defaultHitURL",
        ),
        (
            "object=placement&action=info&mode=bannerPlace&bannerID=4001",
            "placeID",
        ),
        (
            "object=userCriteria&action=addValue&criteriaID=1&name=x",
            "userID",
        ),
        (
            "object=userCriteria&action=modify&criteriaID=9&criteriaName=x",
            "criteriaTargetingName",
        ),
    ] {
        required(&server, query, parameter).await;
    }
}

#[tokio::test]
async fn code_9_empty_values() {
    let server = Server::start().await;
    for (query, parameter) in [
        (
            "object=account&action=add&actionObject=position&name=",
            "name",
        ),
        (
            "object=account&action=add&actionObject=position&name",
            "name",
        ),
        ("object=campaign&action=modify&objectID=3001&name=", "name"),
        (
            "object=advertiser&action=modify&objectID=1001&eMail=",
            "eMail",
        ),
        ("object=campaign&action=modify&objectID=", "objectID"),
    ] {
        server
            .get(query)
            .await
            .refuses(-9, "Value must be not NULL", parameter, "");
    }
}
