//! The secrets of a tracker, and where they enter a request.

use std::fmt;

use adcore::{Authorize, CredentialVersion, Error, OutgoingRequest, async_trait, single_line};
use secrecy::{ExposeSecret, SecretString};

/// The secrets of a tracker: a campaign's API token for clicks, a postback key for conversions.
///
/// Offer links and updates of parameters need neither. `Debug` shows no secret.
///
/// ```
/// use keitaro_click::Credentials;
///
/// let credentials = Credentials::token("campaign token").with_postback_key("postback key");
/// assert_eq!(format!("{credentials:?}"), "Credentials(..)");
/// ```
#[derive(Clone, Default)]
pub struct Credentials {
    token: Option<SecretString>,
    postback_key: Option<SecretString>,
}

impl Credentials {
    /// No secrets, for offer links and updates of parameters.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The API token of a campaign, from its settings in the tracker.
    #[must_use]
    pub fn token(token: impl Into<SecretString>) -> Self {
        Self {
            token: Some(token.into()),
            postback_key: None,
        }
    }

    /// Adds the key that is part of the path of postbacks.
    #[must_use]
    pub fn with_postback_key(mut self, key: impl Into<SecretString>) -> Self {
        self.postback_key = Some(key.into());
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        for (field, secret) in [("token", &self.token), ("postback_key", &self.postback_key)] {
            if let Some(secret) = secret {
                if secret.expose_secret().trim().is_empty() {
                    return Err(Error::invalid_input(field, "must not be empty"));
                }
                single_line(field, secret.expose_secret())?;
            }
        }
        Ok(())
    }

    /// The credential of clicks: the field `token`.
    pub(crate) fn click(&self) -> Result<CampaignToken<'_>, Error> {
        match &self.token {
            Some(token) => Ok(CampaignToken(token)),
            None => Err(Error::invalid_input("token", "is required for clicks")),
        }
    }

    /// The credential of postbacks: a path segment.
    pub(crate) fn postback(&self) -> Result<PostbackKey<'_>, Error> {
        match &self.postback_key {
            Some(key) => Ok(PostbackKey(key)),
            None => Err(Error::invalid_input(
                "postback_key",
                "is required for postbacks",
            )),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

pub(crate) struct CampaignToken<'a>(&'a SecretString);

impl fmt::Debug for CampaignToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CampaignToken(..)")
    }
}

#[async_trait]
impl Authorize for CampaignToken<'_> {
    async fn authorize(&self, outgoing: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        outgoing.field("token", self.0);
        Ok(CredentialVersion::default())
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        each(self.0.expose_secret());
    }
}

/// Part of the path already; the pipeline only has to redact it in messages.
pub(crate) struct PostbackKey<'a>(&'a SecretString);

impl PostbackKey<'_> {
    pub(crate) fn segment(&self) -> Result<String, Error> {
        adcore::path_segment("postback_key", self.0.expose_secret())
    }
}

impl fmt::Debug for PostbackKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostbackKey(..)")
    }
}

#[async_trait]
impl Authorize for PostbackKey<'_> {
    async fn authorize(&self, _outgoing: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        Ok(CredentialVersion::default())
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        each(self.0.expose_secret());
    }
}
