#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod account;
mod budget;
mod check;
mod clock;
mod config;
mod due;
mod footer;
mod foreign;
mod guard;
mod history;
#[cfg(any(feature = "postgres", feature = "clickhouse"))]
mod load;
mod maintain;
mod pace;
mod plan;
mod progress;
mod published;
mod pull;
mod reconcile;
mod run;
mod runlog;
mod schema;
mod silence;
pub mod singer;
mod sql;
mod state;
mod status;
mod store;
mod stream;
mod summary;
mod sync;
mod unlisted;
mod window;
mod write;
mod zone;

pub use account::Clients;
pub use check::Checked;
pub use clock::{Clock, SystemClock};
pub use config::{
    Config, ConfigError, HybridApi, KeepSnapshots, PartitionBy, Source, StreamSettings, Today,
    VendorSettings,
};
pub use due::DueRule;
pub use footer::{DayStats, Footer, FooterFacts};
pub use guard::Finding;
pub use history::{History, LastRun, Repull};
#[cfg(feature = "clickhouse")]
pub use load::ClickHouse;
#[cfg(feature = "postgres")]
pub use load::Postgres;
#[cfg(any(feature = "postgres", feature = "clickhouse"))]
pub use load::{LoadError, LoadErrorKind, LoadOptions, LoadSummary, LoadedPartition};
pub use pace::{Pace, PaceCounts, PacedTransport};
pub use plan::{Part, Reason, Selection, SourcePlan, StreamPlan, Window};
pub use progress::Progress;
pub use pull::{Pull, PullError};
pub use reconcile::Difference;
pub use run::RunOptions;
#[doc(hidden)]
pub use run::{Probe, Step};
pub use schema::{Column, ColumnType, MoneyType, Schema, Value};
pub use sql::{Engine, Table, sql};
pub use state::{Change, Doubt, StreamState, Suspect};
pub use status::{DoubtfulPartition, LateChanges, SourceStatus, StreamStatus, SuspectPartition};
#[cfg(feature = "object-store")]
pub use store::RemoteStore;
pub use store::{
    Entry, Holder, LocalStore, Partition, PartitionKey, ReadAt, Stamp, Stamped, Store, StoreError,
    StoreLock, TempFile, partitions,
};
pub use stream::{Calls, Stream, Vendor, all as streams};
pub use summary::{HELD_BACK, HeldBack, LOCKED, Problem, SourceSummary, Summary};
pub use write::{Format, PartitionWriter, Rows, Staged, WriteError, read_footer, read_rows};
pub use zone::Zone;
