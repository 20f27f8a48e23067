//! Request values and what they bring.

use std::collections::BTreeMap;

use adcore_json::RawJson;

mod action;
mod click;
mod links;
mod output;

pub use action::Action;
pub use click::Click;
pub use links::{Conversion, OfferUrl, Postback, Update};
pub use output::{
    CampaignId, ClickOutput, Cookie, Info, InfoType, LandingId, OfferId, OfferToken, Status,
    StreamId, SubId, Uniqueness,
};

/// Members that the vendor's page does not name, by name.
pub type Extra = BTreeMap<String, RawJson>;
