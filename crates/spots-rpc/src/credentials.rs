use std::fmt;
use std::sync::Arc;

use adcore::{
    Authorize, CredentialVersion, Error, ErrorKind, OutgoingRequest, Pipeline, Response,
    TokenResponse, TokenSource, async_trait, bearer,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::calls::Call;
use crate::client::Ids;
use crate::error::{Refusals, RpcError};
use crate::wire::{self, Rules};

/// Login and password of a SPOTS user.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) login: String,
    pub(crate) password: SecretString,
}

impl Credentials {
    /// The login, usually an e-mail address, and the password.
    pub fn new(login: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self {
            login: login.into(),
            password: password.into(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.login.trim().is_empty() {
            return Err(Error::invalid_input("login", "must not be empty"));
        }
        adcore::single_line("login", &self.login)?;
        if self.password.expose_secret().is_empty() {
            return Err(Error::invalid_input("password", "must not be empty"));
        }
        Ok(())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Fetches tokens through the same JSON-RPC door as every call.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) pipeline: Pipeline,
    pub(crate) credentials: Credentials,
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) ids: Ids,
}

impl Door {
    async fn ask(&self, call: &Call, credential: &dyn Authorize) -> Result<TokenResponse, Error> {
        let id = self.ids.next();
        let request = wire::request(call, id)?;
        let rules = Rules {
            refusals: &self.refusals,
            quote: false,
        };
        self.pipeline
            .call(&request, credential, |answer: Response| {
                wire::single(&answer, id, rules).and_then(wire::decode_tokens)
            })
            .await
    }
}

#[async_trait]
impl TokenSource for Door {
    async fn fetch(&self) -> Result<TokenResponse, Error> {
        #[derive(Serialize)]
        struct Login<'a> {
            login: &'a str,
            password: &'a str,
        }
        let call = Call::new(wire::AUTH).params(&Login {
            login: &self.credentials.login,
            password: self.credentials.password.expose_secret(),
        })?;
        self.ask(&call, &InBody(&self.credentials.password))
            .await
            .map_err(explain_login)
    }

    async fn refresh(&self, refresh_token: &SecretString) -> Result<TokenResponse, Error> {
        self.ask(&Call::new(wire::REFRESH), &Bearer(refresh_token))
            .await
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        each(self.credentials.password.expose_secret());
    }
}

/// A refusal of `user.auth` that blames neither the request nor the server blames the login.
fn explain_login(error: Error) -> Error {
    let blames_request = matches!(error.code(), Some("-32700" | "-32600" | "-32602"));
    let refused = matches!(
        error.kind(),
        ErrorKind::Unauthenticated | ErrorKind::Rejected
    );
    if !refused || blames_request || RpcError::of(&error).is_none() {
        return error;
    }
    let message = format!("login or password refused: {}", error.message());
    error
        .with_kind(ErrorKind::Unauthenticated)
        .with_message(message)
}

/// The password, which stands in the body already.
#[derive(Debug)]
struct InBody<'a>(&'a SecretString);

#[async_trait]
impl Authorize for InBody<'_> {
    async fn authorize(&self, _draft: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        Ok(CredentialVersion::default())
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        each(self.0.expose_secret());
    }
}

/// The refresh token, in the header where calls carry their access token.
#[derive(Debug)]
struct Bearer<'a>(&'a SecretString);

#[async_trait]
impl Authorize for Bearer<'_> {
    async fn authorize(&self, outgoing: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        outgoing.authorization(bearer(self.0)?);
        Ok(CredentialVersion::default())
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        each(self.0.expose_secret());
    }
}
