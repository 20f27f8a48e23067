//! The load on all four vendors; each worker checks what it receives and reports what is wrong.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use adapis::hybrid::calls::CampaignStatistics;
use adapis::keitaro::calls::Click;
use adapis::spots::calls::{Group, Statistics};
use adapis::{adfox, hybrid, keitaro, spots};
use rust_decimal::Decimal;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::Failure;
use crate::peer::{CAMPAIGNS, DAYS, OBJECTS, PLACEMENTS, day, figure};

/// The outcomes of the calls.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) clicks: AtomicU64,
    pub(crate) ambiguous_clicks: AtomicU64,
    pub(crate) added: AtomicU64,
    pub(crate) ambiguous_added: AtomicU64,
    pub(crate) pulls: AtomicU64,
    pub(crate) rows: AtomicU64,
    pub(crate) pages: AtomicU64,
    pub(crate) errors: AtomicU64,
    numbers: AtomicU64,
}

fn count(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Relaxed);
}

/// The four clients.
#[derive(Clone)]
pub(crate) struct Load {
    keitaro: keitaro::Client,
    spots: spots::Client,
    hybrid: hybrid::Client,
    adfox: adfox::Client,
    tally: Arc<Tally>,
}

impl Load {
    pub(crate) fn new(ready: &Value, tally: Arc<Tally>) -> Result<Self, Failure> {
        let text = |pointer: &str| {
            let value = ready.pointer(pointer).and_then(Value::as_str);
            value.map(str::to_owned).ok_or("an incomplete ready line")
        };
        const ATTEMPT: Duration = Duration::from_secs(2);
        let token = text("/credentials/keitaro/token")?;
        let keitaro =
            keitaro::Client::builder(&text("/keitaro")?, keitaro::Credentials::token(token))
                .attempt_timeout(ATTEMPT)
                .build()?;
        let credentials = spots::Credentials::new(
            text("/credentials/spots/login")?,
            text("/credentials/spots/password")?,
        );
        let spots = spots::Client::builder(&text("/spots")?, credentials)
            .attempt_timeout(ATTEMPT)
            .build()?;
        let credentials = hybrid::Credentials::new(
            text("/credentials/hybrid/client_id")?,
            text("/credentials/hybrid/client_secret")?,
        );
        let hybrid = hybrid::Client::builder(&text("/hybrid")?, credentials)
            .attempt_timeout(ATTEMPT)
            .build()?;
        let credentials = adfox::Credentials::password(
            text("/credentials/adfox/login")?,
            text("/credentials/adfox/password")?,
        );
        let adfox = adfox::Client::builder(&text("/adfox")?, credentials)
            .attempt_timeout(ATTEMPT)
            .build()?;
        Ok(Self {
            keitaro,
            spots,
            hybrid,
            adfox,
            tally,
        })
    }

    /// Starts the workers; each of them returns at most one complaint.
    pub(crate) fn start(&self, length: Duration) -> JoinSet<Option<String>> {
        let mut workers = JoinSet::new();
        let until = Instant::now() + length;
        for _ in 0..4 {
            workers.spawn(repeat(self.clone(), until, async |load| load.click().await));
        }
        for _ in 0..2 {
            workers.spawn(repeat(self.clone(), until, async |load| {
                load.spots_rows().await
            }));
            workers.spawn(repeat(self.clone(), until, async |load| {
                load.hybrid_rows().await
            }));
            workers.spawn(repeat(self.clone(), until, async |load| {
                load.adfox_pages().await
            }));
        }
        workers.spawn(repeat(self.clone(), until, async |load| {
            load.adfox_add().await
        }));
        workers
    }

    async fn click(&self) -> Result<(), Failure> {
        let number = self.tally.numbers.fetch_add(1, Relaxed);
        let click = Click::new()
            .user_agent("soak")
            .sub_id(1, number.to_string());
        match self.keitaro.click(&click).await {
            Ok(_) => count(&self.tally.clicks, 1),
            Err(error) => {
                count(&self.tally.errors, 1);
                count(
                    &self.tally.ambiguous_clicks,
                    u64::from(error.may_have_run()),
                );
            }
        }
        Ok(())
    }

    async fn spots_rows(&self) -> Result<(), Failure> {
        let request = Statistics::new(day(0), day(DAYS - 1))
            .group(Group::DateDay)
            .group(Group::Placement);
        let mut rows = self.spots.statistics_stream(&request);
        let (mut number, mut shows, mut income) = (0_i32, 0, Decimal::ZERO);
        let mut keys = HashSet::new();
        while let Some(row) = rows.next().await {
            let Ok(row) = row else {
                count(&self.tally.errors, 1);
                return Ok(());
            };
            number += 1;
            shows += row.shows.unwrap_or_default();
            income += row.income.unwrap_or_default();
            keys.insert((row.date_day, row.placement));
        }
        let cells =
            (0..DAYS).flat_map(|day| (0..PLACEMENTS).map(move |column| figure(day, column)));
        let sum: i64 = cells.sum();
        let wanted = DAYS * PLACEMENTS;
        let money = Decimal::from(sum) + Decimal::new(i64::from(wanted), 9);
        let right = number == wanted
            && keys.len() == usize::try_from(wanted)?
            && i64::try_from(shows)? == sum + i64::from(wanted)
            && income == money;
        self.pulled(u64::try_from(number)?);
        if right {
            Ok(())
        } else {
            Err(format!("SPOTS: {number} rows, {shows} shows, {income}").into())
        }
    }

    async fn hybrid_rows(&self) -> Result<(), Failure> {
        let ids = (0..CAMPAIGNS).map(|column| format!("c{column}"));
        let request = CampaignStatistics::new(day(0), day(DAYS - 1), ids);
        let mut rows = self.hybrid.campaign_statistics_stream(&request);
        let (mut number, mut shows, mut cost) = (0_i32, 0, Decimal::ZERO);
        while let Some(row) = rows.next().await {
            let Ok(row) = row else {
                count(&self.tally.errors, 1);
                return Ok(());
            };
            number += 1;
            shows += row.impression_count.unwrap_or_default();
            cost += row.cost.unwrap_or_default();
        }
        let cells = (0..DAYS).flat_map(|day| (0..CAMPAIGNS).map(move |column| figure(day, column)));
        let sum: i64 = cells.sum();
        let wanted = DAYS * CAMPAIGNS;
        let money = Decimal::from(sum) + Decimal::new(i64::from(wanted), 6);
        self.pulled(u64::try_from(number)?);
        if number == wanted && shows == sum && cost == money {
            Ok(())
        } else {
            Err(format!("Hybrid: {number} rows, {shows} impressions, {cost}").into())
        }
    }

    async fn adfox_pages(&self) -> Result<(), Failure> {
        use adfox::{Object, Params};
        let mut pages = self
            .adfox
            .list(Object::Advertiser, Params::new())
            .page_size(50);
        let mut ids = HashSet::new();
        let mut number = 0;
        loop {
            match pages.next().await {
                Some(Ok(page)) => {
                    count(&self.tally.pages, 1);
                    number += page.rows.len();
                    ids.extend(
                        page.rows
                            .iter()
                            .filter_map(|row| row.text("ID").map(str::to_owned)),
                    );
                }
                None => break,
                Some(Err(_)) => count(&self.tally.errors, 1),
            }
        }
        let wanted = usize::try_from(OBJECTS)?;
        if (number, ids.len()) == (wanted, wanted) {
            Ok(())
        } else {
            Err(format!("ADFOX: {number} rows, {} different ones", ids.len()).into())
        }
    }

    async fn adfox_add(&self) -> Result<(), Failure> {
        use adfox::{Action, Call, Context, Object, Params};
        let number = self.tally.numbers.fetch_add(1, Relaxed);
        let params = Params::new()
            .with("name", format!("soak {number}"))
            .with("advertiserID", 1);
        let added = self
            .adfox
            .call(
                &Call::new(Context::Account, Action::Add)
                    .object(Object::SuperCampaign)
                    .params(params),
            )
            .await;
        match added {
            Ok(_) => count(&self.tally.added, 1),
            Err(error) => {
                count(&self.tally.errors, 1);
                count(&self.tally.ambiguous_added, u64::from(error.may_have_run()));
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(())
    }

    fn pulled(&self, rows: u64) {
        count(&self.tally.pulls, 1);
        count(&self.tally.rows, rows);
    }
}

/// Repeats `work` until the time is up or something is wrong.
async fn repeat<F>(load: Load, until: Instant, work: impl Fn(Load) -> F) -> Option<String>
where
    F: Future<Output = Result<(), Failure>>,
{
    while Instant::now() < until {
        if let Err(wrong) = work(load.clone()).await {
            return Some(wrong.to_string());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    None
}
