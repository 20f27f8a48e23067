//! Statistics by level and one or two splits, page by page.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::{Extensions, HeaderMap};
use jiff::civil::Date;

use super::super::response::{Refusal, json};
use super::super::service::{Hybrid, Subject};
use super::super::settings::HybridSettings;
use super::super::wire;
use super::query::Query;
use super::row::{self, Figures};
use super::split::{Cell, Split, SplitValue, values};
use crate::json;
use crate::revisions::Moment;

type StatisticsResult = Result<Response, Refusal>;
type Shared = State<Arc<Hybrid>>;

pub(super) async fn one_split(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    RawQuery(query): RawQuery,
    Path((level, split)): Path<(String, String)>,
) -> StatisticsResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    statistics(&hybrid, subject, query.as_deref(), &level, &[&split])
}

pub(super) async fn two_splits(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    RawQuery(query): RawQuery,
    Path((level, split, second)): Path<(String, String, String)>,
) -> StatisticsResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let splits = [&*split, &*second];
    statistics(&hybrid, subject, query.as_deref(), &level, &splits)
}

fn statistics(
    hybrid: &Hybrid,
    subject: Subject,
    query: Option<&str>,
    level: &str,
    splits: &[&str],
) -> StatisticsResult {
    let settings = hybrid.current_settings();
    let query = Query::new(query, &settings);
    let splits: Option<Vec<Split>> = splits.iter().map(|split| Split::parse(split)).collect();
    let splits = splits.ok_or(Refusal::NotFound)?;
    let (campaigns, banner) = subjects(hybrid, subject, &query, level)?;
    let (from, to) = query.days()?;
    let (first, limit) = query.page()?;
    let by_banner = banner.is_some() || splits.iter().any(|split| split.is_by_banner());
    let mut groups: BTreeMap<Vec<SplitValue>, Figures> = BTreeMap::new();
    let mut total = Figures::default();
    let moment = hybrid.moment(None);
    for campaign in campaigns {
        for cell in cells(hybrid, &moment, campaign, banner, by_banner, (from, to)) {
            total.add(&cell.figures);
            for (key, cell) in keys(hybrid, &splits, cell) {
                groups.entry(key).or_default().add(&cell.figures);
            }
        }
    }
    let has_money = settings.v3.banner_money || !splits.contains(&Split::BannerName);
    Ok(page(
        groups.into_iter().collect(),
        (first, limit),
        (total, has_money),
        Arc::clone(&settings),
    ))
}

/// Returns the campaigns that a call is about, or the campaign of one banner and its index in it.
fn subjects(
    hybrid: &Hybrid,
    subject: Subject,
    query: &Query<'_>,
    level: &str,
) -> Result<(Vec<usize>, Option<usize>), Refusal> {
    Ok(match level {
        "agency" if subject.advertiser.is_some() => return Err(Refusal::MethodNotSupported),
        "agency" => {
            let advertisers = 0..hybrid.catalog.advertisers.len();
            let own = advertisers.filter(|index| hybrid.owns(subject.client, *index));
            (
                own.flat_map(|index| hybrid.campaigns_of(index)).collect(),
                None,
            )
        }
        "advertiser" => {
            let advertiser = query.advertiser(hybrid, subject)?;
            (hybrid.campaigns_of(advertiser), None)
        }
        "campaign" => (vec![query.campaign(hybrid, subject)?], None),
        "banner" => {
            let (campaign, banner) = query.banner(hybrid, subject)?;
            (vec![campaign], Some(banner))
        }
        _ => return Err(Refusal::NotFound),
    })
}

/// Returns the cells of a campaign, of one banner of it, or of each of its banners.
fn cells(
    hybrid: &Hybrid,
    moment: &Moment,
    campaign: usize,
    banner: Option<usize>,
    by_banner: bool,
    (from, to): (Date, Date),
) -> Vec<Cell> {
    let cell = |day, banner, figures| Cell {
        day,
        campaign,
        banner,
        figures,
    };
    let catalog = &hybrid.catalog;
    let days = hybrid
        .table
        .days(moment, &catalog.campaigns[campaign], from, to);
    let days: Vec<_> = days.map(|day| moment.day(day)).collect();
    if !by_banner {
        let rows = days
            .into_iter()
            .flat_map(|day| hybrid.table.campaign_rows(catalog, day, campaign));
        return rows.map(|row| cell(row.date, None, row.into())).collect();
    }
    let count = catalog.campaigns[campaign].banners.len();
    let banners = (0..count).filter(|index| banner.is_none_or(|banner| banner == *index));
    let cells = banners.flat_map(|index| {
        let days = days.iter();
        let rows =
            days.flat_map(move |day| hybrid.table.banner_rows(catalog, *day, campaign, index));
        rows.map(move |row| cell(row.date, Some(index), row.into()))
    });
    cells.collect()
}

/// Returns the groups of a cell by all splits, each with its part of the cell.
fn keys(hybrid: &Hybrid, splits: &[Split], cell: Cell) -> Vec<(Vec<SplitValue>, Cell)> {
    let mut keys = vec![(Vec::new(), cell)];
    for split in splits {
        let longer = keys.into_iter().flat_map(|(key, cell)| {
            let values = values(hybrid, *split, cell).into_iter();
            values.map(move |(value, part)| {
                let mut key = key.clone();
                key.push(value);
                (key, part)
            })
        });
        keys = longer.collect();
    }
    keys
}

/// Writes one page of the groups.
fn page(
    groups: Vec<(Vec<SplitValue>, Figures)>,
    (first, limit): (u64, u64),
    (total, has_money): (Figures, bool),
    settings: Arc<HybridSettings>,
) -> Response {
    let copies = settings.rows_multiplier.max(1);
    let rows = u64::try_from(groups.len()).unwrap_or(u64::MAX);
    let rows = rows.saturating_mul(copies);
    let mut next = first;
    let end = first.saturating_add(limit).min(rows);
    let mut started = false;
    json(json::body(move |out| {
        if !started {
            open(out, (rows > 0).then_some(&total), has_money, &settings);
        }
        let group = usize::try_from(next / copies).ok();
        let group = group.filter(|_| next < end);
        let Some((splits, figures)) = group.and_then(|group| groups.get(group)) else {
            out.extend_from_slice(b"]}");
            return false;
        };
        if std::mem::replace(&mut started, true) {
            out.push(b',');
        }
        row::write(out, splits, figures, has_money, &settings);
        next += 1;
        true
    }))
}

/// Writes what precedes the rows.
fn open(out: &mut Vec<u8>, total: Option<&Figures>, has_money: bool, settings: &HybridSettings) {
    out.push(b'{');
    if let Some(total) = total.filter(|_| settings.v3.total) {
        json::string(out, &wire::name(settings, "Total"));
        out.push(b':');
        row::write(out, &[], total, has_money, settings);
        out.push(b',');
    }
    let list = if settings.v3.misspelled {
        "Statisitic"
    } else {
        "Statistic"
    };
    json::string(out, &wire::name(settings, list));
    out.extend_from_slice(b":[");
}
