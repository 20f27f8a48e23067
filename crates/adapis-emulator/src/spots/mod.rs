//! SPOTS: publishers' statistics by JSON-RPC.

mod data;
mod query;
mod rows;
mod rpc;
mod settings;
mod table;

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use http::{Extensions, HeaderMap};
use jiff::civil::Date;

use crate::credentials::SpotsCredentials;
use crate::tokens::Tokens;
use crate::totals::SpotsTotals;

pub use data::{SpotsAccount, SpotsData, SpotsGenerated, SpotsRow, SpotsView};
pub use settings::{SpotsBatch, SpotsRefusal, SpotsSettings};
use table::Table;

/// The paths of the JSON-RPC endpoint.
pub(crate) const PATHS: [&str; 4] = ["/api/v2/", "/api/v2", "/api/", "/api"];

/// A publisher who may log in.
struct Account {
    logins: Vec<String>,
    password: String,
    table: Arc<Table>,
}

/// The statistics service with its tokens.
pub(crate) struct Spots {
    accounts: Vec<Account>,
    credentials: SpotsCredentials,
    settings: RwLock<Arc<SpotsSettings>>,
    tokens: Tokens<usize>,
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
        SpotsSettings::clone(&self.rules())
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

    fn rules(&self) -> Arc<SpotsSettings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(crate) fn router(spots: Arc<Spots>) -> Router {
    PATHS
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, post(call)))
        .with_state(spots)
}

/// The name of a call: `spots.user.auth`, `spots.batch`, `spots.invalid`.
pub(crate) fn operation(body: &[u8]) -> String {
    rpc::method(body).map_or_else(
        || "spots.invalid".to_owned(),
        |method| format!("spots.{method}"),
    )
}

async fn call(
    State(spots): State<Arc<Spots>>,
    headers: HeaderMap,
    extensions: Extensions,
    body: Bytes,
) -> Response {
    rpc::answer(&spots, &headers, &extensions, &body)
}
