//! Reading the rows that were published, across all files of a stream.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::pull::{Pull, PullError};
use crate::schema::Value;
use crate::store::{Partition, PartitionKey};
use crate::write::{WriteError, read_rows};

impl Pull {
    /// Reads the published rows of a stream of a source, file by file.
    ///
    /// For statistics, these are the rows of the days in the inclusive range `days`. For lists of objects, these are
    /// the rows of the latest snapshot of each account, whatever `days` is.
    ///
    /// The columns are those of the stream's schema, in [`config`](Self::config).
    ///
    /// # Errors
    /// If the configuration has no such source or stream, or files cannot be read. After an error, that file yields
    /// no more rows.
    pub fn rows<'a>(
        &'a self,
        source: &str,
        stream: &str,
        days: (Date, Date),
    ) -> Result<impl Iterator<Item = Result<Vec<Value<'static>>, PullError>> + 'a, PullError> {
        let (source, settings) = self.find(source, stream)?;
        let (stream, format) = (&settings.stream, self.config.format);
        let own = self.partitions_of(source, stream.name);
        let mut own = own.map_err(PullError::local)?;
        let own = if stream.is_snapshot() {
            latest(own)
        } else {
            own.retain(|partition| overlaps(partition.key, days));
            own
        };
        let day = stream
            .day
            .and_then(|name| stream.position(name))
            .filter(|_| !stream.is_snapshot());
        let is_wanted = move |row: &Vec<Value<'static>>| match day.and_then(|at| row.get(at)) {
            Some(Value::Date(date)) => days.0 <= *date && *date <= days.1,
            _ => true,
        };
        let rows = own.into_iter().flat_map(move |partition| {
            let opened = read_rows(&*self.store, &partition, format, &stream.schema);
            let (rows, error) = match opened {
                Ok(rows) => (Some(rows), None),
                Err(error) => (None, Some(Err(error))),
            };
            error.into_iter().chain(rows.into_iter().flatten())
        });
        Ok(rows
            .filter(move |row: &Result<_, WriteError>| row.as_ref().map_or(true, is_wanted))
            .map(|row| row.map_err(PullError::from)))
    }
}

/// Keeps the latest partition of each account.
fn latest(own: Vec<Partition>) -> Vec<Partition> {
    let mut latest: BTreeMap<String, Partition> = BTreeMap::new();
    for partition in own {
        let known = latest.get(&partition.account);
        if known.is_none_or(|known| known.key < partition.key) {
            latest.insert(partition.account.clone(), partition);
        }
    }
    latest.into_values().collect()
}

fn overlaps(key: PartitionKey, (from, to): (Date, Date)) -> bool {
    let (first, last) = key.extent();
    first <= to && from <= last
}
