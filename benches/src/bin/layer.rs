//! A page view through axum: with our layer, and with a handler that asks the tracker by hand.

use std::borrow::Cow;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use adapis_benches::rounds::{Contest, Plan};
use adapis_benches::server::Server;
use adapis_benches::visitor::Visitor;
use adcore::{Endpoint, Transport};
use adcore_http::{HyperTransport, ReqwestTransport};
use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Extension, Request, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use clap::Parser;
use http::header::{
    ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HOST, HeaderValue, LOCATION, REFERER, SET_COOKIE,
    USER_AGENT,
};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use keitaro_click::layer::{ClickLayer, ClickResult};
use keitaro_click::{Client, Credentials, RetryPolicy};
use tokio::net::TcpListener;
use tower::ServiceExt;

const TOKEN: &str = "9fzxw6cygrvbhphghwnqtdqrc7yn8sfc";
const DEADLINE: Duration = Duration::from_millis(800);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let plan = Plan::parse();
    let server = Server::on_one_core()?;
    let tracker = server.url("/page");
    let endpoint = Endpoint::parse(&tracker)?;
    let hyper = layered(&tracker, Arc::new(HyperTransport::for_endpoint(&endpoint)?))?;
    let reqwest = layered(
        &tracker,
        Arc::new(ReqwestTransport::for_endpoint(&endpoint)?),
    )?;
    let by_hand = by_hand(&tracker);
    let sites = [
        serve(by_hand.clone()).await?,
        serve(hyper.clone()).await?,
        serve(reqwest.clone()).await?,
    ];
    let mut contest = Contest::new();
    let names = ["by-hand", "layer-hyper", "layer-reqwest"];
    for (name, site) in names.into_iter().zip(sites) {
        contest.add(name, names[0], move |count| visits(site, count));
    }
    let names = ["call-by-hand", "call-layer-hyper", "call-layer-reqwest"];
    for (name, site) in names.into_iter().zip([by_hand, hyper, reqwest]) {
        contest.add(name, names[0], move |count| calls(site.clone(), count));
    }
    contest.run(&plan, 1000).await
}

async fn serve(site: Router) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let site = site.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(axum::serve(listener, site).into_future());
    Ok(address)
}

/// Makes page views as a browser does, over one connection.
async fn visits(site: SocketAddr, count: usize) -> Result<()> {
    let mut visitor = Visitor::new(site, &request());
    for _ in 0..count {
        visitor.visit().await?;
    }
    Ok(())
}

/// Makes page views without sockets between visitor and site.
async fn calls(site: Router, count: usize) -> Result<()> {
    let request = request();
    for _ in 0..count {
        let mut own = Request::new(Body::empty());
        own.uri_mut().clone_from(request.uri());
        own.headers_mut().clone_from(request.headers());
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 5000));
        own.extensions_mut().insert(ConnectInfo(peer));
        let response = site.clone().oneshot(own).await?;
        anyhow::ensure!(response.status() == StatusCode::OK, "{}", response.status());
        std::hint::black_box(response.into_body().collect().await?);
    }
    Ok(())
}

fn request() -> Request<()> {
    let mut request = Request::new(());
    *request.uri_mut() = http::Uri::from_static(
        "/landing?utm_source=google&utm_campaign=spring&gclid=abc123&keyword=%D1%81%D0%BB%D0%BE%D0%BD",
    );
    for (name, value) in [
        ("host", "shop.example"),
        (
            "user-agent",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        ),
        (
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        ),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept-language", "ru-RU,ru;q=0.9,en;q=0.8"),
        (
            "referer",
            "https://www.google.com/search?q=%D0%BA%D1%83%D0%BF%D0%B8%D1%82%D1%8C&hl=ru",
        ),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-site", "cross-site"),
        ("upgrade-insecure-requests", "1"),
        ("cookie", "session=abc; _subid=o2q6e42hs08jq; theme=dark"),
    ] {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    request
}

fn page(sub_id: Option<&str>) -> Html<String> {
    Html(format!(
        "<h1>The shop</h1> visitor {}",
        sub_id.unwrap_or_default()
    ))
}

fn layered(tracker: &str, transport: Arc<dyn Transport>) -> Result<Router> {
    let client = Client::builder(tracker, Credentials::token(TOKEN))
        .transport(transport)
        .retry(RetryPolicy::never())
        .build()?;
    let layer = ClickLayer::new(client).deadline(DEADLINE).peer(|parts| {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
        Some(peer.0.ip())
    });
    let shop = |Extension(click): Extension<ClickResult>| async move { page(click.sub_id()) };
    // Builds the routes once, as `axum::serve` does and `with_state` of the other site has done.
    Ok(Router::new()
        .route("/landing", get(shop))
        .layer(layer)
        .with_state(()))
}

struct ByHand {
    client: HyperClient<HttpConnector, Full<Bytes>>,
    url: String,
}

fn by_hand(tracker: &str) -> Router {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let state = ByHand {
        client: HyperClient::builder(TokioExecutor::new()).build(connector),
        url: format!("{tracker}/click_api/v3"),
    };
    Router::new()
        .route("/landing", get(handler))
        .with_state(Arc::new(state))
}

/// What you would write by hand instead of the layer: no rules, no circuit breaker, no counters.
async fn handler(State(state): State<Arc<ByHand>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let answer = tokio::time::timeout(DEADLINE, state.ask(&parts)).await;
    let Ok(Ok(answer)) = answer else {
        return page(None).into_response();
    };
    let location = answer.headers.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let value = HeaderValue::from_str(value.trim()).ok()?;
        name.eq_ignore_ascii_case("location").then_some(value)
    });
    let body = answer.body.as_deref().filter(|body| !body.is_empty());
    let sub_id = answer.info.as_ref().and_then(|info| info.sub_id.as_deref());
    let mut response = match (location, body) {
        (Some(location), _) => (StatusCode::FOUND, [(LOCATION, location)]).into_response(),
        (None, Some(body)) => Html(body.to_owned()).into_response(),
        (None, None) if answer.status == Some(404) => StatusCode::NOT_FOUND.into_response(),
        (None, None) => page(sub_id).into_response(),
    };
    let life = answer.cookies_ttl.unwrap_or(24) * 3600;
    for (name, value) in &answer.cookies {
        if cookies(&parts.headers).any(|pair| pair == (name, value)) {
            continue;
        }
        let line = format!(
            "{name}={value}; Path=/; Max-Age={life}; Domain=shop.example; HttpOnly; SameSite=Lax"
        );
        if let Ok(line) = HeaderValue::from_str(&line) {
            response.headers_mut().append(SET_COOKIE, line);
        }
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let pairs = text(headers, &COOKIE).split("; ");
    pairs.filter_map(|pair| pair.split_once('='))
}

impl ByHand {
    async fn ask(&self, parts: &http::request::Parts) -> Result<answer::Answer> {
        let request = http::Request::post(&self.url)
            .header(USER_AGENT, "by-hand/1.0")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(Self::form(parts)?))?;
        let response = self.client.request(request).await?;
        anyhow::ensure!(response.status().is_success(), "{}", response.status());
        let body = response.into_body().collect().await?.to_bytes();
        Ok(serde_json::from_slice(&body)?)
    }

    /// The fields that the layer sends.
    fn form(parts: &http::request::Parts) -> Result<String> {
        let headers = &parts.headers;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let ip = peer.map(|peer| peer.0.ip().to_string()).unwrap_or_default();
        let referrer = text(headers, &REFERER);
        let language = text(headers, &ACCEPT_LANGUAGE).get(..2).unwrap_or_default();
        let target = parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let mut pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::with_capacity(32);
        for (name, value) in [
            ("token", TOKEN),
            ("version", "3"),
            ("info", "1"),
            ("ip", &ip),
            ("ua", text(headers, &USER_AGENT)),
            ("language", language),
            ("se_referrer", referrer),
            ("referrer", referrer),
        ] {
            pairs.push((name.into(), value.into()));
        }
        for (name, value) in headers {
            if name != COOKIE
                && let Ok(value) = value.to_str()
            {
                pairs.push((format!("original_headers[{name}]").into(), value.into()));
            }
        }
        let known = cookies(headers).find(|(name, _)| *name == "_subid");
        if let Some((name, value)) = known {
            let cookie = format!("{name}={value}");
            pairs.push(("original_headers[Cookie]".into(), cookie.into()));
        }
        for (name, value) in [
            ("original_host", text(headers, &HOST)),
            ("original_method", parts.method.as_str()),
            ("uri", target),
            ("kversion", "3.4"),
        ] {
            pairs.push((name.into(), value.into()));
        }
        let query = parts.uri.query().unwrap_or_default();
        let query: Vec<(String, String)> = serde_urlencoded::from_str(query)?;
        for (name, value) in query {
            pairs.push((name.into(), value.into()));
        }
        Ok(serde_urlencoded::to_string(pairs)?)
    }
}

mod answer {
    //! The members that the handler reads, with derived decoding.

    use std::collections::BTreeMap;

    use serde::Deserialize;

    #[derive(Deserialize)]
    pub(super) struct Answer {
        pub(super) body: Option<String>,
        #[serde(default)]
        pub(super) headers: Vec<String>,
        pub(super) status: Option<u16>,
        pub(super) info: Option<Info>,
        #[serde(default)]
        pub(super) cookies: BTreeMap<String, String>,
        pub(super) cookies_ttl: Option<u64>,
    }

    #[derive(Deserialize)]
    pub(super) struct Info {
        pub(super) sub_id: Option<String>,
    }
}
