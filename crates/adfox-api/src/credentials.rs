use std::borrow::Cow;
use std::fmt;

use adcore::{
    Authorize, CredentialVersion, Error, OutgoingRequest, async_trait, redact, single_line,
};
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::calls::{Param, Params, PartialSuccess, is_secret};

/// The credentials of an account: a login with the hash of its password, or an OAuth token.
///
/// An invalid credential, such as an empty login or a malformed hash, is reported by
/// [`ClientBuilder::build`](crate::ClientBuilder::build). `Debug` shows no secret.
///
/// ```
/// use adfox_api::Credentials;
///
/// let by_password = Credentials::password("test", "Secret-Passw0rd");
/// let by_token = Credentials::oauth("y0_token").header("X-Yandex-API-Key", "key");
/// assert!(!format!("{by_password:?} {by_token:?}").contains("y0_token"));
/// ```
#[derive(Clone)]
pub struct Credentials {
    identity: Identity,
    headers: Vec<(String, SecretString)>,
}

#[derive(Clone)]
enum Identity {
    Login(String, Hash),
    Token(SecretString),
}

/// The hash of a password; `None` if it is invalid.
type Hash = Option<SecretString>;

impl Credentials {
    /// Creates credentials from a login and its password, which is hashed at once and dropped.
    pub fn password(login: impl Into<String>, password: impl Into<SecretString>) -> Self {
        let password = password.into();
        let password = password.expose_secret();
        let hash = (!password.is_empty()).then(|| {
            let digest = Sha256::digest(password.as_bytes());
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            SecretString::from(hex)
        });
        Self::login(login.into(), hash)
    }

    /// Creates credentials from a login and the SHA-256 of its password in hexadecimal digits.
    pub fn hash(login: impl Into<String>, hash: impl Into<SecretString>) -> Self {
        let hash = hash.into();
        let hex = hash.expose_secret().trim();
        let valid = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hash = valid.then(|| SecretString::from(hex.to_ascii_lowercase()));
        Self::login(login.into(), hash)
    }

    /// Creates credentials from an OAuth token, for [`OAUTH_ENDPOINT`](crate::OAUTH_ENDPOINT).
    pub fn oauth(token: impl Into<SecretString>) -> Self {
        Self {
            identity: Identity::Token(token.into()),
            headers: Vec::new(),
        }
    }

    /// Adds a header with a secret value, such as `X-Yandex-API-Key`.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<SecretString>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn login(login: String, hash: Hash) -> Self {
        Self {
            identity: Identity::Login(login, hash),
            headers: Vec::new(),
        }
    }

    /// Checks the credentials and prepares what enters each request.
    pub(crate) fn prepare(&self) -> Result<Prepared, Error> {
        let mut fields = Vec::new();
        let mut headers = Vec::new();
        match &self.identity {
            Identity::Login(login, hash) => {
                if login.trim().is_empty() {
                    return Err(Error::invalid_input("login", "must not be empty"));
                }
                single_line("login", login)?;
                let hash = hash.clone().ok_or_else(|| {
                    Error::invalid_input(
                        "password",
                        "must not be empty; as a hash it is 64 hexadecimal digits",
                    )
                })?;
                fields.push(("loginAccount", SecretString::from(login.clone())));
                fields.push(("loginPassword", hash));
            }
            Identity::Token(token) => {
                let token = token.expose_secret().trim();
                if token.is_empty() {
                    return Err(Error::invalid_input("token", "must not be empty"));
                }
                headers.push((AUTHORIZATION, value("token", &format!("OAuth {token}"))?));
            }
        }
        for (name, secret) in &self.headers {
            let name: HeaderName = name
                .parse()
                .map_err(|_| Error::invalid_input("header", "must be a valid header name"))?;
            headers.push((name, value("header", secret.expose_secret())?));
        }
        Ok(Prepared {
            fields,
            headers,
            secrets: self.secrets(),
        })
    }

    fn secrets(&self) -> Vec<SecretString> {
        let identity = match &self.identity {
            Identity::Login(_, hash) => hash.clone(),
            Identity::Token(token) => Some(SecretString::from(token.expose_secret().trim())),
        };
        let headers = self.headers.iter().map(|(_, secret)| secret.clone());
        identity.into_iter().chain(headers).collect()
    }
}

fn value(field: &'static str, secret: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(secret)
        .map_err(|_| Error::invalid_input(field, "must be one line of ASCII"))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.identity {
            Identity::Login(login, _) => write!(f, "Credentials({login:?}, ***)"),
            Identity::Token(_) => f.write_str("Credentials(OAuth ***)"),
        }
    }
}

/// Names, and what is shown of their values.
type Pairs = Vec<(String, String)>;

/// Checked credentials in the form that requests carry.
#[derive(Clone)]
pub(crate) struct Prepared {
    fields: Vec<(&'static str, SecretString)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    secrets: Vec<SecretString>,
}

impl Prepared {
    /// Whether they are an OAuth token, which enters a header.
    pub(crate) fn has_token(&self) -> bool {
        self.fields.is_empty()
    }

    /// The length that the credentials add to a query.
    pub(crate) fn query_length(&self) -> usize {
        let length = |(name, value): &(&str, SecretString)| {
            name.len() + value.expose_secret().len() * 3 + "=&".len()
        };
        self.fields.iter().map(length).sum()
    }

    /// The fields and headers that enter a request, the secrets replaced by `mask`.
    pub(crate) fn shown(&self, mask: &str) -> (Pairs, Pairs) {
        let field = |(name, value): &(&str, SecretString)| {
            let shown = if is_secret(name) {
                mask
            } else {
                value.expose_secret()
            };
            ((*name).to_owned(), shown.to_owned())
        };
        let headers = self.headers.iter();
        (
            self.fields.iter().map(field).collect(),
            headers
                .map(|(name, _)| (name.to_string(), mask.to_owned()))
                .collect(),
        )
    }

    /// Whether the fields are the same bytes in every encoding.
    pub(crate) fn is_ascii(&self) -> bool {
        self.fields
            .iter()
            .all(|(_, value)| value.expose_secret().is_ascii())
    }

    /// Adds the secrets among the parameters of a call, such as a new password, to those that no error
    /// may show.
    pub(crate) fn and_secrets_of(&self, params: &Params) -> Cow<'_, Self> {
        let secrets = params.iter().filter(|param| is_secret(&param.name));
        let mut secrets = secrets.filter_map(Param::text).peekable();
        if secrets.peek().is_none() {
            return Cow::Borrowed(self);
        }
        let mut own = self.clone();
        own.secrets.extend(secrets.map(SecretString::from));
        Cow::Owned(own)
    }

    /// Returns the message beside success, which no pipeline redacts, without secrets.
    pub(crate) fn redacted(&self, partial: &PartialSuccess) -> PartialSuccess {
        let mut message = partial.as_str().to_owned();
        for secret in &self.secrets {
            redact(&mut message, secret.expose_secret());
        }
        message.into()
    }
}

#[async_trait]
impl Authorize for Prepared {
    async fn authorize(&self, outgoing: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        for (name, secret) in &self.fields {
            outgoing.field(name, secret);
        }
        for (name, value) in &self.headers {
            outgoing.header(name.clone(), value.clone());
        }
        Ok(CredentialVersion::default())
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        self.secrets
            .iter()
            .for_each(|secret| each(secret.expose_secret()));
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prepared(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_lower_case_hex_of_the_utf8_password() {
        let prepared = Credentials::password("test", "password").prepare().unwrap();
        let (name, hash) = &prepared.fields[1];
        assert_eq!(*name, "loginPassword");
        assert_eq!(
            hash.expose_secret(),
            "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
        );
    }

    #[test]
    fn a_ready_hash_is_checked_and_lowered() {
        let upper = "5E884898DA28047151D0E56F8DC6292773603D0D6AABBDD62A11EF721D1542D8";
        let prepared = Credentials::hash("test", upper).prepare().unwrap();
        assert_eq!(prepared.fields[1].1.expose_secret(), upper.to_lowercase());
        let error = Credentials::hash("test", "h34ghk3").prepare().unwrap_err();
        assert_eq!(error.field(), Some("password"));
        assert!(!error.to_string().contains("h34ghk3"));
    }

    #[test]
    fn empty_and_broken_credentials_name_the_field() {
        for (credentials, field) in [
            (Credentials::password("", "x"), "login"),
            (Credentials::password("a\r\nb", "x"), "login"),
            (Credentials::password("test", ""), "password"),
            (Credentials::oauth(" "), "token"),
            (Credentials::oauth("a\nb"), "token"),
            (Credentials::oauth("a").header("X Y", "z"), "header"),
            (Credentials::oauth("a").header("X-Key", "z\r\ny"), "header"),
        ] {
            let error = credentials.prepare().unwrap_err();
            assert_eq!(error.field(), Some(field), "{credentials:?}");
        }
    }
}
