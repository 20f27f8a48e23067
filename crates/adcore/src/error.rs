//! The error type that all crates share.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use adcore_text::redact;
use http::StatusCode;
use http::header::{HeaderMap, LOCATION, RETRY_AFTER};

mod display;
mod kind;
mod retry_after;
mod transport;

pub use kind::ErrorKind;
use retry_after::parse_retry_after;

/// The error type of all adapis crates: opaque, cheap to move, free of secrets.
///
/// [`kind`](Self::kind) says what to do; [`may_have_run`](Self::may_have_run) says whether the
/// call may have taken effect. `Display` prints one line with the vendor's code and message; the
/// cause, if any, is available from [`source`](std::error::Error::source) and is not repeated.
///
/// ```
/// use adcore::{Error, ErrorKind};
///
/// let error = Error::invalid_input("limit", "must be at most 1000");
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// assert_eq!(error.field(), Some("limit"));
/// assert_eq!(error.to_string(), "invalid input: limit must be at most 1000");
/// ```
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    vendor: Option<&'static str>,
    operation: Option<Cow<'static, str>>,
    status: Option<StatusCode>,
    code: Option<String>,
    message: String,
    field: Option<Cow<'static, str>>,
    retry_after: Option<Duration>,
    attempts: u32,
    may_have_run: bool,
    host: Option<String>,
    source: Option<Source>,
}

/// The source of an error: a cause without secrets, or the vendor's error, which may quote some.
#[derive(Debug, Clone)]
enum Source {
    Cause(Arc<dyn std::error::Error + Send + Sync>),
    Detail(Arc<dyn VendorDetail>),
}

/// A vendor's own error object, kept whole as the source of an [`Error`].
///
/// The server may quote the request, and thus a secret, in it. The pipeline therefore calls
/// [`redacted`](Self::redacted) with each secret before it returns an error, so a vendor crate has
/// nothing to do but implement this trait and attach the value with [`Error::with_detail`].
///
/// ```
/// use std::fmt;
/// use std::sync::Arc;
///
/// use adcore::{Error, ErrorKind, VendorDetail};
///
/// #[derive(Debug)]
/// struct Refusal(String);
///
/// impl fmt::Display for Refusal {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str(&self.0)
///     }
/// }
///
/// impl std::error::Error for Refusal {}
///
/// impl VendorDetail for Refusal {
///     fn redacted(&self, redact: &dyn Fn(&str) -> String) -> Arc<dyn VendorDetail> {
///         Arc::new(Self(redact(&self.0)))
///     }
/// }
///
/// let refusal = Refusal("no such campaign".to_owned());
/// let error = Error::new(ErrorKind::Rejected, "no such campaign").with_detail(refusal);
/// ```
pub trait VendorDetail: std::error::Error + Send + Sync + 'static {
    /// Returns a copy in which every text that came from the server has been passed through
    /// `redact`.
    fn redacted(&self, redact: &dyn Fn(&str) -> String) -> Arc<dyn VendorDetail>;
}

impl Error {
    /// Creates an error of `kind`.
    ///
    /// `message` is the vendor's message or advice for the caller; it must not contain a secret.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            vendor: None,
            operation: None,
            status: None,
            code: None,
            message: message.into(),
            field: None,
            retry_after: None,
            attempts: 0,
            may_have_run: kind.may_have_run(),
            host: None,
            source: None,
        }))
    }

    /// Creates an `InvalidInput` error for a field or setting that is wrong; nothing was sent.
    ///
    /// `must` completes the sentence that `field` begins, such as `must be at most 1000`.
    pub fn invalid_input(field: impl Into<Cow<'static, str>>, must: impl fmt::Display) -> Self {
        let field = field.into();
        let mut error = Self::new(ErrorKind::InvalidInput, format!("{field} {must}"));
        error.0.field = Some(field);
        error
    }

    /// Creates the error for an HTTP status about which the vendor says nothing more.
    ///
    /// Reads `Retry-After`. A redirect, which is never followed, is reported with the scheme and
    /// host of its target only.
    #[must_use]
    pub fn from_status(status: StatusCode, headers: &HeaderMap) -> Self {
        let kind = match status.as_u16() {
            401 => ErrorKind::Unauthenticated,
            403 => ErrorKind::PermissionDenied,
            404 => ErrorKind::NotFound,
            408 => ErrorKind::Timeout,
            429 => ErrorKind::RateLimited,
            500..=599 => ErrorKind::Server,
            300..=499 => ErrorKind::Rejected,
            _ => ErrorKind::Decode,
        };
        let message = if status.is_redirection() {
            let target = headers.get(LOCATION).and_then(|to| to.to_str().ok());
            let host = target
                .and_then(|to| to.parse::<http::Uri>().ok())
                .and_then(|uri| Some(format!(" to {}://{}", uri.scheme_str()?, uri.host()?)))
                .unwrap_or_default();
            format!(
                "the endpoint redirects{host}; redirects are not followed, correct the endpoint"
            )
        } else {
            let reason = status.canonical_reason();
            reason.unwrap_or("unknown status").to_owned()
        };
        let mut error = Self::new(kind, message).with_status(status);
        let wait = headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        error.0.retry_after = wait.and_then(parse_retry_after);
        error
    }

    /// Adds the HTTP status of the response.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds the vendor's own code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Names the field that the vendor complains about.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Replaces the message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Replaces the kind, and with it what [`may_have_run`](Self::may_have_run) returns.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self.0.may_have_run = kind.may_have_run();
        self
    }

    /// Sets how long the vendor asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// Overrides whether the call may have run.
    #[must_use]
    pub fn with_may_have_run(mut self, may_have_run: bool) -> Self {
        self.0.may_have_run = may_have_run;
        self
    }

    /// Names the vendor and the operation, unless they are already named.
    #[must_use]
    pub fn with_operation(
        mut self,
        vendor: &'static str,
        operation: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.0.vendor.get_or_insert(vendor);
        self.0.operation.get_or_insert_with(|| operation.into());
        self
    }

    /// Sets how many times the call was sent.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Adds the cause.
    ///
    /// It is not redacted and must hold no secret: no URL, no header, no body. For a vendor's error
    /// value use [`with_detail`](Self::with_detail).
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(Source::Cause(Arc::from(source.into())));
        self
    }

    /// Adds the vendor's own error object as the source; the pipeline redacts it.
    #[must_use]
    pub fn with_detail(mut self, detail: impl VendorDetail) -> Self {
        self.0.source = Some(Source::Detail(Arc::new(detail)));
        self
    }

    /// Names the host that the call was sent to, unless it is already named.
    #[must_use]
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.0.host.get_or_insert_with(|| host.into());
        self
    }

    /// Returns what went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the vendor's short name, such as `adfox`.
    #[must_use]
    pub fn vendor(&self) -> Option<&'static str> {
        self.0.vendor
    }

    /// Returns the host, with the port if given, that the call was sent to, such as
    /// `api.hybrid.ru`.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }

    /// Returns the operation's name, such as `account.list.campaign`.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// Returns the HTTP status, if a response arrived.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the vendor's own code, as it was on the wire.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Returns the vendor's message, or advice on what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the field, parameter or setting at fault, if it is known.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Returns how long the vendor asks to wait before the next call.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns how many times the call was sent; 0 if nothing was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns whether the same call may succeed later without any change.
    ///
    /// This is about the kind alone; see [`may_have_run`](Self::may_have_run) before repeating a
    /// write.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        use ErrorKind::{Connect, Interrupted, RateLimited, Server, Timeout};
        matches!(
            self.0.kind,
            Connect | Timeout | Interrupted | RateLimited | Server
        )
    }

    /// Returns whether the call may have taken effect at the vendor in spite of this error.
    ///
    /// This takes earlier attempts into account: it is `true` if any attempt of the call may have
    /// taken effect.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        self.0.may_have_run
    }

    /// Removes `secret` from code, message, field and vendor detail, however the server has quoted
    /// it.
    ///
    /// A message longer than 16 KiB is truncated.
    pub(crate) fn redact(&mut self, secret: &str) {
        if let Some(Source::Detail(detail)) = &self.0.source {
            let redacted = detail.redacted(&|text| {
                let mut text = text.to_owned();
                redact(&mut text, secret);
                text
            });
            self.0.source = Some(Source::Detail(redacted));
        }
        const MAX_MESSAGE: usize = 16 * 1024;
        if self.0.message.len() > MAX_MESSAGE {
            let message = &mut self.0.message;
            let end = (0..=MAX_MESSAGE).rfind(|at| message.is_char_boundary(*at));
            message.truncate(end.unwrap_or_default());
            message.push('…');
        }
        redact(&mut self.0.message, secret);
        if let Some(code) = &mut self.0.code {
            redact(code, secret);
        }
        if let Some(Cow::Owned(field)) = &mut self.0.field {
            redact(field, secret);
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.0.source.as_ref()? {
            Source::Cause(cause) => Some(&**cause),
            Source::Detail(detail) => Some(&**detail),
        }
    }
}

#[cfg(test)]
mod tests;
