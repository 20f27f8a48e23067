//! What Hybrid says when it refuses a call, and which errors that makes.

use std::fmt;
use std::sync::Arc;

use adcore::{Error, ErrorKind, VendorDetail};
use serde::{Deserialize, Serialize};

/// A response of Hybrid that is not a success, by its status or by what it says.
///
/// It is the source of the [`Error`] that the call returns. [`Error::kind`] and [`Error::message`]
/// are enough for most programs; this type has what Hybrid itself returned, unchanged. Hybrid does
/// not document its error bodies; OAuth errors, `message`, `error.message`, `errors[]`, a JSON string
/// and plain text are recognized, and otherwise code and message are absent. A server may quote the
/// request in them: credentials and tokens are replaced by `***`.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) {
/// use hybrid_rest::Refusal;
///
/// if let Err(error) = client.campaigns().await {
///     if let Some(refusal) = Refusal::of(&error) {
///         eprintln!("HTTP {}: {:?}", refusal.status, refusal.message);
///     }
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code of an OAuth error, such as `invalid_client`.
    pub code: Option<String>,
    /// Hybrid's message.
    pub message: Option<String>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: Option<String>, message: Option<String>) -> Self {
        Self {
            status,
            code,
            message,
        }
    }

    /// Returns the refusal behind `error`, or `None` if Hybrid did not refuse the call.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// Turns the refusal into an error, given the error that its status means.
    pub(crate) fn into_error(self, mut error: Error) -> Error {
        if let Some(message) = &self.message {
            error = error.with_message(message);
        }
        if self.status == 500 {
            let message = format!(
                "{}; Hybrid returns status 500 for a wrong request too: check ids and dates",
                error.message()
            );
            error = error.with_message(message);
        }
        self.attach(error)
    }

    /// Turns the refusal into the error of a wrong credential.
    pub(crate) fn into_credential_error(
        self,
        error: Error,
        field: &'static str,
        fault: &str,
    ) -> Error {
        let message = match &self.message {
            Some(message) => format!("{fault}: {message}"),
            None => fault.to_owned(),
        };
        let error = error
            .with_kind(ErrorKind::Unauthenticated)
            .with_field(field)
            .with_message(message);
        self.attach(error)
    }

    fn attach(self, error: Error) -> Error {
        let error = match &self.code {
            Some(code) => error.with_code(code),
            None => error,
        };
        error.with_detail(self)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The error that this is the source of shows code and message.
        write!(f, "Hybrid returned HTTP status {}", self.status)
    }
}

impl std::error::Error for Refusal {}

impl VendorDetail for Refusal {
    fn redacted(&self, redact: &dyn Fn(&str) -> String) -> Arc<dyn VendorDetail> {
        Arc::new(Self {
            status: self.status,
            code: self.code.as_deref().map(redact),
            message: self.message.as_deref().map(redact),
        })
    }
}
