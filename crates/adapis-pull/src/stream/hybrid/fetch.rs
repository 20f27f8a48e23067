//! Requests of Hybrid's streams, and their rows as values.

use std::collections::BTreeSet;

use adcore::{Error, ErrorKind};
use hybrid_rest::calls::v3::{Split, Statistics};
use hybrid_rest::calls::{
    AdvertiserStatistics, BannerStatistics, BannerTotals, CampaignDomainStatistics, CampaignId,
    CampaignStatistics,
};
use hybrid_rest::{Client, Decimal};
use jiff::civil::Date;

use super::rows::{banner_row, campaign_row, domain_row, v3_row};
use super::{CLICKS, COST, HybridAccount, IMPRESSIONS, TOTAL_SUM, compared};
use crate::config::HybridApi;
use crate::due::days;
use crate::guard::Finding;
use crate::stream::{Ask, DaySums, FetchError, Sink, Totals, add_to_day, extra};

/// Hands the rows of a window, or the objects of a list, to `sink`.
///
/// Returns the campaigns that the rows were about, for the comparison with the vendor's totals.
pub(crate) async fn fetch<E>(
    account: &HybridAccount,
    ask: Ask<'_>,
    sink: &mut Sink<'_, E>,
) -> Result<BTreeSet<String>, FetchError<E>> {
    let advertiser = ask.advertiser.unwrap_or_default();
    let mut campaigns = BTreeSet::new();
    match (ask.stream.short_name(), account.api) {
        ("advertiser", _) => {
            for row in account.advertisers().await?.iter() {
                let (id, name) = (row.id.as_str().into(), row.name.as_deref().into());
                let values = [
                    ask.account.into(),
                    id,
                    name,
                    row.balance.into(),
                    extra(&row.extra),
                ];
                sink(&values).map_err(FetchError::Row)?;
            }
        }
        ("campaign", _) => {
            for row in account.campaigns(advertiser).await?.iter() {
                let (id, name) = (row.id.as_str().into(), row.name.as_deref().into());
                let values = [
                    ask.account.into(),
                    advertiser.into(),
                    id,
                    name,
                    extra(&row.extra),
                ];
                sink(&values).map_err(FetchError::Row)?;
            }
        }
        ("banner", _) => {
            for campaign in account.campaigns(advertiser).await?.iter() {
                for row in account.banners(advertiser, &campaign.id).await?.iter() {
                    let values = [
                        ask.account.into(),
                        advertiser.into(),
                        campaign.id.as_str().into(),
                        row.id.as_str().into(),
                        row.name.as_deref().into(),
                        extra(&row.extra),
                    ];
                    sink(&values).map_err(FetchError::Row)?;
                }
            }
        }
        ("campaign-day", HybridApi::V1) => {
            let call = AdvertiserStatistics::new(ask.from, ask.to, [advertiser]);
            let client = account.client_of(advertiser)?;
            let mut rows = client.advertiser_statistics_stream(&call);
            while let Some(row) = rows.next().await {
                let row = row?;
                if !campaigns.contains(row.campaign_id.as_str()) {
                    campaigns.insert(row.campaign_id.as_str().to_owned());
                }
                sink(&campaign_row(ask, &row)).map_err(FetchError::Row)?;
            }
        }
        ("campaign-day", HybridApi::V3) => {
            let listed = account.campaigns(advertiser).await?;
            for (id, last) in with_published(ask, listed.iter().map(|row| row.id.as_str())) {
                let result = campaign_days(account, ask, id, sink).await;
                complete(ask, id, last, result)?;
            }
        }
        ("domain-day", _) => {
            let listed = account.campaigns(advertiser).await?;
            for (id, last) in with_published(ask, listed.iter().map(|row| row.id.as_str())) {
                let result = domain_days(account, ask, &CampaignId::from(id), sink).await;
                complete(ask, id, last, result)?;
            }
        }
        ("split-day", _) => {
            let client = account.client_of(advertiser)?;
            for split in ask.splits {
                let call = Statistics::of_advertiser(ask.from, ask.to, advertiser);
                let call = call.split(split.as_str()).split(Split::Day);
                let mut rows = client.v3().statistics_stream(&call);
                while let Some(row) = rows.next().await {
                    let row = row.map_err(|error| of_split(split, error))?;
                    sink(&v3_row(ask, Some(split), &row)).map_err(FetchError::Row)?;
                }
            }
        }
        ("banner-day", HybridApi::V3) => {
            let call = Statistics::of_advertiser(ask.from, ask.to, advertiser);
            let client = account.client_of(advertiser)?;
            let call = call.split(Split::BannerName).each_day();
            let mut rows = client.v3().statistics_stream(&call);
            while let Some(row) = rows.next().await {
                sink(&v3_row(ask, None, &row?)).map_err(FetchError::Row)?;
            }
        }
        _ => all_banner_days(account, ask, advertiser, sink).await?,
    }
    Ok(campaigns)
}

/// Returns the ids of a list, and after them those that only the published files have, with the last day of their rows.
///
/// A list may lack some of them, and the files are replaced whole.
fn with_published<'a>(
    ask: Ask<'a>,
    listed: impl Iterator<Item = &'a str>,
) -> Vec<(&'a str, Option<Date>)> {
    let listed: Vec<&str> = listed.collect();
    let seen: BTreeSet<&str> = listed.iter().copied().collect();
    let others = ask.published.iter();
    let others = others.filter(|(id, _)| !seen.contains(id.as_str()));
    let others: Vec<_> = others
        .map(|(id, last)| (id.as_str(), Some(*last)))
        .collect();
    if let Some((id, _)) = others.first() {
        let (stream, count) = (ask.stream.name, others.len());
        tracing::warn!(stream, count, id, "published, but not in the vendor's list");
    }
    listed.iter().map(|id| (*id, None)).chain(others).collect()
}

/// Returns a finding if the vendor refuses an id that only the published files have.
fn complete<E>(
    ask: Ask<'_>,
    id: &str,
    last: Option<Date>,
    result: Result<(), FetchError<E>>,
) -> Result<(), FetchError<E>> {
    match (result, last) {
        (Err(FetchError::Vendor(error)), Some(day)) if is_refused(&error) => {
            if ask.accept.contains(&day) {
                return Ok(());
            }
            let id = id.to_owned();
            Err(FetchError::Finding(Finding::Gone { id, day }))
        }
        (result, _) => result,
    }
}

fn is_refused(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::Rejected
    )
}

async fn campaign_days<E>(
    account: &HybridAccount,
    ask: Ask<'_>,
    campaign: &str,
    sink: &mut Sink<'_, E>,
) -> Result<(), FetchError<E>> {
    let client = account.client_of(ask.advertiser.unwrap_or_default())?;
    let call = Statistics::of_campaign(ask.from, ask.to, campaign);
    let mut rows = client.v3().statistics_stream(&call.split(Split::Day));
    while let Some(row) = rows.next().await {
        sink(&v3_row(ask, None, &row?)).map_err(FetchError::Row)?;
    }
    Ok(())
}

async fn domain_days<E>(
    account: &HybridAccount,
    ask: Ask<'_>,
    campaign: &CampaignId,
    sink: &mut Sink<'_, E>,
) -> Result<(), FetchError<E>> {
    let client = account.client_of(ask.advertiser.unwrap_or_default())?;
    let call = CampaignDomainStatistics::new(ask.from, ask.to, campaign.clone());
    let mut rows = client.campaign_domain_statistics_stream(&call);
    while let Some(row) = rows.next().await {
        sink(&domain_row(ask, campaign, &row?)).map_err(FetchError::Row)?;
    }
    Ok(())
}

/// Hands on the rows of all banners, and of those that only the published files have.
async fn all_banner_days<E>(
    account: &HybridAccount,
    ask: Ask<'_>,
    advertiser: &str,
    sink: &mut Sink<'_, E>,
) -> Result<(), FetchError<E>> {
    let mut listed = Vec::new();
    for campaign in account.campaigns(advertiser).await?.iter() {
        let banners = account.banners(advertiser, &campaign.id).await?;
        listed.extend(banners.iter().map(|banner| banner.id.as_str().to_owned()));
    }
    for (id, last) in with_published(ask, listed.iter().map(String::as_str)) {
        let result = banner_days(account, ask, id, sink).await;
        complete(ask, id, last, result)?;
    }
    Ok(())
}

/// The vendor does not say which split of several it refuses.
fn of_split(split: &str, error: Error) -> Error {
    let message = format!("split {split}: {}", error.message());
    error.with_message(message)
}

/// Version 1.0 has totals of single banners only, so each banner and day takes a request.
async fn banner_days<E>(
    account: &HybridAccount,
    ask: Ask<'_>,
    banner: &str,
    sink: &mut Sink<'_, E>,
) -> Result<(), FetchError<E>> {
    let client = account.client_of(ask.advertiser.unwrap_or_default())?;
    for day in days(ask.from, ask.to) {
        let call = BannerStatistics::new(day, day, banner);
        let row = client.banner_statistics(&call).await?;
        // A banner that did not run has totals of zero; they are not a row.
        if has_data(&row) {
            let values = banner_row(ask, day, banner, &row);
            sink(&values).map_err(FetchError::Row)?;
        }
    }
    Ok(())
}

fn has_data(row: &BannerTotals) -> bool {
    let counts = [
        row.impression_count,
        row.click_count,
        row.view_count,
        row.reach,
        row.bet_count,
        row.win_count,
        row.conversion_count,
        row.post_click_conversions_count,
        row.post_view_conversions_count,
        row.pixel_visit_count,
        row.active_pixel_visit_count,
    ];
    let money = [
        row.sum_winning_price,
        row.sum_winning_price_with_commission,
        row.sum_bets,
    ];
    counts.into_iter().flatten().any(|count| count != 0)
        || money.into_iter().flatten().any(|amount| !amount.is_zero())
}

async fn sums_of_campaigns(
    client: &Client,
    ask: Ask<'_>,
    campaigns: &BTreeSet<String>,
) -> Result<DaySums, Error> {
    let mut sums = DaySums::new();
    if campaigns.is_empty() {
        return Ok(sums);
    }
    let ids = campaigns.iter().map(|id| CampaignId::from(id.as_str()));
    let call = CampaignStatistics::new(ask.from, ask.to, ids);
    let mut rows = client.campaign_statistics_stream(&call);
    while let Some(row) = rows.next().await {
        let row = row?;
        if let Some(day) = row.date {
            let numbers = [
                (IMPRESSIONS, row.impression_count.map(Decimal::from)),
                (CLICKS, row.click_count.map(Decimal::from)),
                (COST, row.cost),
            ];
            add_to_day(&mut sums, day, numbers);
        }
    }
    Ok(sums)
}

/// Fetches the same numbers on the vendor's other path, by day.
pub(crate) async fn totals(
    account: &HybridAccount,
    ask: Ask<'_>,
    campaigns: &BTreeSet<String>,
) -> Result<Vec<Totals>, Error> {
    let advertiser = ask.advertiser.unwrap_or_default();
    let client = account.client_of(advertiser)?;
    let mut sums = DaySums::new();
    // Only the clicks of banners are compared.
    let is_banner = ask.stream.short_name() == "banner-day";
    let against = match (ask.stream.short_name(), account.api) {
        ("campaign-day", HybridApi::V1) => {
            // Campaigns of the published files that have no rows now may have been left out.
            let published = ask.published.keys().cloned();
            let all: BTreeSet<String> = campaigns.iter().cloned().chain(published).collect();
            if all.is_empty() {
                return Ok(vec![]);
            }
            sums = match sums_of_campaigns(&client, ask, &all).await {
                Err(error) if is_refused(&error) && all != *campaigns => {
                    sums_of_campaigns(&client, ask, campaigns).await?
                }
                sums => sums?,
            };
            "/statistic/campaign"
        }
        ("domain-day" | "banner-day", HybridApi::V1) => {
            let call = AdvertiserStatistics::new(ask.from, ask.to, [advertiser]);
            let mut rows = client.advertiser_statistics_stream(&call);
            while let Some(row) = rows.next().await {
                let row = row?;
                let Some(day) = row.date else { continue };
                add_to_day(
                    &mut sums,
                    day,
                    [(CLICKS, row.click_count.map(Decimal::from))],
                );
                if !is_banner {
                    let impressions = row.impression_count.map(Decimal::from);
                    add_to_day(&mut sums, day, [(IMPRESSIONS, impressions)]);
                }
            }
            "/statistic/advertiser"
        }
        _ => {
            let call = Statistics::of_advertiser(ask.from, ask.to, advertiser).split(Split::Day);
            let mut rows = client.v3().statistics_stream(&call);
            // Each split has all of the numbers again.
            let times = Decimal::from(ask.splits.len().max(1));
            let of = |number: Option<Decimal>| number.and_then(|number| number.checked_mul(times));
            while let Some(row) = rows.next().await {
                let row = row?;
                let Some(day) = row.day else { continue };
                let clicks = (CLICKS, of(row.click_count.map(Decimal::from)));
                add_to_day(&mut sums, day, [clicks]);
                if !is_banner {
                    let impressions = (IMPRESSIONS, of(row.impression_count.map(Decimal::from)));
                    let money = (TOTAL_SUM, of(row.total_sum));
                    add_to_day(&mut sums, day, [impressions, money]);
                }
            }
            "/v3.0/advertiser/Day"
        }
    };
    Ok(vec![Totals {
        against,
        columns: compared(ask.stream, account.api),
        days: sums,
    }])
}
