//! The statistics API: its requests, and its responses of JSON.

mod cell;
mod encode;
mod lists;
mod response;
mod rounding;
mod table;
mod totals;

pub(crate) use encode::{
    BASE_PATH, MAX_ROWS, check_report, encode_available_dates, encode_list, encode_metadata,
    encode_report, encode_report_info, encode_result, encode_task,
};
pub(crate) use lists::{read_available_dates, read_metadata, read_report_info, read_saved_reports};
pub(crate) use response::{failure, judge_code, read_task};
pub(crate) use table::{OpenTable, SharedSummary, Summary, TableReader};
pub(crate) use totals::{Mismatch, Summing};
