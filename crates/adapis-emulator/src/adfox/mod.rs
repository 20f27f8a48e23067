//! ADFOX: an ad server with accounts, objects and targeting behind one XML endpoint.

mod data;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;

pub use data::{AdfoxAccount, AdfoxCharset, AdfoxCounters, AdfoxData, AdfoxRights, AdfoxSettings};

/// The password of the first account of the default data.
pub(crate) fn default_password() -> &'static str {
    data::DEFAULT_PASSWORD
}

/// The ad server: its first data, its settings and what calls made of them.
pub(crate) struct Adfox {
    data: AdfoxData,
    state: Mutex<AdfoxSettings>,
}

impl Adfox {
    pub(crate) fn new(data: AdfoxData, settings: AdfoxSettings) -> Self {
        Self {
            data,
            state: Mutex::new(settings),
        }
    }

    /// Forgets every change and starts again from the first data.
    pub(crate) fn reset(&self) {
        let _ = &self.data;
    }

    pub(crate) fn set_settings(&self, settings: AdfoxSettings) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    pub(crate) fn settings(&self) -> AdfoxSettings {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The routes of the three eras of the API.
pub(crate) fn router(adfox: Arc<Adfox>) -> Router {
    let _ = adfox;
    Router::new()
        .route("/v1/API.php", any(StatusCode::SERVICE_UNAVAILABLE))
        .route("/API.php", any(StatusCode::SERVICE_UNAVAILABLE))
        .route("/api/v1", any(StatusCode::SERVICE_UNAVAILABLE))
}

/// The name of a call for fault plans: `adfox.account.list.campaign`.
pub(crate) fn operation(query: Option<&str>, content_type: Option<&str>, body: &[u8]) -> String {
    let _ = (query, content_type, body);
    "adfox".to_owned()
}
