//! A tower layer that routes a site's visitors through the tracker (feature `tower`).
//!
//! For axum, hyper or any `Service<http::Request<B>>`. The layer takes the visitor's facts from
//! the request, asks the tracker within a deadline, and then redirects, serves the tracker's
//! content, answers 404, or lets the page go on with a [`ClickResult`] in the request's extensions. A
//! failing tracker never breaks a page: the page goes on and the outcome says why.
//!
//! ```
//! use axum::{Extension, Router, routing::get};
//! use keitaro_click::layer::{ClickResult, ClickLayer};
//! use keitaro_click::{Client, Credentials};
//!
//! async fn shop(Extension(click): Extension<ClickResult>) -> String {
//!     match click.offer_url() {
//!         Some(link) => format!("buy at {link}"),
//!         None => "sold out".to_owned(),
//!     }
//! }
//!
//! # fn site() -> Result<Router, keitaro_click::Error> {
//! let client = Client::new("https://tracker.example", Credentials::token("campaign token"))?;
//! let site: Router = Router::new().route("/", get(shop)).layer(ClickLayer::new(client));
//! # Ok(site) }
//! # let _site = site();
//! ```

mod address;
mod circuit;
mod cookies;
mod monitor;
mod respond;
mod result;
mod rewrite;
mod route;
mod rules;
mod service;
mod settings;
mod visitor;

use std::net::IpAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use http::header::HeaderName;
use http::request::Parts;

pub use address::Network;
pub use circuit::{CircuitSettings, CircuitState};
pub use cookies::{CookieDomain, CookieSettings, SameSite};
pub use monitor::{CALL_TIME_BUCKETS, Counts, Monitor};
pub use result::{ClickResult, Outcome};
pub use rewrite::ClickBody;
pub use rules::Rules;
pub use service::ClickService;

use crate::Client;
use crate::calls::{ClickEncoding, LandingId};
use circuit::Circuit;
use settings::Settings;

/// Which visitors are recognised without a new click, by the `_subid` they bring.
///
/// A restored click repeats no redirect, no content and no 404.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Restore {
    /// None: every page view is a click.
    #[default]
    Never,
    /// Those who bring it in the query.
    Query,
    /// Those who bring it in their cookies.
    Cookies,
    /// Those who bring it in either; the query counts first.
    QueryThenCookies,
}

/// Routes visitors through a tracker; clones share the circuit and the counters.
#[derive(Debug, Clone)]
#[must_use]
pub struct ClickLayer {
    client: Client,
    settings: Settings,
    monitor: Monitor,
    uniqueness: Arc<RwLock<Vec<String>>>,
}

impl ClickLayer {
    /// A layer that asks through this client; it should not wait long between repeats.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            settings: Settings::default(),
            monitor: Monitor {
                circuit: Arc::new(Circuit::new(CircuitSettings::default())),
                tally: Arc::default(),
            },
            uniqueness: Arc::default(),
        }
    }

    /// The circuit's state and the counters, to be read at any time.
    ///
    /// Take it after [`circuit`](Self::circuit), which begins a new one.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        self.monitor.clone()
    }

    /// The visitor's address, as far as the peer and the trusted proxies tell.
    #[must_use]
    pub fn address(&self, parts: &Parts) -> Option<IpAddr> {
        self.settings.address(parts)
    }

    /// Whether the visitor came by https, as far as a trusted proxy or [`https`](Self::https) tells.
    #[must_use]
    pub fn is_https(&self, parts: &Parts) -> bool {
        self.settings.is_https(parts)
    }

    fn set(mut self, edit: impl FnOnce(&mut Settings)) -> Self {
        edit(&mut self.settings);
        self
    }

    /// Sets how clicks are sent. Default [`ClickEncoding::Form`], whatever the client's is.
    pub fn click_encoding(self, encoding: ClickEncoding) -> Self {
        self.set(|settings| settings.click_encoding = encoding)
    }

    /// Sets how long a page waits for the tracker. Default 800 ms.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.set(|settings| settings.deadline = deadline)
    }

    /// Sets how many visitors may be with the tracker; those beyond get the page. Default 512.
    pub fn max_in_flight(self, calls: usize) -> Self {
        self.set(|settings| settings.max_in_flight = calls)
    }

    /// Sets when the tracker counts as dead.
    pub fn circuit(mut self, circuit: CircuitSettings) -> Self {
        self.monitor.circuit = Arc::new(Circuit::new(circuit));
        self
    }

    /// Sets which requests click.
    pub fn rules(self, rules: Rules) -> Self {
        self.set(|settings| settings.rules = rules)
    }

    /// Sets the proxies whose word on the visitor's address and scheme counts. Default none.
    pub fn trusted_proxies(self, proxies: impl IntoIterator<Item = Network>) -> Self {
        self.set(|settings| settings.trusted.proxies = proxies.into_iter().collect())
    }

    /// Sets the one header in which the proxies name the visitor's address.
    ///
    /// By default any of `Forwarded`, `X-Forwarded-For`, `CF-Connecting-IP` and `X-Real-IP`,
    /// unless they contradict each other.
    pub fn address_header(self, header: HeaderName) -> Self {
        self.set(|settings| settings.trusted.header = Some(header))
    }

    /// Sets where the peer's address is found. By default a `SocketAddr` in the extensions.
    ///
    /// With axum: `.peer(|parts| Some(parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip()))`.
    pub fn peer(self, peer: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.peer = Some(Arc::new(peer)))
    }

    /// Says that visitors come by https, where no proxy tells.
    pub fn https(self, https: bool) -> Self {
        self.set(|settings| settings.https = https)
    }

    /// Sets how cookies are set.
    pub fn cookies(self, cookies: CookieSettings) -> Self {
        self.set(|settings| settings.cookies = cookies)
    }

    /// Lets the tracker see this cookie of the visitor's.
    ///
    /// It always sees `_subid`, `_token` and the cookies that it has set itself.
    pub fn allow_cookie(self, name: impl Into<String>) -> Self {
        self.set(|settings| settings.cookie_names.push(name.into()))
    }

    /// Sets who is recognised without a new click. Default nobody.
    pub fn restore(self, restore: Restore) -> Self {
        self.set(|settings| settings.restore = restore)
    }

    /// Fills `{offer}`, `{offer:ID}` and `{subid}` in HTML pages. Default no.
    pub fn rewrite(self, rewrite: bool) -> Self {
        self.set(|settings| settings.rewrite = rewrite)
    }

    /// Sets where `{offer}` leads when there is no offer, such as when the tracker is down.
    pub fn offer_fallback(self, url: impl Into<String>) -> Self {
        self.set(|settings| settings.offer_fallback = url.into())
    }

    /// Passes the visitor's query on as campaign parameters. Default yes.
    pub fn visitor_params(self, pass: bool) -> Self {
        self.set(|settings| settings.visitor_params = pass)
    }

    /// Adds a campaign parameter to every click; a visitor cannot change it.
    pub fn param(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(|settings| settings.params.push((name.into(), value.into())))
    }

    /// Sets the landing page that the site is to the tracker.
    pub fn landing_id(self, id: impl Into<LandingId>) -> Self {
        self.set(|settings| settings.landing_id = Some(id.into()))
    }

    /// Asks for the tracker's log, to be read in [`ClickResult::output`]. Default no.
    pub fn log(self, log: bool) -> Self {
        self.set(|settings| settings.log = log)
    }

    /// Asks for redirects to the offer instead of landing pages. Default no.
    pub fn force_redirect_offer(self, force: bool) -> Self {
        self.set(|settings| settings.force_redirect_offer = force)
    }

    /// Names the page itself as the referrer. Default no.
    pub fn current_page_as_referrer(self, current: bool) -> Self {
        self.set(|settings| settings.current_page_as_referrer = current)
    }
}

impl<S> tower::Layer<S> for ClickLayer {
    type Service = ClickService<S>;

    fn layer(&self, inner: S) -> ClickService<S> {
        ClickService::new(inner, self.clone())
    }
}
