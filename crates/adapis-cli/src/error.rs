//! Errors of commands: exit codes and what is printed on stderr.

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use adapis::adfox::{Refusal, ReportRefusal};
use adapis::core::TransportError;
use adapis::spots::{RawJson, RpcError};
use adapis::{Error, ErrorKind};
use adapis::{hybrid, keitaro};
use serde::Serialize;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum CliError {
    /// A client library returned an error.
    Call(Error),
    /// An argument, a variable or the config file is invalid; nothing was sent.
    Input {
        field: Option<String>,
        message: String,
    },
    /// Something on this machine failed, such as a write to a full disk.
    Local { what: String, cause: io::Error },
    /// The reader of stdout closed it, as `head` does.
    BrokenPipe,
    /// A command did what it could, and its result says what went wrong.
    #[cfg_attr(
        not(feature = "pull"),
        allow(dead_code, reason = "only `pull` ends this way")
    )]
    Partial { message: String, exit_code: u8 },
}

/// Exit codes of `adapis pull` that belong to no kind of error.
const HELD_BACK: u8 = 9;
const LOCKED: u8 = 10;

impl CliError {
    /// Invalid input. `field` is the flag or setting; `message` is a whole sentence.
    pub(crate) fn input(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Input {
            field: Some(field.into()),
            message: message.into(),
        }
    }

    /// A failure on this machine; `what` says what could not be done.
    pub(crate) fn local(what: impl Into<String>, cause: io::Error) -> Self {
        Self::Local {
            what: what.into(),
            cause,
        }
    }

    /// The first of several problems of a command that did what it could.
    #[cfg(feature = "pull")]
    pub(crate) fn partial(first: impl std::fmt::Display, others: usize, exit_code: u8) -> Self {
        let message = match others {
            0 => first.to_string(),
            _ => format!("{first} (and {others} more)"),
        };
        Self::Partial { message, exit_code }
    }

    /// An error of clap in one line.
    pub(crate) fn usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let reason: Vec<&str> = text
            .lines()
            .map(str::trim)
            .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
            .filter(|line| !line.is_empty())
            .collect();
        let reason = reason.join(" ").replace(" tip: ", "; ");
        let reason = reason.strip_prefix("error: ").unwrap_or(&reason);
        Self::Input {
            field: None,
            message: format!("{reason} (see --help)"),
        }
    }

    /// Prints the error on stderr and returns the exit code.
    pub(crate) fn report(&self, as_json: bool) -> ExitCode {
        let text = if as_json { self.json() } else { self.line() };
        if let Some(text) = text {
            let mut line = text;
            line.push('\n');
            // Ignored: if stderr is closed, the error cannot be reported anywhere.
            let _ = io::Write::write_all(&mut io::stderr(), line.as_bytes());
        }
        ExitCode::from(self.exit_code())
    }

    /// The message, for a server that continues despite the error.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Call(error) => error.to_string(),
            Self::Input { message, .. } => message.clone(),
            Self::Local { what, cause } => format!("{what}: {cause}"),
            Self::BrokenPipe => "broken pipe".to_owned(),
            Self::Partial { message, .. } => message.clone(),
        }
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
            Self::Input { .. } => 2,
            Self::Local { .. } => 1,
            Self::BrokenPipe => 0,
            Self::Partial { exit_code, .. } => *exit_code,
        }
    }

    fn line(&self) -> Option<String> {
        match self {
            Self::Call(error) => Some(with_causes(&format!("error: {error}"), error)),
            Self::Input { message, .. } | Self::Partial { message, .. } => {
                Some(format!("error: {}", one_line(message)))
            }
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
            Self::Input { field, message } => Report {
                kind: ErrorKind::InvalidInput.as_str(),
                message: message.clone(),
                field: field.as_deref(),
                ..Report::default()
            },
            Self::Local { what, cause } => Report {
                kind: "local",
                message: format!("{what}: {cause}"),
                ..Report::default()
            },
            Self::BrokenPipe => return None,
            Self::Partial { message, exit_code } => Report {
                kind: kind_of(*exit_code),
                message: message.clone(),
                ..Report::default()
            },
        };
        serde_json::to_string(&Failure { error }).ok()
    }
}

/// The kind of errors that has this exit code; of several, the one that occurs most.
fn kind_of(exit_code: u8) -> &'static str {
    match exit_code {
        2 => ErrorKind::InvalidInput.as_str(),
        3 => ErrorKind::Unauthenticated.as_str(),
        4 => ErrorKind::Connect.as_str(),
        5 => ErrorKind::RateLimited.as_str(),
        6 => ErrorKind::Rejected.as_str(),
        7 => ErrorKind::Server.as_str(),
        8 => ErrorKind::Decode.as_str(),
        HELD_BACK => "held_back",
        LOCKED => "locked",
        _ => "local",
    }
}

#[derive(Serialize)]
struct Failure<'a> {
    error: Report<'a>,
}

/// The error object of the JSON formats; all members except the last two are always present.
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
    /// The invalid argument, setting or parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// The `data` member of a JSON-RPC error.
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
    // The message of a failed connection already is the innermost cause; the layers paraphrase it.
    if error.kind() == ErrorKind::Connect && cause.is_some_and(|cause| cause.is::<TransportError>())
    {
        cause = None;
    }
    while let Some(error) = cause {
        // The message of the error already includes the text of these.
        let is_repeated = error.is::<RpcError>()
            || error.is::<Refusal>()
            || error.is::<ReportRefusal>()
            || error.is::<keitaro::Refusal>()
            || error.is::<hybrid::Refusal>();
        if !is_repeated {
            let _ = write!(line, ": {}", one_line(&error.to_string()));
        }
        cause = error.source();
    }
    line
}

/// Escapes control characters, so that the text stays on one line and cannot control the terminal.
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
        Self::Call(with_flags(error))
    }
}

/// Names the flags of this program where a library names its own settings.
fn with_flags(error: Error) -> Error {
    const FLAGS: [(&str, &str); 3] = [
        ("page_size", "--page-size"),
        ("window_days", "--window-days"),
        (
            "to must not be before `from`",
            "--to must not be before --from",
        ),
    ];
    // The libraries word these errors; others can contain the text of a server.
    if !matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Decode) {
        return error;
    }
    match FLAGS
        .iter()
        .find(|(name, _)| error.message().contains(name))
    {
        None => error,
        Some((name, flag)) => {
            let message = error.message().replace(name, flag);
            error.with_message(message)
        }
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
    fn each_kind_has_its_exit_code() {
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
        assert_eq!(line, "error: cannot connect: no route: first\\nsecond");
    }

    #[test]
    fn a_refused_connection_is_one_sentence() {
        use adapis::core::TransportErrorKind;

        let cause = io::Error::from_raw_os_error(111);
        let error = TransportError::new(TransportErrorKind::Connect).with_source(cause);
        let error = Error::from(error).with_host("127.0.0.1:9");
        assert_eq!(
            CliError::from(error).line().unwrap(),
            "error: cannot connect to 127.0.0.1:9: connection refused"
        );
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
