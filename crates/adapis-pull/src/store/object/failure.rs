//! What a store refused, without its own words, which may quote secrets.
//!
//! The errors of the crate `object_store` quote requests and whole answers, and stores quote in their answers what they
//! were sent. None of that text is passed on: only the status, the store's error code and how an exchange failed are.

use std::error::Error as _;

use object_store::Error;
use object_store::client::{HttpError, HttpErrorKind};

use super::super::StoreError;

/// How long an error code may be.
const LONGEST_CODE: usize = 64;

/// What a request's failure means for its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is no such object.
    NotFound,
    /// The object is not the one that the condition named.
    Conflict,
    /// The store does not know such conditions.
    Unconditional,
    /// The answer was lost: it may have been done.
    Lost,
    /// The store failed, and still did when asked again.
    Failed,
    /// The store refused, and would refuse again.
    Refused,
}

pub(super) fn kind(error: &Error) -> Kind {
    let code = code(&error.to_string());
    match error {
        // A missing bucket is an error, unlike a missing object.
        Error::NotFound { .. } if is_container(code.as_deref()) => Kind::Refused,
        Error::NotFound { .. } => Kind::NotFound,
        Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. } => {
            Kind::Conflict
        }
        Error::NotImplemented { .. } | Error::NotSupported { .. } => Kind::Unconditional,
        Error::PermissionDenied { .. }
        | Error::Unauthenticated { .. }
        | Error::InvalidPath { .. }
        | Error::UnknownConfigurationKey { .. } => Kind::Refused,
        _ => match status(&error.to_string()) {
            Some(501) => Kind::Unconditional,
            Some(400..=499) => Kind::Refused,
            Some(_) => Kind::Failed,
            None if http_kind(error).is_some() => Kind::Lost,
            None => Kind::Failed,
        },
    }
}

fn is_container(code: Option<&str>) -> bool {
    matches!(
        code,
        Some("NoSuchBucket" | "ContainerNotFound" | "AccountNotFound")
    )
}

/// For `map_err`: says what was to be done to which object.
pub(super) fn failed(
    action: &'static str,
    path: impl Into<String>,
) -> impl FnOnce(Error) -> StoreError {
    move |error| {
        let (reason, advice) = explain(&error);
        StoreError::Remote {
            action,
            path: path.into(),
            reason,
            advice,
        }
    }
}

fn explain(error: &Error) -> (String, &'static str) {
    let text = error.to_string();
    // These addresses are asked for credentials only.
    if ["169.254.", "metadata.google", "metadata/identity"]
        .iter()
        .any(|address| text.contains(address))
    {
        let reason = "there are no credentials for it".to_owned();
        return (
            reason,
            "; set them in the environment as the store's own tools expect them (AWS_…, GOOGLE_…, AZURE_…)",
        );
    }
    if let Some(kind) = http_kind(error) {
        let reason = match kind {
            HttpErrorKind::Connect => "no connection",
            HttpErrorKind::Timeout => "no answer in time",
            HttpErrorKind::Decode => "the answer is not valid HTTP",
            _ => "the connection broke",
        };
        return (
            reason.to_owned(),
            "; check the network and the endpoint, what was published is unchanged",
        );
    }
    let (status, code) = (status(&text), code(&text));
    let reason = match (&code, status) {
        (Some(code), Some(status)) => format!("{code}, HTTP {status}"),
        (Some(code), None) => code.clone(),
        (None, Some(status)) => format!("HTTP {status}"),
        (None, None) => "the store did not answer as expected".to_owned(),
    };
    let is_full = status == Some(507)
        || code.as_deref().is_some_and(|code| {
            code.contains("Quota") || code.contains("Full") || code.contains("Insufficient")
        });
    let advice = match error {
        _ if is_full => {
            "; free space there or raise the quota and run again, what was published is unchanged"
        }
        Error::NotFound { .. } if is_container(code.as_deref()) => {
            "; create it, or correct pull.root"
        }
        Error::NotFound { .. } => "; it has been removed meanwhile, run again",
        Error::Precondition { .. } | Error::AlreadyExists { .. } | Error::NotModified { .. } => {
            "; it has been replaced meanwhile, run again"
        }
        _ if matches!(status, Some(401 | 403)) => {
            "; let these credentials read, write, list and delete objects below the root"
        }
        _ if text.contains("redirect") => "; set the region of the bucket in AWS_REGION",
        _ if status.is_some_and(|status| status >= 500 || status == 429) => {
            "; run again later, what was published is unchanged"
        }
        _ => "",
    };
    (reason, advice)
}

fn http_kind(error: &Error) -> Option<HttpErrorKind> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<HttpError>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}

/// Finds the status in the text of an error.
fn status(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("status code: ")?;
    rest.get(..3)?.parse().ok()
}

/// Finds the code of the store's XML. A code that is not a plain word is not passed on.
fn code(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let is_word = code.len() <= LONGEST_CODE
        && code
            .chars()
            .all(|character| character.is_ascii_alphabetic());
    (is_word && !code.is_empty()).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> Error {
        Error::Generic {
            store: "S3",
            source: text.into(),
        }
    }

    #[test]
    fn nothing_that_a_store_quotes_is_passed_on() {
        let quoted = "Error performing PUT http://h/b?sig=CANARY - Server returned non-2xx status code: 403 Forbidden: \
                      <Error><Code>SignatureDoesNotMatch</Code><StringToSign>CANARY</StringToSign></Error>";
        for error in [
            generic(quoted),
            Error::PermissionDenied {
                path: "CANARY".to_owned(),
                source: quoted.into(),
            },
            generic("<Code>CANARY 1</Code>"),
        ] {
            let error = failed("write", "s3://b/x")(error);
            let text = format!("{error} {error:?}");
            assert!(!text.contains("CANARY"), "{text}");
        }
        let error = failed("write", "s3://b/x")(generic(quoted)).to_string();
        assert!(
            error.starts_with("cannot write s3://b/x: SignatureDoesNotMatch, HTTP 403; let these"),
            "{error}"
        );
    }

    #[test]
    fn a_failure_is_sorted_by_what_can_be_done() {
        let refused = "status code: 507 Insufficient Storage: ";
        assert_eq!(kind(&generic(refused)), Kind::Failed);
        let text = failed("write", "s3://b/x")(generic(refused)).to_string();
        assert!(text.contains("HTTP 507; free space there"), "{text}");
        assert_eq!(
            kind(&generic("status code: 501 Not Implemented: ")),
            Kind::Unconditional
        );
        assert_eq!(
            kind(&generic("status code: 400 Bad Request: ")),
            Kind::Refused
        );
        let absent = |code: &str| Error::NotFound {
            path: String::new(),
            source: format!("<Code>{code}</Code>").into(),
        };
        assert_eq!(kind(&absent("NoSuchKey")), Kind::NotFound);
        assert_eq!(kind(&absent("NoSuchBucket")), Kind::Refused);
    }
}
