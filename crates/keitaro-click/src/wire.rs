//! Encodes requests and reads responses. No other module knows the vendor's wire format.

mod encode;
mod info;
mod output;
mod response;
mod scalar;

#[cfg(feature = "tower")]
pub(crate) use encode::{check_params, encode_click_with, is_reserved, is_single_line};
pub(crate) use encode::{encode_click, encode_offer_url, encode_postback, encode_update};
pub(crate) use response::{read_click, read_postback, read_update};
