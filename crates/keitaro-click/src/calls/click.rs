use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::LandingId;

/// How a click is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClickEncoding {
    /// GET with the names of the vendor's page; every tracker reads it.
    #[default]
    Query,
    /// POST with the form that the vendor's own client (KClient PHP 3.15) sends.
    ///
    /// It keeps the token out of access logs. Some independent trackers do not read it.
    Form,
}

/// A visitor to be routed: what is known of him, and what the answer should hold.
///
/// Absent facts are left out of the request; an empty string is sent as such. Names and values
/// are one line each. See the
/// [vendor's page](https://docs.keitaro.io/en/development/click-api.html).
///
/// ```
/// use keitaro_click::calls::Click;
///
/// let click = Click::new()
///     .ip([203, 0, 113, 7].into())
///     .user_agent("Mozilla/5.0")
///     .language("ru")
///     .param("keyword", "купить слона")
///     .info(true);
/// assert_eq!(click.params[0].0, "keyword");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Click {
    /// The visitor's address.
    pub ip: Option<IpAddr>,
    /// The browser's `User-Agent`.
    pub user_agent: Option<String>,
    /// Two letters of the visitor's language, such as `ru`.
    pub language: Option<String>,
    /// The landing page the visitor sees, for the tracker's statistics.
    pub landing_id: Option<LandingId>,
    /// The cookie of an earlier answer, where uniqueness goes by cookies.
    pub uniqueness_cookie: Option<String>,
    /// The browser's `X-Requested-With`.
    pub x_requested_with: Option<String>,
    /// Asks for the tracker's log of this click.
    pub log: bool,
    /// Asks for [`ClickOutput::info`](super::ClickOutput::info); the KClient form always does.
    pub info: bool,
    /// Asks for a redirect to the offer instead of a landing page.
    pub force_redirect_offer: bool,
    /// The page that led the visitor here.
    pub referrer: Option<String>,
    /// The referrer that the tracker should count, where it differs.
    pub se_referrer: Option<String>,
    /// Headers of the visitor's request, names as the tracker should see them.
    pub original_headers: Vec<(String, String)>,
    /// The `Host` the visitor asked.
    pub original_host: Option<String>,
    /// The method the visitor used.
    pub original_method: Option<String>,
    /// The URL the visitor asked.
    pub uri: Option<String>,
    /// Whether the browser only fetches ahead.
    pub prefetch: bool,
    /// Campaign parameters, such as `keyword`, `sub_id_1`, or a campaign's own names.
    pub params: Vec<(String, String)>,
}

impl Click {
    /// A visitor of whom nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the visitor's address.
    #[must_use]
    pub fn ip(mut self, ip: IpAddr) -> Self {
        self.ip = Some(ip);
        self
    }

    /// Sets the browser's `User-Agent`.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Sets the visitor's language.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Sets the landing page.
    #[must_use]
    pub fn landing_id(mut self, id: impl Into<LandingId>) -> Self {
        self.landing_id = Some(id.into());
        self
    }

    /// Sets the uniqueness cookie of an earlier answer.
    #[must_use]
    pub fn uniqueness_cookie(mut self, cookie: impl Into<String>) -> Self {
        self.uniqueness_cookie = Some(cookie.into());
        self
    }

    /// Sets the browser's `X-Requested-With`.
    #[must_use]
    pub fn x_requested_with(mut self, value: impl Into<String>) -> Self {
        self.x_requested_with = Some(value.into());
        self
    }

    /// Asks for the tracker's log of this click.
    #[must_use]
    pub fn log(mut self, log: bool) -> Self {
        self.log = log;
        self
    }

    /// Asks for ids, token and uniqueness in the answer.
    #[must_use]
    pub fn info(mut self, info: bool) -> Self {
        self.info = info;
        self
    }

    /// Asks for a redirect to the offer.
    #[must_use]
    pub fn force_redirect_offer(mut self, force: bool) -> Self {
        self.force_redirect_offer = force;
        self
    }

    /// Sets the page that led the visitor here.
    #[must_use]
    pub fn referrer(mut self, referrer: impl Into<String>) -> Self {
        self.referrer = Some(referrer.into());
        self
    }

    /// Sets the referrer that the tracker should count.
    #[must_use]
    pub fn se_referrer(mut self, referrer: impl Into<String>) -> Self {
        self.se_referrer = Some(referrer.into());
        self
    }

    /// Adds a header of the visitor's request.
    #[must_use]
    pub fn original_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.original_headers.push((name.into(), value.into()));
        self
    }

    /// Sets host, method and URL of the visitor's request.
    #[must_use]
    pub fn original(
        mut self,
        host: impl Into<String>,
        method: impl Into<String>,
        uri: impl Into<String>,
    ) -> Self {
        self.original_host = Some(host.into());
        self.original_method = Some(method.into());
        self.uri = Some(uri.into());
        self
    }

    /// Says that the browser only fetches ahead.
    #[must_use]
    pub fn prefetch(mut self, prefetch: bool) -> Self {
        self.prefetch = prefetch;
        self
    }

    /// Adds the campaign parameter `keyword`.
    #[must_use]
    pub fn keyword(self, keyword: impl Into<String>) -> Self {
        self.param("keyword", keyword)
    }

    /// Adds the campaign parameter `sub_id_{number}`.
    #[must_use]
    pub fn sub_id(self, number: u8, value: impl Into<String>) -> Self {
        self.param(format!("sub_id_{number}"), value)
    }

    /// Adds a campaign parameter of any name, except those of this value's own fields.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }
}
