use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The tracker's campaigns and its postback key.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeitaroData {
    /// The key in the path of postbacks.
    #[serde(default)]
    pub postback_key: String,
    /// The campaigns; the first one is in the ready line.
    pub campaigns: Vec<KeitaroCampaign>,
}

impl fmt::Debug for KeitaroData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeitaroData")
            .field("campaigns", &self.campaigns)
            .finish_non_exhaustive()
    }
}

/// A campaign: a token that leads to flows.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeitaroCampaign {
    /// The id.
    pub id: u64,
    /// The name.
    pub name: String,
    /// The API token.
    pub token: String,
    /// Whether the campaign answers.
    #[serde(default)]
    pub state: KeitaroState,
    /// The life of its cookies in hours.
    #[serde(default = "one_day")]
    pub cookies_ttl: u64,
    /// Names that the campaign gives to parameters: `{"utm_term": "keyword"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The flows, in the order in which they are tried.
    pub flows: Vec<KeitaroFlow>,
    /// The answer to a click that brings no fact but `log=1` and `info=1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

const fn one_day() -> u64 {
    24
}

impl fmt::Debug for KeitaroCampaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeitaroCampaign")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Whether a campaign answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroState {
    /// It does.
    #[default]
    On,
    /// HTTP 401: the token is right, but the campaign is gone.
    Missing,
    /// HTTP 402: the licence is too small.
    Unlicensed,
    /// HTTP 404.
    NotFound,
    /// HTTP 409: the Click API is switched off.
    Off,
}

/// A flow: who is taken, and what they get.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeitaroFlow {
    /// The id, `info.stream_id`.
    pub id: u64,
    /// All must let the visitor through.
    #[serde(default)]
    pub filters: Vec<KeitaroFilter>,
    /// Share among the flows with a weight; those without one are tried first, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// What the visitor gets.
    pub action: KeitaroAction,
    /// `info.landing_id`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landing_id: Option<u64>,
    /// Offers behind the flow; with any, a click gets an offer token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<KeitaroOffer>,
}

/// An offer that a visitor may be sent to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeitaroOffer {
    /// `info.offer_id`
    pub id: u64,
    /// The URL, with macros.
    pub url: String,
}

/// One condition of a flow.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum KeitaroFilter {
    /// The first two letters of `language`.
    Language {
        /// Two small letters each.
        values: Vec<String>,
    },
    /// The visitor's address.
    Ip {
        /// Addresses.
        values: Vec<String>,
    },
    /// A region; the emulator knows none, so nobody passes.
    Region {
        /// Region codes.
        values: Vec<String>,
    },
    /// A part of the user agent, in any letter case.
    UserAgent {
        /// Parts.
        values: Vec<String>,
    },
    /// A campaign parameter.
    Parameter {
        /// Its name.
        parameter: String,
        /// Its values.
        values: Vec<String>,
    },
    /// Whether the user agent is a robot's.
    Bot {
        /// The wanted answer.
        is: bool,
    },
    /// Whether the visitor is new.
    Uniqueness {
        /// New to what.
        scope: KeitaroScope,
        /// The wanted answer.
        is: bool,
    },
    /// How many clicks the flow takes in all.
    Limit {
        /// That many.
        clicks: u64,
    },
}

/// What a visitor is new to.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroScope {
    /// The campaign.
    Campaign,
    /// The flow.
    Stream,
    /// The tracker.
    Global,
}

/// What a visitor gets.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum KeitaroAction {
    /// A redirect to a URL with macros.
    Location {
        /// The URL.
        url: String,
        /// The status.
        #[serde(default = "found")]
        status: u16,
    },
    /// A redirect to one of the flow's offers.
    Offer,
    /// An HTML page with macros.
    Html {
        /// The page.
        content: String,
    },
    /// Plain text with macros.
    Text {
        /// The text.
        content: String,
    },
    /// An image.
    Image {
        /// The bytes in base64.
        base64: String,
        /// The media type.
        content_type: String,
    },
    /// A bare status.
    Http {
        /// The status.
        status: u16,
    },
    /// Nothing: the page goes on.
    None,
}

const fn found() -> u16 {
    302
}
