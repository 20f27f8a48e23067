//! A running emulator, and a client that controls every byte of its requests.

use adapis_emulator::{AdfoxData, AdfoxSettings, Data, Emulator, Settings};
use encoding_rs::Encoding;
use quick_xml::Reader;
use quick_xml::events::Event;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const PAGE: &str = "/v1/API.php";
pub(crate) const BOUNDARY: &str = "----adfox-test";

pub(crate) struct Server {
    pub(crate) emulator: Emulator,
    credentials: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(AdfoxData::default(), AdfoxSettings::default()).await
    }

    pub(crate) async fn with(adfox: AdfoxData, settings: AdfoxSettings) -> Self {
        let account = adfox.accounts.first().expect("an account");
        let password = account.password.as_deref().expect("a password");
        let credentials = login(&account.login, password);
        let settings = Settings {
            adfox: settings,
            ..Settings::default()
        };
        let data = Data {
            adfox: Some(adfox),
            ..Data::default()
        };
        let emulator = Emulator::builder()
            .data(data)
            .settings(settings)
            .start()
            .await;
        Self {
            emulator: emulator.expect("a port"),
            credentials,
        }
    }

    pub(crate) fn settings(&self, change: impl FnOnce(&mut AdfoxSettings)) {
        let mut settings = self.emulator.settings();
        change(&mut settings.adfox);
        self.emulator.set_settings(settings);
    }

    /// Sends a GET with credentials; `query` is not encoded.
    pub(crate) async fn get(&self, query: &str) -> Response {
        self.ask(
            "GET",
            &format!("{PAGE}?{}&{query}", self.credentials),
            "",
            b"",
        )
        .await
    }

    /// Sends a GET that must succeed.
    pub(crate) async fn ok(&self, query: &str) -> Response {
        let response = self.get(query).await;
        assert_eq!(response.code(), 0, "{query}: {}", response.text);
        response
    }

    /// Calls `add` and returns the new ID.
    pub(crate) async fn add(&self, object: &str, rest: &str) -> String {
        let query = format!("object=account&action=add&actionObject={object}&{rest}");
        self.ok(&query).await.value("status/ID")
    }

    /// Returns all rows of a list of the account, up to 1000.
    pub(crate) async fn list(&self, object: &str, rest: &str) -> Vec<Node> {
        let query = format!("object=account&action=list&actionObject={object}&limit=1000&{rest}");
        self.ok(&query).await.rows()
    }

    /// Returns the only row with an ID.
    pub(crate) async fn row(&self, object: &str, id: &str) -> Node {
        let mut rows = self.list(object, &format!("actionObjectID={id}")).await;
        assert_eq!(rows.len(), 1, "{object} {id}");
        rows.remove(0)
    }

    pub(crate) async fn post(&self, content_type: &str, body: &[u8]) -> Response {
        self.ask(
            "POST",
            PAGE,
            &format!("Content-Type: {content_type}\r\n"),
            body,
        )
        .await
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &str,
        body: &[u8],
    ) -> Response {
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: adfox.test\r\nConnection: close\r\n\
             {headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.send(&[head.as_bytes(), body].concat()).await
    }

    pub(crate) async fn send(&self, request: &[u8]) -> Response {
        let mut stream = TcpStream::connect(self.emulator.addr())
            .await
            .expect("a connection");
        stream.write_all(request).await.expect("a write");
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.expect("a read");
        Response::read(&response)
    }

    pub(crate) fn credentials(&self) -> &str {
        &self.credentials
    }
}

/// Sends a GET that must be refused because of the value of a parameter.
pub(crate) async fn incorrect(server: &Server, query: &str, parameter: &str, value: &str) {
    let response = server.get(query).await;
    response.refuses(-6, "Incorrect value", parameter, value);
}

/// Sends a GET that must be refused because it lacks a parameter.
pub(crate) async fn required(server: &Server, query: &str, parameter: &str) {
    let response = server.get(query).await;
    response.refuses(-7, "Value required", parameter, "");
}

pub(crate) fn login(login: &str, password: &str) -> String {
    let hash: String = Sha256::digest(password)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("loginAccount={login}&loginPassword={hash}")
}

/// Percent-encodes every byte that is not a letter or a digit.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric();
    let code = |byte: &u8| {
        if plain(byte) {
            char::from(*byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    bytes.iter().map(code).collect()
}

/// Returns a part of a multipart body.
pub(crate) fn part(disposition: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

pub(crate) fn multipart(parts: &[Vec<u8>]) -> (String, Vec<u8>) {
    let body = [parts.concat(), format!("--{BOUNDARY}--\r\n").into_bytes()].concat();
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    /// The body, decoded in the charset that it declares.
    pub(crate) text: String,
    pub(crate) body: Vec<u8>,
    pub(crate) root: Node,
}

impl Response {
    fn read(mut bytes: &[u8]) -> Self {
        // What a client with `Expect: 100-continue` waits for.
        if let Some(rest) = bytes.strip_prefix(b"HTTP/1.1 100 Continue\r\n\r\n") {
            bytes = rest;
        }
        let end = bytes
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .expect("a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .expect("a status");
        let content_type = head
            .lines()
            .find_map(|line| line.strip_prefix("content-type: "))
            .unwrap_or_default()
            .to_owned();
        let body = bytes[end + 4..].to_vec();
        let label = content_type.rsplit('=').next().unwrap_or_default();
        let charset = Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        let text = charset.decode_without_bom_handling(&body).0.into_owned();
        let root = Node::parse(&text);
        Self {
            status,
            content_type,
            text,
            body,
            root,
        }
    }

    pub(crate) fn code(&self) -> i32 {
        self.value("status/code").parse().expect("a code")
    }

    /// Returns code, error, parameter and value of a refusal.
    pub(crate) fn fault(&self) -> (i32, String, String, String) {
        assert!(self.root.find("result").is_none(), "{}", self.text);
        let value = |name: &str| self.root.text(&format!("status/{name}"));
        (
            self.code(),
            value("error"),
            value("parameter"),
            value("value"),
        )
    }

    /// Asserts that this is the given refusal, with HTTP status 200.
    pub(crate) fn refuses(&self, code: i32, error: &str, parameter: &str, value: &str) {
        let expected = (
            code,
            error.to_owned(),
            parameter.to_owned(),
            value.to_owned(),
        );
        assert_eq!(self.fault(), expected);
        assert_eq!(self.status, 200);
    }

    pub(crate) fn value(&self, path: &str) -> String {
        self.root
            .find(path)
            .unwrap_or_else(|| panic!("{path} in {}", self.text))
            .text
            .clone()
    }

    pub(crate) fn number(&self, path: &str) -> usize {
        self.value(path)
            .parse()
            .unwrap_or_else(|_| panic!("{path} in {}", self.text))
    }

    /// Returns the rows of a list, which must be named row0, row1, … in this order.
    pub(crate) fn rows(&self) -> Vec<Node> {
        let data = self.root.find("result/data").expect("data");
        data.rows()
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Node>,
}

impl Node {
    fn parse(text: &str) -> Self {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) => open.push(Self::named(tag.name().as_ref())),
                Ok(Event::Empty(tag)) => {
                    let node = Self::named(tag.name().as_ref());
                    open.last_mut().expect("a parent").children.push(node);
                }
                Ok(Event::End(_)) => {
                    let mut node = open.pop().expect("an open element");
                    if !node.children.is_empty() {
                        node.text.clear();
                    }
                    open.last_mut().expect("a parent").children.push(node);
                }
                Ok(Event::Text(text)) => {
                    open.last_mut()
                        .expect("a parent")
                        .text
                        .push_str(&text.xml10_content());
                }
                Ok(Event::CData(text)) => {
                    open.last_mut()
                        .expect("a parent")
                        .text
                        .push_str(&text.xml10_content());
                }
                Ok(Event::GeneralRef(reference)) => {
                    let resolved = match reference.resolve_char_ref().expect("a reference") {
                        Some(c) => c.to_string(),
                        None => quick_xml::escape::resolve_predefined_entity(&reference)
                            .expect("an entity")
                            .to_owned(),
                    };
                    open.last_mut().expect("a parent").text.push_str(&resolved);
                }
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(_) => return Self::default(),
            }
        }
        let document = open.pop().unwrap_or_default();
        document.children.into_iter().next().unwrap_or_default()
    }

    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn find(&self, path: &str) -> Option<&Self> {
        path.split('/').try_fold(self, |node, name| {
            node.children.iter().find(|c| c.name == name)
        })
    }

    /// Returns the text at a path, empty if there is none.
    pub(crate) fn text(&self, path: &str) -> String {
        self.find(path)
            .map(|node| node.text.clone())
            .unwrap_or_default()
    }

    pub(crate) fn rows(&self) -> Vec<Self> {
        for (n, row) in self.children.iter().enumerate() {
            assert_eq!(row.name, format!("row{n}"));
        }
        self.children.clone()
    }
}
