//! Campaigns of Keitaro in data files.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Campaigns and postback key of the tracker.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeitaroData {
    /// The key in the path of postback URLs.
    #[serde(default)]
    pub postback_key: String,
    /// The campaigns; the ready line contains the first one.
    pub campaigns: Vec<KeitaroCampaign>,
}

impl fmt::Debug for KeitaroData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeitaroData")
            .field("campaigns", &self.campaigns)
            .finish_non_exhaustive()
    }
}

/// A campaign: its token and its flows.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeitaroCampaign {
    /// The id.
    pub id: u64,
    /// The name.
    pub name: String,
    /// The API token.
    pub token: String,
    /// How the campaign responds.
    #[serde(default)]
    pub state: KeitaroState,
    /// Lifetime of its cookies in hours.
    #[serde(default = "one_day")]
    pub cookies_ttl: u64,
    /// Parameters that the campaign renames, such as `{"utm_term": "keyword"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The flows, in the order in which they are tried.
    pub flows: Vec<KeitaroFlow>,
    /// The response to a click with no parameters but `log=1` and `info=1`.
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

/// How a campaign responds.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroState {
    /// It routes clicks.
    #[default]
    On,
    /// HTTP 401: the token is valid, but the campaign does not exist.
    Missing,
    /// HTTP 402: the licence does not include the Click API.
    Unlicensed,
    /// HTTP 404.
    NotFound,
    /// HTTP 409: the Click API is disabled.
    Off,
}

/// A flow: the visitors it takes and the action they get.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeitaroFlow {
    /// The id, `info.stream_id`.
    pub id: u64,
    /// Filters that the visitor must all pass.
    #[serde(default)]
    pub filters: Vec<KeitaroFilter>,
    /// Weight of the flow among those with a weight.
    ///
    /// Flows without a weight are tried first, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// The action that the visitor gets.
    pub action: KeitaroAction,
    /// Id of the landing page, `info.landing_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landing_id: Option<u64>,
    /// Offers of the flow; with any, a click gets an offer token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<KeitaroOffer>,
}

/// An offer that a visitor can be redirected to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeitaroOffer {
    /// The id, `info.offer_id`.
    pub id: u64,
    /// The URL, with macros.
    pub url: String,
}

/// A filter of a flow.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum KeitaroFilter {
    /// The first two letters of `language`.
    Language {
        /// Languages, two lower-case letters each.
        values: Vec<String>,
    },
    /// The visitor's IP address.
    Ip {
        /// IP addresses.
        values: Vec<String>,
    },
    /// The visitor's region; nobody passes, because the emulator does not know regions.
    Region {
        /// Region codes.
        values: Vec<String>,
    },
    /// A part of the user agent, ignoring case.
    UserAgent {
        /// Parts of user agents.
        values: Vec<String>,
    },
    /// A parameter of the request.
    Parameter {
        /// Name of the parameter.
        parameter: String,
        /// Values of the parameter.
        values: Vec<String>,
    },
    /// Whether the user agent is a bot.
    Bot {
        /// The required value.
        is: bool,
    },
    /// Whether the visitor is new.
    Uniqueness {
        /// What the visitor must be new to.
        scope: KeitaroScope,
        /// The required value.
        is: bool,
    },
    /// The number of clicks that the flow takes in total.
    Limit {
        /// Maximum number of clicks.
        clicks: u64,
    },
}

/// What a visitor can be new to.
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
        /// The image in base64.
        base64: String,
        /// The media type.
        content_type: String,
    },
    /// A status without a body.
    Http {
        /// The status.
        status: u16,
    },
    /// Nothing; the page is shown as usual.
    None,
}

const fn found() -> u16 {
    302
}
