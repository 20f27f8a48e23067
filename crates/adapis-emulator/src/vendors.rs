//! The four vendors, with the fault plans and the request log they share.

use std::sync::Arc;

use jiff::civil::Date;

use crate::adfox::{Adfox, AdfoxData};
use crate::credentials::{AdfoxCredentials, Credentials};
use crate::data::Data;
use crate::defaults;
use crate::faults::FaultPlans;
use crate::hybrid::Hybrid;
use crate::keitaro::Keitaro;
use crate::request_log::RequestLog;
use crate::settings::Settings;
use crate::spots::Spots;
use crate::totals::Totals;
use crate::vendor::Vendor;

/// The four vendors, the fault plans and the request log.
pub(crate) struct Vendors {
    pub(crate) keitaro: Arc<Keitaro>,
    pub(crate) spots: Arc<Spots>,
    pub(crate) hybrid: Arc<Hybrid>,
    pub(crate) adfox: Arc<Adfox>,
    pub(crate) faults: Arc<FaultPlans>,
    pub(crate) request_log: Arc<RequestLog>,
    pub(crate) credentials: Credentials,
}

impl Vendors {
    /// Creates the vendors. The error names the invalid part of the data.
    pub(crate) fn new(data: Data, settings: Settings, seed: u64) -> Result<Self, String> {
        let keitaro = data.keitaro.map_or_else(defaults::keitaro, Ok)?;
        let spots = data.spots.map_or_else(defaults::spots, Ok)?;
        let hybrid = data.hybrid.map_or_else(defaults::hybrid, Ok)?;
        let adfox = data.adfox.unwrap_or_default();
        let adfox_credentials = adfox_credentials(&adfox);
        let keitaro = Keitaro::new(keitaro, settings.keitaro, seed)?;
        let spots = Spots::new(spots, settings.spots, seed)?;
        let hybrid = Hybrid::new(hybrid, settings.hybrid, seed)?;
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
            adfox: Arc::new(Adfox::new(adfox, settings.adfox, seed)),
            faults: Arc::default(),
            request_log: Arc::default(),
        })
    }

    pub(crate) fn totals(&self, from: Date, to: Date) -> Totals {
        Totals {
            spots: self.spots.totals(from, to),
            hybrid: self.hybrid.totals(from, to),
            adfox: self.adfox.totals(from, to),
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            keitaro: self.keitaro.settings(),
            spots: self.spots.settings(),
            hybrid: self.hybrid.settings(),
            adfox: self.adfox.settings(),
        }
    }

    pub(crate) fn set_settings(&self, settings: Settings) {
        self.keitaro.set_settings(settings.keitaro);
        self.spots.set_settings(settings.spots);
        self.hybrid.set_settings(settings.hybrid);
        self.adfox.set_settings(settings.adfox);
    }

    pub(crate) fn reset(&self) {
        self.faults.clear();
        self.keitaro.reset();
        self.spots.reset();
        self.hybrid.reset();
        self.adfox.reset();
        self.request_log.reset();
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
