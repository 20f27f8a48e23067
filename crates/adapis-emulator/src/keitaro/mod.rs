//! Keitaro: a tracker that routes clicks.
//!
//! `routes` maps requests to handlers, `service` holds the state they share, and `response`
//! writes what they return.

mod click;
mod click_request;
mod clicks;
mod cookie;
mod data;
mod form;
mod macros;
mod offer;
mod postback;
mod response;
mod routes;
mod routing;
mod service;
mod settings;

pub use clicks::{ClickRecord, Clicks, Conversion};
pub use data::{
    KeitaroAction, KeitaroCampaign, KeitaroData, KeitaroFilter, KeitaroFlow, KeitaroOffer,
    KeitaroScope, KeitaroState,
};
pub(crate) use routes::{operation, router};
pub(crate) use service::Keitaro;
pub use settings::{
    KeitaroCookies, KeitaroErrors, KeitaroFeature, KeitaroHeaders, KeitaroIds, KeitaroMember,
    KeitaroSettings, KeitaroStatus, KeitaroVisitorCookies,
};
