//! The only place that knows JSON-RPC: encode, judge, decode.

pub(crate) mod batch;
mod encode;
mod envelope;
mod row;
mod rows;
mod tokens;

pub(crate) use encode::{request, statistics};
pub(crate) use envelope::{Rules, single};
pub(crate) use row::decode_rows;
pub(crate) use rows::{OpenRows, RowsJudge};
pub(crate) use tokens::decode_tokens;

/// The method of the statistics.
pub(crate) const STATISTICS: &str = "platform.getStatistics";
/// The method that gives tokens for a password.
pub(crate) const AUTH: &str = "user.auth";
/// The method that gives tokens for a refresh token.
pub(crate) const REFRESH: &str = "user.tokenRefresh";
