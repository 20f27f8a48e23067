//! `adapis hybrid stats`: the calls, and their rows as they arrive.

use adapis::hybrid::Client;
use adapis::hybrid::calls::{
    Advertiser, AdvertiserStatistics, BannerStatistics, CampaignDomainStatistics,
    CampaignStatistics, DomainStatistics,
};
use serde::Serialize;

use super::{Stats, agency, columns, row};
use crate::context::Context;
use crate::error::CliError;
use crate::output::Columns;

pub(super) async fn statistics(
    client: &Client,
    stats: Stats,
    advertiser: Option<String>,
    ctx: &Context,
) -> Result<(), CliError> {
    match stats {
        Stats::Campaign { ids, range } => {
            let (from, to) = range.bounds()?;
            let call = CampaignStatistics::new(from, to, ids);
            print(
                client.campaign_statistics_stream(&call),
                columns::campaign_days(),
                ctx,
            )
            .await
        }
        Stats::Advertiser {
            range, everyone, ..
        } if everyone.all_advertisers => {
            let (from, to) = range.bounds()?;
            let open = |advertiser: &Advertiser| {
                let id = advertiser.id.clone();
                let call = AdvertiserStatistics::new(from, to, [id.clone()]);
                Ok(client
                    .for_advertiser(id)?
                    .advertiser_statistics_stream(&call))
            };
            let (all, columns) = (client.advertisers().await?, columns::campaign_days());
            agency::statistics("statistic", all, columns, open, ctx).await
        }
        Stats::Advertiser { mut ids, range, .. } => {
            let (from, to) = range.bounds()?;
            ids.extend(advertiser.filter(|_| ids.is_empty()));
            if ids.is_empty() {
                let message =
                    "the ID of an advertiser is required: IDS, --advertiser or --all-advertisers";
                return Err(CliError::input("IDS", message));
            }
            let call = AdvertiserStatistics::new(from, to, ids);
            print(
                client.advertiser_statistics_stream(&call),
                columns::campaign_days(),
                ctx,
            )
            .await
        }
        Stats::Banners { campaign, range } => {
            let (from, to) = range.bounds()?;
            let call = CampaignDomainStatistics::new(from, to, campaign);
            print(
                client.campaign_domain_statistics_stream(&call),
                columns::domain_days(),
                ctx,
            )
            .await
        }
        Stats::Domain { domain, everyone } if everyone.all_advertisers => {
            let call = DomainStatistics::new(domain);
            let open = |advertiser: &Advertiser| {
                let own = client.for_advertiser(advertiser.id.clone())?;
                Ok(own.domain_statistics_stream(&call))
            };
            let (all, columns) = (client.advertisers().await?, columns::domain_days());
            agency::statistics("statistic", all, columns, open, ctx).await
        }
        Stats::Domain { domain, .. } => {
            let call = DomainStatistics::new(domain);
            print(
                client.domain_statistics_stream(&call),
                columns::domain_days(),
                ctx,
            )
            .await
        }
        Stats::Banner { banner, range } => {
            let (from, to) = range.bounds()?;
            let call = BannerStatistics::new(from, to, banner);
            print(
                client.banner_statistics_stream(&call),
                columns::banner_totals(),
                ctx,
            )
            .await
        }
    }
}

/// Prints rows as they arrive.
pub(super) async fn print<T: Serialize>(
    mut rows: adapis::hybrid::StatisticsStream<T>,
    columns: Columns,
    ctx: &Context,
) -> Result<(), CliError> {
    ctx.check_columns(&columns)?;
    let mut out = ctx.output();
    let mut printed = out.rows(columns);
    let progress = ctx.progress("statistics");
    while !printed.is_full()
        && let Some(found) = rows.next().await
    {
        printed.push(&row(&found?)?)?;
        progress.add(1);
    }
    drop(progress);
    printed.finish()
}
