//! The login of a user, and how it becomes access tokens.

use std::fmt;
use std::sync::Arc;

use adcore::{
    Authorize, CredentialVersion, Error, ErrorKind, OutgoingRequest, Pipeline, Request, Response,
    TokenResponse, TokenSource, async_trait, bearer,
};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{RpcError, TokenRejection};
use crate::wire::{self, ReadOptions, RequestIds};

/// Login and password of a SPOTS user.
///
/// `Debug` shows neither.
///
/// ```
/// use spots_rpc::Credentials;
///
/// let credentials = Credentials::new("publisher@example.com", "password");
/// assert_eq!(format!("{credentials:?}"), "Credentials(..)");
/// ```
#[derive(Clone)]
pub struct Credentials {
    pub(crate) login: String,
    pub(crate) password: SecretString,
}

impl Credentials {
    /// Creates credentials of a login, usually an e-mail address, and its password.
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

/// Fetches access tokens with JSON-RPC calls.
#[derive(Debug)]
pub(crate) struct TokenClient {
    pub(crate) pipeline: Pipeline,
    pub(crate) credentials: Credentials,
    pub(crate) rejection: Arc<TokenRejection>,
    pub(crate) ids: RequestIds,
}

impl TokenClient {
    async fn send(
        &self,
        request: Request,
        id: u64,
        credential: &dyn Authorize,
    ) -> Result<TokenResponse, Error> {
        let options = ReadOptions {
            rejection: &self.rejection,
            quote: false,
        };
        self.pipeline
            .call(&request, credential, |response: Response| {
                wire::read_result(&response, id, options).and_then(wire::read_tokens)
            })
            .await
    }
}

#[async_trait]
impl TokenSource for TokenClient {
    async fn fetch(&self) -> Result<TokenResponse, Error> {
        let id = self.ids.next();
        let Credentials { login, password } = &self.credentials;
        let request = wire::encode_login(login, password.expose_secret(), id)?;
        self.send(request, id, &InBody(password))
            .await
            .map_err(annotate_login)
    }

    async fn refresh(&self, refresh_token: &SecretString) -> Result<TokenResponse, Error> {
        let id = self.ids.next();
        let request = wire::encode_refresh(id)?;
        self.send(request, id, &Bearer(refresh_token)).await
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        each(self.credentials.password.expose_secret());
    }
}

/// Says that the login was refused, unless the error is about the request or the server.
fn annotate_login(error: Error) -> Error {
    let is_request = matches!(error.code(), Some("-32700" | "-32600" | "-32602"));
    let refused = matches!(
        error.kind(),
        ErrorKind::Unauthenticated | ErrorKind::Rejected
    );
    if !refused || is_request || RpcError::of(&error).is_none() {
        return error;
    }
    let message = format!("login or password refused: {}", error.message());
    error
        .with_kind(ErrorKind::Unauthenticated)
        .with_message(message)
}

/// The password, which is in the body already.
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

/// The refresh token, in the header that has the access token in other calls.
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
