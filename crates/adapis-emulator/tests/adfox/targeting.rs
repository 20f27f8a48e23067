//! Targeting and user criteria: values that are set are listed.

use crate::server::Server;

async fn description(server: &Server, context: &str, id: &str, name: &str) -> String {
    let query =
        format!("object={context}&action=info&actionObject=targeting&objectID={id}&limit=100");
    let rows = server.ok(&query).await.rows();
    rows.iter()
        .find(|row| row.text("name") == name)
        .expect("a kind")
        .text("description")
}

#[tokio::test]
async fn targeting_reads_back() {
    let server = Server::start().await;
    for (kind, parameters, member, value) in [
        (
            "targetingTime",
            "mode=0&hour9day1=1&hour10day1=0",
            "hour9day1",
            "1",
        ),
        (
            "targetingFrequency",
            "maxUniqueImpressions=5&uniquePeriodImpressions=01:30",
            "uniquePeriodImpressions",
            "01:30",
        ),
        (
            "targetingGeobase",
            "geo=1&global=2&regions=225-1,3-2",
            "regions",
            "225-1,3-2",
        ),
        (
            "targetingBehavior",
            "behaviorMode=0&categoryID1=301",
            "categoryID1",
            "301",
        ),
    ] {
        let name = kind.trim_start_matches("targeting").to_lowercase();
        assert_eq!(
            description(&server, "campaign", "3001", &name).await,
            "not set"
        );
        server
            .ok(&format!(
                "object=campaign&action=target&actionObject={kind}&objectID=3001&{parameters}"
            ))
            .await;
        let shown = server
            .list("campaign", &format!("actionObjectID=3001&show={kind}"))
            .await;
        assert_eq!(
            (shown[0].text("ID"), shown[0].text(member)),
            ("3001".into(), value.into())
        );
        let words = description(&server, "campaign", "3001", &name).await;
        assert!(words.contains(&format!("{member}={value}")), "{words}");
        assert_eq!(
            description(&server, "campaign", "3002", &name).await,
            "not set"
        );
    }
}

#[tokio::test]
async fn short_names_of_kinds_are_the_same() {
    let server = Server::start().await;
    server
        .ok("object=campaign&action=target&actionObject=Time&objectID=3001&day31=1")
        .await;
    let shown = server
        .list("campaign", "actionObjectID=3001&show=targetingTime")
        .await;
    assert_eq!(shown[0].text("day31"), "1");
}

#[tokio::test]
async fn targeting_by_user_is_kept_by_criteria() {
    let server = Server::start().await;
    let target = "object=campaign&action=target&actionObject=targetingUser&objectID=3001";
    server
        .ok(&format!("{target}&criteriaID=1&v0=0&v601=1"))
        .await;
    server.ok(&format!("{target}&criteriaId=2&v603=0")).await;
    let show = "actionObjectID=3001&show=targetingUser";
    let first = server
        .list("campaign", &format!("{show}&criteriaID=1"))
        .await;
    assert_eq!(
        (first[0].text("v0"), first[0].text("v601")),
        ("0".into(), "1".into())
    );
    assert!(first[0].find("v603").is_none());
    assert_eq!(
        server
            .list("campaign", &format!("{show}&criteriaID=2"))
            .await[0]
            .text("v603"),
        "0"
    );
    for (rest, parameter) in [
        ("criteriaID=1&v603=1", "v603"),
        ("criteriaID=9&v0=1", "criteriaID"),
        ("criteriaID=1&v601=2", "v601"),
    ] {
        let (code, _, named, _) = server.get(&format!("{target}&{rest}")).await.fault();
        assert_eq!((code, named.as_str()), (-6, parameter));
    }
}

#[tokio::test]
async fn banners_are_targeted_too() {
    let server = Server::start().await;
    server.ok("object=banner&action=target&actionObject=targetingFrequency&objectID=4001&isRedefined=1&maxUniqueClicks=2").await;
    let rows = server
        .ok("object=banner&action=info&actionObject=targeting&objectID=4001&limit=100")
        .await
        .rows();
    let row = rows
        .iter()
        .find(|row| row.text("name") == "frequency")
        .expect("frequency");
    assert_eq!(row.text("isRedefined"), "1");
    assert!(row.text("description").contains("maxUniqueClicks=2"));
    let bad = "object=banner&action=target&actionObject=targetingTime&objectID=4001&isRedefined=1&hour9day1=yes";
    assert_eq!(server.get(bad).await.fault().2, "hour9day1");
}

#[tokio::test]
async fn values_of_criteria_are_added_changed_and_deleted() {
    let server = Server::start().await;
    let list = "object=userCriteria&action=listValues";
    assert_eq!(server.ok(list).await.number("result/total_rows"), 5);
    let id = server
        .ok("object=userCriteria&action=addValue&criteriaID=2&userID=77&name=Chess")
        .await
        .value("status/ID");
    let one = format!("{list}&criteriaID=2&objectID={id}");
    let rows = server.ok(&one).await.rows();
    assert_eq!(
        (rows[0].text("userID"), rows[0].text("name")),
        ("77".into(), "Chess".into())
    );
    let value = format!("object=userCriteria&criteriaID=2&objectID={id}");
    server
        .ok(&format!("{value}&action=modifyValue&name=Go"))
        .await;
    assert_eq!(server.ok(&one).await.rows()[0].text("name"), "Go");
    let foreign = format!("object=userCriteria&action=removeValue&criteriaID=1&objectID={id}");
    assert_eq!(server.get(&foreign).await.code(), -6);
    server.ok(&format!("{value}&action=removeValue")).await;
    assert!(server.ok(&one).await.rows().is_empty());
}

#[tokio::test]
async fn criteria_are_created_and_renamed() {
    let server = Server::start().await;
    let modify = "object=userCriteria&action=modify&criteriaID";
    server
        .ok(&format!(
            "{modify}=8&criteriaName=a&criteriaTargetingName=b&criteriaReportName=c"
        ))
        .await;
    server.ok(&format!("{modify}=8&criteriaName=A")).await;
    let row = server.row("userCriterias", "8").await;
    assert_eq!(
        (row.text("criteriaName"), row.text("criteriaReportName")),
        ("A".into(), "c".into())
    );
    assert_eq!(
        server
            .get(&format!("{modify}=64&criteriaName=a"))
            .await
            .code(),
        -6
    );
}

#[tokio::test]
async fn fields_of_a_banner_come_from_its_template() {
    let server = Server::start().await;
    let query = "object=banner&action=info&actionObject=bannerFields&objectID=4001&limit=100";
    let names: Vec<String> = server
        .ok(query)
        .await
        .rows()
        .iter()
        .map(|row| row.text("name"))
        .collect();
    assert!(names.contains(&"trackingURL".to_owned()) && names.contains(&"user2".to_owned()));
    assert_eq!(
        server
            .get(&format!("{query}&additionalID=1"))
            .await
            .fault()
            .2,
        "additionalID"
    );
}
