//! One fault: what happens to one response.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

/// The point of a response at which a reset or a hang happens.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultPoint {
    /// Nothing of the response is sent.
    BeforeHeaders,
    /// The status line and part of the first header are sent.
    DuringHeaders,
    /// The headers and half of the first chunk of the body are sent.
    MidBody,
}

/// A body that is sent slowly.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    /// Bytes per chunk.
    pub bytes: usize,
    /// Milliseconds between two chunks.
    pub every_ms: u64,
}

/// The part of a response that never ends.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndlessPart {
    /// Endless headers.
    Headers,
    /// An endless chunked body of spaces.
    Body,
}

/// What happens to one response.
///
/// Fields can be combined. The default changes nothing.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// Responds with this HTTP status instead of calling the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Value of a `Retry-After` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// Additional headers; they replace headers of the same name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Responds with this body as `application/json`, with status 200 unless `status` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Responds with this body as `text/html`, with status 200 unless `status` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub garbage: Option<String>,
    /// Resets the connection (RST) at this point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<FaultPoint>,
    /// Sends nothing from this point on, until the client disconnects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hang: Option<FaultPoint>,
    /// Sends this many bytes of the announced body, then closes the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<u64>,
    /// Sends the body in small chunks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow: Option<Slow>,
    /// Encodes the body in this charset without changing what it declares.
    ///
    /// `wrong` means windows-1251.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// Inserts this text before the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Appends this text to the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// Treats the credential of the request as expired or invalid.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expired_token: bool,
    /// Writes this text to the socket instead of an HTTP response, then closes the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// Sends endless headers or an endless body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endless: Option<EndlessPart>,
    /// Closes the connection after the response, although keep-alive was announced.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
    /// Milliseconds to wait before anything else happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Processes the call even if its response is not needed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub processed: bool,
    /// Processes the call this many milliseconds later, whether or not the client is still there.
    ///
    /// The client gets a 504 as from a gateway, unless the fault says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed_after_ms: Option<u64>,
}

impl Fault {
    /// Responds with this HTTP status and no body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// Resets the connection (RST) at this point.
    #[must_use]
    pub fn reset(point: FaultPoint) -> Self {
        Self {
            reset: Some(point),
            ..Self::default()
        }
    }

    /// Sends nothing from this point on.
    #[must_use]
    pub fn hang(point: FaultPoint) -> Self {
        Self {
            hang: Some(point),
            ..Self::default()
        }
    }

    /// Sends this many bytes of the body, then closes the connection.
    #[must_use]
    pub fn truncate(bytes: u64) -> Self {
        Self {
            truncate: Some(bytes),
            ..Self::default()
        }
    }

    /// Sends the body in chunks of `bytes`, one every `every_ms` milliseconds.
    #[must_use]
    pub fn slow(bytes: usize, every_ms: u64) -> Self {
        Self {
            slow: Some(Slow { bytes, every_ms }),
            ..Self::default()
        }
    }

    /// Responds with HTTP 200 and this text as HTML.
    #[must_use]
    pub fn garbage(text: impl Into<String>) -> Self {
        Self {
            garbage: Some(text.into()),
            ..Self::default()
        }
    }

    /// Treats the credential as expired or invalid.
    #[must_use]
    pub fn expired_token() -> Self {
        Self {
            expired_token: true,
            ..Self::default()
        }
    }

    /// Writes this text to the socket instead of an HTTP response.
    #[must_use]
    pub fn raw(text: impl Into<String>) -> Self {
        Self {
            raw: Some(text.into()),
            ..Self::default()
        }
    }

    /// Adds a `Retry-After` header.
    #[must_use]
    pub fn retry_after(mut self, text: impl Into<String>) -> Self {
        self.retry_after = Some(text.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Sets the body, sent as `application/json`.
    #[must_use]
    pub fn body(mut self, text: impl Into<String>) -> Self {
        self.body = Some(text.into());
        self
    }

    /// Processes the call all the same.
    #[must_use]
    pub fn processed(mut self) -> Self {
        self.processed = true;
        self
    }

    /// Responds with 504 like a gateway whose server finishes the call this much later.
    #[must_use]
    pub fn processed_after(milliseconds: u64) -> Self {
        Self {
            processed_after_ms: Some(milliseconds),
            ..Self::default()
        }
    }
}

impl Fault {
    /// The charset that the body is encoded in.
    pub(crate) fn encoding(&self) -> Option<&'static encoding_rs::Encoding> {
        let label = match self.charset.as_deref()? {
            "wrong" => "windows-1251",
            label => label,
        };
        encoding_rs::Encoding::for_label(label.as_bytes())
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self
            .status
            .is_some_and(|status| !(200..1000).contains(&status))
        {
            return Err("status: must be between 200 and 999".to_owned());
        }
        if self.charset.is_some() && self.encoding().is_none() {
            return Err("charset: unknown".to_owned());
        }
        if self.slow.is_some_and(|slow| slow.bytes == 0) {
            return Err("slow.bytes: must be greater than 0".to_owned());
        }
        for (name, value) in self.extra_headers() {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                return Err(format!("headers: {name:?} is invalid, use raw"));
            }
        }
        Ok(())
    }

    /// Headers that the fault adds to the response.
    pub(crate) fn extra_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let retry_after = self.retry_after.as_deref();
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(retry_after.map(|text| ("retry-after", text)))
    }
}
