#![doc = include_str!("../README.md")]

mod charts;
mod derive;
mod format;
mod page;
mod report;
mod words;

pub use page::render;
pub use report::{DayRow, Freshness, Grouping, Language, LateChange, Money, Report};
