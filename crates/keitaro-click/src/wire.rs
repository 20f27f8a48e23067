//! The only place that knows the wire: requests out, answers in.

mod answer;
mod encode;
mod info;
mod judge;
mod scalar;

pub(crate) use encode::{click, offer_url, postback, update};
#[cfg(feature = "tower")]
pub(crate) use encode::{click_with, is_control_field};
pub(crate) use judge::{judge_click, judge_postback, judge_update};

#[cfg(test)]
mod tests;
