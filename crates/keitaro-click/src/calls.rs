//! Request values and what they bring.

mod action;
mod click;
mod links;
mod money;
mod output;

pub use adcore_json::Extra;

pub use action::Action;
pub use click::{Click, ClickEncoding};
pub use links::{Conversion, OfferUrl, Postback, Update};
pub use output::{
    CampaignId, ClickOutput, Cookie, Info, InfoType, LandingId, OfferId, OfferToken, Status,
    StreamId, SubId, Uniqueness,
};
