//! One module per subcommand.

pub(crate) mod adfox;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod emulator;
pub(crate) mod hybrid;
pub(crate) mod keitaro;
pub(crate) mod man;
#[cfg(feature = "pull")]
pub(crate) mod pull;
#[cfg(feature = "pull")]
pub(crate) mod report;
pub(crate) mod spots;

use clap::Subcommand;

use crate::context::{Context, Kind};
use crate::error::CliError;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run one typical task per vendor against the emulator
    ///
    /// Nothing is sent over the network: the emulator serves the four vendors' APIs on a free local port,
    /// with the examples of their documentation and generated data for the year 2025.
    Demo(demo::Args),
    /// Serve the APIs of the four vendors locally, for tests and demos
    ///
    /// Once the server is ready, it prints its URLs and credentials as one line of JSON on stdout:
    /// {"ready":true,"keitaro":URL,"spots":URL,"hybrid":URL,"adfox":URL,"credentials":{…}}. Ctrl-C or
    /// SIGTERM stops it.
    Emulator(emulator::Args),
    /// Keitaro: send clicks and conversions to a tracker, or run the gateway
    Keitaro(keitaro::Args),
    /// SPOTS: statistics for publishers
    Spots(spots::Args),
    /// Hybrid: advertisers, campaigns, banners and their statistics
    Hybrid(hybrid::Args),
    /// ADFOX: list and change objects of the ad server, and make reports
    Adfox(adfox::Args),
    /// Pull statistics and objects into files, every night and without a gap
    ///
    /// What is pulled is described by the tables [pull] and [[pull.source]] of the config file; the
    /// credentials are those of its profiles. Days that are missing or may still change are pulled, and
    /// each file is replaced whole. If one source fails, the others continue; the exit code is that of the
    /// worst. See the README of the crate adapis-pull.
    #[cfg(feature = "pull")]
    Pull(Box<pull::Args>),
    /// Make one HTML page from files that `adapis pull` has published
    ///
    /// The page needs no network. It says how complete the numbers are, compares yesterday with the days
    /// before, and shows up to sixty days by site or campaign.
    #[cfg(feature = "pull")]
    Report(report::Args),
    /// Try each configured account: its settings, host, login and clock
    ///
    /// Changes nothing at the vendors: each login is tried by the smallest call that reads something.
    /// The accounts are those of all profiles and of the environment; --profile chooses one profile.
    /// Each problem is a line that says what to do, and the exit code is the highest of all problems.
    /// Each step may take 15 seconds, and the whole command --timeout.
    Check(check::Args),
    /// Print the path of the config file, write a first one, or list the accounts
    Config(config::Args),
    /// Print the script that completes commands, objects and profiles in a shell
    ///
    /// The script asks the program at each Tab, so it knows the profiles of the config file as they are
    /// now. Load it when the shell starts, so that it fits the installed version.
    #[command(after_help = completions::AFTER_HELP)]
    Completions(completions::Args),
    /// Print the manual page, or write those of all commands to a folder
    Man(man::Args),
}

impl Command {
    /// Whether the command can print an HTML page.
    #[cfg(feature = "pull")]
    pub(crate) fn makes_page(&self) -> bool {
        match self {
            Self::Spots(args) => args.is_statistics(),
            Self::Hybrid(args) => args.is_statistics(),
            Self::Adfox(args) => args.is_report(),
            Self::Demo(args) => args.is_report(),
            Self::Report(_) => true,
            _ => false,
        }
    }

    /// What the command needs of the config file.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Config(args) => args.kind(),
            Self::Emulator(args) if !args.is_server() => Kind::Setup,
            Self::Completions(_) | Self::Man(_) => Kind::Setup,
            _ if self.is_server() => Kind::Server,
            _ => Kind::Call,
        }
    }

    /// Whether the command prints rows of a vendor.
    pub(crate) fn is_list(&self) -> bool {
        match self {
            Self::Spots(_) | Self::Hybrid(_) => true,
            Self::Adfox(args) => args.is_list(),
            _ => false,
        }
    }

    /// Whether the command prints rows or objects, which have columns and formats.
    pub(crate) fn prints_rows(&self) -> bool {
        match self {
            Self::Emulator(_) | Self::Completions(_) | Self::Man(_) => false,
            Self::Keitaro(args) => !args.is_server(),
            Self::Config(args) => args.prints_rows(),
            #[cfg(feature = "pull")]
            Self::Pull(args) => args.prints_rows(),
            #[cfg(feature = "pull")]
            Self::Report(_) => false,
            _ => true,
        }
    }

    /// Whether the command runs until it is stopped.
    pub(crate) fn is_server(&self) -> bool {
        match self {
            Self::Emulator(args) => args.is_server(),
            Self::Keitaro(args) => args.is_server(),
            _ => false,
        }
    }
}

/// Runs a command. `line` returns the whole command line, which the manual pages describe.
pub(crate) async fn run(
    command: Command,
    line: fn() -> clap::Command,
    ctx: &Context,
) -> Result<(), CliError> {
    match command {
        Command::Demo(args) => demo::run(args, ctx).await,
        Command::Emulator(args) => emulator::run(args, ctx).await,
        Command::Keitaro(args) => keitaro::run(args, ctx).await,
        Command::Spots(args) => spots::run(args, ctx).await,
        Command::Hybrid(args) => hybrid::run(args, ctx).await,
        Command::Adfox(args) => adfox::run(args, ctx).await,
        #[cfg(feature = "pull")]
        Command::Pull(args) => pull::run(*args, ctx).await,
        #[cfg(feature = "pull")]
        Command::Report(args) => report::run(&args, ctx),
        Command::Check(args) => check::run(args, ctx).await,
        Command::Config(args) => config::run(&args, ctx),
        Command::Completions(args) => completions::run(args, ctx),
        Command::Man(args) => man::run(&args, line(), ctx),
    }
}
