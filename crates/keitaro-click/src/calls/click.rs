//! The click: a visitor to route, and how it is sent.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::LandingId;

/// How a click is sent to the tracker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClickEncoding {
    /// A GET whose query has the parameters of the vendor's documentation; every tracker reads it.
    #[default]
    Query,
    /// A POST of the form that the vendor's own client (KClient PHP 3.15) sends.
    ///
    /// It keeps the token out of access logs. Some compatible trackers do not read it.
    Form,
}

/// A visitor to route: what is known about them, and what the response should contain.
///
/// Absent values are not sent; an empty string is sent as an empty value. Names and values must
/// be a single line each. Any parameter of the tracker can be sent with [`param`](Self::param),
/// including those that this crate does not know. See the
/// [vendor's documentation](https://docs.keitaro.io/en/development/click-api.html).
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
    /// The visitor's IP address.
    pub ip: Option<IpAddr>,
    /// The browser's `User-Agent`.
    pub user_agent: Option<String>,
    /// The visitor's language in two letters, such as `ru`.
    pub language: Option<String>,
    /// The landing page that the visitor sees, for the tracker's statistics.
    pub landing_id: Option<LandingId>,
    /// The cookie from an earlier response, if the tracker detects unique visitors by cookie.
    pub uniqueness_cookie: Option<String>,
    /// The browser's `X-Requested-With`.
    pub x_requested_with: Option<String>,
    /// Asks for the tracker's log of this click.
    pub log: bool,
    /// Asks for [`ClickOutput::info`](super::ClickOutput::info); [`ClickEncoding::Form`] always
    /// asks for it.
    pub info: bool,
    /// Asks for a redirect to the offer instead of a landing page.
    pub force_redirect_offer: bool,
    /// The page that led the visitor here.
    pub referrer: Option<String>,
    /// The referrer to count, if it differs from [`referrer`](Self::referrer).
    pub se_referrer: Option<String>,
    /// Headers of the visitor's request, with names as the tracker should see them.
    pub original_headers: Vec<(String, String)>,
    /// The `Host` of the visitor's request.
    pub original_host: Option<String>,
    /// The method of the visitor's request.
    pub original_method: Option<String>,
    /// The URL of the visitor's request.
    pub uri: Option<String>,
    /// Whether the browser prefetches the page.
    pub prefetch: bool,
    /// Campaign parameters, such as `keyword` and `sub_id_1`, or names that a campaign defines.
    pub params: Vec<(String, String)>,
}

impl Click {
    /// Creates a click of a visitor about whom nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the visitor's IP address.
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

    /// Sets the visitor's language, two letters.
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

    /// Sets the uniqueness cookie from an earlier response.
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

    /// Asks for ids, token and uniqueness in the response.
    #[must_use]
    pub fn info(mut self, info: bool) -> Self {
        self.info = info;
        self
    }

    /// Asks for a redirect to the offer instead of a landing page.
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

    /// Sets the referrer to count.
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

    /// Sets whether the browser prefetches the page.
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

    /// Returns whether a parameter of this name is refused, because it is a field of the click.
    ///
    /// Trackers are written in PHP, to which `user.agent`, `user[agent` and `ip[0]` are fields too.
    ///
    /// ```
    /// use keitaro_click::calls::Click;
    ///
    /// assert!(Click::is_reserved("ip") && Click::is_reserved("user[agent"));
    /// assert!(!Click::is_reserved("keyword"));
    /// ```
    #[must_use]
    pub fn is_reserved(name: &str) -> bool {
        super::name::is_control_field(name.as_bytes())
    }

    /// Adds a campaign parameter of any name.
    ///
    /// Parameters that have a field here, such as `ip`, are refused when the click is sent.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }
}
