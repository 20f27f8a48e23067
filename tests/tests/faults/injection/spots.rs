use std::sync::Arc;

use adcore::Transport;
use jiff::civil::date;
use spots_rpc::calls::{Call, Group, Statistics};
use spots_rpc::{Client, Credentials};

use super::{ORIGIN, Slot, never};

fn client(transport: Arc<dyn Transport>) -> Client {
    Client::builder(ORIGIN, Credentials::new("login", "password"))
        .transport(transport)
        .retry(never())
        .build()
        .unwrap()
}

fn statistics(name: &'static str, make: fn(Statistics, String) -> Statistics) -> Slot {
    Slot::new(name, move |transport, text| async move {
        let day = date(2024, 1, 1);
        client(transport)
            .statistics(&make(Statistics::new(day, day), text))
            .await
            .map(drop)
    })
}

fn call(name: &'static str, make: fn(String) -> Call) -> Slot {
    Slot::new(name, move |transport, text| async move {
        client(transport).call(&make(text)).await.map(drop)
    })
}

fn credentials(name: &'static str, make: fn(String) -> Credentials) -> Slot {
    Slot::new(name, move |transport, text| async move {
        let client = Client::builder(ORIGIN, make(text))
            .transport(transport)
            .retry(never())
            .build()?;
        client.call(&Call::new("m")).await.map(drop)
    })
    .of_token()
}

pub(super) fn slots() -> Vec<Slot> {
    vec![
        statistics("group", |call, text| call.group(Group::Other(text))),
        statistics("site", |call, text| call.site(text)),
        statistics("placement", |call, text| call.placement(text)),
        statistics("placement_name", |call, text| call.placement_name(text)),
        call("method", Call::new),
        Slot::new("method in a batch", |transport, text| async move {
            let calls = [Call::new(text.clone()), Call::new(text)];
            let mut results = client(transport).batch(&calls).await;
            results.pop().unwrap().map(drop)
        }),
        credentials("login", |text| Credentials::new(text, "password")),
        credentials("password", |text| Credentials::new("login", text)).free(),
        call("params", |text| Call::new("m").params(&[text]).unwrap()).free(),
    ]
}
