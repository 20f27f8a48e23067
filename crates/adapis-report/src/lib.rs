#![doc = include_str!("../README.md")]

mod charts;
mod derive;
mod format;
mod page;
mod report;
mod words;

pub use jiff::Timestamp;
pub use jiff::civil::{Date, date};
pub use jiff::tz::Offset;
pub use rust_decimal::Decimal;

pub use page::render;
pub use report::{DayRow, Freshness, Grouping, Language, LateChange, Money, Report};
