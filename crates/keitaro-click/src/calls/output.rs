//! The response to a click.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CampaignId, Extra, LandingId, OfferId, OfferToken, OfferUrl, StreamId, SubId};

mod cookies_by_name;

/// The tracker's response to a click; [`action`](Self::action) says what the page does with it.
///
/// Absent members are `None` or empty. With serde, members have the names of the vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClickOutput {
    /// Response headers, each as `Name: value`; one may be a status line.
    pub headers: Vec<String>,
    /// The HTTP status that the page should have.
    pub status: Option<Status>,
    /// The content, or the base64 of an image or a PDF.
    pub body: Option<String>,
    /// Media type of [`body`](Self::body).
    #[serde(rename = "contentType")]
    pub content_type: Option<String>,
    /// Cookie that older trackers expect with the visitor's next click.
    pub uniqueness_cookie: Option<String>,
    /// The tracker's log of its decision, if the click asked for it.
    pub log: Option<Vec<String>>,
    /// Cookies for the visitor.
    #[serde(with = "cookies_by_name")]
    pub cookies: Vec<Cookie>,
    /// Lifetime of the cookies in hours.
    pub cookies_ttl: Option<u64>,
    /// Ids, token and uniqueness, if the click asked for them.
    pub info: Option<Info>,
    /// Members that are not documented.
    pub extra: Extra,
}

/// The `status` of a response.
///
/// With serde it is a string, such as `"404"`, in every format.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
#[non_exhaustive]
pub enum Status {
    /// A number or a numeric string, not necessarily a valid HTTP status.
    Code(i64),
    /// Any other text, such as `error`.
    Other(String),
}

impl From<String> for Status {
    fn from(text: String) -> Self {
        match text.parse() {
            Ok(code) => Self::Code(code),
            Err(_) => Self::Other(text),
        }
    }
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        match status {
            Status::Code(code) => code.to_string(),
            Status::Other(word) => word,
        }
    }
}

/// A cookie for the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cookie {
    /// The name: `_subid`, `_token`, or one that the tracker chose.
    pub name: String,
    /// The value, not decoded.
    pub value: String,
}

/// What the tracker says about a click.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Info {
    /// Id of the click.
    pub sub_id: Option<SubId>,
    /// The campaign.
    pub campaign_id: Option<CampaignId>,
    /// The flow that received the visitor.
    pub stream_id: Option<StreamId>,
    /// The landing page.
    pub landing_id: Option<LandingId>,
    /// The offer; older trackers send several.
    #[serde(rename = "offer_id")]
    pub offer_ids: Vec<OfferId>,
    /// Token of the click's offer; see [`ClickOutput::offer`].
    pub token: Option<OfferToken>,
    /// Whether the visitor is new.
    pub uniqueness: Option<Uniqueness>,
    /// Whether the tracker considers the visitor a bot.
    pub is_bot: Option<bool>,
    /// What the flow does.
    #[serde(rename = "type")]
    pub kind: Option<InfoType>,
    /// Where the flow leads. May be any text, and may contain unresolved `{macros}`.
    pub url: Option<String>,
    /// Members that are not documented.
    pub extra: Extra,
}

impl Info {
    /// Returns the offer; the first one if there are several.
    #[must_use]
    pub fn offer_id(&self) -> Option<OfferId> {
        self.offer_ids.first().copied()
    }
}

/// Uniqueness of a visitor per campaign, flow and tracker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Uniqueness {
    /// Whether the visitor is new to the campaign.
    pub campaign: Option<bool>,
    /// Whether the visitor is new to the flow.
    pub stream: Option<bool>,
    /// Whether the visitor is new to the tracker.
    pub global: Option<bool>,
    /// Members that are not documented.
    pub extra: Extra,
}

/// What a flow does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
#[non_exhaustive]
pub enum InfoType {
    /// A redirect by header.
    Location,
    /// A redirect of another kind, or a status without content.
    Http,
    /// A page.
    Html,
    /// Plain text.
    Text,
    /// Nothing.
    None,
    /// A type that is not documented.
    Other(String),
}

impl InfoType {
    /// Returns the name that the tracker uses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Location => "location",
            Self::Http => "http",
            Self::Html => "html",
            Self::Text => "text",
            Self::None => "none",
            Self::Other(word) => word,
        }
    }
}

impl fmt::Display for InfoType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => code.fmt(f),
            Self::Other(word) => f.write_str(word),
        }
    }
}

impl From<String> for InfoType {
    fn from(word: String) -> Self {
        match word.as_str() {
            "location" => Self::Location,
            "http" => Self::Http,
            "html" => Self::Html,
            "text" => Self::Text,
            "none" => Self::None,
            _ => Self::Other(word),
        }
    }
}

impl From<InfoType> for String {
    fn from(kind: InfoType) -> Self {
        match kind {
            InfoType::Other(word) => word,
            known => known.as_str().to_owned(),
        }
    }
}

impl ClickOutput {
    /// Returns the offer of this click; `None` without a token.
    ///
    /// Pass it to [`Client::offer_url`](crate::Client::offer_url).
    #[must_use]
    pub fn offer(&self) -> Option<OfferUrl> {
        let token = self.info.as_ref()?.token.as_ref()?;
        (!token.as_str().is_empty()).then(|| OfferUrl::new(token.clone()))
    }

    /// Returns the id of the click, from `info.sub_id` or the cookie `_subid`.
    #[must_use]
    pub fn sub_id(&self) -> Option<&str> {
        let info = self.info.as_ref().and_then(|info| info.sub_id.as_ref());
        let id = match info {
            Some(id) => Some(id.as_str()),
            None => self.cookie("_subid"),
        };
        id.filter(|id| !id.is_empty())
    }

    /// Returns the value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies
            .iter()
            .find_map(|cookie| (cookie.name == name).then_some(cookie.value.as_str()))
    }

    /// Returns the first value of a header; the case of the name does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header_pairs()
            .find_map(|(other, value)| other.eq_ignore_ascii_case(name).then_some(value))
    }

    /// Iterates over the names and values of the headers; skips status lines and malformed headers.
    pub fn header_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let split = line.contains(|c: char| c.is_control() && c != '\t');
            (!split && !name.is_empty()).then_some((name.trim_end(), value.trim()))
        })
    }
}
