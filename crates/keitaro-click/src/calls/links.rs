//! Requests about an earlier click: its offer, its parameters, its conversions.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{OfferId, OfferToken, SubId};

/// The link that leads a visitor from the page to the offer of their click.
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
    /// The offer, if the flow has several.
    pub offer_id: Option<OfferId>,
    /// More parameters, such as `sub_id_1` to `sub_id_30`.
    #[serde(default)]
    pub params: Vec<(String, String)>,
    /// Counts an exit instead of a click on the landing page.
    #[serde(default)]
    pub exit: bool,
}

impl OfferUrl {
    /// Creates a link for this token.
    #[must_use]
    pub fn new(token: impl Into<OfferToken>) -> Self {
        Self {
            token: token.into(),
            offer_id: None,
            params: Vec::new(),
            exit: false,
        }
    }

    /// Sets the offer, if the flow has several.
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

    /// Sets whether the tracker counts an exit.
    #[must_use]
    pub fn exit(mut self, exit: bool) -> Self {
        self.exit = exit;
        self
    }
}

/// A change of an earlier click's parameters.
///
/// ```no_run
/// use keitaro_click::calls::Update;
/// use keitaro_click::{Client, Credentials};
///
/// # async fn run() -> Result<(), keitaro_click::Error> {
/// let client = Client::new("https://tracker.example", Credentials::none())?;
/// client.update(&Update::new("o2q6e42hs08jq").param("sub_id_1", "button")).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Update {
    /// The click.
    pub sub_id: SubId,
    /// New values of parameters such as `sub_id_1`; at least one.
    #[serde(default)]
    pub params: Vec<(String, String)>,
}

impl Update {
    /// Creates a change of this click without parameters.
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

/// The status of a conversion.
///
/// ```
/// use keitaro_click::calls::Conversion;
///
/// assert_eq!(Conversion::from("sale"), Conversion::Sale);
/// assert_eq!(Conversion::from("trial"), Conversion::Other("trial".to_owned()));
/// assert_eq!(Conversion::Rebill.to_string(), "rebill");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
#[non_exhaustive]
pub enum Conversion {
    /// A lead, not yet paid.
    Lead,
    /// A sale; the tracker's default for a postback without a status.
    Sale,
    /// A rejected conversion.
    Rejected,
    /// A repeated payment; requires a transaction id.
    Rebill,
    /// A status that the tracker's owner defined.
    Other(String),
}

impl Conversion {
    /// Returns the name that the tracker uses.
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

impl fmt::Display for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

/// A conversion of an earlier click, to report to the tracker.
///
/// Amounts are exact decimals, in `currency` or else in the tracker's own currency.
///
/// ```no_run
/// use keitaro_click::calls::{Conversion, Postback};
/// use keitaro_click::{Client, Credentials, Decimal};
///
/// # async fn run() -> Result<(), keitaro_click::Error> {
/// let credentials = Credentials::none().with_postback_key("postback key");
/// let client = Client::new("https://tracker.example", credentials)?;
/// let sale = Postback::new("o2q6e42hs08jq")
///     .status(Conversion::Sale)
///     .payout(Decimal::new(1250, 2))
///     .currency("USD")
///     .tid("order 17");
/// client.postback(&sale).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Postback {
    /// The click.
    pub sub_id: SubId,
    /// The status; the tracker counts a sale by default.
    pub status: Option<Conversion>,
    /// The revenue of the conversion.
    #[serde(default, with = "adcore_json::text::decimal")]
    pub payout: Option<Decimal>,
    /// The cost of the click.
    #[serde(default, with = "adcore_json::text::decimal")]
    pub cost: Option<Decimal>,
    /// Currency of the amounts, such as `USD`.
    pub currency: Option<String>,
    /// Transaction id, which distinguishes several conversions of one click.
    pub tid: Option<String>,
    /// Text that the tracker returns instead of `Success`.
    pub return_text: Option<String>,
    /// Values of `status` that mean a sale.
    #[serde(default)]
    pub sale_status: Vec<String>,
    /// Values of `status` that mean a lead.
    #[serde(default)]
    pub lead_status: Vec<String>,
    /// Values of `status` that mean a rejection.
    #[serde(default)]
    pub rejected_status: Vec<String>,
    /// Values of `status` to ignore.
    #[serde(default)]
    pub ignore_status: Vec<String>,
    /// More parameters, such as `sub_id_1` to `sub_id_15`.
    #[serde(default)]
    pub params: Vec<(String, String)>,
}

impl Postback {
    /// Creates a conversion of this click.
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

    /// Sets the status.
    #[must_use]
    pub fn status(mut self, status: Conversion) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets the revenue.
    #[must_use]
    pub fn payout(mut self, payout: Decimal) -> Self {
        self.payout = Some(payout);
        self
    }

    /// Sets the cost.
    #[must_use]
    pub fn cost(mut self, cost: Decimal) -> Self {
        self.cost = Some(cost);
        self
    }

    /// Sets the currency of the amounts.
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

    /// Sets the text that the tracker returns on success.
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
