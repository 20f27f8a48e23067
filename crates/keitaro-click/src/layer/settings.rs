//! All settings of a layer.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::uri::Scheme;

use super::Restore;
use super::address::TrustedProxies;
use super::cookies::CookieSettings;
use super::rules::{Rules, Visit};
use super::template::Template;
use crate::calls::{ClickEncoding, LandingId};

/// Longer times are this long, because an instant ends somewhere.
pub(super) const MAX_TIME: Duration = Duration::from_secs(24 * 60 * 60);

type Peer = Arc<dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync>;

/// The settings of a layer; see the setters of [`ClickLayer`](super::ClickLayer).
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) click_encoding: ClickEncoding,
    pub(super) deadline: Duration,
    pub(super) max_in_flight: usize,
    pub(super) rules: Rules,
    pub(super) trusted: TrustedProxies,
    pub(super) peer: Option<Peer>,
    pub(super) https: bool,
    pub(super) cookies: CookieSettings,
    pub(super) cookie_names: Vec<String>,
    pub(super) uniqueness_names: Vec<String>,
    pub(super) restore: Restore,
    pub(super) rewrite: bool,
    pub(super) ask_only: bool,
    pub(super) offer_fallback: String,
    pub(super) visitor_params: bool,
    pub(super) utm_only: bool,
    pub(super) params: Vec<(String, Template)>,
    pub(super) landing_id: Option<LandingId>,
    pub(super) log: bool,
    pub(super) force_redirect_offer: bool,
    pub(super) current_page_as_referrer: bool,
}

impl Settings {
    pub(super) fn peer_of(&self, parts: &Parts) -> Option<IpAddr> {
        match &self.peer {
            Some(peer) => peer(parts),
            None => connected(parts).map(|peer| peer.ip()),
        }
    }

    /// Whether placeholders are replaced. A page that is left out may be an editor's, which would save
    /// what they were replaced with.
    pub(super) fn rewrites(&self, visit: Visit) -> bool {
        self.rewrite && visit != Visit::LeftOut
    }

    pub(super) fn is_https(&self, parts: &Parts) -> bool {
        self.https
            || parts.uri.scheme() == Some(&Scheme::HTTPS)
            || self.trusted.https(self.peer_of(parts), &parts.headers)
    }

    pub(super) fn address(&self, parts: &Parts) -> Option<IpAddr> {
        self.trusted.address(self.peer_of(parts), &parts.headers)
    }

    pub(super) fn chain(&self, parts: &Parts) -> Vec<IpAddr> {
        self.trusted.chain(self.peer_of(parts), &parts.headers)
    }
}

/// The address that the server has left in the extensions, as hyper programs or axum do it.
fn connected(parts: &Parts) -> Option<SocketAddr> {
    let plain = parts.extensions.get::<SocketAddr>().copied();
    #[cfg(feature = "axum")]
    let plain = plain.or_else(|| {
        let info = parts
            .extensions
            .get::<axum::extract::ConnectInfo<SocketAddr>>();
        info.map(|info| info.0)
    });
    plain
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            click_encoding: ClickEncoding::Form,
            deadline: Duration::from_millis(800),
            max_in_flight: 512,
            rules: Rules::default(),
            trusted: TrustedProxies::default(),
            peer: None,
            https: false,
            cookies: CookieSettings::default(),
            cookie_names: Vec::new(),
            uniqueness_names: Vec::new(),
            restore: Restore::Never,
            rewrite: false,
            ask_only: false,
            offer_fallback: String::new(),
            visitor_params: true,
            utm_only: false,
            params: Vec::new(),
            landing_id: None,
            log: false,
            force_redirect_offer: false,
            current_page_as_referrer: false,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("click_encoding", &self.click_encoding)
            .field("deadline", &self.deadline)
            .field("rules", &self.rules)
            .field("trusted", &self.trusted)
            .field("restore", &self.restore)
            .field("rewrite", &self.rewrite)
            .finish_non_exhaustive()
    }
}
