//! JSON-RPC as SPOTS speaks it: encoding requests, reading responses.

mod batch;
mod encode;
mod id;
mod response;
mod row;
mod rows;
mod token;

pub(crate) use batch::{is_batch_refused, is_token_rejected, read_batch};
pub(crate) use encode::{
    check_call, encode_batch, encode_call, encode_login, encode_refresh, encode_statistics,
};
pub(crate) use id::RequestIds;
pub(crate) use response::{ReadOptions, read_result};
pub use row::WireRow;
pub(crate) use rows::{OpenRows, RowsReader};
pub(crate) use token::read_tokens;
