use std::sync::Arc;

use adcore::Transport;
use bytes::Bytes;
use keitaro_click::calls::{Click, Conversion, OfferUrl, Postback, Update};
use keitaro_click::{ClickEncoding, Client, Credentials, Error};

use super::{ORIGIN, Slot, never};

fn client(transport: Arc<dyn Transport>, encoding: ClickEncoding) -> Client {
    Client::builder(ORIGIN, Credentials::token("t").with_postback_key("k"))
        .transport(transport)
        .click_encoding(encoding)
        .retry(never())
        .build()
        .unwrap()
}

fn click(name: &'static str, encoding: ClickEncoding, make: fn(String) -> Click) -> Slot {
    Slot::new(name, move |transport, text| async move {
        client(transport, encoding)
            .click(&make(text))
            .await
            .map(drop)
    })
}

fn update(name: &'static str, make: fn(String) -> Update) -> Slot {
    Slot::new(name, move |transport, text| async move {
        client(transport, ClickEncoding::Query)
            .update(&make(text))
            .await
            .map(drop)
    })
}

fn postback(name: &'static str, make: fn(String) -> Postback) -> Slot {
    Slot::new(name, move |transport, text| async move {
        client(transport, ClickEncoding::Query)
            .postback(&make(text))
            .await
    })
}

/// An offer link for a visitor, which is then followed.
fn offer(name: &'static str, make: fn(String) -> OfferUrl) -> Slot {
    Slot::new(name, move |transport, text| async move {
        let client = client(Arc::clone(&transport), ClickEncoding::Query);
        let link = client.offer_url(&make(text))?;
        let request = http::Request::get(link).body(Bytes::new()).unwrap();
        let _ = transport.send(request).await;
        Ok(())
    })
}

async fn with(transport: Arc<dyn Transport>, credentials: Credentials) -> Result<(), Error> {
    let client = Client::builder(ORIGIN, credentials)
        .transport(transport)
        .retry(never())
        .build()?;
    client.postback(&Postback::new("o2q6")).await
}

type Field = (&'static str, fn(String) -> Click);

const CLICK: [Field; 14] = [
    ("user_agent", |text| Click::new().user_agent(text)),
    ("language", |text| Click::new().language(text)),
    ("uniqueness_cookie", |text| {
        Click::new().uniqueness_cookie(text)
    }),
    ("x_requested_with", |text| {
        Click::new().x_requested_with(text)
    }),
    ("referrer", |text| Click::new().referrer(text)),
    ("se_referrer", |text| Click::new().se_referrer(text)),
    ("original_header name", |text| {
        Click::new().original_header(text, "v")
    }),
    ("original_header value", |text| {
        Click::new().original_header("n", text)
    }),
    ("original_host", |text| {
        Click::new().original(text, "GET", "/")
    }),
    ("original_method", |text| {
        Click::new().original("h", text, "/")
    }),
    ("uri", |text| Click::new().original("h", "GET", text)),
    ("keyword", |text| Click::new().keyword(text)),
    ("param name", |text| Click::new().param(text, "v")),
    ("param value", |text| Click::new().param("n", text)),
];

pub(super) fn slots() -> Vec<Slot> {
    let mut slots = Vec::new();
    for (name, make) in CLICK {
        slots.push(click(name, ClickEncoding::Query, make));
        slots.push(click(name, ClickEncoding::Form, make));
    }
    slots.extend([
        update("update sub_id", |text| Update::new(text).param("a", "b")),
        update("update param name", |text| {
            Update::new("s").param(text, "b")
        }),
        update("update param value", |text| {
            Update::new("s").param("a", text)
        }),
        postback("sub_id", Postback::new),
        postback("status", |text| {
            Postback::new("s").status(Conversion::Other(text))
        }),
        postback("currency", |text| Postback::new("s").currency(text)),
        postback("tid", |text| Postback::new("s").tid(text)),
        postback("return_text", |text| Postback::new("s").return_text(text)),
        postback("sale_status", |text| {
            let mut postback = Postback::new("s");
            postback.sale_status = vec![text];
            postback
        }),
        postback("postback param name", |text| {
            Postback::new("s").param(text, "b")
        }),
        postback("postback param value", |text| {
            Postback::new("s").param("a", text)
        }),
        postback("lead_status", |text| {
            let mut postback = Postback::new("s");
            postback.lead_status = vec![text];
            postback
        }),
        postback("rejected_status", |text| {
            let mut postback = Postback::new("s");
            postback.rejected_status = vec![text];
            postback
        }),
        postback("ignore_status", |text| {
            let mut postback = Postback::new("s");
            postback.ignore_status = vec![text];
            postback
        }),
        offer("offer token", OfferUrl::new),
        offer("offer param name", |text| {
            OfferUrl::new("t").param(text, "v")
        }),
        offer("offer param value", |text| {
            OfferUrl::new("t").param("n", text)
        }),
        Slot::new("user agent of the client", |transport, text| async move {
            let client = Client::builder(ORIGIN, Credentials::token("t"))
                .transport(transport)
                .retry(never())
                .user_agent(text)
                .build()?;
            client.click(&Click::new()).await.map(drop)
        })
        .header(),
        Slot::new("campaign token", |transport, text| async move {
            let client = Client::builder(ORIGIN, Credentials::token(text))
                .transport(transport)
                .retry(never())
                .build()?;
            client.click(&Click::new()).await.map(drop)
        }),
        Slot::new("postback_key", |transport, text| {
            with(transport, Credentials::token("t").with_postback_key(text))
        }),
    ]);
    slots
}
