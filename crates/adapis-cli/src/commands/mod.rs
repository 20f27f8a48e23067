pub(crate) mod adfox;
pub(crate) mod demo;
pub(crate) mod emulator;
pub(crate) mod hybrid;
pub(crate) mod keitaro;
pub(crate) mod spots;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Do the main job of each vendor once, against the emulator
    ///
    /// Nothing leaves this machine: the emulator plays the four vendors on a free port, with the rows of
    /// their own documentation and a made-up year 2025.
    Demo(demo::Args),
    /// Play the four vendors on this machine, for tests and trials
    ///
    /// One line of JSON on stdout tells when the server answers, at which URLs and to which credentials:
    /// {"ready":true,"keitaro":URL,"spots":URL,"hybrid":URL,"adfox":URL,"credentials":{…}}. Ctrl-C or
    /// SIGTERM ends it.
    Emulator(emulator::Args),
    /// Keitaro: ask the tracker what to do with a visitor
    Keitaro(keitaro::Args),
    /// SPOTS: a publisher's statistics
    Spots(spots::Args),
    /// Hybrid: advertisers, campaigns, banners and their statistics
    Hybrid(hybrid::Args),
    /// ADFOX: list and change the ad server's objects
    Adfox(adfox::Args),
}

pub(crate) async fn run(command: Command, ctx: &Context) -> Result<(), CliError> {
    match command {
        Command::Demo(args) => demo::run(args, ctx).await,
        Command::Emulator(args) => emulator::run(args).await,
        Command::Keitaro(args) => keitaro::run(args, ctx).await,
        Command::Spots(args) => spots::run(args, ctx).await,
        Command::Hybrid(args) => hybrid::run(args, ctx).await,
        Command::Adfox(args) => adfox::run(args, ctx).await,
    }
}
