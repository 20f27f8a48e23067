use std::future::Future;
use std::sync::Arc;

use adcore::Transport;
use adfox_api::calls::statistics::{Report, TaskId};
use adfox_api::{
    Action, Call, Client, Context, Credentials, Error, File, Object, Params, SendAs, Statistics,
    StatisticsSettings, date,
};

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

fn statistics<F>(
    name: &'static str,
    call: impl Fn(Statistics, String) -> F + Copy + 'static,
) -> Slot
where
    F: Future<Output = Result<(), Error>> + 'static,
{
    Slot::new(name, move |transport: Arc<dyn Transport>, text| {
        let settings = StatisticsSettings::new().requests_per_minute(1_000_000);
        let client = Client::builder(ORIGIN, Credentials::oauth("token"))
            .transport(transport)
            .retry(never())
            .statistics(settings)
            .build();
        async move { call(client?.statistics(), text).await }
    })
}

fn report(name: &'static str, make: fn(Report, String) -> Report) -> Slot {
    statistics(name, move |statistics, text| async move {
        let day = date(2015, 12, 31);
        let report = make(Report::new(day..=day).metric("m"), text);
        statistics.create_task(&report).await.map(drop)
    })
}

fn reports() -> [Slot; 9] {
    [
        report("metric", |report, text| report.metric(text)),
        report("dimension", |report, text| report.dimension(text)),
        report("filter field", |report, text| report.filter(text, "eq", 1)),
        report("filter operator", |report, text| {
            report.filter("f", text, 1)
        }),
        report("filter value", |report, text| {
            report.filter("f", "eq", text)
        })
        .free(),
        report("saved report", |report, text| {
            Report::saved(text, report.range)
        }),
        statistics("report info", |statistics, text| async move {
            statistics.report_info(&text).await.map(drop)
        }),
        statistics("task", |statistics, text| async move {
            statistics.task(&TaskId::new(text)).await.map(drop)
        }),
        statistics("rows of a task", |statistics, text| async move {
            let mut rows = statistics.task_rows(&TaskId::new(text));
            rows.next().await.transpose().map(drop)
        }),
    ]
}

pub(super) fn slots() -> Vec<Slot> {
    let mut slots = Vec::from(reports());
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
