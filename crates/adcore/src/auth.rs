//! Credentials: how they are written into a request that is about to be sent.

use std::fmt;

use adcore_text::Form;
use async_trait::async_trait;
use bytes::Bytes;
use http::Uri;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use secrecy::{ExposeSecret, SecretString};

use crate::request::{Endpoint, Multipart, Payload, Request};
use crate::{Error, ErrorKind};

/// Writes a credential into requests: the only place where a secret is exposed.
///
/// [`Anonymous`] and [`TokenCache`](crate::TokenCache) implement it; a vendor crate adds its own,
/// for instance for a login and password in the form.
///
/// ```
/// use adcore::{Authorize, CredentialVersion, Error, OutgoingRequest, async_trait};
/// use secrecy::{ExposeSecret, SecretString};
///
/// /// A key in the query.
/// #[derive(Debug)]
/// struct ApiKey(SecretString);
///
/// #[async_trait]
/// impl Authorize for ApiKey {
///     async fn authorize(
///         &self,
///         outgoing: &mut OutgoingRequest,
///     ) -> Result<CredentialVersion, Error> {
///         outgoing.field("key", &self.0);
///         Ok(CredentialVersion::default())
///     }
///
///     fn secrets(&self, each: &mut dyn FnMut(&str)) {
///         each(self.0.expose_secret());
///     }
/// }
/// ```
#[async_trait]
pub trait Authorize: fmt::Debug + Send + Sync {
    /// Writes the credential into `outgoing` and returns which version it was.
    ///
    /// # Errors
    /// When there is no credential to write, such as a token that could not be fetched.
    async fn authorize(&self, outgoing: &mut OutgoingRequest) -> Result<CredentialVersion, Error>;

    /// Called when the vendor has refused the credential `version`.
    ///
    /// Returns whether the call should be sent again, with a new credential. The default
    /// implementation returns `false`.
    async fn refused(&self, version: CredentialVersion) -> bool {
        let _ = version;
        false
    }

    /// Calls `each` with every secret that may have been sent, so that error texts can be redacted.
    fn secrets(&self, each: &mut dyn FnMut(&str));
}

/// Identifies which of several successive credentials was used; 0 for one that never changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CredentialVersion(pub u64);

/// No credential at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Anonymous;

#[async_trait]
impl Authorize for Anonymous {
    async fn authorize(&self, _draft: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        Ok(CredentialVersion::default())
    }

    fn secrets(&self, _each: &mut dyn FnMut(&str)) {}
}

/// A request about to be sent, into which [`Authorize`] writes the credential.
///
/// Credentials precede the fields of the call, as in the vendors' own clients.
pub struct OutgoingRequest {
    carrier: Carrier,
    query: Form,
    form: Form,
    parts: Multipart,
    headers: HeaderMap,
}

static FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

#[derive(Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Query,
    Form,
    Multipart,
}

impl OutgoingRequest {
    pub(crate) fn new(request: &Request) -> Self {
        let carrier = match &request.payload {
            Payload::Empty | Payload::Bytes(..) => Carrier::Query,
            Payload::Form(_) => Carrier::Form,
            Payload::Multipart(_) => Carrier::Multipart,
        };
        let form = match &request.payload {
            Payload::Form(fields) => Form::with_capacity(fields.as_bytes().len() + 128),
            _ => Form::new(),
        };
        Self {
            carrier,
            query: Form::new(),
            form,
            parts: Multipart::new(),
            headers: request.headers.clone(),
        }
    }

    /// Adds a secret field to the form or multipart body, or to the query if the request has
    /// neither.
    pub fn field(&mut self, name: &str, secret: &SecretString) {
        let secret = secret.expose_secret();
        match self.carrier {
            Carrier::Query => self.query.push(name, secret),
            Carrier::Form => self.form.push(name, secret),
            Carrier::Multipart => self.parts.field(name, Bytes::from(secret.to_owned())),
        }
    }

    /// Sets a header to a value that must not be logged.
    pub fn header(&mut self, name: HeaderName, mut value: HeaderValue) {
        value.set_sensitive(true);
        self.headers.insert(name, value);
    }

    /// Sets the `Authorization` header to a prepared value; see [`bearer`].
    pub fn authorization(&mut self, value: HeaderValue) {
        self.header(AUTHORIZATION, value);
    }

    pub(crate) fn finish(
        mut self,
        request: &Request,
        endpoint: &Endpoint,
    ) -> Result<http::Request<Bytes>, Error> {
        let uri = self.uri(request, endpoint)?;
        let (content_type, body) = match &request.payload {
            Payload::Empty => (None, Bytes::new()),
            Payload::Form(fields) => {
                self.form.push_form(fields);
                (Some(FORM.clone()), Bytes::from(self.form.into_bytes()))
            }
            Payload::Multipart(parts) => {
                let (content_type, body) = parts.finish(&self.parts)?;
                (Some(content_type), body)
            }
            Payload::Bytes(content_type, bytes) => (Some(content_type.clone()), bytes.clone()),
        };
        let mut outgoing = http::Request::new(body);
        *outgoing.method_mut() = request.method.clone();
        *outgoing.uri_mut() = uri;
        *outgoing.headers_mut() = self.headers;
        if let Some(content_type) = content_type {
            outgoing.headers_mut().insert(CONTENT_TYPE, content_type);
        }
        Ok(outgoing)
    }

    fn uri(&self, request: &Request, endpoint: &Endpoint) -> Result<Uri, Error> {
        let query = [&self.query, &request.query].map(Form::as_bytes);
        let marks = query.iter().filter(|part| !part.is_empty()).count();
        let room = endpoint.joined(&request.path) + marks + query[0].len() + query[1].len();
        let mut target = Vec::with_capacity(room);
        endpoint.join(&request.path, &mut target);
        for (part, mark) in query
            .iter()
            .filter(|part| !part.is_empty())
            .zip([b'?', b'&'])
        {
            target.push(mark);
            target.extend_from_slice(part);
        }
        let target = PathAndQuery::from_maybe_shared(Bytes::from(target))
            .map_err(|_| Error::invalid_input("request", "makes no valid URL (too long?)"))?;
        endpoint.uri(target)
    }
}

impl fmt::Debug for OutgoingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutgoingRequest(..)")
    }
}

/// Builds the value `Bearer <token>` for [`OutgoingRequest::authorization`], marked sensitive.
///
/// Build it once per token and reuse it.
///
/// # Errors
/// `Decode` when the token holds characters that are not allowed in a header.
pub fn bearer(token: &SecretString) -> Result<HeaderValue, Error> {
    let value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()));
    let mut value = value.map_err(|_| {
        let message = "the token holds characters that are not allowed in a header";
        Error::new(ErrorKind::Decode, message)
    })?;
    value.set_sensitive(true);
    Ok(value)
}
