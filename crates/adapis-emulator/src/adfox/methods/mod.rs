//! The methods of the API, one group of objects per file.

mod blocks;
mod change;
mod context;
mod contracts;
mod criteria;
mod info;
mod list;
mod placing;
mod rules;
mod run;
mod table;
mod target;
mod users;

pub(super) use run::run;
