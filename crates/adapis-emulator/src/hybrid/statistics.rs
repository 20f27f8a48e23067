//! The five calls for statistics.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{Extensions, HeaderMap};
use jiff::civil::Date;

use super::data::{HybridBannerRow, HybridCampaignRow, HybridDomainRow};
use super::response::{Refusal, json};
use super::service::Hybrid;
use super::settings::{HybridDates, HybridSettings};
use super::wire;
use crate::dates;
use crate::json;
use crate::revisions::{Day, Moment};

type StatisticsResult = Result<Response, Refusal>;
type Shared = State<Arc<Hybrid>>;

/// Parses the days of a request, each `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`.
fn span(from: &str, to: &str, settings: &HybridSettings) -> Result<(Date, Date), Refusal> {
    let (from, to) = parse_day(from).zip(parse_day(to)).ok_or(Refusal::Invalid)?;
    let days = (to - from).get_days() + 1;
    let too_long = settings
        .max_days
        .is_some_and(|max| i64::from(days) > i64::from(max));
    if to < from || too_long {
        return Err(Refusal::Invalid);
    }
    Ok((from, to))
}

pub(super) fn parse_day(text: &str) -> Option<Date> {
    let Some((date, time)) = text.split_once('T') else {
        return dates::parse(text);
    };
    let parts: Vec<&str> = time.split(':').collect();
    let in_range = |part: &str, below: u8| {
        part.len() == 2 && part.parse::<u8>().is_ok_and(|number| number < below)
    };
    match parts[..] {
        [hour, minute, second]
            if in_range(hour, 24) && in_range(minute, 60) && in_range(second, 60) =>
        {
            dates::parse(date)
        }
        _ => None,
    }
}

/// One part of `[{"CampaignId":…,"Stat":[…]},…]`.
enum Part {
    Open(String),
    Row(HybridCampaignRow),
    Close,
}

pub(super) async fn campaigns(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    Path((from, to, ids)): Path<(String, String, String)>,
) -> StatisticsResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let settings = hybrid.current_settings();
    let (from, to) = span(&from, &to, &settings)?;
    let campaigns = ids
        .split(',')
        .map(|id| hybrid.visible_campaign(subject, id))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(campaign_statistics(hybrid, settings, campaigns, from, to))
}

pub(super) async fn advertisers(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    Path((from, to, ids)): Path<(String, String, String)>,
) -> StatisticsResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let settings = hybrid.current_settings();
    let (from, to) = span(&from, &to, &settings)?;
    let advertisers = ids
        .split(',')
        .map(|id| {
            let known = hybrid.catalog.advertiser(id);
            known
                .filter(|advertiser| hybrid.sees(subject, *advertiser))
                .ok_or(Refusal::NotFound)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let campaigns = advertisers
        .into_iter()
        .flat_map(|advertiser| hybrid.campaigns_of(advertiser))
        .collect();
    Ok(campaign_statistics(hybrid, settings, campaigns, from, to))
}

fn campaign_statistics(
    hybrid: Arc<Hybrid>,
    settings: Arc<HybridSettings>,
    campaigns: Vec<usize>,
    from: Date,
    to: Date,
) -> Response {
    let copies = copies(&settings);
    let moment = hybrid.moment(None);
    let mut parts = campaigns.into_iter().flat_map(move |campaign| {
        let id = hybrid.catalog.campaigns[campaign].id.clone();
        let rows = each_day(
            Arc::clone(&hybrid),
            moment.clone(),
            campaign,
            from,
            to,
            move |hybrid, day| hybrid.table.campaign_rows(&hybrid.catalog, day, campaign),
        );
        std::iter::once(Part::Open(id))
            .chain(rows.map(Part::Row))
            .chain(std::iter::once(Part::Close))
    });
    let mut commas = Commas::default();
    let mut row = Vec::new();
    let mut left = 0;
    json(json::body(move |out| {
        if left > 0 {
            left -= 1;
            commas.before_row(out);
            out.extend_from_slice(&row);
            return true;
        }
        match parts.next() {
            Some(Part::Open(id)) => {
                commas.open(out);
                out.push(b'{');
                json::string(out, &wire::name(&settings, "CampaignId"));
                out.push(b':');
                json::string(out, &id);
                out.push(b',');
                json::string(out, &wire::name(&settings, "Stat"));
                out.extend_from_slice(b":[");
                commas.has_rows = false;
            }
            Some(Part::Row(next)) => {
                row.clear();
                wire::campaign_row(&mut row, &next, &settings);
                left = copies;
            }
            Some(Part::Close) => out.extend_from_slice(b"]}"),
            None => {
                commas.finish(out);
                return false;
            }
        }
        true
    }))
}

/// Decides where brackets and commas go.
#[derive(Default)]
struct Commas {
    started: bool,
    has_rows: bool,
}

impl Commas {
    fn open(&mut self, out: &mut Vec<u8>) {
        out.push(if std::mem::replace(&mut self.started, true) {
            b','
        } else {
            b'['
        });
    }

    fn before_row(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.has_rows, true) {
            out.push(b',');
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.started {
            out.push(b'[');
        }
        out.push(b']');
    }
}

fn copies(settings: &HybridSettings) -> u64 {
    settings.rows_multiplier.max(1)
}

/// Returns the rows day by day, so that only one day is in memory at a time.
fn each_day<T>(
    hybrid: Arc<Hybrid>,
    moment: Moment,
    campaign: usize,
    from: Date,
    to: Date,
    rows: impl Fn(&Hybrid, Day<'_>) -> Vec<T>,
) -> impl Iterator<Item = T> {
    let campaign = &hybrid.catalog.campaigns[campaign];
    let days = hybrid.table.days(&moment, campaign, from, to);
    days.flat_map(move |day| rows(&hybrid, moment.day(day)))
}

pub(super) async fn campaign_banners(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    Path((from, to, id)): Path<(String, String, String)>,
) -> StatisticsResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let settings = hybrid.current_settings();
    let (from, to) = span(&from, &to, &settings)?;
    let campaign = hybrid.visible_campaign(subject, &id)?;
    let moment = hybrid.moment(None);
    let rows = each_day(hybrid, moment, campaign, from, to, move |hybrid, day| {
        hybrid.table.domain_rows(&hybrid.catalog, day, campaign)
    });
    Ok(domain_rows(settings, rows, HybridDates::Date))
}

pub(super) async fn domain(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    Path(domain): Path<String>,
) -> StatisticsResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let settings = hybrid.current_settings();
    let campaigns = hybrid.visible_campaigns(subject);
    let moment = hybrid.moment(None);
    let rows = campaigns.into_iter().flat_map(move |campaign| {
        let domain = domain.clone();
        each_day(
            Arc::clone(&hybrid),
            moment.clone(),
            campaign,
            Date::MIN,
            Date::MAX,
            move |hybrid, day| {
                let mut rows = hybrid.table.domain_rows(&hybrid.catalog, day, campaign);
                rows.retain(|row| row.domain == domain);
                rows
            },
        )
    });
    Ok(domain_rows(settings, rows, HybridDates::Offset))
}

fn domain_rows(
    settings: Arc<HybridSettings>,
    mut rows: impl Iterator<Item = HybridDomainRow> + Send + 'static,
    page: HybridDates,
) -> Response {
    let copies = copies(&settings);
    let mut commas = Commas::default();
    let mut row = Vec::new();
    let mut left = 0;
    json(json::body(move |out| {
        if left == 0 {
            let Some(next) = rows.next() else {
                commas.finish(out);
                return false;
            };
            row.clear();
            wire::domain_row(&mut row, &next, &settings, page);
            left = copies;
        }
        left -= 1;
        commas.open(out);
        out.extend_from_slice(&row);
        true
    }))
}

pub(super) async fn banner(
    State(hybrid): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    Path((from, to, id)): Path<(String, String, String)>,
) -> StatisticsResult {
    let subject = hybrid.admit(&headers, &extensions)?;
    let settings = hybrid.current_settings();
    let (from, to) = span(&from, &to, &settings)?;
    let (campaign, position) = hybrid
        .catalog
        .banner(&id)
        .filter(|(campaign, _)| hybrid.sees_campaign(subject, *campaign))
        .ok_or(Refusal::NotFound)?;
    let moment = hybrid.moment(None);
    let rows = each_day(hybrid, moment, campaign, from, to, move |hybrid, day| {
        let catalog = &hybrid.catalog;
        hybrid.table.banner_rows(catalog, day, campaign, position)
    });
    let total = rows.reduce(|sum, day| add(sum, &day));
    let total = total.unwrap_or(HybridBannerRow {
        banner_id: id,
        date: from,
        ..HybridBannerRow::default()
    });
    let mut out = Vec::new();
    wire::banner_row(&mut out, &total, &settings);
    Ok(json(Body::from(out)))
}

/// Adds one day of a banner. Reach cannot be added, so the larger value is kept.
fn add(mut sum: HybridBannerRow, day: &HybridBannerRow) -> HybridBannerRow {
    sum.click_count += day.click_count;
    sum.impression_count += day.impression_count;
    sum.reach = sum.reach.max(day.reach);
    sum.active_pixel_visit_count += day.active_pixel_visit_count;
    sum.pixel_visit_count += day.pixel_visit_count;
    sum.conversion_count += day.conversion_count;
    sum.post_click_conversions_count += day.post_click_conversions_count;
    sum.post_view_conversions_count += day.post_view_conversions_count;
    sum.sum_winning_price_with_comission = sum
        .sum_winning_price_with_comission
        .saturating_add(day.sum_winning_price_with_comission);
    sum.view_count += day.view_count;
    sum.sum_winning_price = sum.sum_winning_price.saturating_add(day.sum_winning_price);
    sum.sum_bets = sum.sum_bets.saturating_add(day.sum_bets);
    sum.bet_count += day.bet_count;
    sum.win_count += day.win_count;
    sum
}
