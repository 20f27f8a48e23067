//! The ADFOX server: its data, settings and state.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::data::{AdfoxData, AdfoxSettings};
use super::store::Store;

/// The ad server.
pub(crate) struct Adfox {
    data: AdfoxData,
    state: Mutex<(Store, AdfoxSettings)>,
}

impl Adfox {
    pub(crate) fn new(data: AdfoxData, settings: AdfoxSettings) -> Self {
        let store = Store::new(&data);
        Self {
            data,
            state: Mutex::new((store, settings)),
        }
    }

    /// Discards all changes and restores the initial data; keeps the settings.
    pub(crate) fn reset(&self) {
        let store = Store::new(&self.data);
        self.state().0 = store;
    }

    pub(crate) fn set_settings(&self, settings: AdfoxSettings) {
        self.state().1 = settings;
    }

    pub(crate) fn settings(&self) -> AdfoxSettings {
        self.state().1.clone()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, (Store, AdfoxSettings)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
