//! Statistics by level and one or two splits, page by page.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::{Extensions, HeaderMap};
use jiff::civil::Date;

use super::super::response::{Refusal, json};
use super::super::service::{Hybrid, Subject};
use super::super::settings::{HybridSettings, HybridTotal};
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
    let moment = hybrid.moment(None);
    for campaign in campaigns {
        for cell in cells(hybrid, &moment, campaign, banner, by_banner, (from, to)) {
            for (key, cell) in keys(hybrid, &splits, cell) {
                groups.entry(key).or_default().add(&cell.figures);
            }
        }
    }
    let groups = Groups {
        groups: groups.into_iter().collect(),
        copies: settings.rows_multiplier.max(1),
        has_money: settings.v3.banner_money || !splits.contains(&Split::BannerName),
    };
    if let Some(refusal) = query.past_end(first, groups.rows()) {
        return Err(refusal);
    }
    Ok(page(groups, (first, limit), Arc::clone(&settings)))
}

/// The groups of a call, each of which is one row or several equal ones.
struct Groups {
    groups: Vec<(Vec<SplitValue>, Figures)>,
    copies: u64,
    has_money: bool,
}

impl Groups {
    fn rows(&self) -> u64 {
        let groups = u64::try_from(self.groups.len()).unwrap_or(u64::MAX);
        groups.saturating_mul(self.copies)
    }

    /// Returns the group of a row.
    fn get(&self, row: u64) -> Option<&(Vec<SplitValue>, Figures)> {
        self.groups.get(usize::try_from(row / self.copies).ok()?)
    }

    /// Returns the sum of some rows, or `None` if there are none.
    fn sum(&self, rows: Range<u64>) -> Option<Figures> {
        let mut sum = Figures::default();
        let mut begin = 0;
        for (_, figures) in &self.groups {
            let end = u64::saturating_add(begin, self.copies);
            let count = end.min(rows.end).saturating_sub(begin.max(rows.start));
            sum.add(&figures.times(count));
            begin = end;
        }
        (!rows.is_empty()).then_some(sum)
    }
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
fn page(groups: Groups, (first, limit): (u64, u64), settings: Arc<HybridSettings>) -> Response {
    let rows = groups.rows();
    let mut next = first;
    let end = first.saturating_add(limit).min(rows);
    let total = match settings.v3.total {
        HybridTotal::Absent => None,
        HybridTotal::Page => groups.sum(first..end),
        HybridTotal::All => groups.sum(0..rows),
    };
    let mut started = false;
    json(json::body(move |out| {
        if !started {
            open(out, total.as_ref(), groups.has_money, &settings);
        }
        let group = groups.get(next).filter(|_| next < end);
        let Some((splits, figures)) = group else {
            out.extend_from_slice(b"]}");
            return false;
        };
        if std::mem::replace(&mut started, true) {
            out.push(b',');
        }
        row::write(out, splits, figures, groups.has_money, &settings);
        next += 1;
        true
    }))
}

/// Writes what precedes the rows.
fn open(out: &mut Vec<u8>, total: Option<&Figures>, has_money: bool, settings: &HybridSettings) {
    out.push(b'{');
    if let Some(total) = total {
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
