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

pub(super) fn slots() -> Vec<Slot> {
    vec![
        statistics("group", |call, text| call.group(Group::Other(text))),
        statistics("site", |call, text| call.site(text)),
        statistics("placement", |call, text| call.placement(text)),
        statistics("placement_name", |call, text| call.placement_name(text)),
        call("method", Call::new),
        // JSON of the caller's own: a line end is data there.
        call("params", |text| {
            let line: String = text.chars().filter(|c| !c.is_control()).collect();
            Call::new("m").params(&[line]).unwrap()
        })
        .own_text(),
    ]
}
