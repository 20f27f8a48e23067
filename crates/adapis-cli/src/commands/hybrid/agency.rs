//! `--all-advertisers`: the same work for each advertiser of an agency.
//!
//! A failed advertiser has its own line on stderr and stops nothing; the exit code is that of the
//! first one that failed.

use std::collections::VecDeque;

use adapis::hybrid::StatisticsStream;
use adapis::hybrid::calls::{Advertiser, Campaign};
use adapis::{Error, ErrorKind};
use serde::Serialize;

use super::{columns, row};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Columns, Row};

/// The default of `--concurrency`.
const CONCURRENCY: usize = 4;

/// Lists the campaigns of each advertiser.
pub(super) async fn campaigns<F>(
    operation: &'static str,
    advertisers: Vec<Advertiser>,
    call: impl Fn(&Advertiser) -> F,
    ctx: &Context,
) -> Result<(), CliError>
where
    F: Future<Output = Result<Vec<Campaign>, Error>> + Send + 'static,
{
    let mut failures = Failures::new(operation, advertisers.len());
    let mut out = ctx.output();
    let mut rows = out.rows(of_advertisers(columns::named()));
    let progress = ctx.progress("advertisers");
    progress.total(advertisers.len() as u64);
    let mut waiting = advertisers.into_iter();
    let mut running = VecDeque::new();
    loop {
        if rows.is_full() {
            break;
        }
        while running.len() < ctx.concurrency().unwrap_or(CONCURRENCY) {
            let Some(advertiser) = waiting.next() else {
                break;
            };
            let result = tokio::spawn(call(&advertiser));
            running.push_back((advertiser, result));
        }
        let Some((advertiser, result)) = running.pop_front() else {
            break;
        };
        let stopped = |_| Err(Error::new(ErrorKind::Interrupted, "the call was stopped"));
        match result.await.unwrap_or_else(stopped) {
            Ok(campaigns) => {
                for campaign in &campaigns {
                    rows.push(&with_advertiser(&advertiser, row(campaign)?))?;
                }
                rows.flush()?;
            }
            Err(error) => failures.report(&advertiser, error, ctx),
        }
        progress.add(1);
    }
    drop(progress);
    rows.finish()?;
    failures.finish()
}

/// Prints the statistics of each advertiser.
pub(super) async fn statistics<T: Serialize>(
    operation: &'static str,
    advertisers: Vec<Advertiser>,
    columns: Columns,
    open: impl Fn(&Advertiser) -> Result<StatisticsStream<T>, Error>,
    ctx: &Context,
) -> Result<(), CliError> {
    ctx.check_columns(&columns)?;
    let mut failures = Failures::new(operation, advertisers.len());
    let mut out = ctx.output();
    let mut printed = out.rows(of_advertisers(columns));
    let progress = ctx.progress("advertisers");
    progress.total(advertisers.len() as u64);
    for advertiser in &advertisers {
        if printed.is_full() {
            break;
        }
        let mut stream = match open(advertiser) {
            Ok(stream) => stream,
            Err(error) => {
                failures.report(advertiser, error, ctx);
                continue;
            }
        };
        while !printed.is_full()
            && let Some(found) = stream.next().await
        {
            match found {
                Ok(found) => printed.push(&with_advertiser(advertiser, row(&found)?))?,
                Err(error) => failures.report(advertiser, error, ctx),
            }
        }
        printed.flush()?;
        progress.add(1);
    }
    drop(progress);
    printed.finish()?;
    failures.finish()
}

fn of_advertisers(columns: Columns) -> Columns {
    columns
        .with_first("AdvertiserName")
        .with_first("AdvertiserId")
}

fn with_advertiser(advertiser: &Advertiser, members: Row) -> Row {
    let mut row = Row::new()
        .with("AdvertiserId", advertiser.id.to_string())
        .with("AdvertiserName", advertiser.name.clone());
    row.append(members);
    row
}

/// The advertisers that failed.
struct Failures {
    operation: &'static str,
    advertisers: usize,
    count: usize,
    first: Option<ErrorKind>,
}

impl Failures {
    fn new(operation: &'static str, advertisers: usize) -> Self {
        Self {
            operation,
            advertisers,
            count: 0,
            first: None,
        }
    }

    fn report(&mut self, advertiser: &Advertiser, error: Error, ctx: &Context) {
        self.count += 1;
        self.first.get_or_insert(error.kind());
        let name = advertiser.name.as_deref().unwrap_or("no name");
        let message = format!("advertiser {} ({name}): {}", advertiser.id, error.message());
        CliError::from(error.with_message(message)).report(ctx.json_errors());
    }

    fn finish(self) -> Result<(), CliError> {
        let Some(kind) = self.first else {
            return Ok(());
        };
        let message = format!("{} of {} advertisers failed", self.count, self.advertisers);
        let error = Error::new(kind, message).with_operation("hybrid", self.operation);
        Err(error.with_may_have_run(false).into())
    }
}
