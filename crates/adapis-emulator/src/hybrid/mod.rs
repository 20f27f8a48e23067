//! Hybrid: advertising campaigns and their statistics by REST.

mod data;
mod settings;

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;

use crate::credentials::HybridCredentials;

pub use data::{
    HybridAdvertiser, HybridBanner, HybridBannerRow, HybridCampaign, HybridCampaignRow,
    HybridClient, HybridData, HybridDomainRow, HybridGenerated,
};
pub use settings::{
    HybridDates, HybridNames, HybridNumbers, HybridRefreshToken, HybridSettings, HybridZeros,
};

pub(crate) struct Hybrid {
    data: HybridData,
    settings: RwLock<Arc<HybridSettings>>,
}

impl Hybrid {
    pub(crate) fn new(
        data: HybridData,
        settings: HybridSettings,
        _seed: u64,
    ) -> Result<Self, String> {
        Ok(Self {
            data,
            settings: RwLock::new(Arc::new(settings)),
        })
    }

    pub(crate) fn credentials(&self) -> HybridCredentials {
        let first = self.data.clients.first();
        HybridCredentials {
            client_id: first.map(|c| c.client_id.clone()).unwrap_or_default(),
            client_secret: first.map(|c| c.client_secret.clone()).unwrap_or_default(),
        }
    }

    pub(crate) fn settings(&self) -> HybridSettings {
        HybridSettings::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_settings(&self, settings: HybridSettings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    pub(crate) fn expire_tokens(&self) -> usize {
        0
    }

    pub(crate) fn reset(&self) {}
}

pub(crate) fn router(hybrid: Arc<Hybrid>) -> Router {
    let _ = hybrid;
    Router::new()
}

pub(crate) fn operation(path: &str) -> Option<&'static str> {
    let _ = path;
    None
}
