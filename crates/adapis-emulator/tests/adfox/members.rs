//! The members of rows: those of the vendor's documentation, in its order.

use adapis_emulator::{AdfoxData, AdfoxSettings};
use serde_json::json;

use crate::server::{Node, Server};

fn names(row: &Node) -> Vec<&str> {
    row.children
        .iter()
        .map(|member| member.name.as_str())
        .collect()
}

/// Asserts that `row` starts with `expected`, in this order.
fn starts_with(object: &str, row: &Node, expected: &str) {
    let expected: Vec<&str> = expected.split_whitespace().collect();
    let names = names(row);
    assert!(
        names.len() >= expected.len(),
        "{object} has only {names:?}, not {expected:?}"
    );
    assert_eq!(names[..expected.len()], expected[..], "{object}");
}

const ROWS: &[(&str, &str)] = &[
    (
        "superCampaign",
        "ID name advertiserID advertiserAccount assistantID assistantAccount additionalAdvertiserIDs
         additionalAdvertiserAccounts additionalAssistantIDs additionalAssistantAccounts logicType type status
         impressionsMethodID maxImpressions maxImpressionsPerDay maxImpressionsPerHour maxClicks maxClicksPerDay
         maxClicksPerHour",
    ),
    (
        "campaign",
        "ID name superCampaignID superCampaignName advertiserID advertiserAccount assistantID assistantAccount
         additionalAdvertiserIDs",
    ),
    (
        "banner",
        "ID name campaignID campaignName campaignDateStart campaignDateEnd bannerTypeID bannerTypeName status
         isUnplaced priority impressions impressionsToday impressionsHour clicks clicksToday clicksHour
         targetingProfileID targetingProfileName isEvents templateID templateName imageURL hitURL impressionCode
         maxImpressions maxImpressionsPerDay maxImpressionsPerHour maxClicks maxClicksPerDay maxClicksPerHour
         dateStart dateEnd dateAdded",
    ),
    (
        "advertiser",
        "ID account company firstName lastName eMail country state city ZIPCode address1 address2 phone fax
         dateAdded isByAssistantCreated",
    ),
    (
        "webmaster",
        "ID account company firstName lastName eMail country state city ZIPCode address1 address2 phone fax
         dateAdded WMZ WMZProtection YandexMoney comments",
    ),
    (
        "website",
        "ID name URL isActive webmasterID webmasterAccount adNetworkID adNetworkName categoryID categoryName
         loadsToday impressionsToday impressionsDefaultToday clicksToday CTRToday isReferrerByURL templateTypeID
         template dateAdded platformName platformType contractorID url isMobileApp",
    ),
    (
        "zone",
        "ID name siteID siteName categoryID categoryName isAutoReferer templateTypeID dateAdded template",
    ),
    (
        "place",
        "ID name positionID positionName zoneID zoneName siteID siteName categoryID categoryName bannerTypeID
         bannerTypeName presentationTypeID presentationTypeName dateAdded rsyaEnabled rsyaBlockID",
    ),
    (
        "defaultBanner",
        "adNetworkID adNetworkName siteID siteName placeID bannerTypeID bannerTypeName presentationTypeName
         defaultCodeType defaultCode",
    ),
    (
        "tracingPoint",
        "objectID advertiserID userID objectName weight categoryID templateTypeID objectReferrer objectDescription
         counterPostView counterPostViewToday counterPostClick counterPostClickToday dateAdded",
    ),
    (
        "contract",
        "ID externalID customerID executorID type isRegReport actionType subjectType number amountRub isVat
         intermediaryContractID dateConclusion isFinalAgreement",
    ),
    (
        "contractor",
        "ID ownerID name type roles countryOKSM inn mobilePhone epayNumber regNumber isOrs isRr rsUrl",
    ),
];

/// What a public client of 2015 reads from each campaign besides the members of `ROWS`.
const CAMPAIGN_OF_2015: &str = "maxImpressionsPerHour clicksPerHour type impressionsSmoothTypeID tracingPointsType level
     priority itemQty isTrafficSmooth impressionsAll maxClicks status pricingTypeID maxClicksPerHour outerMarkID
     dateStart impressionsPerHour dateFinished bannerSequence impressionsMethodID maxClicksPerDay paymentMethodID
     scenarioPeriodID dateAdded dateEnd pricingModel impressionsToday itemCost additionalAssistantAccounts
     mainPointID targetingProfileID maxImpressions clicksSmoothTypeID maxImpressionsPerDay additionalAssistantIDs
     clicksAll clicksToday sequence isSession additionalAdvertiserAccounts pricingModelID";

#[tokio::test]
async fn rows_have_the_documented_members_in_order() {
    let server = Server::start().await;
    for (object, expected) in ROWS {
        for row in server.list(object, "").await {
            starts_with(object, &row, expected);
        }
    }
    let template = server
        .list("template", "actionObjectID=201")
        .await
        .remove(0);
    starts_with(
        "template",
        &template,
        "id name ownerID description isZipAllowed isLoaderJs isMultipleTrackingUrl isBackgroundColor isWidth
         widthDefault isHeight heightDefault isGetUrl getUrlWidth getUrlHeight isGetFlv isImageUrl imageUrlWidth
         imageUrlHeight isHitUrl isTarget isAlt isFlashParameterName isTargetParameterName isTrackingUrl codeType
         impressionCode markingSettings isIms userParameters",
    );
    starts_with(
        "userParameters",
        template.find("userParameters/row0").expect("a parameter"),
        "userParameterID isOn name isRequired type length default fileTypeID width height upload_domain",
    );
}

#[tokio::test]
async fn campaigns_have_what_an_old_client_reads() {
    let server = Server::start().await;
    let added = server.add("campaign", "name=C&advertiserID=1001").await;
    let rows = server.list("campaign", "").await;
    assert!(rows.iter().any(|row| row.text("ID") == added));
    for row in rows {
        let known = names(&row);
        for member in CAMPAIGN_OF_2015.split_whitespace() {
            assert!(known.contains(&member), "{member} in {known:?}");
        }
        assert!(row.find("impressions").is_none() && row.find("clicks").is_none());
    }
}

#[tokio::test]
async fn parameters_of_a_template_are_members_of_its_banners() {
    let server = Server::start().await;
    let id = server
        .add("banner", "campaignID=3001&templateID=201&user1=red")
        .await;
    let row = server.row("banner", &id).await;
    assert_eq!(row.text("parameter1Name"), "user1");
    assert_eq!(row.text("parameter1"), "red");
    assert_eq!(row.text("parameter2Name"), "user2");
    assert_eq!(row.text("parameter2"), "");
}

#[tokio::test]
async fn names_of_absent_objects_are_empty_elements() {
    let server = Server::start().await;
    let id = server
        .add(
            "campaign",
            "name=C&advertiserID=1001&additionalAdvertiserIDs=1002,1003",
        )
        .await;
    let row = server.row("campaign", &id).await;
    for member in [
        "superCampaignName",
        "assistantAccount",
        "additionalAssistantAccounts",
    ] {
        assert_eq!(row.find(member).expect(member).text, "");
    }
    assert_eq!(row.text("additionalAdvertiserAccounts"), "petrov,sidorova");
}

#[tokio::test]
async fn rows_of_a_data_file_keep_their_members_in_the_documented_order() {
    let data = json!({ "objects": {
        "campaign": [{ "zzz": "1", "status": 0, "aaa": "2", "name": "C", "ID": "1" }],
        "tracingPoint": [{ "ID": "5", "name": "T" }],
    } });
    let data: AdfoxData = serde_json::from_value(data).expect("data");
    let server = Server::with(data, AdfoxSettings::default()).await;
    let row = server.list("campaign", "").await.remove(0);
    assert_eq!(names(&row), ["ID", "name", "status", "aaa", "zzz"]);
    let point = server.list("tracingPoint", "").await.remove(0);
    assert_eq!(names(&point), ["objectID", "objectName"]);
}

#[tokio::test]
async fn tracing_points_are_named_by_object_id_and_object_name() {
    let server = Server::start().await;
    let id = server.add("tracingPoint", "name=T&advertiserID=1001").await;
    server
        .ok(&format!(
            "object=tracingPoint&action=modify&objectID={id}&name=U"
        ))
        .await;
    let row = server
        .list("tracingPoint", &format!("actionObjectID={id}"))
        .await
        .remove(0);
    assert_eq!(
        (row.text("objectID"), row.text("objectName")),
        (id, "U".into())
    );
    assert!(row.find("ID").is_none() && row.find("name").is_none());
    assert_eq!(server.list("tracingPoint", "search=u").await.len(), 1);
}

#[tokio::test]
async fn flat_results_are_in_the_documented_order() {
    let server = Server::start().await;
    let code = server
        .ok("object=tracingPoint&action=getCode&objectID=701")
        .await;
    let result = code.root.find("result").expect("a result");
    assert_eq!(
        names(result),
        ["name1", "code1", "name2", "code2", "name3", "code3"]
    );
    let code = server
        .ok("object=placement&action=info&mode=bannerPlace&bannerID=4001&placeID=5201")
        .await;
    let result = code.root.find("result").expect("a result");
    assert_eq!(names(result), ["HTML", "flashURL", "hitURL", "imageURL"]);
}
