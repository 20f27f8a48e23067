#![doc = include_str!("../README.md")]

pub mod config;
pub mod due;
mod footer;
mod schema;
pub mod plan;
pub mod state;
pub mod store;
pub mod stream;
mod window;
pub mod write;
pub mod zone;

pub use config::{Config, ConfigError};
pub use footer::{DayStats, Footer, FooterFacts};
pub use plan::Selection;
pub use schema::{Column, ColumnType, MoneyType, Schema, Value};
