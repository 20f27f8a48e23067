//! Codes for credentials, rights, names, accounts and placements.

use adapis_emulator::{AdfoxAccount, AdfoxData, AdfoxRights, AdfoxSettings};

use crate::server::{PAGE, Server, login};

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
        let response = server.ask("GET", &target, "", b"").await;
        response.refuses(-1, "Authorization failed", "", "");
        assert!(!response.text.contains(&hash));
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
    let response = server
        .ask(
            "GET",
            &format!("{PAGE}?{query}&object=account&action=auth"),
            "",
            b"",
        )
        .await;
    assert_eq!(response.code(), 0);
}

#[tokio::test]
async fn the_oauth_path_returns_401_without_a_known_token() {
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
        let response = server.ask("GET", &target, header, b"").await;
        assert_eq!((response.status, response.code()), (401, -1), "{header}");
    }
    let header = "Authorization: OAuth adfox-oauth-token\r\nX-Yandex-API-Key: any\r\n";
    let response = server
        .ask("GET", &format!("/api/v1?{list}"), header, b"")
        .await;
    assert_eq!((response.status, response.rows().len()), (200, 10));
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
    ask("reader", "Reader-Passw0rd", add)
        .await
        .refuses(-2, "Access denied", "", "");
    assert_eq!(ask("reader", "Reader-Passw0rd", list).await.code(), 0);
    ask("narrow", "Narrow-Pass1", list)
        .await
        .refuses(-2, "Access denied", "", "");
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
        server.get(query).await.refuses(-2, "Access denied", "", "");
    }
    server
        .ok("object=account&action=list&actionObject=campaign")
        .await;
}

#[tokio::test]
async fn code_2_targeting_by_url() {
    let server = Server::start().await;
    let query = "object=campaign&action=target&actionObject=targetingURL&objectID=3001&url=x";
    server
        .get(query)
        .await
        .refuses(-2, "Change targeting by URL is not allowed", "", "");
    server.settings(|settings| settings.url_targeting = true);
    server.ok(query).await;
}

#[tokio::test]
async fn codes_3_4_5_unknown_names() {
    let server = Server::start().await;
    let object = "Invalid object name";
    server
        .get("object=acount&action=list")
        .await
        .refuses(-3, object, "object", "acount");
    server
        .get("action=list")
        .await
        .refuses(-3, object, "object", "");
    server
        .get("object=Account&action=list")
        .await
        .refuses(-3, object, "object", "Account");
    let action_object = "Invalid action object name";
    let query = "object=account&action=list&actionObject=Campaign";
    server
        .get(query)
        .await
        .refuses(-4, action_object, "actionObject", "Campaign");
    let query = "object=account&action=list";
    server
        .get(query)
        .await
        .refuses(-4, action_object, "actionObject", "");
    let action = "Invalid action name";
    server
        .get("object=account&action=List")
        .await
        .refuses(-5, action, "action", "List");
    let query = "object=campaign&action=delete&objectID=3001";
    server
        .get(query)
        .await
        .refuses(-5, action, "action", "delete");
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
        server
            .get(&query)
            .await
            .refuses(-8, exists, "account", account);
    }
    let rename = "object=advertiser&action=modify&objectID=1002&account";
    server
        .get(&format!("{rename}=ivanov"))
        .await
        .refuses(-8, exists, "account", "ivanov");
    server.ok(&format!("{rename}=petrov")).await;
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
    server
        .get(&place("zone", "5101", 1))
        .await
        .refuses(-10, upper, "", "");
    server
        .get(&place("place", "5201", 1))
        .await
        .refuses(-10, upper, "", "");
    server
        .get(&place("place", "5201", 0))
        .await
        .refuses(-10, upper, "", "");
    server.ok(&place("website", "5001", 0)).await;
    server.ok(&place("zone", "5101", 1)).await;
    server
        .get(&place("place", "5201", 1))
        .await
        .refuses(-10, upper, "", "");
}
