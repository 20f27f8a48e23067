//! The kinds of errors.

use std::fmt;

/// What went wrong, classified by what the caller can do about it.
///
/// Each kind states whether the call may have run;
/// [`Error::may_have_run`](crate::Error::may_have_run) returns it for one particular error.
///
/// ```
/// use adcore::{Error, ErrorKind};
///
/// fn advise(error: &Error) -> &'static str {
///     match error.kind() {
///         ErrorKind::InvalidInput => "mend the request",
///         ErrorKind::Unauthenticated => "check the password",
///         _ if error.is_transient() => "try again later",
///         _ => "ask the vendor",
///     }
/// }
///
/// assert_eq!(advise(&Error::new(ErrorKind::Connect, "refused")), "try again later");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A value or a setting is wrong; nothing was sent.
    InvalidInput,
    /// No connection was made (DNS, TCP, TLS); the call did not run.
    Connect,
    /// An attempt timed out or the deadline passed; the call may have run.
    Timeout,
    /// The connection broke midway; the call may have run.
    Interrupted,
    /// The vendor asks to slow down; the call did not run.
    RateLimited,
    /// The credential was refused; the call did not run.
    Unauthenticated,
    /// The credential is valid but lacks the right; the call did not run.
    PermissionDenied,
    /// The object, the method or the path does not exist; the call did not run.
    NotFound,
    /// The vendor refused the call for another reason; it did not run.
    Rejected,
    /// The vendor failed internally; the call may have run.
    Server,
    /// The response breaks the protocol or is too large; the call may have run.
    Decode,
}

impl ErrorKind {
    /// Returns the kind in snake case, such as `rate_limited`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::RateLimited => "rate_limited",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::Rejected => "rejected",
            Self::Server => "server",
            Self::Decode => "decode",
        }
    }

    /// Returns the phrase that a message of this kind begins with.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid input",
            Self::Connect => "cannot connect",
            Self::Timeout => "timed out",
            Self::Interrupted => "connection lost",
            Self::RateLimited => "rate limited",
            Self::Unauthenticated => "credential refused",
            Self::PermissionDenied => "permission denied",
            Self::NotFound => "not found",
            Self::Rejected => "refused",
            Self::Server => "vendor failed",
            Self::Decode => "unreadable response",
        }
    }

    /// Returns the word between the phrase and the host, for kinds where the host is part of the
    /// problem.
    pub(super) fn host_preposition(self) -> Option<&'static str> {
        match self {
            Self::Connect => Some("to"),
            Self::Timeout => Some("waiting for"),
            Self::Interrupted => Some("with"),
            _ => None,
        }
    }

    pub(super) fn may_have_run(self) -> bool {
        matches!(
            self,
            Self::Timeout | Self::Interrupted | Self::Server | Self::Decode
        )
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
