//! The command-line program `adapis`: Keitaro, SPOTS, Hybrid and ADFOX.

mod access;
mod accounts;
mod args;
mod call_options;
mod commands;
mod complete;
mod config;
mod confirm;
mod context;
mod dates;
mod deadline;
mod defaults;
mod dry_run;
mod error;
mod examples;
mod flags;
mod format;
mod gateway;
mod global;
mod keitaro;
mod output;
mod owner;
mod pace;
#[cfg(feature = "pull")]
mod page;
mod progress;
mod secret;
mod shutdown;
mod tokens;
mod vendor;
mod version;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::args::Hints;
use crate::context::Context;
use crate::error::CliError;

fn main() -> ExitCode {
    match complete::answer() {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        Err(error) => return error.report(false),
    }
    let words: Vec<OsString> = std::env::args_os().collect();
    let mut hints = Hints::of(&words);
    match run(words, &mut hints) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(hints.json_errors),
    }
}

fn run(words: Vec<OsString>, hints: &mut Hints) -> Result<(), CliError> {
    let Some(cli) = args::parse(words, hints)? else {
        return Ok(());
    };
    flags::check(&cli.global, &cli.command)?;
    let ctx = Context::new(cli.global, cli.command.kind())?;
    // The config file can choose the format too.
    hints.json_errors = ctx.json_errors();
    #[cfg(feature = "pull")]
    if ctx.format() == format::Format::Html && !cli.command.makes_page() {
        return Err(CliError::input(
            "format",
            "the format html is for spots stats, hybrid stats, hybrid v3 stats, adfox report and report",
        ));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::local("cannot start the async runtime", error))?;
    let deadline = ctx.deadline.filter(|_| !cli.command.is_server());
    let result = runtime.block_on(async {
        let command = commands::run(cli.command, args::command, &ctx);
        match deadline {
            Some(deadline) => deadline.limit(command).await,
            None => command.await,
        }
    });
    // Does not wait for what a command has left behind, such as a lookup of a host name.
    runtime.shutdown_background();
    ctx.finish(result)
}
