//! The streams of SPOTS: one request, `platform.getStatistics`, with several groupings.

use jiff::civil::Date;
use rust_decimal::Decimal;
use spots_rpc::Client;
use spots_rpc::calls::{Group, Statistics, StatisticsRow};

use super::{
    Ask, Calls, DaySums, FetchError, Sink, Stream, Totals, add_to_day, extra, optional, required,
    schema,
};
use crate::schema::{Column, ColumnType, Value};

const SHOWS: &str = "shows";
const CLICKS: &str = "clicks";
const INCOME: &str = "income";

/// Returns the streams of SPOTS.
pub(crate) fn streams() -> Vec<Stream> {
    use ColumnType::{Count, Text};
    let stream = |name, key: &[&'static str], request, columns: Vec<Column>| {
        let mut all = vec![required("date_day", ColumnType::Date)];
        all.extend(columns);
        all.push(optional(SHOWS, Count));
        all.push(optional(CLICKS, Count));
        all.push(optional(INCOME, ColumnType::Money));
        Stream {
            name,
            schema: schema(1, all),
            key: key.to_vec(),
            additive: vec![SHOWS, CLICKS, INCOME],
            day: Some("date_day"),
            per_advertiser: false,
            is_split: false,
            request,
        }
    };
    vec![
        stream("spots.day", &["date_day"], "date_day", vec![]),
        stream(
            "spots.site-day",
            &["date_day", "site_id"],
            "date_day,site_id",
            vec![
                required("site_id", Count),
                optional("site", Text),
                optional("site_name", Text),
            ],
        ),
        stream(
            "spots.placement-day",
            &["date_day", "site_id", "placement"],
            "date_day,site_id,placement placement=all",
            vec![
                required("site_id", Count),
                optional("site", Text),
                optional("site_name", Text),
                required("placement", Text),
                optional("placement_name", Text),
            ],
        ),
        stream(
            "spots.domain-day",
            &["date_day", "site"],
            "date_day,site",
            vec![required("site", Text)],
        ),
    ]
}

fn request(stream: &Stream, from: Date, to: Date) -> Statistics {
    let request = Statistics::new(from, to).group(Group::DateDay);
    match stream.short_name() {
        "site-day" => request.group(Group::SiteId),
        "placement-day" => request
            .group(Group::SiteId)
            .group(Group::Placement)
            .all_placements(),
        "domain-day" => request.group(Group::Site),
        _ => request,
    }
}

/// Returns the requests whose sums by day must be those of the stream; the vendor computes each in a different way.
fn coarse(stream: &Stream, from: Date, to: Date) -> Vec<(&'static str, Statistics)> {
    let day = || ("spots.day", Statistics::new(from, to).group(Group::DateDay));
    match stream.short_name() {
        "site-day" | "domain-day" => vec![day()],
        "placement-day" => {
            let site = Statistics::new(from, to).group(Group::DateDay);
            vec![("spots.site-day", site.group(Group::SiteId)), day()]
        }
        _ => vec![],
    }
}

/// Returns how many requests a window takes, those for the comparison included.
pub(crate) fn calls(stream: &Stream, from: Date, to: Date, limit: u32, reconcile: bool) -> Calls {
    let windows = u64::from(crate::due::day_count(from, to).div_ceil(limit.max(1)));
    let others = if reconcile {
        coarse(stream, from, to).len()
    } else {
        0
    };
    Calls::exactly(windows * (1 + others as u64))
}

/// Hands the rows of a window to `sink`.
pub(crate) async fn fetch<E>(
    client: &Client,
    ask: Ask<'_>,
    sink: &mut Sink<'_, E>,
) -> Result<(), FetchError<E>> {
    let mut rows = client.statistics_stream(&request(ask.stream, ask.from, ask.to));
    while let Some(row) = rows.next().await {
        push(ask, &row?, sink).map_err(FetchError::Row)?;
    }
    Ok(())
}

fn push<E>(ask: Ask<'_>, row: &StatisticsRow, sink: &mut Sink<'_, E>) -> Result<(), E> {
    let account = Value::from(ask.account);
    let day = Value::from(row.date_day);
    let site_id = || Value::from(row.site_id.map(|id| id.get()));
    let site = || Value::from(row.site.as_deref());
    let site_name = || Value::from(row.site_name.as_deref());
    let (shows, clicks) = (Value::from(row.shows), Value::from(row.clicks));
    let income = Value::from(row.income);
    let extra = || extra(&row.extra);
    match ask.stream.short_name() {
        "site-day" => sink(&[
            account,
            day,
            site_id(),
            site(),
            site_name(),
            shows,
            clicks,
            income,
            extra(),
        ]),
        "placement-day" => sink(&[
            account,
            day,
            site_id(),
            site(),
            site_name(),
            Value::from(row.placement.as_ref().map(AsRef::as_ref)),
            Value::from(row.placement_name.as_deref()),
            shows,
            clicks,
            income,
            extra(),
        ]),
        "domain-day" => sink(&[account, day, site(), shows, clicks, income, extra()]),
        _ => sink(&[account, day, shows, clicks, income, extra()]),
    }
}

/// Fetches the vendor's own sums of a window.
pub(crate) async fn totals(client: &Client, ask: Ask<'_>) -> Result<Vec<Totals>, adcore::Error> {
    let mut all = Vec::new();
    for (against, request) in coarse(ask.stream, ask.from, ask.to) {
        let mut sums = DaySums::new();
        let mut rows = client.statistics_stream(&request);
        while let Some(row) = rows.next().await {
            let row = row?;
            if let Some(day) = row.date_day {
                let numbers = [
                    (SHOWS, row.shows.map(Decimal::from)),
                    (CLICKS, row.clicks.map(Decimal::from)),
                    (INCOME, row.income),
                ];
                add_to_day(&mut sums, day, numbers);
            }
        }
        all.push(Totals {
            against,
            columns: ask.stream.additive.clone(),
            days: sums,
        });
    }
    Ok(all)
}
