#![doc = include_str!("../README.md")]

mod footer;
mod schema;

pub use footer::{DayStats, Footer};
pub use schema::{Column, ColumnType, Schema, Value};
