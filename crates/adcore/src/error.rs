use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use adcore_text::redact;
use http::StatusCode;
use http::header::{HeaderMap, LOCATION, RETRY_AFTER};

use crate::retry::parse_retry_after;

mod display;
mod kind;
mod transport;

pub use kind::ErrorKind;

/// The one error of all adapis crates: opaque, cheap to move, free of secrets.
///
/// [`kind`](Self::kind) says what to do; [`may_have_run`](Self::may_have_run) says whether the
/// call may have taken effect. `Display` is one line with the vendor's code and message; the cause,
/// when there is one, is in [`source`](std::error::Error::source) and not repeated.
///
/// ```
/// use adcore::{Error, ErrorKind};
///
/// let error = Error::invalid_input("limit", "must be at most 1000");
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// assert_eq!(error.field(), Some("limit"));
/// assert_eq!(error.to_string(), "invalid input: limit must be at most 1000");
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
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

/// What is behind an error: a cause without secrets, or what the vendor said, which may quote some.
#[derive(Debug, Clone)]
enum Source {
    Cause(Arc<dyn std::error::Error + Send + Sync>),
    Detail(Arc<dyn VendorDetail>),
}

/// A vendor's own error object, kept whole as the source of an [`Error`].
///
/// A server may quote the request in it. The pipeline therefore asks each detail to redact itself
/// before an error is returned; a vendor crate does nothing else for it.
pub trait VendorDetail: std::error::Error + Send + Sync + 'static {
    /// Returns the detail with every text of the server passed through `redact`.
    fn redacted(&self, redact: &dyn Fn(&str) -> String) -> Arc<dyn VendorDetail>;
}

impl Error {
    /// Creates an error of this kind.
    ///
    /// `message` is the vendor's message or advice for the caller, never a secret.
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

    /// Names the field or setting that is wrong and what it must be; nothing was sent.
    pub fn invalid_input(field: impl Into<Cow<'static, str>>, must: impl fmt::Display) -> Self {
        let field = field.into();
        let mut error = Self::new(ErrorKind::InvalidInput, format!("{field} {must}"));
        error.0.field = Some(field);
        error
    }

    /// The error that an HTTP status means where the vendor says nothing more.
    ///
    /// Reads `Retry-After`; a redirect is reported with its host only, because it is not followed.
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
                .and_then(|uri| Some((uri.scheme_str()?.to_owned(), uri.host()?.to_owned())));
            match host {
                Some((scheme, host)) => format!(
                    "the endpoint redirects to {scheme}://{host}; redirects are not followed, correct the endpoint"
                ),
                None => "the endpoint redirects; redirects are not followed, correct the endpoint"
                    .into(),
            }
        } else {
            status
                .canonical_reason()
                .unwrap_or("unknown status")
                .to_owned()
        };
        let mut error = Self::new(kind, message).with_status(status);
        error.0.retry_after = headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(parse_retry_after);
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

    /// Names the field the vendor complains about.
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

    /// Replaces the kind, and with it what [`may_have_run`](Self::may_have_run) says.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self.0.may_have_run = kind.may_have_run();
        self
    }

    /// Adds how long the vendor asks to wait.
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

    /// Names the vendor and the operation, where they are not named yet.
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

    /// Adds how many times the call was sent.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Adds the cause. It must hold no secret: no URL, no header, no body.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(Source::Cause(Arc::from(source.into())));
        self
    }

    /// Adds the vendor's own error object as the source.
    #[must_use]
    pub fn with_detail(mut self, detail: impl VendorDetail) -> Self {
        self.0.source = Some(Source::Detail(Arc::new(detail)));
        self
    }

    /// Names the host that the call was sent to, where it is not named yet.
    #[must_use]
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.0.host.get_or_insert_with(|| host.into());
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The vendor's short name, such as `adfox`.
    #[must_use]
    pub fn vendor(&self) -> Option<&'static str> {
        self.0.vendor
    }

    /// Host and port that the call was sent to, such as `api.hybrid.ru`.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }

    /// The operation's name, such as `account.list.campaign`.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The HTTP status, when a response came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The vendor's own code, as printed on the wire.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The vendor's message, or what to do about it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The field, parameter or setting at fault, when one is known.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// How long the vendor asks to wait before the next call.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many times the call was sent; 0 when nothing was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the same call may succeed later without any change.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Connect
                | ErrorKind::Timeout
                | ErrorKind::Interrupted
                | ErrorKind::RateLimited
                | ErrorKind::Server
        )
    }

    /// Whether the call may have taken effect at the vendor in spite of this error.
    ///
    /// `true` also when only an earlier attempt of the same call may have.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        self.0.may_have_run
    }

    /// Takes `secret` out of code, message and field, however a server has quoted it.
    ///
    /// A message beyond 16 KiB is cut.
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
            Source::Detail(detail) => {
                let detail: &(dyn std::error::Error + 'static) = &**detail;
                Some(detail)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_one_cut_line_with_code_and_words() {
        let error = Error::new(
            ErrorKind::Rejected,
            format!("bad\r\nvalue\u{0}{}", "x".repeat(600)),
        )
        .with_status(StatusCode::OK)
        .with_code("-6")
        .with_operation("adfox", "account.add.campaign")
        .with_attempts(2);
        let text = error.to_string();
        assert!(text.starts_with("adfox account.add.campaign: refused: bad\\r\\nvalue\\u{0}xxx"));
        assert!(
            text.ends_with(
                "…  (HTTP 200, code -6, 2 attempts)"
                    .replace("  ", " ")
                    .as_str()
            )
        );
        assert!(text.chars().count() < 500);
        assert!(!text.contains('\n'));
    }

    #[test]
    fn scrub_removes_plain_and_encoded_secrets() {
        let mut error =
            Error::new(ErrorKind::Rejected, "token a/b+c= or a%2Fb%2Bc%3D").with_code("a/b+c=");
        error.redact("a/b+c=");
        assert_eq!(error.message(), "token *** or ***");
        assert_eq!(error.code(), Some("***"));
    }

    #[test]
    fn statuses_map_to_kinds() {
        let none = HeaderMap::new();
        for (status, kind) in [
            (301, ErrorKind::Rejected),
            (400, ErrorKind::Rejected),
            (401, ErrorKind::Unauthenticated),
            (402, ErrorKind::Rejected),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (408, ErrorKind::Timeout),
            (409, ErrorKind::Rejected),
            (418, ErrorKind::Rejected),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (503, ErrorKind::Server),
            (204, ErrorKind::Decode),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(Error::from_status(status, &none).kind(), kind, "{status}");
        }
    }

    #[test]
    fn redirect_names_the_host_only() {
        let mut headers = HeaderMap::new();
        headers.insert(
            LOCATION,
            "https://other.example/x?token=s3cret".parse().unwrap(),
        );
        let text = Error::from_status(StatusCode::FOUND, &headers).to_string();
        assert!(text.contains("https://other.example;"), "{text}");
        assert!(!text.contains("s3cret"));
    }
}
