//! Conversion of transport errors.

use super::{Error, ErrorKind};
use crate::transport::{TransportError, TransportErrorKind as Kind};

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let (kind, message) = match error.kind() {
            Kind::Connect => {
                return Self::new(ErrorKind::Connect, connect_cause(&error)).with_source(error);
            }
            Kind::Timeout => (ErrorKind::Timeout, "no response in time"),
            Kind::Interrupted => (ErrorKind::Interrupted, "the response is not complete"),
            Kind::TooLarge => (ErrorKind::Decode, "the response is larger than the limit"),
            Kind::Malformed => (ErrorKind::Decode, "the response is not valid HTTP"),
            Kind::Request => (ErrorKind::InvalidInput, "the request could not be built"),
        };
        Self::new(kind, message).with_source(error)
    }
}

/// Returns why no connection was made: the innermost cause, from the operating system or TLS.
fn connect_cause(error: &TransportError) -> String {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    match cause.downcast_ref::<std::io::Error>() {
        Some(io) if io.raw_os_error().is_some() => io.kind().to_string(),
        _ if std::ptr::addr_eq(cause, error) => "DNS, TCP or TLS failed".to_owned(),
        _ => cause.to_string(),
    }
}
