use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use adapis::adfox::Refusal;
use adapis::spots::{RawJson, RpcError};
use adapis::{Error, ErrorKind};
use serde::Serialize;

/// Why a command ended without its result.
#[derive(Debug)]
pub(crate) enum CliError {
    /// A call failed, or the input was refused before it.
    Call(Error),
    /// Something on this machine failed, such as a write to a full disk.
    Local { what: String, cause: io::Error },
    /// The reader of stdout went away, as `head` does.
    BrokenPipe,
}

impl CliError {
    /// Names what is wrong in the input: a flag, a variable, a member of the config file.
    pub(crate) fn input(field: impl Into<String>, must: impl std::fmt::Display) -> Self {
        Self::Call(Error::invalid_input(field.into(), must))
    }

    /// A failure on this machine.
    pub(crate) fn local(what: impl Into<String>, cause: io::Error) -> Self {
        Self::Local {
            what: what.into(),
            cause,
        }
    }

    /// A command line that clap refuses, in one line.
    pub(crate) fn usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let reason: Vec<&str> = text
            .lines()
            .map(str::trim)
            .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
            .filter(|line| !line.is_empty())
            .collect();
        let reason = reason.join(" ");
        let reason = reason.strip_prefix("error: ").unwrap_or(&reason);
        Self::Call(Error::new(
            ErrorKind::InvalidInput,
            format!("{reason} (--help tells more)"),
        ))
    }

    /// Prints the error on stderr and gives the exit code.
    pub(crate) fn report(&self, as_json: bool) -> ExitCode {
        let text = if as_json { self.json() } else { self.line() };
        if let Some(text) = text {
            let mut line = text;
            line.push('\n');
            // Nobody is left to tell when stderr is closed too.
            let _ = io::Write::write_all(&mut io::stderr(), line.as_bytes());
        }
        ExitCode::from(self.exit_code())
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Call(error) => match error.kind() {
                ErrorKind::InvalidInput => 2,
                ErrorKind::Unauthenticated => 3,
                ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted => 4,
                ErrorKind::RateLimited => 5,
                ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::Rejected => 6,
                ErrorKind::Server => 7,
                ErrorKind::Decode => 8,
                _ => 1,
            },
            Self::Local { .. } => 1,
            Self::BrokenPipe => 0,
        }
    }

    fn line(&self) -> Option<String> {
        match self {
            Self::Call(error) => Some(with_causes(&format!("error: {error}"), error)),
            Self::Local { what, cause } => Some(format!(
                "error: {}: {}",
                one_line(what),
                one_line(&cause.to_string())
            )),
            Self::BrokenPipe => None,
        }
    }

    fn json(&self) -> Option<String> {
        let error = match self {
            Self::Call(error) => Report {
                kind: error.kind().as_str(),
                vendor: error.vendor(),
                operation: error.operation(),
                status: error.status().map(|status| status.as_u16()),
                code: error.code(),
                message: with_causes(error.message(), error),
                retry_after: error.retry_after().map(seconds),
                may_have_run: error.may_have_run(),
                field: error.field(),
                data: RpcError::of(error).and_then(|rpc| rpc.data.as_ref()),
            },
            Self::Local { what, cause } => Report {
                kind: "local",
                message: format!("{what}: {cause}"),
                ..Report::default()
            },
            Self::BrokenPipe => return None,
        };
        serde_json::to_string(&Failure { error }).ok()
    }
}

#[derive(Serialize)]
struct Failure<'a> {
    error: Report<'a>,
}

/// The error object of the JSON formats; all members but the last two are always there.
#[derive(Default, Serialize)]
struct Report<'a> {
    kind: &'a str,
    vendor: Option<&'a str>,
    operation: Option<&'a str>,
    status: Option<u16>,
    code: Option<&'a str>,
    message: String,
    /// Seconds.
    retry_after: Option<serde_json::Number>,
    may_have_run: bool,
    /// The argument, setting or vendor's parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// What a JSON-RPC server adds to its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawJson>,
}

fn seconds(wait: std::time::Duration) -> serde_json::Number {
    let whole = wait.as_secs().into();
    if wait.subsec_nanos() == 0 {
        return whole;
    }
    serde_json::Number::from_f64(wait.as_secs_f64()).unwrap_or(whole)
}

fn with_causes(text: &str, error: &Error) -> String {
    let mut line = one_line(text);
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        // These hold the vendor's words in members, and the error says them already.
        if !error.is::<RpcError>() && !error.is::<Refusal>() {
            let _ = write!(line, ": {}", one_line(&error.to_string()));
        }
        cause = error.source();
    }
    line
}

/// The text with its control characters escaped, so that it stays one line and harmless.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

impl From<Error> for CliError {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::local("cannot write the result", error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_exit_code() {
        for (kind, code) in [
            (ErrorKind::InvalidInput, 2),
            (ErrorKind::Unauthenticated, 3),
            (ErrorKind::PermissionDenied, 6),
            (ErrorKind::Connect, 4),
            (ErrorKind::Timeout, 4),
            (ErrorKind::Interrupted, 4),
            (ErrorKind::RateLimited, 5),
            (ErrorKind::NotFound, 6),
            (ErrorKind::Rejected, 6),
            (ErrorKind::Server, 7),
            (ErrorKind::Decode, 8),
        ] {
            assert_eq!(
                CliError::from(Error::new(kind, "")).exit_code(),
                code,
                "{kind}"
            );
        }
    }

    #[test]
    fn a_line_joins_the_causes_and_escapes_line_ends() {
        let cause = io::Error::other("first\nsecond");
        let error = Error::new(ErrorKind::Connect, "no route").with_source(cause);
        let line = CliError::from(error).line().unwrap();
        assert_eq!(line, "error: no connection: no route: first\\nsecond");
    }

    #[test]
    fn an_object_has_all_members_in_every_case() {
        let error = Error::new(ErrorKind::RateLimited, "slow down")
            .with_operation("hybrid", "campaign.get")
            .with_retry_after(Some(std::time::Duration::from_secs(7)));
        let object: serde_json::Value =
            serde_json::from_str(&CliError::from(error).json().unwrap()).unwrap();
        assert_eq!(
            object,
            serde_json::json!({"error": {
                "kind": "rate_limited", "vendor": "hybrid", "operation": "campaign.get",
                "status": null, "code": null, "message": "slow down", "retry_after": 7,
                "may_have_run": false,
            }})
        );
    }
}
