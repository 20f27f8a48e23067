use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use adapis::RetryPolicy;
use adapis::{ReqwestTransport, Transport};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::{Format, Global};
use crate::config::Profile;
use crate::error::CliError;
use crate::output::Output;
use crate::progress::Progress;

/// Whose events `-v` shows: ours only, because other crates log headers and URLs.
const OURS: [&str; 7] = [
    "adapis",
    "adapis_emulator",
    "adcore",
    "adfox_api",
    "hybrid_rest",
    "keitaro_click",
    "spots_rpc",
];

/// What every command works with: where results go and whose accounts are used.
#[derive(Debug)]
pub(crate) struct Context {
    asked_format: Option<Format>,
    terminal: bool,
    colored: bool,
    /// The account settings of the chosen profile.
    pub(crate) profile: Profile,
    /// `--timeout`: the deadline of one call, when set.
    pub(crate) deadline: Option<Duration>,
    attempts: Option<u32>,
    env_proxy: bool,
    no_color: bool,
}

impl Context {
    pub(crate) fn new(global: Global) -> Result<Self, CliError> {
        let terminal = std::io::stdout().is_terminal();
        let no_color = global.no_color || set("NO_COLOR") || is("TERM", "dumb");
        if let Some(level) = level(global.verbose) {
            log(level, !no_color);
        }
        Ok(Self {
            asked_format: global.format,
            terminal,
            colored: terminal && !no_color,
            profile: Profile::load(global.config, global.profile)?,
            deadline: global.timeout,
            attempts: global.attempts,
            env_proxy: global.env_proxy,
            no_color,
        })
    }

    /// Tells of what goes wrong also without `-v`: for commands that run on their own.
    pub(crate) fn warn(&self) {
        log(LevelFilter::WARN, !self.no_color);
    }

    /// `--attempts` as a policy, when set.
    pub(crate) fn retry(&self) -> Option<RetryPolicy> {
        self.attempts
            .map(|attempts| RetryPolicy::default().max_attempts(attempts))
    }

    /// The transport of `--env-proxy`, when set.
    pub(crate) fn transport(&self) -> Result<Option<Arc<dyn Transport>>, CliError> {
        let asked = self.env_proxy.then(ReqwestTransport::with_env_proxy);
        Ok(asked
            .transpose()?
            .map(|transport| Arc::new(transport) as Arc<dyn Transport>))
    }

    /// The format the user chose or the terminal suggests.
    pub(crate) fn format(&self) -> Format {
        self.format_or(if self.terminal {
            Format::Table
        } else {
            Format::Json
        })
    }

    /// The format the user chose, else this one.
    pub(crate) fn format_or(&self, unless_asked: Format) -> Format {
        self.asked_format.unwrap_or(unless_asked)
    }

    /// Stdout in the chosen format.
    pub(crate) fn output(&self) -> Output {
        self.output_as(self.format())
    }

    /// Stdout in this format.
    pub(crate) fn output_as(&self, format: Format) -> Output {
        Output::stdout(format, self.colored)
    }

    /// A progress line on stderr, shown only to a person whom it does not disturb.
    pub(crate) fn progress(&self, what: &str) -> Progress {
        let quiet = self.terminal && self.format() != Format::Table;
        Progress::new(what, std::io::stderr().is_terminal() && !quiet)
    }
}

fn set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn is(variable: &str, value: &str) -> bool {
    std::env::var_os(variable).is_some_and(|found| found == value)
}

fn level(verbose: u8) -> Option<LevelFilter> {
    Some(match verbose {
        0 => return None,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    })
}

fn log(level: LevelFilter, colored: bool) {
    let events = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(colored && std::io::stderr().is_terminal());
    let ours = Targets::new().with_targets(OURS.map(|target| (target, level)));
    // Fails where -v has asked for more already.
    let _ = tracing_subscriber::registry()
        .with(events)
        .with(ours)
        .try_init();
}
