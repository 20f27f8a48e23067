//! What is asked of a server.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::ddl::{self, DIGEST, PARTITION, REQUESTED, TIME};
use super::file::{File, read, settings_of};
use super::http::Http;
use super::quote;
use crate::load::error::schema_error;
use crate::load::table::Table;
use crate::load::{LoadError, LoadErrorKind, Loaded, Session};
use crate::schema::{ColumnType, MoneyType};
use crate::sql::clickhouse::format_name;
use crate::sql::{quote_escaped as text, table_name};
use crate::store::{Partition, PartitionKey, Store};
use crate::stream::{self, Stream};

/// What the tables begin with that one file is in until it is in its place.
const STAGING: &str = "adapis_staging_";

/// The view of what was loaded.
const LOADED: &str = "adapis_loaded";

/// The first version whose `Date32` has the years 1900 to 2299.
const OLDEST: (u32, u32) = (22, 8);

pub(super) struct ClickHouseSession {
    http: Http,
    database: String,
    /// Whether a table was created or altered, or there is no view, so that the view has to be defined.
    is_changed: bool,
}

impl ClickHouseSession {
    /// Creates the database if it is missing, and removes what killed loads left.
    pub(super) async fn begin(http: Http, database: String) -> Result<Self, LoadError> {
        let mut session = Self {
            http,
            database,
            is_changed: false,
        };
        let shown = session.http.shown();
        let version = session.value(&shown, "SELECT version()").await?;
        if is_too_old(&version) {
            let message = format!(
                "{shown}: version {version} is too old; load into ClickHouse {}.{} or later",
                OLDEST.0, OLDEST.1
            );
            return Err(LoadError::new(LoadErrorKind::Refused, message));
        }
        let known = format!(
            "SELECT count() FROM system.databases WHERE name = {}",
            text(&session.database)
        );
        if session.value(&shown, &known).await? == "0" {
            session
                .execute(
                    &shown,
                    &format!("CREATE DATABASE {}", quote(&session.database)),
                )
                .await?;
        }
        let known = format!(
            "SELECT count() FROM system.tables WHERE database = {} AND name = '{LOADED}'",
            text(&session.database)
        );
        session.is_changed = session.value(&shown, &known).await? == "0";
        // The day is far more than a load of one file takes.
        let left = format!(
            "SELECT name FROM system.tables WHERE database = {} AND startsWith(name, '{STAGING}') \
             AND metadata_modification_time < now() - INTERVAL 1 DAY",
            text(&session.database)
        );
        for row in session.rows(&shown, &left).await? {
            let name = session.name(row.first().map_or("", String::as_str));
            session
                .execute(&shown, &format!("DROP TABLE IF EXISTS {name}"))
                .await?;
        }
        Ok(session)
    }

    /// Defines the view of what was loaded, if there is a new table or no view.
    pub(super) async fn end(self, reports: &[Stream]) -> Result<(), LoadError> {
        if !self.is_changed {
            return Ok(());
        }
        let shown = self.http.shown();
        let known = format!(
            "SELECT table FROM system.columns WHERE database = {} AND name = '{DIGEST}' \
             AND NOT startsWith(table, '{STAGING}') ORDER BY table",
            text(&self.database)
        );
        let tables = self.rows(&shown, &known).await?;
        let tables: Vec<&str> = tables
            .iter()
            .filter_map(|row| row.first())
            .map(String::as_str)
            .collect();
        let selects: Vec<String> = stream::all()
            .iter()
            .chain(reports)
            .filter(|stream| tables.contains(&table_name(stream.name).as_str()))
            .map(|stream| {
                format!(
                    "SELECT {} AS stream, account, {PARTITION} AS partition, any({DIGEST}) AS digest, count() AS rows, \
                     any({TIME}) AS loaded FROM {} GROUP BY account, {PARTITION}",
                    text(stream.name),
                    self.name(&table_name(stream.name))
                )
            })
            .collect();
        if selects.is_empty() {
            return Ok(());
        }
        let view = format!(
            "CREATE OR REPLACE VIEW {} AS {}",
            self.name(LOADED),
            selects.join(" UNION ALL ")
        );
        self.execute(&shown, &view).await
    }

    async fn rows(&self, shown: &str, statement: &str) -> Result<Vec<Vec<String>>, LoadError> {
        self.http.query(shown, statement, &[], None).await
    }

    async fn value(&self, shown: &str, statement: &str) -> Result<String, LoadError> {
        let rows = self.rows(shown, statement).await?;
        Ok(rows.into_iter().flatten().next().unwrap_or_default())
    }

    async fn execute(&self, shown: &str, statement: &str) -> Result<(), LoadError> {
        self.rows(shown, statement).await.map(|_| ())
    }

    /// The quoted name of a table, with its database.
    fn name(&self, table: &str) -> String {
        format!("{}.{}", quote(&self.database), quote(table))
    }

    fn shown(&self, table: &str) -> String {
        format!("{}, table {}.{table}", self.http.shown(), self.database)
    }

    /// Whether there is a table, its partition key, and the names and types of its columns.
    async fn described(
        &self,
        table: &str,
    ) -> Result<Option<(String, Vec<(String, String)>)>, LoadError> {
        let shown = self.shown(table);
        let (database, table) = (text(&self.database), text(table));
        let keys = format!(
            "SELECT partition_key FROM system.tables WHERE database = {database} AND name = {table}"
        );
        let Some(key) = self.rows(&shown, &keys).await?.into_iter().flatten().next() else {
            return Ok(None);
        };
        let columns = format!(
            "SELECT name, type FROM system.columns WHERE database = {database} AND table = {table} ORDER BY position"
        );
        let columns = self.rows(&shown, &columns).await?;
        let columns = columns.into_iter().filter_map(|row| {
            let mut row = row.into_iter();
            row.next().zip(row.next())
        });
        Ok(Some((key, columns.collect())))
    }

    /// Puts a file into a separate table, looks at what arrived, and lets it take the place of the old partition.
    async fn stage(
        &self,
        shown: &str,
        staging: &str,
        table: &Table,
        partition: &Partition,
        file: &File,
    ) -> Result<(), LoadError> {
        let target = self.name(&table.name);
        self.execute(shown, &format!("CREATE TABLE {staging} AS {target}"))
            .await?;
        let mut columns: Vec<String> = file
            .schema
            .columns
            .iter()
            .map(|column| quote(&column.name))
            .collect();
        let mut values = columns.clone();
        if table.day.is_none() {
            columns.push(quote(table.date_column()));
            values.push(format!("toDate32('{}')", partition.key.date()));
        }
        columns.extend([PARTITION, DIGEST, TIME, REQUESTED].map(str::to_owned));
        let key = text(&partition.key.to_string());
        values.extend([
            key.clone(),
            text(&file.footer.digest),
            "now64(3, 'UTC')".to_owned(),
            format!(
                "fromUnixTimestamp64Micro(toInt64({}), 'UTC')",
                file.footer.requested.as_microsecond()
            ),
        ]);
        let (format, settings) = (format_name(file.format), settings_of(file.format));
        let insert = format!(
            "INSERT INTO {staging} ({}) SELECT {} FROM input({}) FORMAT {format}",
            columns.join(", "),
            values.join(", "),
            text(&ddl::structure(&file.schema.columns))
        );
        self.http
            .query(shown, &insert, settings, Some(file.bytes.clone()))
            .await?;
        self.check(shown, staging, file).await?;
        let account = text(&partition.account);
        let replace =
            format!("ALTER TABLE {target} REPLACE PARTITION ({account}, {key}) FROM {staging}");
        self.execute(shown, &replace).await
    }

    /// Compares the number of rows and all sums with those of the footer.
    async fn check(&self, shown: &str, staging: &str, file: &File) -> Result<(), LoadError> {
        let is_number = |kind: ColumnType| kind == ColumnType::Count || kind.money().is_some();
        let columns = file
            .schema
            .columns
            .iter()
            .filter(|column| is_number(column.column_type));
        let names: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
        let mut asked = vec!["count()".to_owned()];
        let columns = file.schema.columns.iter();
        let sizes = columns.filter_map(|column| column.column_type.money());
        let scale = sizes.map(MoneyType::scale).max().unwrap_or(0);
        asked.extend(
            names
                .iter()
                .map(|name| format!("coalesce(sum(toDecimal128({}, {scale})), 0)", quote(name))),
        );
        let statement = format!("SELECT {} FROM {staging}", asked.join(", "));
        let found = self.rows(shown, &statement).await?;
        let found: Vec<String> = found.into_iter().flatten().collect();
        let mut expected = vec![file.footer.rows.to_string()];
        for name in &names {
            let days = file
                .footer
                .days
                .values()
                .filter_map(|day| day.sums.get(*name));
            expected.push(days.sum::<rust_decimal::Decimal>().normalize().to_string());
        }
        let is_same = |(found, expected): (&String, &String)| {
            let found = found.parse::<rust_decimal::Decimal>();
            found.is_ok_and(|found| found.normalize().to_string() == *expected)
        };
        if found.len() == expected.len() && found.iter().zip(&expected).all(is_same) {
            return Ok(());
        }
        let message = format!(
            "{shown}: the server read other numbers than the file has ({} for {} as rows and sums); the old partition is unchanged",
            found.join(" "),
            expected.join(" ")
        );
        Err(LoadError::new(LoadErrorKind::Refused, message))
    }
}

/// Whether a version such as `18.16.1` is before the oldest one; a server that calls it otherwise is tried.
fn is_too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map_while(|part| part.parse().ok());
    let found = numbers.next().zip(numbers.next());
    found.is_some_and(|found| found < OLDEST)
}

impl Session for ClickHouseSession {
    const KNOWS_EMPTY: bool = false;

    async fn prepare(
        &mut self,
        table: &Table,
        is_needed: bool,
        migrate: bool,
        altered: &mut Vec<String>,
    ) -> Result<bool, LoadError> {
        let (shown, name) = (self.shown(&table.name), self.name(&table.name));
        let Some((key, columns)) = self.described(&table.name).await? else {
            if is_needed {
                self.execute(&shown, &ddl::create(&name, table)).await?;
                self.is_changed = true;
            }
            return Ok(is_needed);
        };
        let changes = ddl::compare(&columns, &key, table);
        if changes.differences.is_empty() {
            return Ok(true);
        }
        if !migrate || changes.is_impossible {
            return Err(schema_error(
                shown,
                &changes.differences,
                !changes.is_impossible,
            ));
        }
        for action in changes.actions {
            self.execute(&shown, &format!("ALTER TABLE {name} {action}"))
                .await?;
            altered.push(format!("{}.{}: {action}", self.database, table.name));
        }
        self.is_changed = true;
        Ok(true)
    }

    async fn loaded(
        &mut self,
        table: &Table,
    ) -> Result<BTreeMap<(String, PartitionKey), Loaded>, LoadError> {
        // A file has one digest; what has several was written by someone else, and is replaced.
        let statement = format!(
            "SELECT account, {PARTITION}, if(uniqExact({DIGEST}) = 1, toString(any({DIGEST})), ''), \
             toUnixTimestamp64Micro(max({REQUESTED})) FROM {} \
             GROUP BY account, {PARTITION}",
            self.name(&table.name)
        );
        let rows = self.rows(&self.shown(&table.name), &statement).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let [account, key, digest, requested] = <[String; 4]>::try_from(row).ok()?;
                let requested = requested.parse().ok().filter(|at| *at != 0);
                let loaded = Loaded {
                    digest,
                    requested: requested.and_then(|at| Timestamp::from_microsecond(at).ok()),
                };
                Some(((account, PartitionKey::parse(&key)?), loaded))
            })
            .collect())
    }

    async fn replace(
        &mut self,
        table: &Table,
        partition: &Partition,
        store: &dyn Store,
    ) -> Result<u64, LoadError> {
        let file = read(store, partition, table)?;
        let shown = format!("{}, partition {partition}", self.shown(&table.name));
        if file.footer.rows == 0 {
            self.remove(table, partition).await?;
            return Ok(0);
        }
        let staging = self.name(&format!("{STAGING}{:016x}", fastrand::u64(..)));
        let staged = self.stage(&shown, &staging, table, partition, &file).await;
        let dropped = self
            .execute(&shown, &format!("DROP TABLE IF EXISTS {staging}"))
            .await;
        // Whatever could not be dropped is swept a day later; the partition is in its place.
        if let (Ok(()), Err(error)) = (&staged, dropped) {
            tracing::warn!(%error, "a table of one file was left behind");
        }
        staged.map(|()| file.footer.rows)
    }

    async fn remove(&mut self, table: &Table, partition: &Partition) -> Result<(), LoadError> {
        let shown = format!("{}, partition {partition}", self.shown(&table.name));
        let (account, key) = (text(&partition.account), text(&partition.key.to_string()));
        let drop = format!(
            "ALTER TABLE {} DROP PARTITION ({account}, {key})",
            self.name(&table.name)
        );
        self.execute(&shown, &drop).await
    }
}
