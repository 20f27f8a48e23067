//! Hybrid: advertising campaigns and their statistics over REST.
//!
//! `routes` maps requests to handlers, `service` holds the state they share, and `wire` and
//! `response` write what they return.

mod catalog;
mod data;
mod generated;
mod listing;
mod response;
mod revised;
mod routes;
mod service;
mod settings;
mod statistics;
mod table;
mod token;
mod v3;
mod wire;

pub use data::{
    HybridAdvertiser, HybridBanner, HybridBannerRow, HybridCampaign, HybridCampaignRow,
    HybridClient, HybridData, HybridDomainRow, HybridGenerated,
};
pub(crate) use routes::{operation, router};
pub(crate) use service::Hybrid;
pub use settings::{
    HybridDates, HybridInvalid, HybridLargeLimit, HybridNames, HybridNoAgency, HybridNumbers,
    HybridPastEnd, HybridRefreshToken, HybridSettings, HybridTotal, HybridV3Settings, HybridZeros,
};
