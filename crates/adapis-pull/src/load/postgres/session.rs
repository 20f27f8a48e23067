//! One connection, which holds the lock of its schema.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use futures_util::SinkExt;
use jiff::Timestamp;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::ddl::{self, Existing, LOADED};
use super::tls::MakeTls;
use super::{Postgres, copy, input, quote};
use crate::load::error::schema_error;
use crate::load::table::Table;
use crate::load::{LoadError, LoadErrorKind, Loaded, Session};
use crate::store::{Partition, PartitionKey, Store};
use crate::write::Published;

/// Rows are sent in pieces of this size.
const PIECE: usize = 64 << 10;

/// If another session holds a table for longer, that is an error; a server that loses its client releases the lock.
const SETTINGS: &str = "SET lock_timeout = '60s'; SET client_min_messages = warning; \
                        SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

pub(super) struct PostgresSession {
    client: Client,
    schema: String,
    at: String,
    secret: Option<String>,
}

impl PostgresSession {
    /// Connects, locks the schema, and creates it and the table of what was loaded, if they are missing.
    pub(super) async fn begin(target: &Postgres) -> Result<Self, LoadError> {
        let at = target.shown();
        let secret = target.config.get_password();
        let secret = secret.map(|secret| String::from_utf8_lossy(secret).into_owned());
        let tls = MakeTls::new(target.roots.as_deref())
            .map_err(|error| input(format!("{at}: cannot set up TLS: {error}")))?;
        let connected = target.config.connect(tls).await;
        let (client, connection) =
            connected.map_err(|error| fail(&at, secret.as_deref(), &error))?;
        // Whatever ends the connection is the error of the next statement too.
        tokio::spawn(connection);
        let mut session = Self {
            client,
            schema: target.schema.clone(),
            at,
            secret,
        };
        session.execute_all(&session.at.clone(), SETTINGS).await?;
        session.lock().await?;
        session.create_loaded().await?;
        Ok(session)
    }

    async fn lock(&self) -> Result<(), LoadError> {
        let key = format!("adapis pull load {}", self.schema);
        let statement = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))";
        let row = self.client.query_one(statement, &[&key]).await;
        let row = row.map_err(|error| self.fail(&self.at, &error))?;
        if row.get(0) {
            return Ok(());
        }
        Err(LoadError::new(
            LoadErrorKind::Locked,
            format!(
                "{}: another load is at work in schema {}; wait until it ends (pg_locks shows its process)",
                self.at, self.schema
            ),
        ))
    }

    /// Releases the lock, which the server would do only once it has noticed that the connection is closed.
    pub(super) async fn end(self) {
        // If the connection is broken, the lock ends with it.
        let _ = self
            .client
            .execute("SELECT pg_advisory_unlock_all()", &[])
            .await;
    }

    async fn create_loaded(&mut self) -> Result<(), LoadError> {
        let shown = format!("{}, schema {}", self.at, self.schema);
        let known = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";
        let row = self.client.query_one(known, &[&self.schema]).await;
        if !row
            .map_err(|error| self.fail(&shown, &error))?
            .get::<_, bool>(0)
        {
            let create = format!("CREATE SCHEMA {}", quote(&self.schema));
            self.execute_all(&shown, &create).await?;
        }
        if !self.has_table(LOADED).await? {
            let create = ddl::create_loaded(&self.name(LOADED));
            self.execute_all(&shown, &create).await?;
        }
        Ok(())
    }

    async fn has_table(&self, table: &str) -> Result<bool, LoadError> {
        let statement = "SELECT to_regclass($1) IS NOT NULL";
        let row = self.client.query_one(statement, &[&self.name(table)]).await;
        Ok(row
            .map_err(|error| self.fail(&self.shown(table), &error))?
            .get(0))
    }

    async fn columns(&self, table: &Table) -> Result<Vec<Existing>, LoadError> {
        let statement = "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull, \
                         atthasdef OR attidentity <> '' FROM pg_attribute \
                         WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
        let rows = self
            .client
            .query(statement, &[&self.name(&table.name)])
            .await;
        let rows = rows.map_err(|error| self.fail(&self.shown(&table.name), &error))?;
        Ok(rows
            .iter()
            .map(|row| Existing {
                name: row.get(0),
                type_name: row.get(1),
                not_null: row.get(2),
                has_default: row.get(3),
            })
            .collect())
    }

    /// Several statements, in one transaction if they are no settings.
    async fn execute_all(&self, shown: &str, statements: &str) -> Result<(), LoadError> {
        let done = self.client.batch_execute(statements).await;
        done.map_err(|error| self.fail(shown, &error))
    }

    /// The quoted name of a table, with its schema.
    fn name(&self, table: &str) -> String {
        format!("{}.{}", quote(&self.schema), quote(table))
    }

    fn shown(&self, table: &str) -> String {
        format!("{}, table {}.{table}", self.at, self.schema)
    }

    fn fail(&self, shown: &str, error: &Error) -> LoadError {
        fail(shown, self.secret.as_deref(), error)
    }

    /// Deletes exactly the rows of a partition: those of its account and its days, or of its snapshot.
    fn delete(&self, table: &Table) -> String {
        let date = quote(table.date_column());
        format!(
            "DELETE FROM {} WHERE account = $1 AND {date} BETWEEN $2::text::date AND $3::text::date",
            self.name(&table.name)
        )
    }

    async fn try_replace(
        &mut self,
        table: &Table,
        partition: &Partition,
        file: &mut Published,
    ) -> Result<u64, ReplaceError> {
        let (delete, name, loaded) = (
            self.delete(table),
            self.name(&table.name),
            self.name(LOADED),
        );
        let (first, last) = partition.key.extent();
        let snapshot = table.day.is_none().then_some(first);
        let columns: Vec<String> = file
            .schema
            .columns
            .iter()
            .map(|column| quote(&column.name))
            .chain(snapshot.map(|_| quote(table.date_column())))
            .collect();
        let work = self.client.transaction().await?;
        work.execute(
            &delete,
            &[&partition.account, &first.to_string(), &last.to_string()],
        )
        .await?;
        let statement = format!("COPY {name} ({}) FROM STDIN BINARY", columns.join(", "));
        let sink = work.copy_in::<_, Bytes>(&statement).await?;
        let mut sink = std::pin::pin!(sink);
        let mut piece = BytesMut::from(copy::HEADER);
        while let Some(row) = file.next().map_err(LoadError::from)? {
            let put = copy::put_row(&mut piece, &file.schema.columns, &row, snapshot);
            put.map_err(|reason| LoadError::from(file.refuse_row(&reason)))?;
            if piece.len() >= PIECE {
                sink.feed(piece.split().freeze()).await?;
            }
        }
        piece.extend_from_slice(copy::TRAILER);
        sink.feed(piece.freeze()).await?;
        let rows = sink.finish().await?;
        let footer = &file.footer;
        if rows != footer.rows {
            let message = format!("took {rows} rows of {}", footer.rows);
            return Err(LoadError::new(LoadErrorKind::Refused, message).into());
        }
        let statement = format!(
            "INSERT INTO {loaded} (stream, account, partition, digest, schema_number, rows, requested) \
             VALUES ($1, $2, $3, $4, $5::bigint::integer, $6, $7::text::timestamptz) \
             ON CONFLICT (stream, account, partition) DO UPDATE SET digest = excluded.digest, \
             schema_number = excluded.schema_number, rows = excluded.rows, requested = excluded.requested, loaded = now()"
        );
        let rows_signed = i64::try_from(rows).unwrap_or(i64::MAX);
        work.execute(
            &statement,
            &[
                &table.stream,
                &partition.account,
                &partition.key.to_string(),
                &footer.digest,
                &i64::from(footer.schema),
                &rows_signed,
                &footer.requested.to_string(),
            ],
        )
        .await?;
        work.commit().await?;
        Ok(rows)
    }
}

enum ReplaceError {
    Load(LoadError),
    Database(Error),
}

impl From<LoadError> for ReplaceError {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}

impl From<Error> for ReplaceError {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl Session for PostgresSession {
    const KNOWS_EMPTY: bool = true;

    async fn prepare(
        &mut self,
        table: &Table,
        is_needed: bool,
        migrate: bool,
        altered: &mut Vec<String>,
    ) -> Result<bool, LoadError> {
        let shown = self.shown(&table.name);
        let name = self.name(&table.name);
        if !self.has_table(&table.name).await? {
            if is_needed {
                // Someone may have dropped the table; then nothing of it is loaded.
                let forget = format!(
                    "DELETE FROM {} WHERE stream = '{}'",
                    self.name(LOADED),
                    table.stream
                );
                let create = ddl::create(&name, table);
                self.execute_all(&shown, &format!("BEGIN; {create} {forget}; COMMIT"))
                    .await?;
            }
            return Ok(is_needed);
        }
        let changes = ddl::compare(&self.columns(table).await?, table);
        if changes.differences.is_empty() {
            return Ok(true);
        }
        if !migrate || changes.is_impossible {
            let can_migrate = !changes.is_impossible;
            return Err(schema_error(shown, &changes.differences, can_migrate));
        }
        let alter = format!("ALTER TABLE {name} {}", changes.actions.join(", "));
        self.execute_all(&shown, &alter).await?;
        altered.extend(
            changes
                .actions
                .iter()
                .map(|action| format!("{}.{}: {action}", self.schema, table.name)),
        );
        Ok(true)
    }

    async fn loaded(
        &mut self,
        table: &Table,
    ) -> Result<BTreeMap<(String, PartitionKey), Loaded>, LoadError> {
        let statement = format!(
            "SELECT account::text, coalesce(partition::text, ''), coalesce(digest::text, ''), \
             (extract(epoch FROM requested) * 1000000)::bigint FROM {} WHERE stream = $1 AND account IS NOT NULL",
            self.name(LOADED)
        );
        let rows = self.client.query(&statement, &[&table.stream]).await;
        let rows = rows.map_err(|error| self.fail(&self.shown(LOADED), &error))?;
        Ok(rows
            .iter()
            .filter_map(|row| {
                let key = PartitionKey::parse(row.get(1))?;
                let requested: Option<i64> = row.get(3);
                let loaded = Loaded {
                    digest: row.get(2),
                    requested: requested.and_then(|at| Timestamp::from_microsecond(at).ok()),
                };
                Some(((row.get(0), key), loaded))
            })
            .collect())
    }

    async fn replace(
        &mut self,
        table: &Table,
        partition: &Partition,
        store: &dyn Store,
    ) -> Result<u64, LoadError> {
        let shown = format!("{}, partition {partition}", self.shown(&table.name));
        let Some(mut file) = Published::open(store, partition, &table.schema)? else {
            return Err(LoadError::folder(format!(
                "{} was removed while it was to be loaded; load again",
                store.show(&partition.path())
            )));
        };
        match self.try_replace(table, partition, &mut file).await {
            Ok(rows) => Ok(rows),
            Err(ReplaceError::Load(error)) => Err(error),
            Err(ReplaceError::Database(error)) => Err(self.fail(&shown, &error)),
        }
    }

    async fn remove(&mut self, table: &Table, partition: &Partition) -> Result<(), LoadError> {
        let shown = format!("{}, partition {partition}", self.shown(&table.name));
        let delete = self.delete(table);
        let forget = format!(
            "DELETE FROM {} WHERE stream = $1 AND account = $2 AND partition = $3",
            self.name(LOADED)
        );
        let (first, last) = partition.key.extent();
        let days = [first.to_string(), last.to_string()];
        let key = partition.key.to_string();
        let removed = async {
            let work = self.client.transaction().await?;
            work.execute(&delete, &[&partition.account, &days[0], &days[1]])
                .await?;
            work.execute(&forget, &[&table.stream, &partition.account, &key])
                .await?;
            work.commit().await
        };
        let removed = removed.await;
        removed.map_err(|error| self.fail(&shown, &error))
    }
}

/// Says what went wrong where, and what to do.
fn fail(shown: &str, secret: Option<&str>, error: &Error) -> LoadError {
    use LoadErrorKind::{Connection, Denied, Refused};
    let Some(refusal) = error.as_db_error() else {
        // The library's text names the step; its causes say why.
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        let advice = "what was committed is whole; load again once the server answers";
        return LoadError::new(Connection, format!("{shown}: {text}; {advice}"));
    };
    let code = refusal.code();
    let (kind, advice) = match code.code().get(..2).unwrap_or_default() {
        "28" => (
            Denied,
            "; give another user or password (URL, PGPASSWORD or ~/.pgpass)",
        ),
        "08" | "57" => (Connection, "; what was committed is whole, load again"),
        "3D" => (Denied, "; create the database, or name another one"),
        "53" => (
            Refused,
            "; the server lacks room or memory; its tables are unchanged, make room and load again",
        ),
        "55" => (
            Refused,
            "; another session holds the table; end it and load again",
        ),
        _ if *code == SqlState::INSUFFICIENT_PRIVILEGE => (
            Refused,
            "; let this role create and use tables in the schema (GRANT USAGE, CREATE ON SCHEMA), or own its tables",
        ),
        _ => (Refused, ""),
    };
    let mut text = refusal.message().to_owned();
    if let Some(secret) = secret {
        adcore::redact(&mut text, secret);
    }
    LoadError::new(kind, format!("{shown}: {text} ({}){advice}", code.code()))
}
