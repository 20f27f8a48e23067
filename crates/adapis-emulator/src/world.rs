//! The four vendors with what stands before them.

use std::sync::Arc;

use jiff::civil::Date;

use crate::adfox::{Adfox, AdfoxData};
use crate::credentials::{AdfoxCredentials, Credentials};
use crate::data::Data;
use crate::emulator::Vendor;
use crate::faults::Faults;
use crate::generate;
use crate::hybrid::Hybrid;
use crate::keitaro::Keitaro;
use crate::ledger::Ledger;
use crate::settings::Settings;
use crate::spots::Spots;
use crate::totals::Totals;

/// The four vendors, their plans and their ledger.
pub(crate) struct World {
    pub(crate) keitaro: Arc<Keitaro>,
    pub(crate) spots: Arc<Spots>,
    pub(crate) hybrid: Arc<Hybrid>,
    pub(crate) adfox: Arc<Adfox>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) credentials: Credentials,
}

impl World {
    /// Puts the vendors together; the error says what is wrong with the data.
    pub(crate) fn new(data: Data, settings: Settings, seed: u64) -> Result<Self, String> {
        let keitaro = data.keitaro.map_or_else(generate::keitaro, Ok)?;
        let spots = data.spots.map_or_else(generate::spots, Ok)?;
        let hybrid = data.hybrid.map_or_else(generate::hybrid, Ok)?;
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
            adfox: Arc::new(Adfox::new(adfox, settings.adfox)),
            faults: Arc::default(),
            ledger: Arc::default(),
        })
    }

    pub(crate) fn totals(&self, from: Date, to: Date) -> Totals {
        Totals {
            spots: self.spots.totals(from, to),
            hybrid: self.hybrid.totals(from, to),
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
        self.ledger.reset();
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
    }
}
