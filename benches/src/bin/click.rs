//! One click, from the request value to the typed response, over keep-alive connections.
//!
//! With `SSL_CERT_FILE=tests/tls/ca.pem` also over TLS, next to a PHP page that connects each time.

use std::sync::Arc;

use adapis_benches::rounds::{Contest, Plan};
use adapis_benches::server::Server;
use adcore::{Endpoint, Transport};
use adcore_http::{HyperTransport, ReqwestTransport};
use anyhow::Result;
use bytes::Bytes;
use clap::Parser;

use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use keitaro_click::calls::Click;
use keitaro_click::{ClickEncoding, Client, Credentials};
use tokio::process::Command;

const TOKEN: &str = "9fzxw6cygrvbhphghwnqtdqrc7yn8sfc";
const USER_AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const REFERRER: &str = "https://www.google.com/search?q=%D0%BA%D1%83%D0%BF%D0%B8%D1%82%D1%8C&hl=ru";
const PAGE: &str =
    "https://shop.example/landing?utm_source=google&utm_campaign=spring&gclid=abc123";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let plan = Plan::parse();
    let server = Server::on_one_core()?;
    let endpoint = Endpoint::parse(&server.url("/"))?;
    let hyper: Arc<dyn Transport> = Arc::new(HyperTransport::for_endpoint(&endpoint)?);
    let reqwest: Arc<dyn Transport> = Arc::new(ReqwestTransport::for_endpoint(&endpoint)?);
    let client = |transport: &Arc<dyn Transport>, encoding| {
        Client::builder(&server.url("/"), Credentials::token(TOKEN))
            .transport(Arc::clone(transport))
            .click_encoding(encoding)
            .build()
    };
    let click = &visitor();
    let by_hand = ByHand::new(&server);
    let ours = [
        (
            "hyper-get",
            "base-get",
            client(&hyper, ClickEncoding::Query)?,
        ),
        (
            "hyper-post",
            "base-post",
            client(&hyper, ClickEncoding::Form)?,
        ),
        (
            "reqwest-get",
            "base-get",
            client(&reqwest, ClickEncoding::Query)?,
        ),
        (
            "reqwest-post",
            "base-post",
            client(&reqwest, ClickEncoding::Form)?,
        ),
    ];
    let secure = secure_clients(&server)?;
    let mut contest = Contest::new();
    contest.add("base-get", "base-get", |count| {
        by_hand.run(count, ByHand::get)
    });
    contest.add("base-post", "base-post", |count| {
        by_hand.run(count, ByHand::post)
    });
    for (name, base, client) in &ours {
        contest.add(name, base, move |count| clicks(client, click, count));
    }
    let url = server.url("/click_api/v3");
    for (name, program, words) in [
        ("peer-php-curl", "php", &["click.php"][..]),
        ("peer-node-fetch", "node", &["click.mjs"]),
        ("peer-python-aiohttp", "python3", &["click.py", "aiohttp"]),
        ("peer-python-requests", "python3", &["click.py", "requests"]),
    ] {
        let mut command = Command::new(program);
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/peers"));
        command.args(words).arg(&url);
        contest.add_peer(name, "base-post", command);
    }
    for (name, client) in &secure {
        contest.add(name, "https-hyper-post", move |count| {
            clicks(client, click, count)
        });
    }
    if !secure.is_empty() {
        let mut command = Command::new("php");
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/peers"));
        command
            .arg("click.php")
            .arg(server.https_url("/click_api/v3"))
            .arg("200");
        contest.add_peer("https-peer-php-curl", "https-hyper-post", command);
    }
    contest.run(&plan, 2000).await
}

/// Clients that speak TLS; none if the benchmark's certificate authority is not trusted.
fn secure_clients(server: &Server) -> Result<Vec<(&'static str, Client)>> {
    let authority = std::env::var("SSL_CERT_FILE").unwrap_or_default();
    if !authority.ends_with("tests/tls/ca.pem") {
        return Ok(Vec::new());
    }
    let transports: [(_, Arc<dyn Transport>); 2] = [
        ("https-hyper-post", Arc::new(HyperTransport::new()?)),
        ("https-reqwest-post", Arc::new(ReqwestTransport::new()?)),
    ];
    let clients = transports.map(|(name, transport)| {
        let client = Client::builder(&server.https_url("/"), Credentials::token(TOKEN))
            .transport(transport)
            .click_encoding(ClickEncoding::Form)
            .build()?;
        Ok((name, client))
    });
    clients.into_iter().collect()
}

async fn clicks(client: &Client, click: &Click, count: usize) -> Result<()> {
    for _ in 0..count {
        let output = client.click(click).await?;
        std::hint::black_box(output.headers.len());
    }
    Ok(())
}

fn visitor() -> Click {
    Click::new()
        .ip([203, 0, 113, 7].into())
        .user_agent(USER_AGENT)
        .language("ru")
        .referrer(REFERRER)
        .original_header("Accept", "text/html,application/xhtml+xml")
        .original_header("Accept-Language", "ru-RU,ru;q=0.9,en;q=0.8")
        .original("shop.example", "GET", PAGE)
        .info(true)
        .param("keyword", "купить слона")
        .param("sub_id_1", "spring")
        .param("sub_id_2", "google")
}

/// What you would write by hand for this one call: no deadline, no retries, no error type.
struct ByHand {
    client: HyperClient<HttpConnector, Full<Bytes>>,
    url: String,
}

mod answer {
    //! The members of the response, with derived decoding.
    #![allow(dead_code, reason = "decoded, as ours are, whether read or not")]

    use std::collections::BTreeMap;

    use serde::Deserialize;

    #[derive(Deserialize)]
    pub(super) struct Answer {
        pub(super) body: Option<String>,
        #[serde(rename = "contentType")]
        pub(super) content_type: Option<String>,
        #[serde(default)]
        pub(super) headers: Vec<String>,
        pub(super) status: Option<u16>,
        pub(super) info: Option<Info>,
        #[serde(default)]
        pub(super) cookies: BTreeMap<String, String>,
        pub(super) cookies_ttl: Option<u64>,
        pub(super) uniqueness_cookie: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct Info {
        pub(super) campaign_id: Option<u64>,
        pub(super) stream_id: Option<u64>,
        pub(super) landing_id: Option<u64>,
        pub(super) offer_id: Option<u64>,
        pub(super) sub_id: Option<String>,
        pub(super) token: Option<String>,
        pub(super) is_bot: Option<bool>,
        #[serde(rename = "type")]
        pub(super) kind: Option<String>,
        pub(super) url: Option<String>,
        pub(super) uniqueness: Option<Uniqueness>,
    }

    #[derive(Deserialize)]
    pub(super) struct Uniqueness {
        pub(super) campaign: Option<bool>,
        pub(super) stream: Option<bool>,
        pub(super) global: Option<bool>,
    }
}

impl ByHand {
    fn new(server: &Server) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: HyperClient::builder(TokioExecutor::new()).build(connector),
            url: server.url("/click_api/v3"),
        }
    }

    async fn run(
        &self,
        count: usize,
        request: fn(&Self) -> Result<http::Request<Full<Bytes>>>,
    ) -> Result<()> {
        for _ in 0..count {
            let response = self.client.request(request(self)?).await?;
            anyhow::ensure!(response.status().is_success(), "{}", response.status());
            let body = response.into_body().collect().await?.to_bytes();
            let answer: answer::Answer = serde_json::from_slice(&body)?;
            std::hint::black_box(answer.headers.len());
        }
        Ok(())
    }

    fn form() -> Result<String> {
        let ip = std::net::Ipv4Addr::new(203, 0, 113, 7).to_string();
        Ok(serde_urlencoded::to_string([
            ("token", TOKEN),
            ("version", "3"),
            ("ip", &ip),
            ("user_agent", USER_AGENT),
            ("language", "ru"),
            ("info", "1"),
            ("referrer", REFERRER),
            (
                "original_headers[Accept]",
                "text/html,application/xhtml+xml",
            ),
            (
                "original_headers[Accept-Language]",
                "ru-RU,ru;q=0.9,en;q=0.8",
            ),
            ("original_host", "shop.example"),
            ("original_method", "GET"),
            ("uri", PAGE),
            ("keyword", "купить слона"),
            ("sub_id_1", "spring"),
            ("sub_id_2", "google"),
        ])?)
    }

    fn get(&self) -> Result<http::Request<Full<Bytes>>> {
        let url = format!("{}?{}", self.url, Self::form()?);
        Ok(http::Request::get(url)
            .header("User-Agent", "by-hand/1.0")
            .body(Full::default())?)
    }

    fn post(&self) -> Result<http::Request<Full<Bytes>>> {
        Ok(http::Request::post(&self.url)
            .header("User-Agent", "by-hand/1.0")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(Full::from(Self::form()?))?)
    }
}
