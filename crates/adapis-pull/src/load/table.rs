//! The table of a stream.

use crate::schema::{Column, ColumnType, MoneyType, Schema};
use crate::sql::table_name;
use crate::stream::Stream;

/// The column that says which snapshot a row is from; tables of statistics need none.
pub(crate) const SNAPSHOT: &str = "snapshot";

/// What the table of a stream is to have.
#[derive(Debug)]
pub(crate) struct Table {
    /// The stream, such as `spots.site-day`.
    #[cfg(feature = "postgres")]
    pub(crate) stream: &'static str,
    /// Its name, such as `spots_site_day`.
    pub(crate) name: String,
    /// The columns of the files.
    pub(crate) schema: Schema,
    /// The column of the day; `None`: the table holds snapshots.
    pub(crate) day: Option<&'static str>,
}

impl Table {
    pub(crate) fn new(stream: &Stream, is_wide: bool) -> Self {
        let money = MoneyType::wide_if(is_wide);
        Self {
            #[cfg(feature = "postgres")]
            stream: stream.name,
            name: table_name(stream.name),
            schema: Schema::clone(&stream.schema).with_money(money),
            day: stream.day,
        }
    }

    /// The columns of the table: those of the files, and that of the snapshot.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> {
        let snapshot = self.day.is_none();
        let snapshot = snapshot.then(|| Column::new(SNAPSHOT, ColumnType::Date));
        self.schema.columns.iter().cloned().chain(snapshot)
    }

    /// The column by which the rows of a partition are found, beside `account`.
    pub(crate) fn date_column(&self) -> &'static str {
        self.day.unwrap_or(SNAPSHOT)
    }
}
