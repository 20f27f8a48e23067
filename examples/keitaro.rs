//! One visitor routed through Keitaro: the click, the offer link, an update, a postback.
//!
//! `cargo run -p adapis-examples --example keitaro`
#![expect(clippy::print_stdout, reason = "an example prints")]

use adapis::keitaro::calls::{Action, Click, Conversion, Postback, Update};
use adapis::keitaro::{Client, Credentials};
use adapis_emulator::Emulator;
use rust_decimal::Decimal;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start().await?;
    let account = &emulator.credentials().keitaro;
    let token = account.campaigns["Offers"].as_str();
    let credentials = Credentials::token(token).with_postback_key(account.postback_key.as_str());
    let client = Client::new(&emulator.keitaro_url(), credentials)?;

    let visitor = Click::new()
        .ip([203, 0, 113, 7].into())
        .user_agent("Mozilla/5.0")
        .language("ru")
        .keyword("red shoes")
        .info(true);
    let output = client.click(&visitor).await?;
    match output.action() {
        Action::Redirect { status, location } => println!("{status} to {location}"),
        Action::Content {
            content_type, body, ..
        } => {
            println!("{} bytes of {content_type}", body.len());
        }
        Action::NotFound => println!("a 404 page"),
        _ => println!("show the site's page"),
    }
    if let Some(offer) = output.offer() {
        println!("offer: {}", client.offer_url(&offer.sub_id(1, "button"))?);
    }
    if let Some(sub_id) = output.sub_id() {
        client
            .update(&Update::new(sub_id).param("sub_id_2", "footer"))
            .await?;
        let sale = Postback::new(sub_id)
            .status(Conversion::Sale)
            .payout(Decimal::new(1250, 2))
            .currency("USD");
        client.postback(&sale).await?;
        println!("click {sub_id} has led to a sale");
    }
    Ok(())
}
