//! What a command works with: output, accounts and call options.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use adapis::RetryPolicy;
use adapis::{ReqwestTransport, Transport};
use clap::ValueEnum;
use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, Location, Profile, variable};
use crate::deadline::Deadline;
use crate::defaults::Defaults;
use crate::error::CliError;
use crate::format::Format;
use crate::global::Global;
use crate::output::{Columns, Look, Output, OutputFile, Selection};
use crate::pace::Paced;
use crate::progress::Progress;

/// The crates that `-v` logs; others would log headers and URLs, which may hold secrets.
const LOGGED_CRATES: [&str; 9] = [
    "adapis",
    "adapis_emulator",
    "adapis_pull",
    "adcore",
    "adcore_json",
    "adfox_api",
    "hybrid_rest",
    "keitaro_click",
    "spots_rpc",
];

/// The global options, resolved against the terminal, the environment and the config file.
#[derive(Debug)]
pub(crate) struct Context {
    chosen_format: Option<Format>,
    json_errors: bool,
    terminal: bool,
    look: Look,
    columns: Option<Selection>,
    file: Option<OutputFile>,
    limit: Option<u64>,
    /// Whether the output is whole although the command fails.
    whole: AtomicBool,
    /// The settings of the selected profile.
    pub(crate) profile: Profile,
    location: Location,
    /// The profile of `--profile`.
    profile_flag: Option<String>,
    /// The time limit of the command, from `--timeout`.
    pub(crate) timeout: Option<Duration>,
    /// When the command must be done.
    pub(crate) deadline: Option<Deadline>,
    concurrency: Option<usize>,
    interval: Option<Duration>,
    attempts: Option<u32>,
    /// The number of `--attempts`.
    attempts_flag: Option<u32>,
    env_proxy: bool,
    /// Whether `--env-proxy` is given.
    env_proxy_flag: bool,
}

/// What a command needs of the config file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A call with the accounts and defaults of the config file.
    Call,
    /// A server, which runs until it is stopped. The time limit of the config file is not for it.
    Server,
    /// A command that must work although the config file is missing or invalid.
    Setup,
}

impl Context {
    pub(crate) fn new(global: Global, kind: Kind) -> Result<Self, CliError> {
        let location = Location::find(global.config);
        let config = match kind {
            Kind::Setup => Config::default(),
            Kind::Call | Kind::Server => Config::load(&location)?,
        };
        let defaults = Defaults::of(&config)?;
        let for_calls = |timeout| Some(timeout).filter(|_| kind == Kind::Call);
        let timeout = global.timeout;
        let timeout = timeout.or_else(|| defaults.timeout.and_then(for_calls));
        let deadline = timeout.map(Deadline::after);
        let is_server = kind == Kind::Server;
        let terminal = global.output.is_none() && std::io::stdout().is_terminal();
        let asked = match global.format {
            Some(format) => Some(format),
            None => variable("ADAPIS_FORMAT")
                .map(|name| named_format(&name))
                .transpose()?,
        };
        let by_extension = || global.output.as_deref().and_then(format_of);
        let chosen_format = asked.or_else(by_extension).or(defaults.format);
        let json_errors = asked
            .or(defaults.format)
            .is_some_and(Format::has_json_errors);
        let no_color =
            global.no_color || defaults.no_color || set("NO_COLOR") || is("TERM", "dumb");
        log(level(global.verbose), !no_color, is_server);
        Ok(Self {
            chosen_format,
            json_errors,
            terminal,
            look: Look {
                colored: terminal && !no_color,
                width: terminal.then(terminal_width).flatten(),
            },
            columns: global.columns,
            whole: AtomicBool::new(false),
            limit: global.limit,
            file: global
                .output
                .as_deref()
                .map(OutputFile::create)
                .transpose()?,
            profile: match kind {
                Kind::Setup => Profile::none(),
                Kind::Call | Kind::Server => Profile::select(&config, global.profile.clone())?,
            },
            location,
            profile_flag: global.profile,
            timeout,
            deadline,
            concurrency: global.concurrency.or(defaults.concurrency),
            interval: global
                .calls_per_minute
                .or(defaults.calls_per_minute)
                .map(interval),
            attempts: global.attempts.or(defaults.attempts),
            attempts_flag: global.attempts,
            env_proxy: global.env_proxy || defaults.env_proxy,
            env_proxy_flag: global.env_proxy,
        })
    }

    /// This context with the config file read again, and with its time limit from the start, for
    /// servers, which have no output.
    pub(crate) fn reloaded(&self) -> Result<Self, CliError> {
        let config = self.config()?;
        let defaults = Defaults::of(&config)?;
        let profile = Profile::select(&config, self.profile_flag.clone())?;
        Ok(Self {
            deadline: self.timeout.map(Deadline::after),
            attempts: self.attempts_flag.or(defaults.attempts),
            env_proxy: self.env_proxy_flag || defaults.env_proxy,
            ..self.with_profile(profile)
        })
    }

    /// This context with another profile, and without the file of `--output`.
    pub(crate) fn with_profile(&self, profile: Profile) -> Self {
        Self {
            chosen_format: self.chosen_format,
            json_errors: self.json_errors,
            terminal: self.terminal,
            look: self.look,
            columns: self.columns.clone(),
            file: None,
            limit: self.limit,
            whole: AtomicBool::new(false),
            profile,
            location: self.location.clone(),
            profile_flag: self.profile_flag.clone(),
            timeout: self.timeout,
            deadline: self.deadline,
            concurrency: self.concurrency,
            interval: self.interval,
            attempts: self.attempts,
            attempts_flag: self.attempts_flag,
            env_proxy: self.env_proxy,
            env_proxy_flag: self.env_proxy_flag,
        }
    }

    /// Which config file is used.
    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    /// The config file, read again.
    pub(crate) fn config(&self) -> Result<Config, CliError> {
        Config::load(&self.location)
    }

    /// The profile of `--profile`.
    pub(crate) fn profile_flag(&self) -> Option<&str> {
        self.profile_flag.as_deref()
    }

    /// This context with the profile of this name, without a file of `--output`.
    #[cfg(feature = "pull")]
    pub(crate) fn for_profile(&self, name: &str) -> Result<Self, CliError> {
        let profile = Profile::select(&self.config()?, Some(name.to_owned()))?;
        Ok(self.with_profile(profile))
    }

    /// The retry policy, if `--attempts` is set.
    pub(crate) fn retry(&self) -> Option<RetryPolicy> {
        self.attempts
            .map(|attempts| RetryPolicy::default().max_attempts(attempts))
    }

    /// The maximum number of concurrent calls. Calls that are spaced out gain nothing from concurrency.
    pub(crate) fn concurrency(&self) -> Option<usize> {
        self.concurrency.or(self.interval.map(|_| 1))
    }

    /// The time between two calls, from `--calls-per-minute`.
    pub(crate) fn interval(&self) -> Option<Duration> {
        self.interval
    }

    /// The transport of a client that keeps to `--calls-per-minute`, unless the default one will do.
    pub(crate) fn paced_transport(&self) -> Result<Option<Arc<dyn Transport>>, CliError> {
        let Some(interval) = self.interval else {
            return self.transport();
        };
        let inner = match self.transport()? {
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::new()?),
        };
        Ok(Some(Arc::new(Paced::new(inner, interval))))
    }

    /// Whether `--env-proxy` is set.
    pub(crate) fn uses_env_proxy(&self) -> bool {
        self.env_proxy
    }

    /// The transport, if `--env-proxy` is set.
    pub(crate) fn transport(&self) -> Result<Option<Arc<dyn Transport>>, CliError> {
        let transport = self.env_proxy.then(ReqwestTransport::with_env_proxy);
        Ok(transport
            .transpose()?
            .map(|transport| Arc::new(transport) as Arc<dyn Transport>))
    }

    /// Whether errors are printed as JSON: if the format was asked for.
    pub(crate) fn json_errors(&self) -> bool {
        self.json_errors
    }

    /// Whether a flag, the environment or the config file chose the format.
    pub(crate) fn has_chosen_format(&self) -> bool {
        self.chosen_format.is_some()
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

    /// How long one call may be on its way.
    pub(crate) fn longest_call(&self) -> Duration {
        const DEFAULT: Duration = Duration::from_secs(60);
        match (self.deadline, self.interval()) {
            (Some(deadline), _) => deadline.remaining(),
            (None, Some(interval)) => DEFAULT + 2 * interval,
            (None, None) => DEFAULT,
        }
    }

    /// Refuses columns that no page can be made from, if the format is HTML.
    pub(crate) fn check_columns(&self, columns: &Columns) -> Result<(), CliError> {
        #[cfg(feature = "pull")]
        if self.format() == Format::Html && !columns.makes_page() {
            return Err(crate::output::no_day());
        }
        // Without pages, all formats take all columns.
        let _ = columns;
        Ok(())
    }

    /// Says that the output is whole although the command will fail, as after an import of which
    /// some rows were rejected.
    pub(crate) fn output_is_whole(&self) {
        self.whole.store(true, Ordering::Relaxed);
    }

    /// Puts the file of `--output` in its place if the output is whole.
    pub(crate) fn finish(self, result: Result<(), CliError>) -> Result<(), CliError> {
        match self.file {
            Some(file) if result.is_ok() || self.whole.into_inner() => file.finish().and(result),
            _ => result,
        }
    }

    /// The number of rows to print at most, from `--limit`.
    pub(crate) fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Standard output in the chosen format.
    pub(crate) fn output(&self) -> Output {
        self.output_as(self.format())
    }

    /// Standard output in `format`.
    pub(crate) fn output_as(&self, format: Format) -> Output {
        let output = match &self.file {
            Some(file) => Output::to(format, self.look, file.writer()),
            None => Output::stdout(format, self.look),
        };
        output.select(self.columns.clone()).limit(self.limit)
    }

    /// Progress on stderr, hidden if the rows on the same terminal would interfere with it.
    pub(crate) fn progress(&self, what: &str) -> Progress {
        let quiet = self.terminal && self.format() != Format::Table;
        Progress::new(what, std::io::stderr().is_terminal() && !quiet)
    }
}

fn interval(calls_per_minute: f64) -> Duration {
    Duration::from_secs_f64(60.0 / calls_per_minute)
}

fn named_format(name: &str) -> Result<Format, CliError> {
    Format::named("ADAPIS_FORMAT", name).map_err(|message| CliError::input("format", message))
}

/// The format that the extension of a file names.
fn format_of(path: &Path) -> Option<Format> {
    Format::from_str(path.extension()?.to_str()?, true).ok()
}

/// The width of the terminal; some report 0, which means that it is not known.
fn terminal_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size()?;
    Some(usize::from(width.0)).filter(|width| *width > 0)
}

fn set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn is(variable: &str, value: &str) -> bool {
    std::env::var_os(variable).is_some_and(|found| found == value)
}

fn level(verbose: u8) -> LevelFilter {
    match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

fn log(level: LevelFilter, colored: bool, is_server: bool) {
    let events = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(colored && std::io::stderr().is_terminal())
        .with_target(level == LevelFilter::TRACE);
    // A warning names its call, which is a span of a lower level. A server makes no spans for it: they
    // would cost each visitor a tenth of the request.
    let has_spans = !is_server || level >= LevelFilter::INFO;
    // News of the server as a whole, which is no warning; calls to vendors are left to -v.
    let news = if is_server {
        &["adapis", "keitaro_click"][..]
    } else {
        &[]
    };
    let shown = FilterFn::new(move |about| {
        let krate = about.target().split("::").next().unwrap_or_default();
        let is_news = news.contains(&krate) && *about.level() == Level::INFO;
        LOGGED_CRATES.contains(&krate)
            && match about.is_span() {
                true => has_spans,
                false => is_news || *about.level() <= level,
            }
    });
    let events = if level == LevelFilter::WARN {
        events.without_time().boxed()
    } else {
        events.boxed()
    };
    // Fails only if there is a logger.
    let _ = tracing_subscriber::registry()
        .with(events.with_filter(shown))
        .try_init();
}
