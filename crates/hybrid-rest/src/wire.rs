//! The only code that knows Hybrid's paths and JSON: calls to requests, responses to values.

mod encode;
mod pages;
mod path;
mod refusal;
mod response;
mod row;
mod rows;
mod token;
mod totals;
mod v3;

pub(crate) use encode::{
    ADVERTISER, BANNER, CAMPAIGN, CAMPAIGN_DOMAIN, Report, encode_advertiser_statistics,
    encode_advertisers, encode_banner_statistics, encode_banners,
    encode_campaign_domain_statistics, encode_campaign_statistics, encode_campaigns,
    encode_domain_statistics, encode_ids, encode_refresh_request, encode_token_request,
};
pub(crate) use pages::{PageReader, PageSummary, SharedSummary};
pub(crate) use path::encode_call;
pub(crate) use response::{read_any, read_plain_rows, read_row, read_rows};
pub use row::Wire;
pub(crate) use rows::{CampaignReader, Digested, RowsReader};
pub(crate) use token::{read_refreshed_token, read_token};
pub(crate) use totals::Tally;
pub(crate) use v3::{
    check_v3_statistics, encode_v3_advertisers, encode_v3_banners, encode_v3_campaigns,
    encode_v3_statistics,
};
