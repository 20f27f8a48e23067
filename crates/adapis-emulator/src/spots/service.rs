//! The SPOTS service: accounts, tokens and settings.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::civil::Date;

use super::data::SpotsData;
use super::settings::SpotsSettings;
use super::table::Table;
use crate::credentials::SpotsCredentials;
use crate::tokens::Tokens;
use crate::totals::SpotsTotals;

/// A publisher's account.
pub(super) struct Account {
    pub(super) logins: Vec<String>,
    pub(super) password: String,
    pub(super) table: Arc<Table>,
}

/// The statistics service.
pub(crate) struct Spots {
    pub(super) accounts: Vec<Account>,
    credentials: SpotsCredentials,
    settings: RwLock<Arc<SpotsSettings>>,
    /// The subject of a token is the index of its account.
    pub(super) tokens: Tokens<usize>,
}

impl Spots {
    pub(crate) fn new(data: SpotsData, settings: SpotsSettings, seed: u64) -> Result<Self, String> {
        let first = data.accounts.first().ok_or("spots.accounts: empty")?;
        let credentials = SpotsCredentials {
            login: first.login.clone(),
            password: first.password.clone(),
        };
        let accounts = data
            .accounts
            .into_iter()
            .map(|account| Account {
                table: Arc::new(Table::new(account.rows, account.generated, seed)),
                logins: std::iter::once(account.login)
                    .chain(account.aliases)
                    .collect(),
                password: account.password,
            })
            .collect();
        Ok(Self {
            accounts,
            credentials,
            settings: RwLock::new(Arc::new(settings)),
            tokens: Tokens::new(),
        })
    }

    pub(crate) fn credentials(&self) -> SpotsCredentials {
        self.credentials.clone()
    }

    pub(crate) fn settings(&self) -> SpotsSettings {
        SpotsSettings::clone(&self.current_settings())
    }

    pub(crate) fn set_settings(&self, settings: SpotsSettings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    pub(crate) fn expire_tokens(&self) -> usize {
        self.tokens.expire_all()
    }

    pub(crate) fn totals(&self, from: Date, to: Date) -> Vec<SpotsTotals> {
        self.accounts
            .iter()
            .map(|account| {
                let login = account.logins.first().map_or("", String::as_str);
                account.table.totals(login, from, to)
            })
            .collect()
    }

    pub(crate) fn reset(&self) {
        self.tokens.clear();
    }

    pub(super) fn current_settings(&self) -> Arc<SpotsSettings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }
}
