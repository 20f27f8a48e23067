//! The envelope: charsets, counters, links, and empty and nested members.

use adapis_emulator::{AdfoxCharset, AdfoxCounters, AdfoxData, AdfoxSettings};

use crate::server::Server;

const CAMPAIGNS: &str = "object=account&action=list&actionObject=campaign";

#[tokio::test]
async fn a_list_has_ten_rows_counters_and_links_without_the_password() {
    let server = Server::start().await;
    let response = server.ok(&format!("{CAMPAIGNS}&offset=20")).await;
    assert_eq!(response.rows().len(), 10);
    for (name, value) in [
        ("limit", 10),
        ("offset", 20),
        ("total_pages", 6),
        ("page", 3),
        ("total_rows", 57),
        ("rows", 10),
    ] {
        assert_eq!(response.number(&format!("result/{name}")), value, "{name}");
    }
    for (name, offset) in [("first", 0), ("prev", 10), ("next", 30), ("last", 50)] {
        let link = response.value(&format!("result/links/{name}"));
        assert!(link.starts_with(' ') && link.ends_with(' '), "{link:?}");
        assert!(
            link.trim()
                .starts_with("http://adfox.test/v1/API.php?object=account&"),
            "{link}"
        );
        assert!(link.contains(&format!("offset={offset}&")), "{link}");
        assert!(!link.contains("loginPassword"), "{link}");
    }
    assert!(
        response.text.contains("<![CDATA[ http"),
        "{}",
        response.text
    );
}

#[tokio::test]
async fn counters_move_into_links_by_a_setting() {
    let server = Server::start().await;
    server.settings(|settings| settings.counters = AdfoxCounters::Links);
    let response = server.ok(CAMPAIGNS).await;
    assert_eq!(response.number("result/links/total_rows"), 57);
    assert!(response.root.find("result/total_rows").is_none());
}

#[tokio::test]
async fn an_empty_list_has_no_rows() {
    let server = Server::start().await;
    let response = server
        .ok(&format!("{CAMPAIGNS}&search=nothing-of-that-name"))
        .await;
    assert!(response.text.contains("<data/>"), "{}", response.text);
    assert_eq!(response.number("result/total_rows"), 0);
    assert_eq!(response.number("result/total_pages"), 0);
    assert_eq!(response.number("result/rows"), 0);
}

#[tokio::test]
async fn empty_values_are_empty_elements() {
    let server = Server::start().await;
    let response = server
        .ok("object=account&action=list&actionObject=advertiser")
        .await;
    assert!(response.text.contains("<state/>"), "{}", response.text);
}

#[tokio::test]
async fn windows_1251_is_declared_and_written() {
    let server = Server::start().await;
    server.settings(|settings| settings.charset = AdfoxCharset::Windows1251);
    let response = server.ok(&format!("{CAMPAIGNS}&limit=1")).await;
    assert!(
        response
            .body
            .starts_with(b"<?xml version=\"1.0\" encoding=\"windows-1251\"?>")
    );
    assert_eq!(response.content_type, "text/xml; charset=windows-1251");
    assert_eq!(response.rows()[0].text("name"), "Зима – рейс 1");
    assert!(std::str::from_utf8(&response.body).is_err());
}

#[tokio::test]
async fn windows_1251_writes_foreign_letters_as_references() {
    let server = Server::start().await;
    server.settings(|settings| settings.charset = AdfoxCharset::Windows1251);
    let id = server
        .add("position", "name=%E6%BC%A2%20%F0%9F%98%80")
        .await;
    assert_eq!(server.row("position", &id).await.text("name"), "漢 😀");
}

#[tokio::test]
async fn a_wrong_charset_can_be_declared() {
    let server = Server::start().await;
    server.settings(|settings| {
        settings.charset = AdfoxCharset::Windows1251;
        settings.declared_charset = Some(AdfoxCharset::Utf8);
    });
    let response = server.get(&format!("{CAMPAIGNS}&limit=1")).await;
    assert!(
        response
            .body
            .starts_with(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
    );
    assert!(std::str::from_utf8(&response.body).is_err());
}

#[tokio::test]
async fn the_declaration_can_be_left_out() {
    let server = Server::start().await;
    server.settings(|settings| settings.xml_declaration = false);
    let response = server.ok(CAMPAIGNS).await;
    assert!(response.text.starts_with("<response>"), "{}", response.text);
}

#[tokio::test]
async fn seconds_of_dates_can_be_left_out() {
    let server = Server::start().await;
    let id = server
        .add(
            "superCampaign",
            "name=x&advertiserID=1001&dateStart=2015-04-25+11:00",
        )
        .await;
    let row = server.row("superCampaign", &id).await;
    assert_eq!(row.text("dateStart"), "2015-04-25 11:00:00");
    assert_eq!(row.text("dateEnd"), "0000-00-00 00:00:00");
    server.settings(|settings| settings.seconds = false);
    let row = server.row("superCampaign", &id).await;
    assert_eq!(row.text("dateStart"), "2015-04-25 11:00");
    assert_eq!(row.text("dateEnd"), "0000-00-00 00:00");
}

#[tokio::test]
async fn messages_stand_beside_code_0() {
    let server = Server::start().await;
    server.settings(|settings| {
        let message = "Баннер добавлен без файла".to_owned();
        settings
            .messages
            .insert("adfox.account.add.position".to_owned(), message);
    });
    let response = server
        .ok("object=account&action=add&actionObject=position&name=x")
        .await;
    assert_eq!(
        response.value("status/message"),
        "Баннер добавлен без файла"
    );
    assert!(!response.value("status/ID").is_empty());
    let other = server.ok(CAMPAIGNS).await;
    assert!(other.root.find("status/message").is_none());
}

#[tokio::test]
async fn templates_contractors_and_regions_are_nested() {
    let server = Server::start().await;
    let template = server.row("template", "201").await;
    let parameters = template
        .find("userParameters")
        .expect("userParameters")
        .rows();
    assert_eq!(parameters[1].text("name"), "user2");

    let contractor = server.row("contractor", "801").await;
    let roles: Vec<String> = contractor
        .find("roles")
        .expect("roles")
        .rows()
        .into_iter()
        .map(|n| n.text)
        .collect();
    assert_eq!(roles, ["0", "1"]);

    let tree = "object=account&action=utility&actionObject=geobaseTree";
    let deep = server.ok(&format!("{tree}&regionID=225")).await.rows();
    assert_eq!(
        deep[0].text("children/row0/children/row0/name_ru"),
        "Москва"
    );
    let shallow = server.ok(&format!("{tree}&hideChildren=1")).await;
    assert_eq!(shallow.number("result/rows"), 2);
    assert_eq!(shallow.rows()[0].text("children_count"), "2");
    assert!(shallow.rows()[0].find("children").is_none());
}

#[tokio::test]
async fn flat_results_are_members_of_result() {
    let server = Server::start().await;
    let code = server
        .ok("object=tracingPoint&action=getCode&objectID=701")
        .await;
    assert!(
        code.value("result/code1").contains("<script"),
        "{}",
        code.text
    );
    let placement = server
        .ok("object=placement&action=info&mode=bannerPlace&bannerID=4001&placeID=5201")
        .await;
    assert_eq!(
        placement.value("result/imageURL"),
        "https://content.adfox.example/1.png"
    );
    assert!(
        placement.value("result/HTML").contains("<img"),
        "{}",
        placement.text
    );
    for name in ["flashURL", "hitURL"] {
        placement.value(&format!("result/{name}"));
    }
}

#[tokio::test]
async fn rows_of_a_file_are_listed_with_all_members() {
    let data: AdfoxData = serde_json::from_str(
        r#"{"objects":{"campaign":[
            {"ID":"7","name":"a <b> & \"c\"","sectorid":5,"URL":"U","url":"u","on":true,"none":null,
             "deep":{"list":[{"x":"1"},"two"],"empty":{}}},
            {"ID":"3","name":"second"}]}}"#,
    )
    .expect("data");
    let server = Server::with(data, AdfoxSettings::default()).await;
    let rows = server.list("campaign", "").await;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1].text("ID"), "3");
    let row = &rows[0];
    let expected = [
        ("ID", "7"),
        ("name", "a <b> & \"c\""),
        ("sectorid", "5"),
        ("URL", "U"),
        ("url", "u"),
        ("on", "1"),
        ("none", ""),
        ("deep/list/row0/x", "1"),
        ("deep/list/row1", "two"),
        ("deep/empty", ""),
    ];
    for (path, value) in expected {
        assert_eq!(
            row.find(path).unwrap_or_else(|| panic!("{path}")).text,
            value,
            "{path}"
        );
    }
    assert_eq!(row.children.len(), 8);
}

#[test]
fn a_member_with_an_invalid_xml_name_is_refused() {
    let text = r#"{"objects":{"campaign":[{"ID":"1","a":[{"b c":"1"}]}]}}"#;
    let error = serde_json::from_str::<AdfoxData>(text)
        .expect_err("a bad name")
        .to_string();
    assert!(
        error.contains("`campaign`") && error.contains("`b c`"),
        "{error}"
    );
}

#[test]
fn the_data_survives_a_round_trip() {
    let text = serde_json::to_string(&AdfoxData::default()).expect("JSON");
    let again: AdfoxData = serde_json::from_str(&text).expect("data");
    assert_eq!(again.objects, AdfoxData::default().objects);
    assert_eq!(again.accounts.len(), AdfoxData::default().accounts.len());
}

#[test]
fn no_secret_is_in_debug() {
    let data = AdfoxData::default();
    let text = format!("{:?}", data.accounts);
    for account in &data.accounts {
        assert!(!text.contains(account.password.as_deref().expect("a password")));
        assert!(!text.contains(&account.tokens[0]));
    }
}
