//! A tower layer that routes a site's visitors through the tracker (feature `tower`).
//!
//! For axum, hyper or any `Service<http::Request<B>>`. The layer describes the visitor from the
//! request, asks the tracker within a deadline, and then redirects, serves the tracker's content,
//! responds with 404, or passes the request to the site with a [`ClickResult`] in its extensions.
//! A failing tracker never breaks a page: the site's page is shown, and [`ClickResult::outcome`]
//! says why.
//!
//! A response to a click is for one visitor, and so is a page that another visitor's request would
//! make a click, also while the tracker fails: shared caches are told not to keep it. What the
//! [`Rules`] leave out (assets, paths of [`Rules::except`]) is passed on as the site sends it.
//!
//! With axum, enable the feature `axum` and serve with the addresses of the connections. Without
//! them the tracker takes every visitor for this server; [`Counts::without_address`] counts such
//! clicks.
//!
//! ```no_run
//! use std::net::SocketAddr;
//!
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
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new("https://tracker.example", Credentials::token("campaign token"))?;
//! let site = Router::new().route("/", get(shop)).layer(ClickLayer::new(client));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! axum::serve(listener, site.into_make_service_with_connect_info::<SocketAddr>()).await?;
//! # Ok(()) }
//! ```

mod address;
mod body;
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
mod template;
mod visitor;

use std::net::IpAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use http::header::HeaderName;
use http::request::Parts;

pub use address::Network;
pub use body::ClickBody;
pub use circuit::{CircuitSettings, CircuitState};
pub use cookies::{CookieDomain, CookieSettings, SameSite};
pub use monitor::{CALL_TIME_BUCKETS, Counts, Monitor};
pub use result::{ClickResult, Outcome};
pub use rules::Rules;
pub use service::ClickService;

use crate::Client;
use crate::calls::{ClickEncoding, LandingId};
use circuit::Circuit;
use settings::{MAX_TIME, Settings};
use template::Template;

/// Where to look for the `_subid` of a visitor's earlier click, to restore it without a new one.
///
/// A restored click shows the site's page; it repeats no redirect, no content and no 404. Every
/// request but those for assets is recognised, such as the POST of a form. `_reset=1` in the query
/// forgets the earlier click.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Restore {
    /// Nowhere: every page view is a click.
    #[default]
    Never,
    /// In the query.
    Query,
    /// In the cookies.
    Cookies,
    /// In both; the query takes precedence.
    QueryThenCookies,
}

/// Routes visitors through a tracker.
///
/// Clones share the circuit and the counters.
///
/// ```
/// use std::time::Duration;
/// use keitaro_click::layer::{ClickLayer, Restore, Rules};
/// use keitaro_click::{Client, Credentials, RetryPolicy};
///
/// let client = Client::builder("https://tracker.example", Credentials::token("campaign token"))
///     .retry(RetryPolicy::never())
///     .build()?;
/// let layer = ClickLayer::new(client)
///     .deadline(Duration::from_millis(500))
///     .trusted_proxies(["10.0.0.0/8".parse()?])
///     .rules(Rules::default().except("/api/*"))
///     .restore(Restore::Cookies)
///     .offer_fallback("/sold-out");
/// let monitor = layer.monitor();
/// assert_eq!(monitor.counts().failed, 0);
/// # Ok::<(), keitaro_click::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ClickLayer {
    client: Client,
    settings: Settings,
    monitor: Monitor,
    uniqueness: Arc<RwLock<Vec<String>>>,
}

impl ClickLayer {
    /// Creates a layer with the default settings.
    ///
    /// The client's pauses between retries should be short, because the visitor waits.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            settings: Settings::default(),
            monitor: Monitor {
                circuit: Arc::new(Circuit::new(CircuitSettings::default())),
                tally: Arc::default(),
                refusals: Arc::default(),
            },
            uniqueness: Arc::default(),
        }
    }

    /// Returns the state of the circuit and the counters, which can be read at any time.
    ///
    /// Call it after [`circuit`](Self::circuit), which starts a new circuit.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        self.monitor.clone()
    }

    /// Shares the counters of another layer, and what it has learnt of the tracker's cookies, for
    /// several campaigns of one site. Each layer keeps its own circuit.
    pub fn share_counters(mut self, other: &Self) -> Self {
        self.monitor.tally = Arc::clone(&other.monitor.tally);
        self.uniqueness = Arc::clone(&other.uniqueness);
        self
    }

    /// Returns the visitor's address, from the peer or a trusted proxy.
    ///
    /// `None` if nothing says where the request comes from, or if a trusted proxy says nothing that can
    /// be believed. Whoever refuses some addresses should refuse such a visitor too.
    #[must_use]
    pub fn address(&self, parts: &Parts) -> Option<IpAddr> {
        self.settings.address(parts)
    }

    /// Returns the addresses from the visitor to this server: the visitor's, those of the trusted
    /// proxies, and the peer's; empty if the visitor's is not known.
    #[must_use]
    pub fn address_chain(&self, parts: &Parts) -> Vec<IpAddr> {
        self.settings.chain(parts)
    }

    /// Returns whether placeholders in the response to this request are replaced, if it is a page.
    ///
    /// They are not if [`Rules`] leave the request out by its path, query or cookies: it may be for
    /// an editor, which would save what they were replaced with.
    #[must_use]
    pub fn rewrites(&self, parts: &Parts) -> bool {
        self.settings.rewrite && self.settings.rewrites(self.settings.rules.visit(parts))
    }

    /// Returns whether the visitor uses https, according to the URL, a trusted proxy or
    /// [`https`](Self::https).
    #[must_use]
    pub fn is_https(&self, parts: &Parts) -> bool {
        self.settings.is_https(parts)
    }

    fn set(mut self, edit: impl FnOnce(&mut Settings)) -> Self {
        edit(&mut self.settings);
        self
    }

    /// Sets how clicks are sent. Default [`ClickEncoding::Form`], regardless of the client's setting.
    pub fn click_encoding(self, encoding: ClickEncoding) -> Self {
        self.set(|settings| settings.click_encoding = encoding)
    }

    /// Sets how long a visitor waits for the tracker, at most a day. Default 800 ms.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.set(|settings| settings.deadline = deadline.min(MAX_TIME))
    }

    /// Sets the maximum number of concurrent calls; further visitors get the page. Default 512.
    pub fn max_in_flight(self, calls: usize) -> Self {
        self.set(|settings| settings.max_in_flight = calls)
    }

    /// Sets when the tracker is no longer asked, and when it is probed again.
    pub fn circuit(mut self, circuit: CircuitSettings) -> Self {
        self.monitor.circuit = Arc::new(Circuit::new(circuit));
        self
    }

    /// Sets which requests count as clicks.
    pub fn rules(self, rules: Rules) -> Self {
        self.set(|settings| settings.rules = rules)
    }

    /// Sets the proxies that may name the visitor's address and scheme. Default none.
    pub fn trusted_proxies(self, proxies: impl IntoIterator<Item = Network>) -> Self {
        self.set(|settings| settings.trusted.proxies = proxies.into_iter().collect())
    }

    /// Sets the header in which the trusted proxies name the visitor's address.
    ///
    /// By default any of `Forwarded`, `X-Forwarded-For`, `CF-Connecting-IP` and `X-Real-IP`. If they
    /// contradict each other, the visitor has no address, which visitors can bring about by
    /// sending one that the proxies pass on: so name the header.
    pub fn address_header(self, header: HeaderName) -> Self {
        self.set(|settings| settings.trusted.header = Some(header))
    }

    /// Sets how to find the address of the peer. By default, a `SocketAddr` in the extensions, or,
    /// with the feature `axum`, a `ConnectInfo<SocketAddr>`.
    pub fn peer(self, peer: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.peer = Some(Arc::new(peer)))
    }

    /// Sets whether all visitors use https, for servers behind a proxy that does not say so.
    pub fn https(self, https: bool) -> Self {
        self.set(|settings| settings.https = https)
    }

    /// Sets the attributes of the tracker's cookies.
    pub fn cookies(self, cookies: CookieSettings) -> Self {
        self.set(|settings| settings.cookies = cookies)
    }

    /// Forwards this cookie of the visitor to the tracker.
    ///
    /// `_subid`, `_token` and the tracker's own cookies are always forwarded.
    pub fn allow_cookie(self, name: impl Into<String>) -> Self {
        self.set(|settings| settings.cookie_names.push(name.into()))
    }

    /// Names the cookie by which the tracker recognises visitors.
    ///
    /// Its name is learnt from the tracker's first response; until then, after a restart or in
    /// another instance, a visitor who has the cookie would count as new.
    pub fn uniqueness_cookie(self, name: impl Into<String>) -> Self {
        self.set(|settings| settings.uniqueness_names.push(name.into()))
    }

    /// Sets where to look for an earlier click to restore. Default [`Restore::Never`].
    pub fn restore(self, restore: Restore) -> Self {
        self.set(|settings| settings.restore = restore)
    }

    /// Sets whether `{offer}`, `{offer:ID}` and `{subid}` in HTML pages are replaced. Default no.
    ///
    /// The forms that editors of pages make of them are replaced too: `%7Boffer%7D`,
    /// `http://{offer}` and `http://offer:ID`. A query that follows is added to that of the link.
    /// Pages that the [`Rules`] leave out stay as they are; see [`rewrites`](Self::rewrites).
    pub fn rewrite(self, rewrite: bool) -> Self {
        self.set(|settings| settings.rewrite = rewrite)
    }

    /// Sets whether the tracker is only asked: the visitor always gets the site's page, which finds
    /// the decision in [`ClickResult::output`]. Default no.
    pub fn ask_only(self, ask_only: bool) -> Self {
        self.set(|settings| settings.ask_only = ask_only)
    }

    /// Sets the URL for `{offer}` when there is no offer, such as when the tracker is down. Default
    /// `#`.
    pub fn offer_fallback(self, url: impl Into<String>) -> Self {
        self.set(|settings| settings.offer_fallback = url.into())
    }

    /// Sets whether the visitor's query becomes campaign parameters. Default yes.
    pub fn visitor_params(self, pass: bool) -> Self {
        self.set(|settings| settings.visitor_params = pass)
    }

    /// Adds a campaign parameter to every click. The visitor's query cannot override it.
    pub fn param(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(|settings| {
            let value = Template::text(value);
            settings.params.push((name.into(), value));
        })
    }

    /// Adds a campaign parameter whose value comes from the request. The visitor's query cannot
    /// override it.
    ///
    /// `{uri}`, `{host}`, `{header:NAME}`, `{cookie:NAME}` and `{query:NAME}` are replaced; headers
    /// with credentials are not. A request that has none of them sends no parameter.
    ///
    /// ```
    /// # use keitaro_click::layer::ClickLayer;
    /// # let client = keitaro_click::Client::new("https://t.example", keitaro_click::Credentials::token("t"))?;
    /// let layer = ClickLayer::new(client)
    ///     .param_from("page", "{uri}")
    ///     .param_from("sub_id_2", "{header:CF-IPCountry}-{cookie:ab_test}");
    /// # let _ = layer;
    /// # Ok::<(), keitaro_click::Error>(())
    /// ```
    pub fn param_from(self, name: impl Into<String>, template: &str) -> Self {
        self.set(|settings| {
            let value = Template::parse(template);
            settings.params.push((name.into(), value));
        })
    }

    /// Sets whether only the `utm_…` parameters of the visitor's query are sent. Default no.
    pub fn utm_only(self, utm_only: bool) -> Self {
        self.set(|settings| settings.utm_only = utm_only)
    }

    /// Sets the id of the landing page that the site is in the tracker.
    pub fn landing_id(self, id: impl Into<LandingId>) -> Self {
        self.set(|settings| settings.landing_id = Some(id.into()))
    }

    /// Sets whether to ask for the tracker's log, in [`ClickResult::output`]. Default no.
    pub fn log(self, log: bool) -> Self {
        self.set(|settings| settings.log = log)
    }

    /// Sets whether to ask for redirects to the offer instead of landing pages. Default no.
    pub fn force_redirect_offer(self, force: bool) -> Self {
        self.set(|settings| settings.force_redirect_offer = force)
    }

    /// Sets whether the page itself is sent as the referrer. Default no.
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
