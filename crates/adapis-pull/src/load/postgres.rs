//! Loading into PostgreSQL: each partition is deleted and copied in one transaction.

mod connect;
mod copy;
mod ddl;
mod pgpass;
mod session;
mod tls;

use std::fmt;

use tokio_postgres::config::Host;

use self::session::PostgresSession;
use super::{LoadError, LoadErrorKind, LoadOptions, LoadSummary};
use crate::store::Store;

/// A schema of a PostgreSQL database, version 11 or later.
///
/// ```no_run
/// use adapis_pull::{LoadOptions, LocalStore, Postgres};
///
/// # async fn load() -> Result<(), adapis_pull::LoadError> {
/// let warehouse = Postgres::from_url("postgres://loader@db.example/warehouse")?.schema("ads")?;
/// let summary = warehouse.load(&LocalStore::new("/srv/adstats"), &LoadOptions::default()).await?;
/// println!("{} rows", summary.rows());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Postgres {
    config: tokio_postgres::Config,
    schema: String,
    roots: Option<Vec<u8>>,
}

impl Postgres {
    /// Reads a URL such as `postgres://loader@db.example:5432/warehouse`.
    ///
    /// What the URL lacks is taken from `PGHOST`, `PGPORT`, `PGUSER` and `PGDATABASE`. The password comes from the URL,
    /// `PGPASSWORD`, or the file `PGPASSFILE` (`~/.pgpass`), which is ignored if others may read it. A server that is
    /// neither a unix socket nor this machine must offer TLS with a certificate for its name, unless the URL says
    /// `sslmode=disable`.
    ///
    /// # Errors
    ///
    /// The URL cannot be read, or names no host. The error does not repeat it, as it may contain a password.
    pub fn from_url(url: &str) -> Result<Self, LoadError> {
        let config = connect::config(url, &|name| std::env::var(name).ok())?;
        let roots = match std::env::var("PGSSLROOTCERT") {
            Ok(path) if !path.is_empty() && path != "system" => {
                Some(std::fs::read(&path).map_err(|error| {
                    input(format!("cannot read PGSSLROOTCERT, {path}: {error}"))
                })?)
            }
            _ => None,
        };
        Ok(Self {
            config,
            schema: "public".to_owned(),
            roots,
        })
    }

    /// Puts the tables into this schema instead of `public`. It is created if it does not exist.
    ///
    /// # Errors
    ///
    /// The name is empty, longer than 63 bytes, or begins with `pg_`, which PostgreSQL does not allow.
    pub fn schema(mut self, schema: impl Into<String>) -> Result<Self, LoadError> {
        let schema = schema.into();
        if schema.is_empty()
            || schema.len() > 63
            || schema.contains('\0')
            || schema.starts_with("pg_")
        {
            return Err(input(format!(
                "{schema:?} cannot be the name of a schema: it has 1 to 63 bytes and does not begin with pg_"
            )));
        }
        self.schema = schema;
        Ok(self)
    }

    /// Trusts these certificate authorities (PEM) instead of the platform's.
    #[must_use]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots = Some(pem.into());
        self
    }

    /// Brings the tables in line with the folder, partition by partition.
    ///
    /// # Errors
    ///
    /// Nothing was loaded: there is no connection, the user is refused, another load is running in this schema, or the
    /// table of what was loaded cannot be created. What fails later is among the [problems](LoadSummary::problems).
    pub async fn load(
        &self,
        store: &dyn Store,
        options: &LoadOptions,
    ) -> Result<LoadSummary, LoadError> {
        let mut session = PostgresSession::begin(self).await?;
        let summary = super::run(&mut session, store, options).await;
        session.end().await;
        Ok(summary)
    }

    /// The server and the database as people know them, without user and password.
    fn shown(&self) -> String {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts().iter().enumerate();
        let hosts: Vec<String> = hosts
            .map(|(index, host)| {
                let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
                match host {
                    Host::Tcp(name) => format!("{name}:{port}"),
                    #[cfg(unix)]
                    Host::Unix(path) => format!("{}:{port}", path.display()),
                }
            })
            .collect();
        let database = self.config.get_dbname().or(self.config.get_user());
        format!(
            "PostgreSQL at {}, database {}",
            hosts.join(","),
            database.unwrap_or_default()
        )
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres")
            .field("server", &self.shown())
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

fn input(message: impl Into<String>) -> LoadError {
    LoadError::new(LoadErrorKind::Input, message)
}

/// Quotes an identifier.
fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
