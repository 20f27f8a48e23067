//! Loading into ClickHouse: each file goes into a separate table, whose partition then replaces the old one.
//!
//! Each row says which file it is from, so that this changes in the same step as the rows: nothing can disagree with
//! them, and at worst two loads at once do the same work twice.

mod ddl;
mod file;
mod http;
mod session;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use adcore::{Endpoint, Transport};
use secrecy::SecretString;

use self::http::Http;
use self::session::ClickHouseSession;
use super::{LoadError, LoadErrorKind, LoadOptions, LoadSummary};
use crate::store::Store;

/// A database of a ClickHouse server, over its HTTP interface.
///
/// ```no_run
/// use adapis_pull::{ClickHouse, LoadOptions, LocalStore};
///
/// # async fn load(transport: impl adcore::Transport) -> Result<(), adapis_pull::LoadError> {
/// let warehouse = ClickHouse::new("https://clickhouse.example:8443/", transport)?
///     .user("loader", "password")
///     .database("ads")?;
/// let summary = warehouse.load(&LocalStore::new("/srv/adstats"), &LoadOptions::default()).await?;
/// println!("{} rows", summary.rows());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClickHouse {
    endpoint: Endpoint,
    transport: Arc<dyn Transport>,
    user: Option<(String, SecretString)>,
    database: String,
    timeout: Duration,
}

impl ClickHouse {
    /// Reads a URL such as `https://clickhouse.example:8443/`. Plain `http://` is for this machine only.
    ///
    /// # Errors
    ///
    /// The URL cannot be read, or contains a user, a password or a query.
    pub fn new(url: &str, transport: impl Transport) -> Result<Self, LoadError> {
        let endpoint = Endpoint::parse(url).map_err(|error| input(error.to_string()))?;
        Ok(Self {
            endpoint,
            transport: Arc::new(transport),
            user: None,
            database: "default".to_owned(),
            timeout: Duration::from_secs(300),
        })
    }

    /// Sets the user, who is sent in headers. The default is the server's user `default`, without a password.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.user = Some((name.into(), password.into().into()));
        self
    }

    /// Puts the tables into this database instead of `default`. It is created if it does not exist.
    ///
    /// # Errors
    ///
    /// The name is empty, or has a control character.
    pub fn database(mut self, name: impl Into<String>) -> Result<Self, LoadError> {
        let name = name.into();
        if name.is_empty() || name.contains(char::is_control) {
            return Err(input(format!("{name:?} cannot be the name of a database")));
        }
        self.database = name;
        Ok(self)
    }

    /// Sets how long the server may take for a statement. The default is five minutes.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Brings the tables in line with the folder, partition by partition.
    ///
    /// # Errors
    ///
    /// Nothing was loaded: the server does not answer, refuses the user, or does not create the database. What fails
    /// later is among the [problems](LoadSummary::problems).
    pub async fn load(
        &self,
        store: &dyn Store,
        options: &LoadOptions,
    ) -> Result<LoadSummary, LoadError> {
        let http = Http {
            endpoint: self.endpoint.clone(),
            transport: Arc::clone(&self.transport),
            user: self.user.clone(),
            timeout: self.timeout,
        };
        let mut session = ClickHouseSession::begin(http, self.database.clone()).await?;
        let mut summary = super::run(&mut session, store, options).await;
        if let Err(error) = session.end(&options.reports).await {
            summary.problems.push(error);
        }
        Ok(summary)
    }
}

impl fmt::Debug for ClickHouse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClickHouse")
            .field("endpoint", &self.endpoint)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

fn input(message: impl Into<String>) -> LoadError {
    LoadError::new(LoadErrorKind::Input, message)
}

/// Quotes an identifier.
fn quote(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}
