//! The four vendors, with the fault plans and the request log they share.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::adfox::{Adfox, AdfoxData};
use crate::credentials::{AdfoxCredentials, Credentials};
use crate::data::Data;
use crate::defaults;
use crate::faults::FaultPlans;
use crate::hybrid::Hybrid;
use crate::keitaro::Keitaro;
use crate::request_log::RequestLog;
use crate::revisions::{Revision, Revisions, StatisticsVendor};
use crate::settings::Settings;
use crate::spots::Spots;
use crate::totals::{Grouped, Totals, TotalsBy, TotalsRow};
use crate::vendor::Vendor;

/// The four vendors, the fault plans and the request log.
pub(crate) struct Vendors {
    pub(crate) keitaro: Arc<Keitaro>,
    pub(crate) spots: Arc<Spots>,
    pub(crate) hybrid: Arc<Hybrid>,
    pub(crate) adfox: Arc<Adfox>,
    pub(crate) faults: Arc<FaultPlans>,
    pub(crate) request_log: Arc<RequestLog>,
    pub(crate) revisions: Arc<Revisions>,
    pub(crate) credentials: Credentials,
}

impl Vendors {
    /// Creates the vendors. The error names the invalid part of the data.
    pub(crate) fn new(
        data: Data,
        settings: Settings,
        seed: u64,
        now: Option<Timestamp>,
    ) -> Result<Self, String> {
        let revisions = Revisions::new(seed, now, settings.clock, settings.revisions);
        let revisions = Arc::new(revisions);
        let keitaro = data.keitaro.map_or_else(defaults::keitaro, Ok)?;
        let spots = data.spots.map_or_else(defaults::spots, Ok)?;
        let hybrid = data.hybrid.map_or_else(defaults::hybrid, Ok)?;
        let adfox = data.adfox.unwrap_or_default();
        let adfox_credentials = adfox_credentials(&adfox);
        let keitaro = Keitaro::new(keitaro, settings.keitaro, seed)?;
        let spots = Spots::new(spots, settings.spots, seed, Arc::clone(&revisions))?;
        let hybrid = Hybrid::new(hybrid, settings.hybrid, seed, Arc::clone(&revisions))?;
        Ok(Self {
            credentials: Credentials {
                keitaro: keitaro.credentials(),
                spots: spots.credentials(),
                hybrid: hybrid.credentials(),
                adfox: adfox_credentials,
            },
            keitaro: Arc::new(keitaro),
            spots: Arc::new(spots),
            hybrid: Arc::new(hybrid),
            adfox: Arc::new(Adfox::new(
                adfox,
                settings.adfox,
                seed,
                Arc::clone(&revisions),
            )),
            faults: Arc::default(),
            request_log: Arc::default(),
            revisions,
        })
    }

    pub(crate) fn totals(&self, from: Date, to: Date, at: Option<Timestamp>) -> Totals {
        Totals {
            spots: self.spots.totals(from, to, at),
            hybrid: self.hybrid.totals(from, to, at),
            adfox: self.adfox.totals(from, to, at),
        }
    }

    pub(crate) fn totals_by(
        &self,
        from: Date,
        to: Date,
        by: TotalsBy,
        at: Option<Timestamp>,
    ) -> Vec<TotalsRow> {
        let mut groups = Grouped::new(by);
        self.spots
            .source_rows(from, to, at, |_, row| groups.add(row));
        self.hybrid
            .source_rows(from, to, at, |_, row| groups.add(row));
        self.adfox.source_rows(from, to, at, |row| groups.add(row));
        groups.finish()
    }

    /// Adds revisions, all of them or none. The error is for the user.
    pub(crate) fn revise(&self, revisions: Vec<Revision>) -> Result<(), String> {
        for revision in &revisions {
            let account = revision.account.as_deref();
            let (item, row) = (revision.item.as_deref(), revision.row.as_deref());
            let known = match revision.vendor {
                StatisticsVendor::Spots => self.spots.has(account, item, row),
                StatisticsVendor::Hybrid if row.is_some() => {
                    return Err("row: Hybrid has none below a campaign".to_owned());
                }
                StatisticsVendor::Hybrid => self.hybrid.has(account, item),
                StatisticsVendor::Adfox => self.adfox.has(account, item, row),
            };
            if !known {
                let words = [account, item, row].into_iter().flatten();
                let words: Vec<&str> = words.collect();
                return Err(format!("the data have nothing like {}", words.join(", ")));
            }
        }
        self.revisions.revise(revisions)
    }

    pub(crate) fn settings(&self) -> Settings {
        let (clock, revisions) = self.revisions.settings();
        Settings {
            keitaro: self.keitaro.settings(),
            spots: self.spots.settings(),
            hybrid: self.hybrid.settings(),
            adfox: self.adfox.settings(),
            clock,
            revisions,
        }
    }

    pub(crate) fn set_settings(&self, settings: Settings) {
        self.keitaro.set_settings(settings.keitaro);
        self.spots.set_settings(settings.spots);
        self.hybrid.set_settings(settings.hybrid);
        self.adfox.set_settings(settings.adfox);
        self.revisions
            .set_settings(settings.clock, settings.revisions);
    }

    pub(crate) fn reset(&self) {
        self.faults.clear();
        self.keitaro.reset();
        self.spots.reset();
        self.hybrid.reset();
        self.adfox.reset();
        self.request_log.reset();
        self.revisions.clear();
    }

    pub(crate) fn expire_tokens(&self, vendor: Vendor) -> usize {
        match vendor {
            Vendor::Spots => self.spots.expire_tokens(),
            Vendor::Hybrid => self.hybrid.expire_tokens(),
        }
    }
}

fn adfox_credentials(data: &AdfoxData) -> AdfoxCredentials {
    let account = data.accounts.first();
    AdfoxCredentials {
        login: account
            .map(|account| account.login.clone())
            .unwrap_or_default(),
        password: account
            .and_then(|account| account.password.clone())
            .unwrap_or_default(),
        token: account
            .and_then(|account| account.tokens.first().cloned())
            .unwrap_or_default(),
    }
}
