use adcore::ErrorKind;
use keitaro_click::calls::{Click, Postback, Update};
use keitaro_click::{ClickEncoding, Client, Credentials};

use super::{BODY_LIMIT, Operation, Outcome, Setup};
use crate::canary::{KEITARO_KEY, KEITARO_TOKEN};
use crate::catalog::{Good, Want};
use crate::server::Seen;

const CLICK: &str = r#"{"headers":["Content-Type: text/html","X-Name: мир"],"status":200,"body":"<b>мир</b>","contentType":"text/html; charset=utf-8","uniqueness_cookie":"u","cookies":{"a":"b"},"cookies_ttl":4242,"info":{"campaign_id":7,"sub_id":"o2q6","type":"location","is_bot":false}}"#;

fn click(_: &Seen) -> Good {
    Good::json(CLICK)
}

fn success(_: &Seen) -> Good {
    Good {
        content_type: "text/html",
        body: b"Success".to_vec(),
    }
}

fn client(setup: &Setup, encoding: ClickEncoding) -> Client {
    let credentials = Credentials::token(KEITARO_TOKEN).with_postback_key(KEITARO_KEY);
    Client::builder(&setup.url, credentials)
        .transport(setup.transport.clone())
        .click_encoding(encoding)
        .retry(setup.retry())
        .attempt_timeout(setup.attempt)
        .deadline(setup.deadline)
        .body_limit(BODY_LIMIT)
        .build()
        .unwrap()
}

fn visitor() -> Click {
    Click::new()
        .ip([203, 0, 113, 7].into())
        .user_agent("UA")
        .keyword("слон")
        .info(true)
}

pub(super) fn all() -> Vec<Operation> {
    vec![
        Operation::new("keitaro click by GET", click, |setup| {
            Box::pin(async move {
                Outcome::one(client(&setup, ClickEncoding::Query).click(&visitor()).await)
            })
        }),
        Operation::new("keitaro click by POST", click, |setup| {
            Box::pin(async move {
                Outcome::one(client(&setup, ClickEncoding::Form).click(&visitor()).await)
            })
        }),
        Operation::new("keitaro update", success, |setup| {
            Box::pin(async move {
                let update = Update::new("o2q6").param("sub_id_1", "a");
                let told = client(&setup, ClickEncoding::Query).update(&update).await;
                // Any text is fine, so the faults that change it are no faults.
                Outcome::one(told.map(drop))
            })
        })
        .idempotent()
        .unreadable(Want::Same),
        Operation::new("keitaro postback", success, |setup| {
            Box::pin(async move {
                Outcome::one(
                    client(&setup, ClickEncoding::Query)
                        .postback(&Postback::new("o2q6"))
                        .await,
                )
            })
        })
        .unreadable(Want::Kind(ErrorKind::Rejected)),
    ]
}
