//! Requests and their outputs, as plain values.
//!
//! Each request has a constructor for its required fields and a setter for every optional one;
//! the fields are public. Requests and outputs can be compared, stored in any serde format and
//! read back.
//!
//! There is no untyped call: [`Click::param`] sends a parameter of any name, and unknown members
//! of a response are kept in [`ClickOutput::extra`].

mod action;
mod click;
mod id;
mod links;
pub(crate) mod name;
mod output;

pub use adcore_json::Extra;

pub use action::Action;
pub use click::{Click, ClickEncoding};
pub use id::{CampaignId, LandingId, OfferId, OfferToken, StreamId, SubId};
pub use links::{Conversion, OfferUrl, Postback, Update};
pub use output::{ClickOutput, Cookie, Info, InfoType, Status, Uniqueness};
