//! Keitaro: a tracker that routes clicks.

mod answer;
mod click;
mod clicks;
mod cookie;
mod data;
mod facts;
mod macros;
mod offer;
mod routing;
mod settings;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderMap, header};

use crate::credentials::KeitaroCredentials;
use clicks::Store;
use routing::Memory;

pub use clicks::{ClickRecord, Clicks, Conversion};
pub use data::{
    KeitaroAction, KeitaroCampaign, KeitaroData, KeitaroFilter, KeitaroFlow, KeitaroOffer,
    KeitaroScope, KeitaroState,
};
pub use settings::{
    KeitaroCookies, KeitaroErrors, KeitaroFeature, KeitaroHeaders, KeitaroIds, KeitaroMember,
    KeitaroSettings, KeitaroStatus,
};

#[derive(Default)]
struct State {
    clicks: Store,
    memory: Memory,
}

/// The tracker: its campaigns by token, and what clicks made of it.
pub(crate) struct Keitaro {
    seed: u64,
    mount: String,
    postback_key: String,
    campaigns: HashMap<String, KeitaroCampaign>,
    /// Answers to clicks without facts, with their sub ids, by campaign.
    examples: HashMap<u64, (Bytes, String)>,
    credentials: KeitaroCredentials,
    settings: RwLock<Arc<KeitaroSettings>>,
    numbers: AtomicU64,
    state: Mutex<State>,
}

impl Keitaro {
    pub(crate) fn new(
        data: KeitaroData,
        settings: KeitaroSettings,
        seed: u64,
    ) -> Result<Self, String> {
        let first = data.campaigns.first().ok_or("keitaro.campaigns: empty")?;
        let named = data.campaigns.iter();
        let credentials = KeitaroCredentials {
            token: first.token.clone(),
            campaigns: named
                .map(|campaign| (campaign.name.clone(), campaign.token.clone()))
                .collect::<BTreeMap<_, _>>(),
            postback_key: data.postback_key.clone(),
        };
        let examples = data
            .campaigns
            .iter()
            .filter_map(|campaign| {
                let example = campaign.example.as_ref()?;
                let sub_id = example.pointer("/info/sub_id")?.as_str()?;
                let text = Bytes::from(example.to_string());
                Some((campaign.id, (text, sub_id.to_owned())))
            })
            .collect();
        let mut campaigns = HashMap::new();
        for campaign in data.campaigns {
            let id = campaign.id;
            if campaigns.insert(campaign.token.clone(), campaign).is_some() {
                return Err(format!("keitaro.campaigns: the token of {id} twice"));
            }
        }
        let mount = settings.mount.trim_end_matches('/').to_owned();
        if !mount.is_empty() && !mount.starts_with('/') {
            return Err("keitaro.mount: no leading /".to_owned());
        }
        Ok(Self {
            seed,
            mount,
            postback_key: data.postback_key,
            campaigns,
            examples,
            credentials,
            settings: RwLock::new(Arc::new(settings)),
            numbers: AtomicU64::new(0),
            state: Mutex::default(),
        })
    }

    /// The sub-directory that the tracker lives under, empty or beginning with `/`.
    pub(crate) fn mount(&self) -> &str {
        &self.mount
    }

    pub(crate) fn credentials(&self) -> KeitaroCredentials {
        self.credentials.clone()
    }

    pub(crate) fn settings(&self) -> KeitaroSettings {
        KeitaroSettings::clone(&self.rules())
    }

    pub(crate) fn set_settings(&self, settings: KeitaroSettings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    pub(crate) fn clicks(&self, last: usize) -> Clicks {
        self.with(|state| state.clicks.last(last))
    }

    pub(crate) fn click(&self, sub_id: &str) -> Option<ClickRecord> {
        self.with(|state| state.clicks.get_mut(sub_id).cloned())
    }

    pub(crate) fn reset(&self) {
        self.with(|state| *state = State::default());
        self.numbers.store(0, Ordering::Relaxed);
    }

    fn rules(&self) -> Arc<KeitaroSettings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    fn example(&self, campaign: u64) -> Option<(Bytes, String)> {
        self.examples.get(&campaign).cloned()
    }

    /// The tracker's own root as the client reached it.
    fn base(&self, headers: &HeaderMap) -> String {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        format!("http://{}{}", host.unwrap_or("localhost"), self.mount)
    }
}

/// The tracker's routes under its sub-directory.
pub(crate) fn router(keitaro: Arc<Keitaro>) -> Router {
    let mount = keitaro.mount();
    let click = get(click::click).post(click::click);
    let postback = get(offer::postback).merge(post(offer::postback));
    let mut router = Router::new()
        .route(&format!("{mount}/click_api/v3"), click.clone())
        .route(&format!("{mount}/click_api/v3/"), click)
        .route(&format!("{mount}/"), get(offer::root))
        .route(&format!("{mount}/{{key}}/postback"), postback);
    if !mount.is_empty() {
        router = router.route(mount, get(offer::root));
    }
    router.with_state(keitaro)
}

/// The name of a call, given its path below the sub-directory.
pub(crate) fn operation(path: &str, query: &str) -> Option<&'static str> {
    match path.trim_end_matches('/') {
        "/click_api/v3" => Some("keitaro.click"),
        "" if has(query, "_lp") => Some("keitaro.offer"),
        "" if has(query, "_update_tokens") => Some("keitaro.update"),
        path => {
            let key = path.strip_prefix('/')?.strip_suffix("/postback")?;
            (!key.is_empty() && !key.contains('/')).then_some("keitaro.postback")
        }
    }
}

fn has(query: &str, name: &str) -> bool {
    query
        .split('&')
        .any(|pair| pair.split('=').next() == Some(name))
}
