//! The Keitaro tracker: campaigns, settings, and the state that clicks leave.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use http::{HeaderMap, header};

use super::clicks::{ClickRecord, Clicks, Store};
use super::data::{KeitaroCampaign, KeitaroData};
use super::routing::Memory;
use super::settings::KeitaroSettings;
use crate::credentials::KeitaroCredentials;

#[derive(Default)]
pub(super) struct State {
    pub(super) clicks: Store,
    pub(super) memory: Memory,
}

/// The tracker.
pub(crate) struct Keitaro {
    pub(super) seed: u64,
    mount: String,
    pub(super) postback_key: String,
    /// The campaigns by token.
    pub(super) campaigns: HashMap<String, KeitaroCampaign>,
    /// Responses to clicks without any parameters, with their sub ids, by campaign.
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
                return Err(format!(
                    "keitaro.campaigns: duplicate token of campaign {id}"
                ));
            }
        }
        let mount = settings.mount.trim_end_matches('/').to_owned();
        if !mount.is_empty() && !mount.starts_with('/') {
            return Err("keitaro.mount: must start with /".to_owned());
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

    /// The path that the tracker is mounted at, empty or with a leading `/`.
    pub(crate) fn mount(&self) -> &str {
        &self.mount
    }

    pub(crate) fn credentials(&self) -> KeitaroCredentials {
        self.credentials.clone()
    }

    pub(crate) fn settings(&self) -> KeitaroSettings {
        KeitaroSettings::clone(&self.current_settings())
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

    pub(super) fn current_settings(&self) -> Arc<KeitaroSettings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn example(&self, campaign: u64) -> Option<(Bytes, String)> {
        self.examples.get(&campaign).cloned()
    }

    /// Returns the URL of the tracker as the client addressed it.
    pub(super) fn base(&self, headers: &HeaderMap) -> String {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        format!("http://{}{}", host.unwrap_or("localhost"), self.mount)
    }
}
