//! Credentials of the default accounts.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// Credentials of the first account of each vendor.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Credentials {
    /// Campaign tokens and postback key of Keitaro.
    pub keitaro: KeitaroCredentials,
    /// Login and password of SPOTS.
    pub spots: SpotsCredentials,
    /// OAuth client of Hybrid.
    pub hybrid: HybridCredentials,
    /// Login, password and OAuth token of ADFOX.
    pub adfox: AdfoxCredentials,
}

/// Credentials of the Keitaro tracker.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct KeitaroCredentials {
    /// The token of the first campaign.
    pub token: String,
    /// The tokens of all campaigns, by campaign name.
    pub campaigns: BTreeMap<String, String>,
    /// The key in the path of postback URLs.
    pub postback_key: String,
}

/// Credentials of SPOTS.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct SpotsCredentials {
    /// The login of `user.auth`.
    pub login: String,
    /// The password of `user.auth`.
    pub password: String,
}

/// Credentials of Hybrid.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct HybridCredentials {
    /// The OAuth `client_id`.
    pub client_id: String,
    /// The OAuth `client_secret`.
    pub client_secret: String,
}

/// Credentials of ADFOX.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct AdfoxCredentials {
    /// The value of `loginAccount`.
    pub login: String,
    /// The plain password; `loginPassword` is its SHA-256.
    pub password: String,
    /// The OAuth token of `/api/v1` and of the statistics; empty if the account has none.
    pub token: String,
}

impl fmt::Debug for KeitaroCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeitaroCredentials").finish_non_exhaustive()
    }
}

impl fmt::Debug for SpotsCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpotsCredentials")
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HybridCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HybridCredentials")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AdfoxCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdfoxCredentials")
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}
