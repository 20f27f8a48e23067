use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{OfferId, OfferToken, SubId};

/// A link that leads a visitor from the page to the offer of his click.
///
/// ```
/// use keitaro_click::calls::OfferUrl;
/// use keitaro_click::{Client, Credentials};
///
/// let client = Client::new("https://tracker.example:8443/dir", Credentials::none())?;
/// let link = client.offer_url(&OfferUrl::new("a+b/c=").offer_id(7))?;
/// assert_eq!(
///     link,
///     "https://tracker.example:8443/dir/?_lp=1&_token=a%2Bb%2Fc%3D&offer_id=7",
/// );
/// # Ok::<(), keitaro_click::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferUrl {
    /// The click's offer token.
    pub token: OfferToken,
    /// One of several offers.
    pub offer_id: Option<OfferId>,
    /// More parameters, such as `sub_id_1` to `sub_id_30`.
    #[serde(default)]
    pub params: Vec<(String, String)>,
    /// Counts an exit instead of a way through the landing page.
    #[serde(default)]
    pub exit: bool,
}

impl OfferUrl {
    /// A link for this token.
    #[must_use]
    pub fn new(token: impl Into<OfferToken>) -> Self {
        Self {
            token: token.into(),
            offer_id: None,
            params: Vec::new(),
            exit: false,
        }
    }

    /// Leads to one of several offers.
    #[must_use]
    pub fn offer_id(mut self, id: impl Into<OfferId>) -> Self {
        self.offer_id = Some(id.into());
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// Adds the parameter `sub_id_{number}`, 1 to 30.
    #[must_use]
    pub fn sub_id(self, number: u8, value: impl Into<String>) -> Self {
        self.param(format!("sub_id_{number}"), value)
    }

    /// Counts an exit.
    #[must_use]
    pub fn exit(mut self, exit: bool) -> Self {
        self.exit = exit;
        self
    }
}

/// A change of an earlier click's parameters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Update {
    /// The click.
    pub sub_id: SubId,
    /// The new values, such as `sub_id_1`; at least one.
    #[serde(default)]
    pub params: Vec<(String, String)>,
}

impl Update {
    /// A change of this click.
    #[must_use]
    pub fn new(sub_id: impl Into<SubId>) -> Self {
        Self {
            sub_id: sub_id.into(),
            params: Vec::new(),
        }
    }

    /// Sets a parameter.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }
}

/// What became of a click.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
#[non_exhaustive]
pub enum Conversion {
    /// A lead, not yet paid.
    Lead,
    /// A sale; what the tracker takes a postback without a status for.
    Sale,
    /// Rejected.
    Rejected,
    /// A repeated payment; it needs a transaction id.
    Rebill,
    /// A status that a tracker names itself.
    Other(String),
}

impl Conversion {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Lead => "lead",
            Self::Sale => "sale",
            Self::Rejected => "rejected",
            Self::Rebill => "rebill",
            Self::Other(word) => word,
        }
    }
}

impl std::fmt::Display for Conversion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Conversion> for String {
    fn from(conversion: Conversion) -> Self {
        match conversion {
            Conversion::Other(word) => word,
            known => known.as_str().to_owned(),
        }
    }
}

impl From<String> for Conversion {
    fn from(word: String) -> Self {
        Self::from(word.as_str())
    }
}

impl From<&str> for Conversion {
    fn from(word: &str) -> Self {
        match word {
            "lead" => Self::Lead,
            "sale" => Self::Sale,
            "rejected" => Self::Rejected,
            "rebill" => Self::Rebill,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A conversion of an earlier click, reported to the tracker.
///
/// Money is exact, in units of `currency` or of the tracker's own currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Postback {
    /// The click.
    pub sub_id: SubId,
    /// What became of it; the tracker takes none for a sale.
    pub status: Option<Conversion>,
    /// What the conversion earns.
    #[serde(default, with = "adcore_json::text::decimal")]
    pub payout: Option<Decimal>,
    /// What the click cost.
    #[serde(default, with = "adcore_json::text::decimal")]
    pub cost: Option<Decimal>,
    /// Currency of the money, such as `USD`.
    pub currency: Option<String>,
    /// Transaction id, to tell several conversions of a click apart.
    pub tid: Option<String>,
    /// What the tracker shall answer instead of `Success`.
    pub return_text: Option<String>,
    /// Words of the sender's that mean a sale.
    #[serde(default)]
    pub sale_status: Vec<String>,
    /// Words that mean a lead.
    #[serde(default)]
    pub lead_status: Vec<String>,
    /// Words that mean a rejection.
    #[serde(default)]
    pub rejected_status: Vec<String>,
    /// Words to be ignored.
    #[serde(default)]
    pub ignore_status: Vec<String>,
    /// More parameters, such as `sub_id_1` to `sub_id_15`.
    #[serde(default)]
    pub params: Vec<(String, String)>,
}

impl Postback {
    /// A conversion of this click.
    #[must_use]
    pub fn new(sub_id: impl Into<SubId>) -> Self {
        Self {
            sub_id: sub_id.into(),
            status: None,
            payout: None,
            cost: None,
            currency: None,
            tid: None,
            return_text: None,
            sale_status: Vec::new(),
            lead_status: Vec::new(),
            rejected_status: Vec::new(),
            ignore_status: Vec::new(),
            params: Vec::new(),
        }
    }

    /// Sets what became of the click.
    #[must_use]
    pub fn status(mut self, status: Conversion) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets what the conversion earns.
    #[must_use]
    pub fn payout(mut self, payout: Decimal) -> Self {
        self.payout = Some(payout);
        self
    }

    /// Sets what the click cost.
    #[must_use]
    pub fn cost(mut self, cost: Decimal) -> Self {
        self.cost = Some(cost);
        self
    }

    /// Sets the currency of the money.
    #[must_use]
    pub fn currency(mut self, currency: impl Into<String>) -> Self {
        self.currency = Some(currency.into());
        self
    }

    /// Sets the transaction id.
    #[must_use]
    pub fn tid(mut self, tid: impl Into<String>) -> Self {
        self.tid = Some(tid.into());
        self
    }

    /// Sets what the tracker shall answer on success.
    #[must_use]
    pub fn return_text(mut self, text: impl Into<String>) -> Self {
        self.return_text = Some(text.into());
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }
}
