//! The table of methods that the vendor documents or public clients call.

use crate::server::{Server, incorrect};

/// Context and action, and the objects of the action; `-` means none.
const DOCUMENTED: &[(&str, &str, &str)] = &[
    (
        "account",
        "add",
        "advertiser webmaster assistant bannerType category position website zone place tracingPoint
         superCampaign campaign banner contract contractor",
    ),
    (
        "account",
        "list",
        "advertiser webmaster assistant bannerType category position website zone place tracingPoint
         superCampaign campaign banner contract contractor userCriterias targetingProfile template
         defaultBanner activeBanners bannerPlacements",
    ),
    (
        "account",
        "delete",
        "superCampaign campaign banner website zone place category template bannerType user tracingPoint",
    ),
    ("account", "modify", "category"),
    ("account", "utility", "geobaseTree geoTree os manufacturer"),
    ("account", "auth", "-"),
    ("account", "changePassword", "-"),
    ("superCampaign", "modify", "-"),
    (
        "superCampaign",
        "additionalUsers",
        "addAdvertiser deleteAdvertiser addAssistant deleteAssistant",
    ),
    ("campaign", "modify", "-"),
    (
        "campaign",
        "additionalUsers",
        "addAdvertiser deleteAdvertiser addAssistant deleteAssistant",
    ),
    ("campaign", "list", "banner"),
    ("campaign", "upload", "-"),
    ("campaign", "info", "placement placement2 targeting banner"),
    ("campaign", "placing", "website zone place"),
    ("campaign", "target", TARGETINGS),
    ("campaign", "targetWebsite", TARGETINGS),
    ("campaign", "targetZone", TARGETINGS),
    ("campaign", "targetPlace", TARGETINGS),
    ("banner", "modify", "- banner placement zipFile"),
    ("banner", "info", "bannerFields targeting"),
    ("banner", "target", TARGETINGS),
    ("website", "modify", "-"),
    ("zone", "modify", "-"),
    ("place", "modify", "-"),
    ("place", "updateDefaultBanner", "-"),
    ("place", "listActiveBanners", "-"),
    ("place", "createBlock", "-"),
    ("place", "bindBlock", "-"),
    ("place", "rsyaEnabled", "-"),
    ("place", "deleteBlock", "-"),
    ("position", "modify", "-"),
    ("bannerType", "modify", "-"),
    ("bannerType", "list", "template"),
    ("bannerType", "updateDefaultBanner", "-"),
    ("advertiser", "modify", "-"),
    ("webmaster", "modify", "-"),
    ("assistant", "modify", "-"),
    ("tracingPoint", "modify", "-"),
    ("tracingPoint", "getCode", "-"),
    ("contract", "modify", "-"),
    ("contractor", "modify", "-"),
    ("placement", "info", "-"),
    ("userCriteria", "modify", "-"),
    ("userCriteria", "addValue", "-"),
    ("userCriteria", "modifyValue", "-"),
    ("userCriteria", "removeValue", "-"),
    ("userCriteria", "listValues", "-"),
];

const TARGETINGS: &str = "targetingTime targetingFrequency targetingGeobase targetingUser
    targetingBehavior targetingSearch targetingKeywords targetingSocdem targetingURL Time Frequency
    Geobase User";

/// Without parameters a method answers with rows or names what it needs; only an unknown one is refused
/// for its name.
#[tokio::test]
async fn every_documented_method_is_served() {
    let server = Server::start().await;
    for (context, action, objects) in DOCUMENTED {
        for object in objects.split_whitespace() {
            let mut query = format!("object={context}&action={action}");
            if object != "-" {
                query.push_str(&format!("&actionObject={object}"));
            }
            let code = server.get(&query).await.code();
            assert!([0, -6, -7].contains(&code), "{query}: {code}");
        }
    }
}

#[tokio::test]
async fn reference_lists_of_devices_have_their_own_ids() {
    let server = Server::start().await;
    for (object, id, name) in [
        ("os", "osid", "MacOS"),
        ("manufacturer", "manufacturerid", "Nokia"),
    ] {
        let query = format!("object=account&action=utility&actionObject={object}");
        let rows = server.ok(&query).await.rows();
        let row = rows.iter().find(|row| row.text("name") == name);
        let row = row.expect("the documented example");
        assert_eq!(row.children[0].name, id);
        assert_eq!(row.children.len(), 2, "{row:?}");
    }
}

/// The newer parameters of campaigns.
#[tokio::test]
async fn campaigns_are_optimised_within_documented_values() {
    let server = Server::start().await;
    let modify = "object=campaign&action=modify&objectID=3001";
    server
        .ok(&format!(
            "{modify}&minCtr=100&optimizationMode=ctr&minUniqueImpressions=2&avgUniqueImpressions=5"
        ))
        .await;
    let row = server.row("campaign", "3001").await;
    assert_eq!(row.text("optimizationMode"), "ctr");
    for (parameter, value) in [
        ("minCtr", "101"),
        ("optimizationMode", "cpm"),
        ("minUniqueImpressions", "-1"),
        ("avgUniqueImpressions", "x"),
    ] {
        let query = format!("{modify}&{parameter}={value}");
        incorrect(&server, &query, parameter, value).await;
    }
}
