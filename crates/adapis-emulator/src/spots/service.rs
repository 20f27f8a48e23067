//! The SPOTS service: accounts, tokens and settings.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use jiff::civil::Date;

use super::data::{SpotsData, SpotsView};
use super::settings::SpotsSettings;
use super::table::Table;
use crate::credentials::SpotsCredentials;
use crate::revisions::{Moment, Revisions, StatisticsVendor};
use crate::tokens::Tokens;
use crate::totals::{SourceRow, SpotsTotals};

/// A publisher's account.
pub(super) struct Account {
    pub(super) logins: Vec<String>,
    pub(super) password: String,
    pub(super) table: Arc<Table>,
}

impl Account {
    fn login(&self) -> &str {
        self.logins.first().map_or("", String::as_str)
    }

    fn empty_totals(&self) -> SpotsTotals {
        SpotsTotals {
            login: self.login().to_owned(),
            ..SpotsTotals::default()
        }
    }
}

/// The statistics service.
pub(crate) struct Spots {
    pub(super) accounts: Vec<Account>,
    credentials: SpotsCredentials,
    settings: RwLock<Arc<SpotsSettings>>,
    revisions: Arc<Revisions>,
    /// The subject of a token is the index of its account.
    pub(super) tokens: Tokens<usize>,
}

impl Spots {
    pub(crate) fn new(
        data: SpotsData,
        settings: SpotsSettings,
        seed: u64,
        revisions: Arc<Revisions>,
    ) -> Result<Self, String> {
        let first = data.accounts.first().ok_or("spots.accounts: empty")?;
        let credentials = SpotsCredentials {
            login: first.login.clone(),
            password: first.password.clone(),
        };
        let accounts = data
            .accounts
            .into_iter()
            .map(|account| Account {
                table: Arc::new(Table::new(
                    &account.login,
                    account.rows,
                    account.generated,
                    seed,
                )),
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
            revisions,
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

    /// Returns the statistics now, or at another instant.
    pub(super) fn moment(&self, at: Option<Timestamp>) -> Moment {
        let zone = self.current_settings().time_zone;
        self.revisions.moment(StatisticsVendor::Spots, zone, at)
    }

    /// Whether there are rows that a revision can select.
    pub(crate) fn has(&self, account: Option<&str>, item: Option<&str>, row: Option<&str>) -> bool {
        let mut accounts = self.accounts.iter();
        accounts.any(|known| {
            account.is_none_or(|account| known.login() == account) && known.table.has(item, row)
        })
    }

    pub(crate) fn totals(&self, from: Date, to: Date, at: Option<Timestamp>) -> Vec<SpotsTotals> {
        let mut totals: Vec<_> = self.accounts.iter().map(Account::empty_totals).collect();
        self.source_rows(from, to, at, |account, row| {
            let totals = &mut totals[account];
            totals.rows += 1;
            totals.shows = totals.shows.saturating_add(row.impressions);
            totals.clicks = totals.clicks.saturating_add(row.clicks);
            totals.income = totals.income.saturating_add(row.money);
        });
        for totals in &mut totals {
            totals.income = totals.income.normalize();
        }
        totals
    }

    /// Hands out the sums of each account, day and placement that requests without site ids see.
    pub(crate) fn source_rows(
        &self,
        from: Date,
        to: Date,
        at: Option<Timestamp>,
        mut each: impl FnMut(usize, &SourceRow<'_>),
    ) {
        let moment = self.moment(at);
        for (index, account) in self.accounts.iter().enumerate() {
            let table = &account.table;
            for day in moment.days(table.span(), from, to) {
                for (place, sums) in table.sums_of(moment.day(day), SpotsView::Site) {
                    let row = SourceRow {
                        vendor: StatisticsVendor::Spots,
                        account: account.login(),
                        day,
                        item: table.site_id(place),
                        name: &table.placements[place].site,
                        row: &table.placements[place].id,
                        impressions: sums.shows,
                        clicks: sums.clicks,
                        money: sums.income,
                    };
                    each(index, &row);
                }
            }
        }
    }

    pub(crate) fn reset(&self) {
        self.tokens.clear();
    }

    pub(super) fn current_settings(&self) -> Arc<SpotsSettings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }
}
