//! Vendors whose tokens expire.

use serde::Deserialize;

/// A vendor whose access tokens can be expired with [`Emulator::expire_tokens`].
///
/// [`Emulator::expire_tokens`]: crate::Emulator::expire_tokens
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// SPOTS.
    Spots,
    /// Hybrid.
    Hybrid,
}
