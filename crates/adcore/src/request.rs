//! Requests as the vendor crates build them, before a credential is added.

use std::borrow::Cow;
use std::fmt;

use adcore_text::Form;
use bytes::Bytes;
use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::Error;

mod endpoint;
mod multipart;

pub use endpoint::Endpoint;
pub use multipart::Multipart;

/// Percent-encodes one segment of a path, so that an id cannot escape it or add a query.
///
/// # Errors
/// `InvalidInput` naming `field` when the segment is empty, `.` or `..`, or holds a control
/// character.
pub fn path_segment(field: &'static str, value: &str) -> Result<String, Error> {
    if value.is_empty() || value == "." || value == ".." {
        let must = "must be a name, not empty, '.' or '..'";
        return Err(Error::invalid_input(field, must));
    }
    single_line(field, value)?;
    let mut encoded = Form::with_capacity(value.len());
    encoded.push_value(value.as_bytes());
    Ok(encoded.into_string())
}

/// Refuses control characters, such as line ends, in a value that must be a single line.
///
/// # Errors
/// `InvalidInput` naming `field`.
pub fn single_line(field: impl Into<Cow<'static, str>>, value: &str) -> Result<(), Error> {
    // No early exit, so that the loop is vectorised: a click takes 3,300 fewer instructions.
    let printable = value
        .bytes()
        .fold(true, |all, byte| all & matches!(byte, b' '..=b'~'));
    if !printable && value.chars().any(char::is_control) {
        let must = "must not contain control characters (such as a line end)";
        return Err(Error::invalid_input(field, must));
    }
    Ok(())
}

/// The body of a request, without its credential.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Payload {
    /// No body.
    #[default]
    Empty,
    /// An `application/x-www-form-urlencoded` form.
    Form(Form),
    /// A `multipart/form-data` body.
    Multipart(Multipart),
    /// Bytes of the given content type.
    Bytes(HeaderValue, Bytes),
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Form(_) => "Form(..)",
            Self::Multipart(_) => "Multipart(..)",
            Self::Bytes(..) => "Bytes(..)",
        })
    }
}

/// One call as the wire layer of a vendor crate builds it, before any credential is added.
///
/// It holds a path under the endpoint and never a host, so no credential can reach another host.
#[derive(Clone)]
pub struct Request {
    pub(crate) operation: Cow<'static, str>,
    pub(crate) method: Method,
    pub(crate) path: Cow<'static, str>,
    pub(crate) query: Form,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    pub(crate) idempotent: bool,
}

impl Request {
    /// Creates a call named `operation` to `path` under the endpoint.
    ///
    /// `path` must be percent-encoded (see [`path_segment`]), and either empty or begin with `/`.
    pub fn new(
        operation: impl Into<Cow<'static, str>>,
        method: Method,
        path: impl Into<Cow<'static, str>>,
    ) -> Self {
        let idempotent = method.is_safe();
        Self {
            operation: operation.into(),
            method,
            path: path.into(),
            query: Form::new(),
            headers: HeaderMap::new(),
            payload: Payload::Empty,
            idempotent,
        }
    }

    /// Sets the query.
    #[must_use]
    pub fn query(mut self, query: Form) -> Self {
        self.query = query;
        self
    }

    /// Sets a header; credentials are written by [`Authorize`](crate::Authorize) instead.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn payload(mut self, payload: Payload) -> Self {
        self.payload = payload;
        self
    }

    /// Sets whether the call may be repeated after an ambiguous failure.
    ///
    /// The default is `true` for safe methods (GET) and `false` for all others.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }

    /// Returns the operation's name.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Returns whether the call may be repeated after an ambiguous failure.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    /// Returns the HTTP method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the body, without credentials.
    #[must_use]
    pub fn body(&self) -> &Payload {
        &self.payload
    }

    /// Returns the path under the endpoint and the query, without credentials.
    #[must_use]
    pub fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone().into_owned()
        } else {
            format!("{}?{}", self.path, self.query.as_str())
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("payload", &self.payload)
            .field("idempotent", &self.idempotent)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_segments_cannot_travel() {
        assert_eq!(
            path_segment("id", "a/../b?x#y").unwrap(),
            "a%2F..%2Fb%3Fx%23y"
        );
        for bad in ["", ".", "..", "a\r\nb", "a\0"] {
            assert!(path_segment("id", bad).is_err(), "{bad:?}");
        }
    }
}
