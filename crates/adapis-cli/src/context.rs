//! What a command works with: output, accounts and call options.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adapis::RetryPolicy;
use adapis::{ReqwestTransport, Transport};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Profile;
use crate::error::CliError;
use crate::format::Format;
use crate::global::Global;
use crate::output::Output;
use crate::progress::Progress;

/// The crates that `-v` logs; others would log headers and URLs, which may hold secrets.
const LOGGED_CRATES: [&str; 7] = [
    "adapis",
    "adapis_emulator",
    "adcore",
    "adfox_api",
    "hybrid_rest",
    "keitaro_click",
    "spots_rpc",
];

/// The global options, resolved against the terminal, the environment and the config file.
#[derive(Debug)]
pub(crate) struct Context {
    chosen_format: Option<Format>,
    terminal: bool,
    colored: bool,
    /// The settings of the selected profile.
    pub(crate) profile: Profile,
    /// Where the profile comes from.
    source: (Option<PathBuf>, Option<String>),
    /// The deadline of one call, from `--timeout`.
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
        let source = (global.config, global.profile);
        Ok(Self {
            chosen_format: global.format,
            terminal,
            colored: terminal && !no_color,
            profile: Profile::load(source.0.clone(), source.1.clone())?,
            source,
            deadline: global.timeout,
            attempts: global.attempts,
            env_proxy: global.env_proxy,
            no_color,
        })
    }

    /// Reads the config file again.
    pub(crate) fn reload_profile(&self) -> Result<Profile, CliError> {
        Profile::load(self.source.0.clone(), self.source.1.clone())
    }

    /// Logs warnings even without `-v`, for long-running servers.
    pub(crate) fn log_warnings(&self) {
        log(LevelFilter::WARN, !self.no_color);
    }

    /// The retry policy, if `--attempts` is set.
    pub(crate) fn retry(&self) -> Option<RetryPolicy> {
        self.attempts
            .map(|attempts| RetryPolicy::default().max_attempts(attempts))
    }

    /// The transport, if `--env-proxy` is set.
    pub(crate) fn transport(&self) -> Result<Option<Arc<dyn Transport>>, CliError> {
        let transport = self.env_proxy.then(ReqwestTransport::with_env_proxy);
        Ok(transport
            .transpose()?
            .map(|transport| Arc::new(transport) as Arc<dyn Transport>))
    }

    /// The chosen format; by default a table on a terminal and JSON elsewhere.
    pub(crate) fn format(&self) -> Format {
        self.format_or(if self.terminal {
            Format::Table
        } else {
            Format::Json
        })
    }

    /// The chosen format, or `default`.
    pub(crate) fn format_or(&self, default: Format) -> Format {
        self.chosen_format.unwrap_or(default)
    }

    /// Standard output in the chosen format.
    pub(crate) fn output(&self) -> Output {
        self.output_as(self.format())
    }

    /// Standard output in `format`.
    pub(crate) fn output_as(&self, format: Format) -> Output {
        Output::stdout(format, self.colored)
    }

    /// Progress on stderr, hidden if the rows on the same terminal would interfere with it.
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
    let ours = Targets::new().with_targets(LOGGED_CRATES.map(|target| (target, level)));
    // Fails if -v has already installed a more verbose logger.
    let _ = tracing_subscriber::registry()
        .with(events)
        .with(ours)
        .try_init();
}
