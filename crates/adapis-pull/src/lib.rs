#![doc = include_str!("../README.md")]

mod footer;
mod schema;
mod sql;
mod store;
mod write;

pub use footer::{DayStats, Footer, FooterFacts};
pub use schema::{Column, ColumnType, MoneyType, Schema, Value};
pub use sql::{Engine, Table, sql};
pub use store::{
    Entry, Holder, LocalStore, Partition, PartitionKey, ReadAt, Store, StoreError, StoreLock,
    TempFile, partitions,
};
pub use write::{Format, PartitionWriter, Rows, Staged, WriteError, read_footer, read_rows};
