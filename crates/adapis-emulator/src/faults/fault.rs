//! One fault: what happens to one answer.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

/// The point of an answer at which a reset or a hang strikes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Nothing of the answer is sent.
    BeforeHeaders,
    /// The status line and a part of the first header are sent.
    DuringHeaders,
    /// The headers and half of the body's first part are sent.
    MidBody,
}

/// A body that trickles.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    /// Bytes sent at once.
    pub bytes: usize,
    /// Milliseconds between two portions.
    pub every_ms: u64,
}

/// The part of an answer that never ends.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Endless {
    /// Headers without end.
    Headers,
    /// A chunked body of blanks without end.
    Body,
}

/// What happens to one answer; members may be combined, none means a healthy answer.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// Answers with this HTTP status instead of asking the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The text of a `Retry-After` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// More headers, replacing those of the same name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// This body as `application/json`, with status 200 unless `status` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// This body as `text/html`, with status 200 unless `status` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub garbage: Option<String>,
    /// RST at this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<Moment>,
    /// Silence from this moment on, until the client goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hang: Option<Moment>,
    /// Sends so many bytes of the promised body, then closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<u64>,
    /// Sends the body in small portions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow: Option<Slow>,
    /// Transcodes the body into this charset while every label stays; `wrong` is windows-1251.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// Puts this text before the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Puts this text behind the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// Treats the request's credential as run out or refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expired_token: bool,
    /// Writes this text on the socket instead of an HTTP answer, then closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// Headers or a body without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endless: Option<Endless>,
    /// Closes the kept-alive connection after the answer without saying so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
    /// Milliseconds to wait before anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Whether the call takes effect all the same where the answer would not need it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub processed: bool,
}

impl Fault {
    /// An HTTP status without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// An RST at this moment.
    #[must_use]
    pub fn reset(moment: Moment) -> Self {
        Self {
            reset: Some(moment),
            ..Self::default()
        }
    }

    /// Silence from this moment on.
    #[must_use]
    pub fn hang(moment: Moment) -> Self {
        Self {
            hang: Some(moment),
            ..Self::default()
        }
    }

    /// So many bytes of the body, then the end of the connection.
    #[must_use]
    pub fn truncate(bytes: u64) -> Self {
        Self {
            truncate: Some(bytes),
            ..Self::default()
        }
    }

    /// A body in portions of `bytes`, one every `every_ms` milliseconds.
    #[must_use]
    pub fn slow(bytes: usize, every_ms: u64) -> Self {
        Self {
            slow: Some(Slow { bytes, every_ms }),
            ..Self::default()
        }
    }

    /// HTTP 200 with this text as HTML.
    #[must_use]
    pub fn garbage(text: impl Into<String>) -> Self {
        Self {
            garbage: Some(text.into()),
            ..Self::default()
        }
    }

    /// A credential that counts as run out or refused.
    #[must_use]
    pub fn expired_token() -> Self {
        Self {
            expired_token: true,
            ..Self::default()
        }
    }

    /// This text on the socket in place of an HTTP answer.
    #[must_use]
    pub fn raw(text: impl Into<String>) -> Self {
        Self {
            raw: Some(text.into()),
            ..Self::default()
        }
    }

    /// The same fault with a `Retry-After` header.
    #[must_use]
    pub fn retry_after(mut self, text: impl Into<String>) -> Self {
        self.retry_after = Some(text.into());
        self
    }

    /// The same fault with one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The same fault with this body as `application/json`.
    #[must_use]
    pub fn body(mut self, text: impl Into<String>) -> Self {
        self.body = Some(text.into());
        self
    }

    /// The same fault, but the call takes effect.
    #[must_use]
    pub fn processed(mut self) -> Self {
        self.processed = true;
        self
    }
}

impl Fault {
    /// The charset that bodies are transcoded into.
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
            return Err("status: not between 200 and 999".to_owned());
        }
        if self.charset.is_some() && self.encoding().is_none() {
            return Err("charset: unknown".to_owned());
        }
        if self.slow.is_some_and(|slow| slow.bytes == 0) {
            return Err("slow.bytes: must be over 0".to_owned());
        }
        for (name, value) in self.extra_headers() {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                return Err(format!("headers: {name:?} cannot be sent, use raw"));
            }
        }
        Ok(())
    }

    /// Headers that the fault adds to an answer.
    pub(crate) fn extra_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let retry_after = self.retry_after.as_deref();
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(retry_after.map(|text| ("retry-after", text)))
    }
}
