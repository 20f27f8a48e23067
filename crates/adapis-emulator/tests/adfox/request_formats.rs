//! Formats of calls: query, form and multipart, in both encodings.

use adapis_emulator::AdfoxCharset;
use encoding_rs::WINDOWS_1251;

use crate::server::{PAGE, Response, Server, escaped, multipart, part};

const FORM: &str = "application/x-www-form-urlencoded";
const ADD: &str = "object=account&action=add&actionObject=position";

/// Texts that are easily corrupted in transit.
const NAMES: [&str; 8] = [
    "Новый рейс",
    "a&b=c+d%20e;f",
    "<tag attr=\"x\">'&amp;'</tag>",
    "  blanks around  ",
    "line\r\nbreak\ttab\rend",
    "Ёё № « » – €",
    "emoji 😀 漢字 é",
    "%",
];

/// The texts of these that windows-1251 can encode.
fn cyrillic() -> impl Iterator<Item = &'static str> {
    NAMES
        .into_iter()
        .filter(|name| !WINDOWS_1251.encode(name).2)
}

async fn reads_back(server: &Server, response: Response, name: &str) {
    assert_eq!(response.code(), 0, "{name:?}: {}", response.text);
    let row = server.row("position", &response.value("status/ID")).await;
    assert_eq!(row.text("name"), name);
}

#[tokio::test]
async fn get_carries_utf_8() {
    let server = Server::start().await;
    for name in NAMES {
        let query = format!("{ADD}&encoding=UTF-8&name={}", escaped(name.as_bytes()));
        reads_back(&server, server.get(&query).await, name).await;
    }
}

#[tokio::test]
async fn get_carries_windows_1251() {
    let server = Server::start().await;
    for name in cyrillic() {
        let bytes = escaped(&WINDOWS_1251.encode(name).0);
        let query = format!("{ADD}&encoding=CP-1251&name={bytes}");
        reads_back(&server, server.get(&query).await, name).await;
    }
}

#[tokio::test]
async fn without_an_encoding_bytes_that_are_no_utf_8_are_windows_1251() {
    let server = Server::start().await;
    let name = "Старая программа";
    let old = format!("{ADD}&name={}", escaped(&WINDOWS_1251.encode(name).0));
    reads_back(&server, server.get(&old).await, name).await;
    let new = format!("{ADD}&name={}", escaped(name.as_bytes()));
    reads_back(&server, server.get(&new).await, name).await;
}

#[tokio::test]
async fn post_carries_a_form_in_both_encodings() {
    let server = Server::start().await;
    for name in NAMES {
        let body = format!(
            "{}&{ADD}&name={}",
            server.credentials(),
            escaped(name.as_bytes())
        );
        reads_back(&server, server.post(FORM, body.as_bytes()).await, name).await;
    }
    for name in cyrillic() {
        let bytes = escaped(&WINDOWS_1251.encode(name).0);
        let body = format!(
            "{}&{ADD}&encoding=CP-1251&name={bytes}",
            server.credentials()
        );
        reads_back(&server, server.post(FORM, body.as_bytes()).await, name).await;
    }
}

#[tokio::test]
async fn post_carries_multipart_in_both_encodings() {
    let server = Server::start().await;
    let steering: Vec<Vec<u8>> = format!("{}&{ADD}", server.credentials())
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| part(&format!("name=\"{name}\""), value.as_bytes()))
        .collect();
    for name in NAMES {
        let parts = [&steering[..], &[part("name=\"name\"", name.as_bytes())]].concat();
        let (content_type, body) = multipart(&parts);
        reads_back(&server, server.post(&content_type, &body).await, name).await;
    }
    for name in cyrillic() {
        let encoded = WINDOWS_1251.encode(name).0;
        let encoding = part("name=\"encoding\"", b"CP-1251");
        let parts = [&steering[..], &[part("name=name", &encoded), encoding]].concat();
        let (content_type, body) = multipart(&parts);
        reads_back(&server, server.post(&content_type, &body).await, name).await;
    }
}

/// Returns a random text of characters from all of Unicode that XML can contain.
fn any_text(random: &mut fastrand::Rng) -> String {
    let length = random.usize(1..40);
    let mut text = String::new();
    while text.chars().count() < length {
        let below = [0x80, 0x500, 0x1_0000, 0x11_0000][random.usize(0..4)];
        match char::from_u32(random.u32(0x20..below)) {
            Some('\u{FFFE}' | '\u{FFFF}') | None => {}
            Some(c) => text.push(c),
        }
    }
    text
}

#[tokio::test]
async fn any_text_survives_every_request_format() {
    let server = Server::start().await;
    let mut random = fastrand::Rng::with_seed(20_251_121);
    for _ in 0..40 {
        let name = any_text(&mut random);
        let coded = escaped(name.as_bytes());
        let query = format!("{ADD}&name={coded}");
        reads_back(&server, server.get(&query).await, &name).await;
        let body = format!("{}&{query}", server.credentials());
        reads_back(&server, server.post(FORM, body.as_bytes()).await, &name).await;
        let target = format!("{PAGE}?{}&{ADD}", server.credentials());
        let (content_type, body) = multipart(&[part("name=\"name\"", name.as_bytes())]);
        let header = format!("Content-Type: {content_type}\r\n");
        reads_back(
            &server,
            server.ask("POST", &target, &header, &body).await,
            &name,
        )
        .await;
    }
}

#[tokio::test]
async fn every_letter_of_windows_1251_survives_both_ways() {
    let server = Server::start().await;
    server.settings(|settings| settings.charset = AdfoxCharset::Windows1251);
    let bytes: Vec<u8> = (0x20..=0xFF)
        .filter(|byte| !matches!(byte, 0x7F | 0x98))
        .collect();
    let name = WINDOWS_1251
        .decode_without_bom_handling(&bytes)
        .0
        .into_owned();
    for encoding in ["", "&encoding=CP-1251"] {
        let query = format!("{ADD}{encoding}&name={}", escaped(&bytes));
        reads_back(&server, server.get(&query).await, &name).await;
    }
}

#[tokio::test]
async fn the_method_can_be_in_the_url_and_the_members_in_the_body() {
    let server = Server::start().await;
    let target = format!("{PAGE}?{}&{ADD}&name=query", server.credentials());
    let header = format!("Content-Type: {FORM}\r\n");
    let response = server.ask("POST", &target, &header, b"name=body").await;
    reads_back(&server, response, "body").await;

    let (content_type, body) = multipart(&[part("name=\"name\"", "тело".as_bytes())]);
    let header = format!("Content-Type: {content_type}\r\n");
    reads_back(
        &server,
        server.ask("POST", &target, &header, &body).await,
        "тело",
    )
    .await;
    reads_back(&server, server.ask("POST", &target, "", b"").await, "query").await;
}

#[tokio::test]
async fn names_can_repeat_and_have_no_value() {
    let server = Server::start().await;
    let contractor = server
        .add(
            "contractor",
            "bare&name=N&roles[]=0&roles%5B%5D=1&type=3&inn=1&inn=2&empty=",
        )
        .await;
    let row = server.row("contractor", &contractor).await;
    let roles = row.find("roles").expect("roles").rows();
    assert_eq!(
        roles
            .iter()
            .map(|role| role.text.as_str())
            .collect::<Vec<_>>(),
        ["0", "1"]
    );
    assert_eq!(row.text("inn"), "2");
    for name in ["bare", "empty"] {
        assert_eq!(row.find(name).expect(name).text, "", "{name}");
    }
    let numbered = server
        .add("contractor", "name=N&roles[0]=1&roles[1]=0&type=3&inn=2")
        .await;
    let roles = server
        .row("contractor", &numbered)
        .await
        .find("roles")
        .expect("roles")
        .rows();
    assert_eq!(
        roles
            .iter()
            .map(|role| role.text.as_str())
            .collect::<Vec<_>>(),
        ["1", "0"]
    );
}

#[tokio::test]
async fn an_empty_action_object_counts_as_absent() {
    let server = Server::start().await;
    for form in ["", "&actionObject", "&actionObject="] {
        server
            .ok(&format!(
                "object=campaign&action=modify&objectID=3001&name=x{form}"
            ))
            .await;
    }
}

#[tokio::test]
async fn an_unescaped_query_is_accepted() {
    let server = Server::start().await;
    let query = "object=account&action=add&actionObject=superCampaign&advertiserID=1001\
                 &dateStart=2015-04-25+11:00&reference=http://a.example/?x=[1]{2}|3\\4^5`6";
    let id = server
        .ok(&format!("{query}&name=Рейс-№1"))
        .await
        .value("status/ID");
    let row = server.row("superCampaign", &id).await;
    assert_eq!(row.text("name"), "Рейс-№1");
    assert_eq!(row.text("reference"), "http://a.example/?x=[1]{2}|3\\4^5`6");
    assert_eq!(row.text("dateStart"), "2015-04-25 11:00:00");
}

#[tokio::test]
async fn files_are_uploaded_as_parts() {
    let server = Server::start().await;
    let zip: Vec<u8> = b"PK\x03\x04"
        .iter()
        .copied()
        .chain((0..=255).cycle().take(5000))
        .chain(*b"\r\n--not-the-end")
        .collect();
    let (content_type, body) =
        multipart(&[part("name=\"zipFile\"; filename=\"бан\\\"нер.zip\"", &zip)]);
    let target = format!(
        "{PAGE}?{}&object=banner&action=modify&actionObject=zipFile&objectID=4001",
        server.credentials()
    );
    let header = format!("Content-Type: {content_type}\r\n");
    let response = server.ask("POST", &target, &header, &body).await;
    assert_eq!(response.code(), 0, "{}", response.text);
    let row = server.row("banner", "4001").await;
    assert_eq!(row.text("zipFile"), "бан\"нер.zip");
    assert_eq!(row.text("zipFileSize"), zip.len().to_string());

    let target = format!(
        "{PAGE}?{}&object=campaign&action=upload&objectID=3001",
        server.credentials()
    );
    let (content_type, body) =
        multipart(&[part("name=\"file\"; filename*=utf-8''pic%201.png", b"PNG")]);
    let header = format!("Content-Type: {content_type}\r\n");
    let response = server.ask("POST", &target, &header, &body).await;
    assert!(
        response.value("result/value").ends_with("/3001/pic 1.png"),
        "{}",
        response.text
    );
    let fetched = server
        .ok("object=campaign&action=upload&objectID=3001&URL=https://a.example/b/c.gif")
        .await;
    assert!(
        fetched.value("result/value").ends_with("/c.gif"),
        "{}",
        fetched.text
    );
}

#[tokio::test]
async fn a_broken_multipart_body_is_a_bad_request() {
    let server = Server::start().await;
    let (content_type, body) = multipart(&[part("name=\"name\"", b"x")]);
    let response = server.post(&content_type, &body[..body.len() - 20]).await;
    assert_eq!(response.status, 400);
}

#[tokio::test]
async fn all_paths_respond() {
    let server = Server::start().await;
    for path in ["/v1/API.php", "/API.php"] {
        let target = format!("{path}?{}&object=account&action=auth", server.credentials());
        for method in ["GET", "POST"] {
            assert_eq!(
                server.ask(method, &target, "", b"").await.code(),
                0,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn every_request_format_has_the_same_operation() {
    let server = Server::start().await;
    server.add("position", "name=x").await;
    let body = format!("{}&{ADD}&name=x", server.credentials());
    server.post(FORM, body.as_bytes()).await;
    let steering = ["object=account", "action=add", "actionObject=position"];
    let parts = steering.map(|pair| {
        let (name, value) = pair.split_once('=').expect("a pair");
        part(&format!("name=\"{name}\""), value.as_bytes())
    });
    let (content_type, body) = multipart(&parts);
    server.post(&content_type, &body).await;
    server.ok("object=account&action=auth&actionObject=").await;
    let requests = server.emulator.requests();
    assert_eq!(requests.of("adfox.account.add.position").received, 3);
    assert_eq!(requests.of("adfox.account.auth").received, 1);
}

#[tokio::test]
async fn spaces_quotes_and_bytes_in_the_request_line_are_accepted() {
    let server = Server::start().await;
    let name = "Рейс \"<№ 1>\" и другой";
    for bytes in [
        name.as_bytes().to_vec(),
        WINDOWS_1251.encode(name).0.into_owned(),
    ] {
        let head = format!("GET {PAGE}?{}&{ADD}&name=", server.credentials());
        let tail = " HTTP/1.1\r\nHost: adfox.test\r\nConnection: close\r\n\r\n";
        let request = [head.as_bytes(), &bytes, tail.as_bytes()].concat();
        reads_back(&server, server.send(&request).await, name).await;
    }
}
