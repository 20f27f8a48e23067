//! Hybrid: advertising campaigns and their statistics by REST.

mod answer;
mod catalog;
mod data;
mod listing;
mod settings;
mod statistics;
mod table;
mod token;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::routing::{MethodRouter, get, post};
use http::{Extensions, HeaderMap};
use jiff::civil::Date;
use tokio::time::Instant;

use crate::credentials::HybridCredentials;
use crate::server::ExpiredToken;
use crate::tokens::{Tokens, bearer};
use crate::totals::HybridTotals;
use answer::Refusal;
use catalog::Catalog;
use table::Table;

pub use data::{
    HybridAdvertiser, HybridBanner, HybridBannerRow, HybridCampaign, HybridCampaignRow,
    HybridClient, HybridData, HybridDomainRow, HybridGenerated,
};
pub use settings::{
    HybridDates, HybridNames, HybridNumbers, HybridRefreshToken, HybridSettings, HybridZeros,
};

/// Whom a token speaks for: a client, perhaps narrowed to one advertiser.
#[derive(Clone, Copy, Debug)]
struct Subject {
    client: usize,
    advertiser: Option<usize>,
}

/// The advertising platform with its tokens.
pub(crate) struct Hybrid {
    clients: Vec<HybridClient>,
    catalog: Catalog,
    table: Table,
    settings: RwLock<Arc<HybridSettings>>,
    tokens: Tokens<Subject>,
    /// Requests of each client in its rate window, which began then.
    windows: Mutex<HashMap<usize, (Instant, u32)>>,
}

impl Hybrid {
    pub(crate) fn new(
        data: HybridData,
        settings: HybridSettings,
        seed: u64,
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
        HybridSettings::clone(&self.rules())
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

    pub(crate) fn totals(&self, from: Date, to: Date) -> Vec<HybridTotals> {
        let advertisers = self.catalog.advertisers.iter().enumerate();
        advertisers
            .map(|(index, advertiser)| {
                let mut totals = HybridTotals {
                    advertiser: advertiser.id.clone(),
                    ..HybridTotals::default()
                };
                for campaign in self.campaigns_of(index) {
                    totals.campaigns += 1;
                    for row in self.table.campaign_rows(&self.catalog, campaign, from, to) {
                        totals.rows += 1;
                        totals.impressions += row.impression_count;
                        totals.clicks += row.click_count;
                        totals.cost += row.cost;
                    }
                }
                totals
            })
            .collect()
    }

    pub(crate) fn reset(&self) {
        self.tokens.clear();
        self.windows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn rules(&self) -> Arc<HybridSettings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whom the request's token speaks for, if it is alive and within the rate limit.
    fn admit(&self, headers: &HeaderMap, extensions: &Extensions) -> Result<Subject, Refusal> {
        let token = bearer(headers).ok_or(Refusal::NoRights)?;
        if extensions.get::<ExpiredToken>().is_some() {
            self.tokens.expire(token);
        }
        let subject = self.tokens.subject(token).ok_or(Refusal::NoRights)?;
        self.count(subject.client)?;
        Ok(subject)
    }

    fn count(&self, client: usize) -> Result<(), Refusal> {
        let settings = self.rules();
        let Some(limit) = settings.rate_limit else {
            return Ok(());
        };
        let length = Duration::from_secs(settings.rate_seconds);
        let now = Instant::now();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, requests) = windows.entry(client).or_insert((now, 0));
        if now.duration_since(*begun) >= length {
            (*begun, *requests) = (now, 0);
        }
        if *requests >= limit {
            let left = length.saturating_sub(now.duration_since(*begun));
            let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
            return Err(Refusal::TooMany(settings.retry_after.then_some(seconds)));
        }
        *requests += 1;
        Ok(())
    }

    /// Whether an agency has this advertiser.
    fn owns(&self, client: usize, advertiser: usize) -> bool {
        let client = &self.clients[client];
        client.advertiser.is_none()
            && client
                .advertisers
                .as_ref()
                .is_none_or(|ids| ids.contains(&self.catalog.advertisers[advertiser].id))
    }

    /// Whether campaigns of this advertiser may be seen.
    fn sees(&self, subject: Subject, advertiser: usize) -> bool {
        match subject.advertiser {
            Some(own) => own == advertiser,
            None => self.rules().agency_sees_campaigns && self.owns(subject.client, advertiser),
        }
    }

    fn sees_campaign(&self, subject: Subject, campaign: usize) -> bool {
        self.sees(subject, self.catalog.campaigns[campaign].advertiser)
    }

    fn visible_campaign(&self, subject: Subject, id: &str) -> Result<usize, Refusal> {
        self.catalog
            .campaign(id)
            .filter(|campaign| self.sees_campaign(subject, *campaign))
            .ok_or(Refusal::NotFound)
    }

    fn visible_campaigns(&self, subject: Subject) -> Vec<usize> {
        (0..self.catalog.campaigns.len())
            .filter(|campaign| self.sees_campaign(subject, *campaign))
            .collect()
    }

    fn campaigns_of(&self, advertiser: usize) -> Vec<usize> {
        (0..self.catalog.campaigns.len())
            .filter(|campaign| self.catalog.campaigns[*campaign].advertiser == advertiser)
            .collect()
    }
}

pub(crate) fn router(hybrid: Arc<Hybrid>) -> Router {
    let not_supported = || async { Refusal::MethodNotSupported };
    let read = |route: MethodRouter<Arc<Hybrid>>| route.fallback(not_supported);
    Router::new()
        .route("/token", post(token::token).fallback(not_supported))
        .route("/advertiser/get", read(get(listing::advertisers)))
        .route("/campaign/get", read(get(listing::campaigns)))
        .route("/banner/get/{campaign}", read(get(listing::banners)))
        .route(
            "/statistic/campaign/{from}/{to}/{ids}",
            read(get(statistics::campaigns)),
        )
        .route(
            "/statistic/advertiser/{from}/{to}/{ids}",
            read(get(statistics::advertisers)),
        )
        .route(
            "/statistic/banners/campaign/{from}/{to}/{campaign}",
            read(get(statistics::campaign_banners)),
        )
        .route(
            "/statistic/banners/domain/{domain}",
            read(get(statistics::domain)),
        )
        .route(
            "/statistic/banner/{from}/{to}/{banner}",
            read(get(statistics::banner)),
        )
        .fallback(|| async { Refusal::NotFound })
        .with_state(hybrid)
}

/// The name of a call, `hybrid.campaign.get`.
pub(crate) fn operation(path: &str) -> Option<&'static str> {
    let mut parts = path.strip_prefix('/')?.split('/');
    Some(match (parts.next()?, parts.next(), parts.next()) {
        ("token", None, _) => "hybrid.token",
        ("advertiser", Some("get"), None) => "hybrid.advertiser.get",
        ("campaign", Some("get"), None) => "hybrid.campaign.get",
        ("banner", Some("get"), Some(_)) => "hybrid.banner.get",
        ("statistic", Some("campaign"), Some(_)) => "hybrid.statistic.campaign",
        ("statistic", Some("advertiser"), Some(_)) => "hybrid.statistic.advertiser",
        ("statistic", Some("banners"), Some("campaign")) => "hybrid.statistic.banners.campaign",
        ("statistic", Some("banners"), Some("domain")) => "hybrid.statistic.banners.domain",
        ("statistic", Some("banner"), Some(_)) => "hybrid.statistic.banner",
        _ => return None,
    })
}
