//! Every documented code, with parameter and value where they help.

use adapis_emulator::{AdfoxAccount, AdfoxData, AdfoxRights, AdfoxSettings};

use crate::server::{Answer, PAGE, Server, login};

fn is(answer: &Answer, code: i32, error: &str, parameter: &str, value: &str) {
    let expected = (
        code,
        error.to_owned(),
        parameter.to_owned(),
        value.to_owned(),
    );
    assert_eq!(answer.fault(), expected);
    assert_eq!(answer.status, 200);
}

async fn incorrect(server: &Server, query: &str, parameter: &str, value: &str) {
    is(
        &server.get(query).await,
        -6,
        "Incorrect value",
        parameter,
        value,
    );
}

#[tokio::test]
async fn code_1_wrong_credentials() {
    let server = Server::start().await;
    let right = server.credentials().to_owned();
    let hash = right.split('=').next_back().expect("a hash").to_owned();
    for query in [
        String::new(),
        "loginAccount=test".to_owned(),
        "loginAccount=test&loginPassword=Secret-Passw0rd".to_owned(),
        "loginAccount=test&loginPassword=".to_owned(),
        format!("loginAccount=other&loginPassword={hash}"),
        format!("loginAccount=test&loginPassword={}", hash.to_uppercase()),
        format!("LoginAccount=test&loginPassword={hash}"),
    ] {
        let target = format!("{PAGE}?{query}&object=account&action=auth");
        let answer = server.ask("GET", &target, "", b"").await;
        is(&answer, -1, "Authorization failed", "", "");
        assert!(!answer.text.contains(&hash));
    }
    let target = format!("{PAGE}?{right}&object=account&action=auth");
    assert_eq!(server.ask("GET", &target, "", b"").await.code(), 0);
}

#[tokio::test]
async fn an_account_may_be_given_by_its_hash() {
    let query = login("hashed", "Known-Pass1");
    let hash = query.rsplit('=').next().expect("a hash");
    let mut data = AdfoxData::default();
    data.accounts.push(
        serde_json::from_value(serde_json::json!({ "login": "hashed", "password_sha256": hash }))
            .expect("an account"),
    );
    let server = Server::with(data, AdfoxSettings::default()).await;
    let answer = server
        .ask(
            "GET",
            &format!("{PAGE}?{query}&object=account&action=auth"),
            "",
            b"",
        )
        .await;
    assert_eq!(answer.code(), 0);
}

#[tokio::test]
async fn the_oauth_path_answers_401_without_a_known_token() {
    let server = Server::start().await;
    let list = "object=account&action=list&actionObject=campaign";
    let by_password = format!("/api/v1?{}&{list}", server.credentials());
    for (target, header) in [
        (format!("/api/v1?{list}"), ""),
        (format!("/api/v1?{list}"), "Authorization: OAuth wrong\r\n"),
        (
            format!("/api/v1?{list}"),
            "Authorization: Bearer adfox-oauth-token\r\n",
        ),
        (by_password, ""),
    ] {
        let answer = server.ask("GET", &target, header, b"").await;
        assert_eq!((answer.status, answer.code()), (401, -1), "{header}");
    }
    let header = "Authorization: OAuth adfox-oauth-token\r\nX-Yandex-API-Key: any\r\n";
    let answer = server
        .ask("GET", &format!("/api/v1?{list}"), header, b"")
        .await;
    assert_eq!((answer.status, answer.rows().len()), (200, 10));
}

#[tokio::test]
async fn code_2_rights_of_the_account() {
    let mut data = AdfoxData::default();
    let rights = AdfoxRights {
        write: true,
        objects: Some(vec!["banner".to_owned()]),
    };
    data.accounts.push(AdfoxAccount {
        rights,
        ..AdfoxAccount::new("narrow", "Narrow-Pass1", "t")
    });
    let server = Server::with(data, AdfoxSettings::default()).await;
    let ask = async |account: &str, password: &str, query: &str| {
        let target = format!("{PAGE}?{}&{query}", login(account, password));
        server.ask("GET", &target, "", b"").await
    };
    let add = "object=account&action=add&actionObject=position&name=x";
    let list = "object=account&action=list&actionObject=campaign";
    is(
        &ask("reader", "Reader-Passw0rd", add).await,
        -2,
        "Access denied",
        "",
        "",
    );
    assert_eq!(ask("reader", "Reader-Passw0rd", list).await.code(), 0);
    is(
        &ask("narrow", "Narrow-Pass1", list).await,
        -2,
        "Access denied",
        "",
        "",
    );
    let banner = "object=banner&action=modify&objectID=4001&name=x";
    assert_eq!(ask("narrow", "Narrow-Pass1", banner).await.code(), 0);
}

#[tokio::test]
async fn code_2_denied_by_settings() {
    let server = Server::start().await;
    server.settings(|settings| {
        settings.denied = vec![
            "website".to_owned(),
            "adfox.account.delete.campaign".to_owned(),
        ];
    });
    for query in [
        "object=account&action=list&actionObject=website",
        "object=website&action=modify&objectID=5001",
        "object=account&action=delete&actionObject=campaign&actionObjectID=3001",
    ] {
        is(&server.get(query).await, -2, "Access denied", "", "");
    }
    server
        .ok("object=account&action=list&actionObject=campaign")
        .await;
}

#[tokio::test]
async fn code_2_targeting_by_url() {
    let server = Server::start().await;
    let query = "object=campaign&action=target&actionObject=targetingURL&objectID=3001&url=x";
    is(
        &server.get(query).await,
        -2,
        "Change targeting by URL is not allowed",
        "",
        "",
    );
    server.settings(|settings| settings.url_targeting = true);
    server.ok(query).await;
}

#[tokio::test]
async fn codes_3_4_5_unknown_names() {
    let server = Server::start().await;
    let object = "Invalid object name";
    is(
        &server.get("object=acount&action=list").await,
        -3,
        object,
        "object",
        "acount",
    );
    is(&server.get("action=list").await, -3, object, "object", "");
    is(
        &server.get("object=Account&action=list").await,
        -3,
        object,
        "object",
        "Account",
    );
    let action_object = "Invalid action object name";
    let query = "object=account&action=list&actionObject=Campaign";
    is(
        &server.get(query).await,
        -4,
        action_object,
        "actionObject",
        "Campaign",
    );
    let query = "object=account&action=list";
    is(
        &server.get(query).await,
        -4,
        action_object,
        "actionObject",
        "",
    );
    let action = "Invalid action name";
    is(
        &server.get("object=account&action=List").await,
        -5,
        action,
        "action",
        "List",
    );
    let query = "object=campaign&action=delete&objectID=3001";
    is(&server.get(query).await, -5, action, "action", "delete");
}

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
        is(
            &server.get(query).await,
            -7,
            "Value required",
            parameter,
            "",
        );
    }
}

#[tokio::test]
async fn code_8_accounts_are_unique() {
    let server = Server::start().await;
    let exists = "Account already exists";
    for (account, object) in [
        ("ivanov", "advertiser"),
        ("ivanov", "webmaster"),
        ("test", "advertiser"),
    ] {
        let query = format!(
            "object=account&action=add&actionObject={object}&account={account}&eMail=a@b.ru"
        );
        is(&server.get(&query).await, -8, exists, "account", account);
    }
    let rename = "object=advertiser&action=modify&objectID=1002&account";
    is(
        &server.get(&format!("{rename}=ivanov")).await,
        -8,
        exists,
        "account",
        "ivanov",
    );
    server.ok(&format!("{rename}=petrov")).await;
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
        is(
            &server.get(query).await,
            -9,
            "Value must be not NULL",
            parameter,
            "",
        );
    }
}

#[tokio::test]
async fn code_10_placed_upper() {
    let server = Server::start().await;
    let place = |object: &str, id: &str, on: u8| {
        format!(
            "object=campaign&action=placing&actionObject={object}&objectID=3001\
             &actionObjectID={id}&actionStatus={on}"
        )
    };
    let upper = "This object is placed upper";
    server.ok(&place("website", "5001", 1)).await;
    is(
        &server.get(&place("zone", "5101", 1)).await,
        -10,
        upper,
        "",
        "",
    );
    is(
        &server.get(&place("place", "5201", 1)).await,
        -10,
        upper,
        "",
        "",
    );
    is(
        &server.get(&place("place", "5201", 0)).await,
        -10,
        upper,
        "",
        "",
    );
    server.ok(&place("website", "5001", 0)).await;
    server.ok(&place("zone", "5101", 1)).await;
    is(
        &server.get(&place("place", "5201", 1)).await,
        -10,
        upper,
        "",
        "",
    );
}
