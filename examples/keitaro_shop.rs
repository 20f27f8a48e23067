//! A shop with three pages, built with axum, behind Keitaro with offer links.
//!
//! Run `cargo run -p adapis-examples --example keitaro_shop` and open the printed address. The
//! tracker is the emulator, unless `TRACKER` and `TOKEN` name another one.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::net::SocketAddr;

use adapis::keitaro::layer::{ClickLayer, ClickResult, Restore, Rules};
use adapis::keitaro::{Client, Credentials};
use adapis_emulator::Emulator;
use axum::extract::{ConnectInfo, Path};
use axum::response::Html;
use axum::routing::get;
use axum::{Extension, Router};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start().await?;
    let tracker = std::env::var("TRACKER").unwrap_or_else(|_| emulator.keitaro_url());
    let token = std::env::var("TOKEN")
        .unwrap_or_else(|_| emulator.credentials().keitaro.campaigns["Shop"].clone());
    let layer = ClickLayer::new(Client::new(&tracker, Credentials::token(token))?)
        .peer(|parts| {
            let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
            Some(peer.0.ip())
        })
        .rules(Rules::default().except("/thanks"))
        // A visitor who goes from page to page counts as one click.
        .restore(Restore::QueryThenCookies)
        .rewrite(true)
        .offer_fallback("/thanks");
    let monitor = layer.monitor();

    let shop =
        Router::new()
            .route("/", get(catalogue))
            .route("/shoes/{id}", get(shoe))
            .route("/thanks", get(thanks))
            .layer(layer)
            .route(
                "/monitor",
                get(move || async move {
                    format!("{:?}\n{:#?}\n", monitor.circuit(), monitor.counts())
                }),
            );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("the shop is open at http://{}", listener.local_addr()?);
    axum::serve(
        listener,
        shop.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .await?;
    Ok(())
}

async fn catalogue() -> Html<&'static str> {
    Html(
        "<h1>Shoes</h1><ul><li><a href='/shoes/1'>red</a><li><a href='/shoes/2'>blue</a></ul>\
         <p>Visitor {subid}: <a href='{offer}'>to the offer of the day</a>\n",
    )
}

async fn shoe(Extension(click): Extension<ClickResult>, Path(id): Path<u64>) -> Html<String> {
    let link = click
        .offer()
        .and_then(|offer| click.link(&offer.sub_id(1, format!("shoe-{id}"))))
        .unwrap_or_else(|| "/thanks".to_owned());
    Html(format!(
        "<h1>Shoe {id}</h1><a href='{link}'>buy</a> ({})\n",
        click.outcome().as_str()
    ))
}

async fn thanks() -> &'static str {
    "Thank you! We will write to you.\n"
}
