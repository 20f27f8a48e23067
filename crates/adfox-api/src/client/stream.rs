//! Lists and rows as they arrive.

mod pages;
mod rows;

pub use pages::{Page, Pages};
pub use rows::RowStream;
