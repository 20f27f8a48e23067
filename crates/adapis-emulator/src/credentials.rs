//! What a client needs to be let in.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// Credentials of the first account of each vendor.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Credentials {
    /// Keitaro's campaign tokens and postback key.
    pub keitaro: KeitaroCredentials,
    /// SPOTS' login and password.
    pub spots: SpotsCredentials,
    /// Hybrid's OAuth client.
    pub hybrid: HybridCredentials,
    /// ADFOX's login and password.
    pub adfox: AdfoxCredentials,
}

/// What opens the tracker.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct KeitaroCredentials {
    /// The token of the first campaign.
    pub token: String,
    /// The tokens of all campaigns by campaign name.
    pub campaigns: BTreeMap<String, String>,
    /// The key in the path of postbacks.
    pub postback_key: String,
}

/// What opens SPOTS.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct SpotsCredentials {
    /// The login of `user.auth`.
    pub login: String,
    /// The password of `user.auth`.
    pub password: String,
}

/// What opens Hybrid.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct HybridCredentials {
    /// `client_id`
    pub client_id: String,
    /// `client_secret`
    pub client_secret: String,
}

/// What opens ADFOX.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct AdfoxCredentials {
    /// `loginAccount`
    pub login: String,
    /// The plain password, whose SHA-256 is `loginPassword`.
    pub password: String,
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
