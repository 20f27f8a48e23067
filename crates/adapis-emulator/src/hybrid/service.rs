//! The Hybrid service: clients, catalog, statistics, tokens and rate limits.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use http::{Extensions, HeaderMap};
use jiff::Timestamp;
use jiff::civil::Date;

use super::catalog::Catalog;
use super::data::{HybridClient, HybridData};
use super::response::Refusal;
use super::settings::HybridSettings;
use super::table::Table;
use crate::credentials::HybridCredentials;
use crate::rates::RateWindows;
use crate::request::ExpiredToken;
use crate::revisions::{Moment, Revisions, StatisticsVendor, UtcOffset};
use crate::tokens::{Tokens, bearer};
use crate::totals::{HybridTotals, SourceRow};

/// The owner of a token: a client, or one advertiser of a client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    pub(super) client: usize,
    pub(super) advertiser: Option<usize>,
}

/// The advertising platform.
pub(crate) struct Hybrid {
    pub(super) clients: Vec<HybridClient>,
    pub(super) catalog: Catalog,
    pub(super) table: Table,
    settings: RwLock<Arc<HybridSettings>>,
    revisions: Arc<Revisions>,
    pub(super) tokens: Tokens<Subject>,
    /// Of the clients.
    windows: Mutex<RateWindows>,
}

impl Hybrid {
    pub(crate) fn new(
        data: HybridData,
        settings: HybridSettings,
        seed: u64,
        revisions: Arc<Revisions>,
    ) -> Result<Self, String> {
        let catalog = Catalog::new(&data, seed)?;
        let clients = data.clients.clone();
        if clients.is_empty() {
            return Err("hybrid.clients: empty".to_owned());
        }
        for id in clients.iter().flat_map(|client| {
            let agency = client.advertisers.iter().flatten();
            agency.chain(&client.advertiser)
        }) {
            catalog
                .advertiser(id)
                .ok_or_else(|| format!("hybrid.clients: no advertiser {id}"))?;
        }
        Ok(Self {
            table: Table::new(data, &catalog, seed)?,
            clients,
            catalog,
            settings: RwLock::new(Arc::new(settings)),
            revisions,
            tokens: Tokens::new(),
            windows: Mutex::default(),
        })
    }

    pub(crate) fn credentials(&self) -> HybridCredentials {
        let first = self.clients.first();
        HybridCredentials {
            client_id: first
                .map(|client| client.client_id.clone())
                .unwrap_or_default(),
            client_secret: first
                .map(|client| client.client_secret.clone())
                .unwrap_or_default(),
        }
    }

    pub(crate) fn settings(&self) -> HybridSettings {
        HybridSettings::clone(&self.current_settings())
    }

    pub(crate) fn set_settings(&self, settings: HybridSettings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    pub(crate) fn expire_tokens(&self) -> usize {
        self.tokens.expire_all()
    }

    /// Returns the statistics now, or at another instant. Days are Moscow's.
    pub(super) fn moment(&self, at: Option<Timestamp>) -> Moment {
        let zone = UtcOffset::MOSCOW;
        self.revisions.moment(StatisticsVendor::Hybrid, zone, at)
    }

    /// Whether there is a campaign that a revision can select.
    pub(crate) fn has(&self, account: Option<&str>, item: Option<&str>) -> bool {
        let mut campaigns = (0..self.catalog.campaigns.len()).map(|index| self.catalog.row(index));
        campaigns.any(|row| {
            account.is_none_or(|account| row.account == account)
                && item.is_none_or(|item| row.items.contains(&item))
        })
    }

    pub(crate) fn totals(&self, from: Date, to: Date, at: Option<Timestamp>) -> Vec<HybridTotals> {
        let advertisers = self.catalog.advertisers.iter().enumerate();
        let totals = advertisers.map(|(index, advertiser)| HybridTotals {
            advertiser: advertiser.id.clone(),
            campaigns: self.campaigns_of(index).len() as u64,
            ..HybridTotals::default()
        });
        let mut totals: Vec<_> = totals.collect();
        self.source_rows(from, to, at, |advertiser, row| {
            let totals = &mut totals[advertiser];
            totals.rows += 1;
            totals.impressions = totals.impressions.saturating_add(row.impressions);
            totals.clicks = totals.clicks.saturating_add(row.clicks);
            totals.cost = totals.cost.saturating_add(row.money);
        });
        for totals in &mut totals {
            totals.cost = totals.cost.normalize();
        }
        totals
    }

    /// Hands out the row of each campaign and day, with the index of its advertiser.
    pub(crate) fn source_rows(
        &self,
        from: Date,
        to: Date,
        at: Option<Timestamp>,
        mut each: impl FnMut(usize, &SourceRow<'_>),
    ) {
        let moment = self.moment(at);
        for (index, campaign) in self.catalog.campaigns.iter().enumerate() {
            for day in self.table.days(&moment, campaign, from, to) {
                let rows = self
                    .table
                    .campaign_rows(&self.catalog, moment.day(day), index);
                for row in rows {
                    let row = SourceRow {
                        vendor: StatisticsVendor::Hybrid,
                        account: &self.catalog.advertisers[campaign.advertiser].id,
                        day,
                        item: &campaign.id,
                        name: &campaign.name,
                        row: "",
                        impressions: row.impression_count,
                        clicks: row.click_count,
                        money: row.cost,
                    };
                    each(campaign.advertiser, &row);
                }
            }
        }
    }

    pub(crate) fn reset(&self) {
        self.tokens.clear();
        self.windows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    pub(super) fn current_settings(&self) -> Arc<HybridSettings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the owner of the request's token if it is valid and within the rate limit.
    pub(super) fn admit(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Subject, Refusal> {
        let token = bearer(headers).ok_or(Refusal::NoRights)?;
        if extensions.get::<ExpiredToken>().is_some() {
            self.tokens.expire(token);
        }
        let subject = self.tokens.subject(token).ok_or(Refusal::NoRights)?;
        self.count(subject.client)?;
        Ok(subject)
    }

    fn count(&self, client: usize) -> Result<(), Refusal> {
        let settings = self.current_settings();
        let Some(limit) = settings.rate_limit else {
            return Ok(());
        };
        let length = Duration::from_secs(settings.rate_seconds);
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = windows.count(client, limit, length);
        counted.map_err(|seconds| Refusal::TooMany(settings.retry_after.then_some(seconds)))
    }

    /// Whether the client is an agency with this advertiser.
    pub(super) fn owns(&self, client: usize, advertiser: usize) -> bool {
        let client = &self.clients[client];
        client.advertiser.is_none()
            && client
                .advertisers
                .as_ref()
                .is_none_or(|ids| ids.contains(&self.catalog.advertisers[advertiser].id))
    }

    /// Whether `subject` may see the campaigns of this advertiser.
    pub(super) fn sees(&self, subject: Subject, advertiser: usize) -> bool {
        match subject.advertiser {
            Some(own) => own == advertiser,
            None => {
                self.current_settings().agency_sees_campaigns
                    && self.owns(subject.client, advertiser)
            }
        }
    }

    pub(super) fn sees_campaign(&self, subject: Subject, campaign: usize) -> bool {
        self.sees(subject, self.catalog.campaigns[campaign].advertiser)
    }

    pub(super) fn visible_campaign(&self, subject: Subject, id: &str) -> Result<usize, Refusal> {
        self.catalog
            .campaign(id)
            .filter(|campaign| self.sees_campaign(subject, *campaign))
            .ok_or(Refusal::NotFound)
    }

    pub(super) fn visible_campaigns(&self, subject: Subject) -> Vec<usize> {
        (0..self.catalog.campaigns.len())
            .filter(|campaign| self.sees_campaign(subject, *campaign))
            .collect()
    }

    pub(super) fn campaigns_of(&self, advertiser: usize) -> Vec<usize> {
        (0..self.catalog.campaigns.len())
            .filter(|campaign| self.catalog.campaigns[*campaign].advertiser == advertiser)
            .collect()
    }
}
