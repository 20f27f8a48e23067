//! Reading a file as a whole: its rows are those that its footer speaks of, or the reading ends with an error.

use parquet::file::reader::SerializedFileReader;

use super::blob::Blob;
use super::columns::check_columns;
use super::{Rows, footer_of, parquet_reader};
use crate::footer::Footer;
use crate::schema::{MoneyType, Schema, Value};
use crate::store::{Partition, ReadAt, Store};
use crate::write::cell::Cell;
use crate::write::digest::RowDigest;
use crate::write::{Format, WriteError, beside};

/// A file whose rows are counted and hashed while they are read, for those who hand them on.
///
/// What was handed on must be withdrawn if [`next`](Self::next) fails, even after the last row.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) footer: Footer,
    /// The columns, with money of the size in which the file has it.
    pub(crate) schema: Schema,
    partition: Partition,
    path: String,
    day: Option<usize>,
    rows: Rows,
    digest: Option<RowDigest>,
    read: u64,
}

impl Published {
    /// Opens the file of a partition, whatever its format. Returns `None` if there is no file.
    pub(crate) fn open(
        store: &dyn Store,
        partition: &Partition,
        schema: &Schema,
    ) -> Result<Option<Self>, WriteError> {
        partition.check()?;
        for format in Format::ALL {
            if let Some(data) = store.open(&format.path(partition))? {
                return Self::read(store, partition, format, data, schema).map(Some);
            }
        }
        Ok(None)
    }

    /// Reads a file that was opened, or its bytes.
    pub(crate) fn read(
        store: &dyn Store,
        partition: &Partition,
        format: Format,
        data: Box<dyn ReadAt>,
        schema: &Schema,
    ) -> Result<Self, WriteError> {
        let path = store.show(&format.path(partition));
        let (footer, schema, rows) = if format == Format::Parquet {
            // One opening for footer and rows: a run may replace the file at any time.
            let reader = parquet_reader(data, &path)?;
            let footer = footer_of(&reader, path.clone())?;
            let schema = schema_of(&reader, schema);
            let rows = Rows::of_parquet(reader, &schema, path.clone())?;
            (footer, schema, rows)
        } else {
            // If the footer is that of a newer file, the digests differ in the end.
            let footer = beside::read(store, partition, format)?.ok_or_else(|| {
                WriteError::content(&path, &"was removed while it was read; load again")
            })?;
            let wide = format!(" money={} ", MoneyType::Wide);
            let money = MoneyType::wide_if(footer.fingerprint.contains(&wide));
            let schema = schema.clone().with_money(money);
            let rows = Rows::begin(data, format, &schema, path.clone())?;
            (footer, schema, rows)
        };
        if footer.stream != partition.stream || footer.account != partition.account {
            let reason = format!(
                "is the file of {} of {} but is in the folder of another; move it back",
                footer.stream, footer.account
            );
            return Err(WriteError::content(path, &reason));
        }
        let day = match partition.key {
            crate::store::PartitionKey::Snapshot(_) => None,
            _ => schema.day_column(),
        };
        Ok(Self {
            digest: Some(RowDigest::new(&schema.columns)),
            partition: partition.clone(),
            read: 0,
            footer,
            schema,
            path,
            day,
            rows,
        })
    }

    /// Reads the next row. At the end, rows and footer must agree.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<Value<'static>>>, WriteError> {
        let Some(row) = self.rows.next().transpose()? else {
            return self.finish().map(|()| None);
        };
        self.read += 1;
        self.check(&row)
            .map_err(|reason| self.content(&format!("row {}: {reason}", self.read)))?;
        Ok(Some(row))
    }

    /// Reads all rows only to see whether they are those of the footer.
    pub(crate) fn verify(
        &mut self,
        mut check: impl FnMut(&[Value<'_>]) -> Result<(), String>,
    ) -> Result<(), WriteError> {
        while let Some(row) = self.next()? {
            check(&row).map_err(|reason| self.content(&format!("row {}: {reason}", self.read)))?;
        }
        Ok(())
    }

    /// An error about a row that the receiver does not take.
    #[cfg(feature = "postgres")]
    pub(crate) fn refuse_row(&self, reason: &str) -> WriteError {
        self.content(&format!("row {}: {reason}", self.read))
    }

    fn check(&mut self, row: &[Value<'_>]) -> Result<(), String> {
        if !matches!(row.first(), Some(Value::Text(account)) if *account == self.partition.account)
        {
            return Err("is of another account than its folder".to_owned());
        }
        if let Some(Value::Date(day)) = self.day.and_then(|day| row.get(day))
            && !self.partition.key.holds(*day)
        {
            return Err(format!(
                "is of {day}, which is not in {}",
                self.partition.key
            ));
        }
        let Some(digest) = &mut self.digest else {
            return Ok(());
        };
        for (column, value) in self.schema.columns.iter().zip(row) {
            let cell =
                Cell::fit(column, value).map_err(|reason| format!("{} {reason}", column.name))?;
            digest.cell(&cell);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), WriteError> {
        let Some(digest) = self.digest.take() else {
            return Ok(());
        };
        let digest = digest.finish();
        if self.read != self.footer.rows || digest != self.footer.digest {
            return Err(self.content(&format!(
                "has {} rows with the digest {digest}, and its footer says {} with {}; the file was damaged or edited, \
                 pull its days again",
                self.read, self.footer.rows, self.footer.digest
            )));
        }
        Ok(())
    }

    fn content(&self, reason: &String) -> WriteError {
        WriteError::content(&self.path, reason)
    }
}

/// The schema with money of the size that the file has; the narrow one if it has neither.
pub(super) fn schema_of(reader: &SerializedFileReader<Blob>, schema: &Schema) -> Schema {
    let wide = schema.clone().with_money(MoneyType::Wide);
    let narrow = schema.clone().with_money(MoneyType::Narrow);
    if check_columns(reader, &narrow).is_err() && check_columns(reader, &wide).is_ok() {
        wide
    } else {
        narrow
    }
}
