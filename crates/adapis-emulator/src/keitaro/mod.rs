//! Keitaro: a tracker that routes clicks.

mod clicks;
mod data;
mod settings;

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;

use crate::credentials::KeitaroCredentials;

pub use clicks::{ClickRecord, Clicks, Conversion};
pub use data::{
    KeitaroAction, KeitaroCampaign, KeitaroData, KeitaroFilter, KeitaroFlow, KeitaroOffer,
    KeitaroScope, KeitaroState,
};
pub use settings::{
    KeitaroCookies, KeitaroErrors, KeitaroFeature, KeitaroHeaders, KeitaroIds, KeitaroMember,
    KeitaroSettings, KeitaroStatus,
};

pub(crate) struct Keitaro {
    data: KeitaroData,
    settings: RwLock<Arc<KeitaroSettings>>,
}

impl Keitaro {
    pub(crate) fn new(
        data: KeitaroData,
        settings: KeitaroSettings,
        _seed: u64,
    ) -> Result<Self, String> {
        Ok(Self {
            data,
            settings: RwLock::new(Arc::new(settings)),
        })
    }

    pub(crate) fn credentials(&self) -> KeitaroCredentials {
        KeitaroCredentials {
            token: self
                .data
                .campaigns
                .first()
                .map(|c| c.token.clone())
                .unwrap_or_default(),
            campaigns: self
                .data
                .campaigns
                .iter()
                .map(|c| (c.name.clone(), c.token.clone()))
                .collect(),
            postback_key: self.data.postback_key.clone(),
        }
    }

    pub(crate) fn settings(&self) -> KeitaroSettings {
        KeitaroSettings::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_settings(&self, settings: KeitaroSettings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    pub(crate) fn clicks(&self, _last: usize) -> Clicks {
        Clicks {
            count: 0,
            last: Vec::new(),
        }
    }

    pub(crate) fn click(&self, _sub_id: &str) -> Option<ClickRecord> {
        None
    }

    pub(crate) fn reset(&self) {}
}

pub(crate) fn router(keitaro: Arc<Keitaro>, mount: &str) -> Router {
    let _ = (keitaro, mount);
    Router::new()
}

pub(crate) fn operation(path: &str, query: &str) -> Option<&'static str> {
    let _ = (path, query);
    None
}
