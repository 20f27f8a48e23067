use adfox_api::calls::statistics::{Report, TaskId};
use adfox_api::{
    Action, Call, Client, Context, Credentials, Encoding, File, Object, Params, Row, SendAs,
    Statistics, StatisticsSettings, date,
};

use super::{BODY_LIMIT, Operation, Outcome, Setup};
use crate::canary::{ADFOX_HEADER, ADFOX_PASSWORD, ADFOX_TOKEN};
use crate::catalog::Good;
use crate::server::{MADE_TASK, READY_TASK, Seen};

fn xml(body: &str) -> Good {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><response>{body}</response>");
    Good {
        content_type: "text/xml; charset=utf-8",
        body: body.into_bytes(),
    }
}

fn rows(_: &Seen) -> Good {
    xml(
        "<status><code>0</code></status><result><total_rows>2</total_rows><rows>2</rows><limit>1000</limit><offset>0</offset>\
         <data><row0><ID>1</ID><name>мир</name><impressions>4242</impressions></row0><row1><ID>2</ID><name>b</name><state/></row1></data></result>",
    )
}

fn added(_: &Seen) -> Good {
    xml("<status><code>0</code><ID>4242</ID><message>мир</message></status>")
}

fn done(_: &Seen) -> Good {
    xml("<status><code>0</code><message>мир</message></status>")
}

fn json(result: &str) -> Good {
    Good::json(format!(r#"{{"result":{result}}}"#))
}

fn metadata(_: &Seen) -> Good {
    json(
        r#"{"dimensions":[{"name":"date","title":"мир"}],"metrics":["ctr"],"filters":[{"field":"campaign_id"}],"limits":{"maxDateRangeDays":365,"maxRows":4242}}"#,
    )
}

fn dates(_: &Seen) -> Good {
    json(r#"{"dateFrom":"2021-01-02","dateTo":"2024-03-04","note":"мир 4242"}"#)
}

fn saved(_: &Seen) -> Good {
    json(r#"{"fixed":["days"],"custom":[{"name":"mine","title":"мир","id":4242}]}"#)
}

fn info(_: &Seen) -> Good {
    json(r#"{"dimensions":["date"],"metrics":[{"name":"ctr","title":"мир","id":4242}]}"#)
}

fn pending(_: &Seen) -> Good {
    json(r#"{"taskId":"мир-4242","status":"PENDING"}"#)
}

fn made(_: &Seen) -> Good {
    let state = format!(r#"{{"taskId":"{MADE_TASK}","status":"SUCCESS","note":"мир"}}"#);
    json(&state)
}

pub(super) fn table(_: &Seen) -> Good {
    json(
        r#"{"taskId":"t","columns":[{"name":"мир","type":"string"},{"name":"loads","type":"integer"}],"rows":[["a",4242],["b",1]],"totals":[null,4243]}"#,
    )
}

/// The state of a task whose result is then requested.
pub(super) fn ready() -> Good {
    json(r#"{"taskId":"ready","status":"SUCCESS"}"#)
}

fn statistics(setup: &Setup) -> Statistics {
    let url = format!("{}/v1/API.php", setup.url);
    // A pause as long as the whole time is never started: refusals have the retries of any call. That time
    // is longer than a call's, so that it is the call that ends.
    let long = setup.deadline * 2;
    let settings = StatisticsSettings::new()
        .requests_per_minute(1_000_000)
        .task_deadline(long)
        .poll_interval(long, long);
    let client = Client::builder(&url, Credentials::oauth(ADFOX_TOKEN))
        .transport(setup.transport.clone())
        .retry(setup.retry())
        .attempt_timeout(setup.attempt)
        .deadline(setup.deadline)
        .body_limit(BODY_LIMIT)
        .statistics(settings)
        .build();
    client.unwrap().statistics()
}

fn report() -> Report {
    let day = date(2015, 12, 30);
    Report::new(day..=day)
        .metric("loads")
        .filter("name", "eq", "мир")
}

fn build(setup: &Setup, credentials: Credentials, encoding: Encoding) -> Client {
    let url = format!("{}/v1/API.php", setup.url);
    Client::builder(&url, credentials)
        .transport(setup.transport.clone())
        .retry(setup.retry())
        .attempt_timeout(setup.attempt)
        .deadline(setup.deadline)
        .body_limit(BODY_LIMIT)
        .encoding(encoding)
        .build()
        .unwrap()
}

fn client(setup: &Setup) -> Client {
    build(
        setup,
        Credentials::password("test", ADFOX_PASSWORD),
        Encoding::Utf8,
    )
}

fn add() -> Call {
    Call::new(Context::Account, Action::Add)
        .object(Object::SuperCampaign)
        .param("name", "Осень")
        .param("advertiserID", 18)
}

fn modify() -> Call {
    Call::new(Context::Banner, Action::Modify).params(
        Params::new()
            .with("objectID", 7)
            .file("zipFile", File::new("a.zip", &b"PK\x03"[..])),
    )
}

macro_rules! operation {
    ($name:literal, $good:ident, $client:ident => $call:expr) => {
        Operation::new($name, $good, |setup| {
            Box::pin(async move {
                let $client = client(&setup);
                Outcome::one($call.await)
            })
        })
    };
}

macro_rules! statistic {
    ($name:literal, $good:ident, $statistics:ident => $call:expr) => {
        Operation::new($name, $good, |setup| {
            Box::pin(async move {
                let $statistics = statistics(&setup);
                Outcome::one($call.await)
            })
        })
        .idempotent()
    };
}

fn reports() -> Vec<Operation> {
    vec![
        statistic!("adfox report metadata", metadata, api => api.metadata()),
        statistic!("adfox report dates", dates, api => api.available_dates()),
        statistic!("adfox saved reports", saved, api => api.saved_reports()),
        statistic!("adfox report info", info, api => api.owner(7).report_info("mine")),
        statistic!("adfox report task made", pending, api => api.create_task(&report())),
        statistic!("adfox saved report task made", pending, api =>
            api.create_task(&Report::saved("mine", report().range))),
        statistic!("adfox report task", pending, api => api.task(&TaskId::new("t"))),
        Operation::new("adfox report", made, |setup| {
            Box::pin(async move {
                let report = report().dimension("date");
                Outcome::all(statistics(&setup).report(&report)).await
            })
        })
        .idempotent(),
        Operation::new("adfox report rows", table, |setup| {
            Box::pin(async move {
                let rows = statistics(&setup).task_rows(&TaskId::new(READY_TASK));
                Outcome::all(rows).await
            })
        })
        .idempotent()
        .streams(),
    ]
}

pub(super) fn all() -> Vec<Operation> {
    let mut all = reports();
    all.extend([
        operation!("adfox list by GET", rows, client => client.call(&listed())).idempotent(),
        operation!("adfox list by POST", rows, client => client.call(&listed().send_as(SendAs::Post))).idempotent(),
        operation!("adfox list by multipart", rows, client =>
            client.call(&listed().send_as(SendAs::Multipart))).idempotent(),
        Operation::new("adfox list in CP-1251", rows, |setup| {
            Box::pin(async move {
                let credentials = Credentials::password("test", ADFOX_PASSWORD);
                let client = build(&setup, credentials, Encoding::Cp1251);
                Outcome::one(client.call(&listed().param("search", "Осень")).await)
            })
        })
        .idempotent(),
        operation!("adfox pages", rows, client => client.list(Object::Campaign, Params::new()).collect()).idempotent(),
        Operation::new("adfox pages as a stream", rows, |setup| {
            Box::pin(async move {
                Outcome::all(client(&setup).list(Object::Campaign, Params::new()).all()).await
            })
        })
        .idempotent(),
        Operation::new("adfox rows as a stream", rows, |setup| {
            Box::pin(async move { Outcome::all(client(&setup).rows::<Row>(&listed())).await })
        })
        .idempotent()
        .streams(),
        operation!("adfox info", done, client =>
            client.call(&Call::new(Context::Campaign, Action::Info).object(Object::Placement).params(Params::new().with("objectID", 1))))
        .idempotent(),
        operation!("adfox auth", done, client => client.call(&Call::new(Context::Account, Action::Auth)))
            .idempotent(),
        operation!("adfox add", added, client => client.call(&add())),
        operation!("adfox add by GET", added, client => client.call(&add().send_as(SendAs::Get))),
        operation!("adfox add by POST in CP-1251", added, client =>
            client.call(&add().encoding(Encoding::Cp1251))),
        operation!("adfox delete", done, client =>
            client.call(&Call::new(Context::Account, Action::Delete).object(Object::Campaign).params(Params::new().with("actionObjectID", 1)))),
        operation!("adfox modify with a file", done, client => client.call(&modify())),
        operation!("adfox modify with a file, mixed", done, client => client.call(&modify().send_as(SendAs::Mixed))),
        operation!("adfox unknown action", done, client =>
            client.call(&Call::new(Context::Account, Action::from("merge")))),
        Operation::new("adfox add by OAuth", added, |setup| {
            Box::pin(async move {
                let credentials = Credentials::oauth(ADFOX_TOKEN).header("X-Yandex-API-Key", ADFOX_HEADER);
                let client = build(&setup, credentials, Encoding::Utf8);
                Outcome::one(client.call(&add()).await)
            })
        }),
        Operation::new("adfox list by OAuth", rows, |setup| {
            Box::pin(async move {
                let credentials = Credentials::oauth(ADFOX_TOKEN).header("X-Yandex-API-Key", ADFOX_HEADER);
                let client = build(&setup, credentials, Encoding::Utf8);
                Outcome::one(client.call(&listed()).await)
            })
        })
        .idempotent(),
    ]);
    all
}

fn listed() -> Call {
    Call::new(Context::Account, Action::List).object(Object::Campaign)
}
