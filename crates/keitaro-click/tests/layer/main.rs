//! The layer in front of a page: what visitors get, what the tracker is sent, and faults.
#![cfg(feature = "tower")]
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be built ends the test"
)]

mod address;
mod bounds;
mod caching;
mod cookies;
mod faults;
mod known;
mod responses;
mod visitor;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use adcore::Transport;
use adcore::testing::ScriptedTransport;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use keitaro_click::layer::{ClickLayer, ClickResult};
use keitaro_click::{Client, Credentials, RetryPolicy};
use tower::{Layer, Service, ServiceExt};

const PAGE: &str = "<html><a href=\"{offer}\">the page</a></html>";
const NOTHING: &str =
    r#"{"body":null,"headers":[],"info":{"sub_id":"s1","token":"t+1","is_bot":false}}"#;

/// A site behind the layer, its tracker, and the click its page saw last.
struct Site {
    layer: ClickLayer,
    tracker: ScriptedTransport,
    seen: Arc<Mutex<Option<ClickResult>>>,
}

fn client(transport: Arc<dyn Transport>) -> Client {
    Client::builder(
        "https://tracker.example",
        Credentials::token("s3cret-token"),
    )
    .transport(transport)
    .retry(RetryPolicy::never())
    .body_limit(10_000)
    .build()
    .unwrap()
}

fn site(change: impl FnOnce(ClickLayer) -> ClickLayer) -> Site {
    let tracker = ScriptedTransport::new();
    Site {
        layer: change(ClickLayer::new(client(Arc::new(tracker.clone())))),
        tracker,
        seen: Arc::default(),
    }
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn cookies(&self) -> Vec<&str> {
        let all = self.headers.get_all("set-cookie").iter();
        all.map(|value| value.to_str().unwrap()).collect()
    }
}

impl Site {
    async fn respond(&self, tracker: &str, request: http::request::Builder) -> Got {
        self.tracker.reply(200, tracker.to_owned());
        self.visit(request).await
    }

    async fn visit(&self, request: http::request::Builder) -> Got {
        self.visit_page(request, &[], PAGE).await
    }

    /// Visits a page with these headers and this body.
    async fn visit_page(
        &self,
        request: http::request::Builder,
        headers: &'static [(&'static str, &'static str)],
        page_body: &'static str,
    ) -> Got {
        let seen = Arc::clone(&self.seen);
        let page = tower::service_fn(move |request: Request<Full<Bytes>>| {
            *seen.lock().unwrap() = request.extensions().get::<ClickResult>().cloned();
            async move {
                let mut response = Response::builder().header("content-length", page_body.len());
                if !headers.iter().any(|(name, _)| *name == "content-type") {
                    response = response.header("content-type", "text/html");
                }
                for (name, value) in headers {
                    response = response.header(*name, *value);
                }
                let body = Full::new(Bytes::from_static(page_body.as_bytes()));
                Ok::<_, Infallible>(response.body(body).unwrap())
            }
        });
        let mut service = self.layer.layer(page);
        let request = request.body(Full::new(Bytes::new())).unwrap();
        let response = service.ready().await.unwrap().call(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Got {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    fn click(&self) -> ClickResult {
        self.seen.lock().unwrap().clone().unwrap()
    }

    fn form(&self) -> Vec<(String, String)> {
        let requests = self.tracker.requests();
        let request = requests.last().unwrap();
        let text = if request.method() == http::Method::POST {
            request.body().to_vec()
        } else {
            request.uri().query().unwrap().as_bytes().to_vec()
        };
        form_urlencoded::parse(&text)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    }

    fn sent(&self, name: &str) -> Vec<String> {
        let form = self.form().into_iter();
        form.filter_map(|(other, value)| (other == name).then_some(value))
            .collect()
    }
}

fn get(uri: &str) -> http::request::Builder {
    let peer = SocketAddr::from(([192, 0, 2, 1], 5000));
    Request::get(uri)
        .header("host", "shop.example:8080")
        .extension(peer)
}
