//! Users (advertisers, webmasters, assistants) and the caller's password.

use crate::server::{PAGE, Server, login};

#[tokio::test]
async fn advertisers_and_webmasters_are_added_changed_and_deleted() {
    let server = Server::start().await;
    for (object, count) in [("advertiser", 8), ("webmaster", 3)] {
        let id = server
            .add(
                object,
                &format!("account=new-{object}&eMail=n@example.ru&phone=123"),
            )
            .await;
        server
            .ok(&format!(
                "object={object}&action=modify&objectID={id}&company=K"
            ))
            .await;
        let row = server.row(object, &id).await;
        assert_eq!(
            (row.text("company"), row.text("phone")),
            ("K".to_owned(), "123".to_owned())
        );
        server
            .ok(&format!(
                "object=account&action=delete&actionObject=user&actionObjectID={id}"
            ))
            .await;
        assert_eq!(server.list(object, "").await.len(), count);
        server
            .add(object, &format!("account=new-{object}&eMail=n@example.ru"))
            .await;
    }
    server
        .ok("object=assistant&action=modify&objectID=1201&isWebsite=1")
        .await;
    assert_eq!(server.row("assistant", "1201").await.text("isWebsite"), "1");
}

#[tokio::test]
async fn additional_users_are_added_and_removed() {
    let server = Server::start().await;
    for (object, id) in [("superCampaign", "2001"), ("campaign", "3001")] {
        let call = |action: &str, user: &str| {
            format!(
                "object={object}&action=additionalUsers&actionObject={action}&objectID={id}&{user}"
            )
        };
        for advertiser in ["1002", "1003", "1002"] {
            server
                .ok(&call(
                    "addAdvertiser",
                    &format!("advertiserID={advertiser}"),
                ))
                .await;
        }
        server.ok(&call("addAssistant", "assistantID=1202")).await;
        let row = server.row(object, id).await;
        assert_eq!(row.text("additionalAdvertiserIDs"), "1002,1003");
        assert_eq!(row.text("additionalAssistantIDs"), "1202");
        server
            .ok(&call("deleteAdvertiser", "advertiserID=1002"))
            .await;
        server
            .ok(&call("deleteAssistant", "assistantID=1202"))
            .await;
        let row = server.row(object, id).await;
        assert_eq!(row.text("additionalAdvertiserIDs"), "1003");
        assert_eq!(row.text("additionalAssistantIDs"), "");
        assert_eq!(
            server
                .get(&call("deleteAdvertiser", "advertiserID=1002"))
                .await
                .code(),
            -6
        );
    }
}

#[tokio::test]
async fn a_new_password_must_follow_the_rules() {
    let server = Server::start().await;
    let change = "object=account&action=changePassword&currentPassword";
    for (current, new, parameter) in [
        ("wrong", "New-Passw0rd", "currentPassword"),
        ("Secret-Passw0rd", "Short1-", "newPassword"),
        ("Secret-Passw0rd", "alllower-1", "newPassword"),
        ("Secret-Passw0rd", "NoOther1234", "newPassword"),
        ("Secret-Passw0rd", "Secret-Passw0rd", "newPassword"),
    ] {
        let response = server
            .get(&format!("{change}={current}&newPassword={new}"))
            .await;
        let (code, _, named, value) = response.fault();
        assert_eq!(
            (code, named.as_str(), value.as_str()),
            (-6, parameter, ""),
            "{new}"
        );
        assert!(!response.text.contains(new));
    }
    server
        .ok(&format!(
            "{change}=Secret-Passw0rd&newPassword=New-Passw0rd"
        ))
        .await;
    assert_eq!(server.get("object=account&action=auth").await.code(), -1);
    let target = format!(
        "{PAGE}?{}&object=account&action=auth",
        login("test", "New-Passw0rd")
    );
    assert_eq!(server.ask("GET", &target, "", b"").await.code(), 0);
    server.emulator.reset();
    server.ok("object=account&action=auth").await;
}
