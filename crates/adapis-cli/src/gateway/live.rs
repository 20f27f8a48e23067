//! The settings in use, which SIGHUP replaces as a whole.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use adapis::keitaro::Client;
use http::request::Parts;
use keitaro_click::layer::{ClickLayer, ClickService, Monitor, Network};
use tower::Layer;

use super::admin::Admin;
use super::limits::Limits;
use super::routes::RouteSettings;
use super::settings::Settings;
use super::site::{Site, Source};
use super::tracker_files::TrackerFiles;
use super::{Clients, Setup};
use crate::error::CliError;

/// One campaign: which requests it gets, and the site behind its layer.
pub(super) struct Route {
    /// `None` for requests that match no other route.
    settings: Option<RouteSettings>,
    pub(super) name: String,
    pub(super) layer: ClickLayer,
    pub(super) site: ClickService<Site>,
}

/// The settings that requests are served with.
pub(super) struct Live {
    routes: Vec<Route>,
    fallback: Route,
    trusted: Vec<Network>,
    /// Visitors from these networks get 403.
    denied: Vec<Network>,
    files: TrackerFiles,
    /// The URL of the site that `source` was made of.
    upstream: Option<String>,
    source: Arc<Source>,
}

impl Live {
    /// Builds all routes; `earlier` passes on its counters and its connections to the site.
    ///
    /// The limits are not those of the setup: they stay as they were at the start.
    pub(super) fn new(
        setup: &Setup,
        limits: Limits,
        admin: &Arc<Admin>,
        earlier: Option<&Self>,
    ) -> Result<Self, CliError> {
        let Setup {
            settings, clients, ..
        } = setup;
        let upstream = settings.upstream.clone();
        let source = Source::new(settings, limits)?;
        let source = match earlier {
            Some(earlier) if earlier.source.lasts() && earlier.upstream == upstream => {
                Arc::clone(&earlier.source)
            }
            _ => Arc::new(source),
        };
        let Clients {
            fallback,
            routes,
            transport,
        } = clients;
        let asks = fallback.is_some();
        let any = fallback.as_ref().or_else(|| routes.iter().flatten().next());
        let any = any.ok_or_else(|| CliError::input("token", "no campaign has a token"))?;
        let counters = earlier.map(|earlier| &earlier.fallback.layer);
        let general = if asks {
            settings.clone()
        } else {
            settings.silent()
        };
        let build = |name: String,
                     route: Option<&RouteSettings>,
                     client: &Client,
                     settings: &Settings,
                     counters: Option<&ClickLayer>|
         -> Result<Route, CliError> {
            let deadline = settings.deadline().or(setup.deadline);
            let mut layer = settings.layer(client.clone(), deadline)?;
            if let Some(other) = counters {
                layer = layer.share_counters(other);
            }
            let site = Site::new(
                settings,
                limits,
                Arc::clone(&source),
                settings.trusted()?,
                layer.clone(),
                Arc::clone(admin),
            )?;
            Ok(Route {
                settings: route.cloned(),
                name,
                site: layer.layer(site),
                layer,
            })
        };
        let fallback = build("default".to_owned(), None, any, &general, counters)?;
        let routes = settings
            .routes()
            .iter()
            .zip(routes)
            .enumerate()
            .map(|(number, (route, client))| {
                let name = route.name.clone();
                let name = name.unwrap_or_else(|| (number + 1).to_string());
                let client = client.as_ref().unwrap_or(any);
                let own = settings.for_route(route);
                build(name, Some(route), client, &own, Some(&fallback.layer))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            routes,
            trusted: settings.trusted()?,
            denied: settings.denied()?,
            files: TrackerFiles::new(settings, any, transport),
            fallback,
            upstream,
            source,
        })
    }

    /// The first route that matches the request.
    pub(super) fn route(&self, parts: &Parts) -> &Route {
        let matches = |route: &&Route| {
            let settings = route.settings.as_ref();
            settings.is_some_and(|settings| settings.matches(parts))
        };
        self.routes.iter().find(matches).unwrap_or(&self.fallback)
    }

    /// The files of the tracker, if the request is for one of them.
    pub(super) fn files(&self, parts: &Parts) -> Option<&TrackerFiles> {
        self.files.have(parts).then_some(&self.files)
    }

    /// All routes, the one for all other requests last.
    pub(super) fn routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().chain([&self.fallback])
    }

    /// The monitors of all routes, by name.
    pub(super) fn monitors(&self) -> Vec<(String, Monitor)> {
        self.routes()
            .map(|route| (route.name.clone(), route.layer.monitor()))
            .collect()
    }

    pub(super) fn layer(&self) -> &ClickLayer {
        &self.fallback.layer
    }

    /// Whether a peer is a trusted proxy.
    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(peer))
    }

    /// Whether the visitor is in a denied network, or may be: nobody gets in by hiding the address.
    pub(super) fn is_denied(&self, parts: &Parts) -> bool {
        if self.denied.is_empty() {
            return false;
        }
        let Some(visitor) = self.layer().address(parts) else {
            self.layer().monitor().count_without_address();
            return true;
        };
        let mut denied = self.denied.iter();
        denied.any(|network| network.contains(visitor))
    }
}

/// The settings in use; requests keep those that they began with.
#[derive(Clone)]
pub(super) struct Current(Arc<RwLock<Arc<Live>>>);

impl Current {
    pub(super) fn new(live: Live) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(live))))
    }

    pub(super) fn get(&self) -> Arc<Live> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set(&self, live: Live) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
    }
}
