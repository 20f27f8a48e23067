#![doc = include_str!("../README.md")]

mod config;
mod due;
mod footer;
mod plan;
mod schema;
mod state;
mod store;
mod stream;
mod window;
mod write;
mod zone;

pub use config::{
    Config, ConfigError, HybridApi, KeepSnapshots, PartitionBy, Source, StreamSettings, Today,
    VendorSettings,
};
pub use due::DueRule;
pub use footer::{DayStats, Footer, FooterFacts};
pub use plan::{Part, Reason, Selection, SourcePlan, StreamPlan, Window};
pub use schema::{Column, ColumnType, MoneyType, Schema, Value};
pub use state::{Change, StreamState, Suspect};
pub use store::{
    Entry, Holder, LocalStore, Partition, PartitionKey, ReadAt, Store, StoreError, StoreLock,
    TempFile, partitions,
};
pub use stream::{Calls, Stream, Vendor, all as streams};
pub use write::{Format, PartitionWriter, Rows, Staged, WriteError, read_footer, read_rows};
pub use zone::Zone;
