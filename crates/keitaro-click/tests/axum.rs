//! The layer in an axum server on a socket.
#![cfg(feature = "axum")]
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be built ends the test"
)]

use std::net::SocketAddr;
use std::sync::Arc;

use adcore::testing::ScriptedTransport;
use axum::Router;
use axum::routing::get;
use keitaro_click::layer::ClickLayer;
use keitaro_click::{Client, Credentials};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn visit(address: SocketAddr) -> String {
    let mut visitor = TcpStream::connect(address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    visitor.write_all(request).await.unwrap();
    let mut response = String::new();
    visitor.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn axum_tells_the_layer_the_address() {
    let tracker = ScriptedTransport::new();
    tracker.reply(200, r#"{"body":""}"#);
    tracker.reply(200, r#"{"body":""}"#);
    let client = Client::builder("https://tracker.example", Credentials::token("t"))
        .transport(Arc::new(tracker.clone()))
        .build()
        .unwrap();
    let layer = ClickLayer::new(client);
    let site = Router::new()
        .route("/", get(|| async { "page" }))
        .layer(layer.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let with_address = site
        .clone()
        .into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, with_address).await });
    assert!(visit(address).await.ends_with("page"));
    let form = |at: usize| String::from_utf8(tracker.requests()[at].body().to_vec()).unwrap();
    assert!(form(0).contains("&ip=127.0.0.1&"), "{}", form(0));
    assert_eq!(layer.monitor().counts().without_address, 0);

    // Without the address of the connection the layer says so.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, site).await });
    assert!(visit(address).await.ends_with("page"));
    assert!(!form(1).contains("&ip="), "{}", form(1));
    assert_eq!(layer.monitor().counts().without_address, 1);
}
