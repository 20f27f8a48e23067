//! Request values and what they bring.

mod action;
mod click;
mod id;
mod links;
mod output;

pub use adcore_json::Extra;

pub use action::Action;
pub use click::{Click, ClickEncoding};
pub use id::{CampaignId, LandingId, OfferId, OfferToken, StreamId, SubId};
pub use links::{Conversion, OfferUrl, Postback, Update};
pub use output::{ClickOutput, Cookie, Info, InfoType, Status, Uniqueness};
