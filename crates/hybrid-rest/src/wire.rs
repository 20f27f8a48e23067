//! The only place that knows Hybrid's paths and JSON: requests out, answers in.

mod members;
mod path;
mod requests;
mod rows;
mod stream;
mod token;

use adcore::{Error, Response};
use adcore_json as json;
use serde::de::DeserializeOwned;

use crate::error::refusal;

pub(crate) use path::any;
pub(crate) use requests::{
    ADVERTISER, BANNER, BANNERS, CAMPAIGN, Report, advertiser_statistics, advertisers,
    banner_statistics, banners, banners_statistics, campaign_statistics, campaigns,
    domain_statistics, ids,
};
pub(crate) use stream::{Array, Groups};
pub(crate) use token::{grant, judge_grant, judge_refresh, refresh};

/// Tells success from failure, then decodes the whole answer.
pub(crate) fn judge<T: DeserializeOwned>(answer: &Response) -> Result<T, Error> {
    if !answer.status.is_success() {
        return Err(refusal(answer));
    }
    json::decode(&answer.body).map_err(|error| error.with_status(answer.status))
}
