//! Credentials, and how they enter token requests.

use std::fmt;

use adcore::{
    Authorize, CredentialVersion, Error, OutgoingRequest, Pipeline, TokenResponse, TokenSource,
    single_line,
};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use crate::calls::AdvertiserId;
use crate::wire;

/// The `client_id` and `client_secret` of an agency or an advertiser.
///
/// Hybrid's support issues them. They are sent in the body of token requests only, and appear in no
/// `Debug` output, error or log.
///
/// ```
/// let credentials = hybrid_rest::Credentials::new("client", "s3cret");
/// assert_eq!(format!("{credentials:?}"), "Credentials(..)");
/// ```
#[derive(Clone)]
pub struct Credentials {
    client_id: SecretString,
    client_secret: SecretString,
}

impl Credentials {
    /// Creates credentials; they are checked when a client is built.
    pub fn new(client_id: impl Into<SecretString>, client_secret: impl Into<SecretString>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        for (field, secret) in [
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
        ] {
            if secret.expose_secret().is_empty() {
                return Err(Error::invalid_input(field, "must not be empty"));
            }
            single_line(field, secret.expose_secret())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Adds the client's credentials, and a refresh token if there is one, to a token request.
#[derive(Debug)]
struct ClientAuth<'a> {
    credentials: &'a Credentials,
    refresh_token: Option<&'a SecretString>,
}

#[async_trait]
impl Authorize for ClientAuth<'_> {
    async fn authorize(&self, outgoing: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        outgoing.field("client_id", &self.credentials.client_id);
        outgoing.field("client_secret", &self.credentials.client_secret);
        if let Some(token) = self.refresh_token {
            outgoing.field("refresh_token", token);
        }
        Ok(CredentialVersion::default())
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        each(self.credentials.client_id.expose_secret());
        each(self.credentials.client_secret.expose_secret());
        if let Some(token) = self.refresh_token {
            each(token.expose_secret());
        }
    }
}

/// Fetches the tokens of a client, or of one of its advertisers.
#[derive(Debug)]
pub(crate) struct TokenClient {
    pub(crate) pipeline: Pipeline,
    pub(crate) credentials: Credentials,
    pub(crate) advertiser: Option<AdvertiserId>,
}

#[async_trait]
impl TokenSource for TokenClient {
    async fn fetch(&self) -> Result<TokenResponse, Error> {
        let request = wire::encode_token_request(self.advertiser.as_ref());
        let auth = ClientAuth {
            credentials: &self.credentials,
            refresh_token: None,
        };
        let advertiser = self.advertiser.is_some();
        self.pipeline
            .call(&request, &auth, |response| {
                wire::read_token(&response, advertiser)
            })
            .await
    }

    async fn refresh(&self, refresh_token: &SecretString) -> Result<TokenResponse, Error> {
        let request = wire::encode_refresh_request(self.advertiser.as_ref());
        let auth = ClientAuth {
            credentials: &self.credentials,
            refresh_token: Some(refresh_token),
        };
        self.pipeline
            .call(&request, &auth, |response| {
                wire::read_refreshed_token(&response)
            })
            .await
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        each(self.credentials.client_id.expose_secret());
        each(self.credentials.client_secret.expose_secret());
    }
}
