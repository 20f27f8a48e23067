//! Clicks that the tracker has counted.

use std::collections::BTreeMap;

use serde::Serialize;

/// How many clicks were counted, with the last of them, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Clicks {
    /// All clicks since the start or the last reset.
    pub count: u64,
    /// The last clicks.
    pub last: Vec<ClickRecord>,
}

/// One click and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClickRecord {
    /// `info.sub_id`
    pub sub_id: String,
    /// The campaign.
    pub campaign_id: u64,
    /// The flow that took it; none when no flow did.
    pub stream_id: Option<u64>,
    /// The landing page of the flow, or of the request.
    pub landing_id: Option<u64>,
    /// The offer that was chosen.
    pub offer_id: Option<u64>,
    /// The kind of action, `info.type`.
    pub action: &'static str,
    /// `GET` or `POST`.
    pub method: String,
    /// The visitor's address.
    pub ip: String,
    /// The visitor's user agent.
    pub user_agent: String,
    /// The visitor's language.
    pub language: String,
    /// Whether the user agent is a robot's.
    pub is_bot: bool,
    /// Whether the visitor was new to the campaign.
    pub is_unique: bool,
    /// Every other parameter of the request, later changed by updates; never the token.
    pub parameters: BTreeMap<String, String>,
    /// Offers that the visitor was sent to, in order.
    pub offers: Vec<u64>,
    /// What postbacks told of the click.
    pub conversions: Vec<Conversion>,
}

/// What a postback told of a click.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Conversion {
    /// `lead`, `sale`, `rejected` or `rebill`.
    pub status: String,
    /// The word that came, before `sale_status` and the like changed it.
    pub original_status: String,
    /// The transaction.
    pub tid: Option<String>,
    /// `payout` or `revenue` as it came.
    pub payout: Option<String>,
    /// `cost` as it came.
    pub cost: Option<String>,
    /// `currency` as it came.
    pub currency: Option<String>,
}
