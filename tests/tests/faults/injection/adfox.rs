use std::sync::Arc;

use adcore::Transport;
use adfox_api::{Action, Call, Client, Context, Credentials, File, Object, Params, SendAs};

use super::{ORIGIN, Slot, never};

fn slot(name: &'static str, carrier: SendAs, make: fn(Call, String) -> Call) -> Slot {
    Slot::new(
        name,
        move |transport: Arc<dyn Transport>, text| async move {
            let client = Client::builder(ORIGIN, Credentials::password("login", "password"))
                .transport(transport)
                .retry(never())
                .build()?;
            let call = Call::new(Context::Account, Action::Add)
                .object(Object::Banner)
                .send_as(carrier);
            client.call(&make(call, text)).await.map(drop)
        },
    )
}

fn text_of(name: &'static str, carrier: SendAs) -> Slot {
    slot(name, carrier, |call, text| {
        call.params(Params::new().multiline("n", text))
    })
    .multiline()
}

fn credentials(name: &'static str, make: fn(String) -> Credentials) -> Slot {
    Slot::new(
        name,
        move |transport: Arc<dyn Transport>, text| async move {
            let client = Client::builder(ORIGIN, make(text))
                .transport(transport)
                .retry(never())
                .build()?;
            let call = Call::new(Context::Account, Action::Auth);
            client.call(&call).await.map(drop)
        },
    )
}

pub(super) fn slots() -> Vec<Slot> {
    let mut slots = Vec::new();
    for carrier in [SendAs::Get, SendAs::Post, SendAs::Multipart, SendAs::Mixed] {
        slots.extend([
            slot("context", carrier, |mut call, text| {
                call.context = Context::Other(text);
                call
            }),
            slot("action", carrier, |mut call, text| {
                call.action = Action::Other(text);
                call
            }),
            slot("object", carrier, |call, text| {
                call.object(Object::Other(text))
            }),
            slot("param name", carrier, |call, text| call.param(text, "v")),
            slot("param value", carrier, |call, text| call.param("n", text)),
            text_of("text", carrier),
        ]);
    }
    slots.extend([
        credentials("login", |text| Credentials::password(text, "password")),
        credentials("header value", |text| {
            Credentials::oauth("t").header("x-yandex-api-key", text)
        })
        .header(),
        slot("file parameter", SendAs::Auto, |call, text| {
            call.params(Params::new().file(text, File::new("a", &b"b"[..])))
        }),
        slot("file name", SendAs::Auto, |call, text| {
            call.params(Params::new().file("f", File::new(text, &b"b"[..])))
        }),
        slot("file type", SendAs::Auto, |call, text| {
            call.params(Params::new().file("f", File::new("a", &b"b"[..]).content_type(text)))
        }),
    ]);
    slots
}
