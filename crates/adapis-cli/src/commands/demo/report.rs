//! `adapis demo report`: a month of nights against the emulator, and the page of the last morning.

use std::time::Duration;

use adapis::spots::{Client, Credentials};
use adapis_emulator::{Emulator, RevisionSettings, Settings};
use adapis_pull::{Clients, Config, Pull, RunOptions};
use jiff::Timestamp;

use crate::commands::{pull, report};
use crate::context::Context;
use crate::error::CliError;

const SOURCE: &str = "publisher";
const NIGHTS: u32 = 31;
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    look: report::Look,
}

/// The emulator's year ends with the last night.
fn first_night() -> Timestamp {
    jiff::civil::date(2025, 12, 2)
        .at(3, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp())
}

pub(super) async fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    let file = args.look.open()?;
    let root = tempfile::tempdir()
        .map_err(|error| CliError::local("cannot create a temporary folder", error))?;
    let emulator = Emulator::builder()
        .settings(settings())
        .now(first_night())
        .start()
        .await?;
    let pull = Pull::new(config(root.path())?, clients(&emulator)?).map_err(pull::error)?;
    let mut now = first_night();
    let progress = ctx.progress("nights");
    progress.total(u64::from(NIGHTS));
    for night in 0..NIGHTS {
        if night > 0 {
            now = emulator.advance(DAY)?;
        }
        pull.run(&RunOptions::default(), &now)
            .await
            .map_err(pull::error)?;
        progress.add(1);
    }
    drop(progress);
    let page = report::page(&pull, SOURCE, now, &args.look)?;
    emulator.shutdown().await;
    report::write(&page, file, ctx)
}

/// Days grow for three days, and some rows change or vanish later.
fn settings() -> Settings {
    Settings {
        revisions: RevisionSettings {
            settle_days: 3,
            late_change: 0.02,
            vanishing_rows: 0.01,
            max_late_days: 5,
            ..RevisionSettings::default()
        },
        ..Settings::default()
    }
}

fn config(root: &std::path::Path) -> Result<Config, CliError> {
    let text = format!(
        "[pull]\nroot = '.'\n[[pull.source]]\nname = \"{SOURCE}\"\nspots = {{ profile = \"demo\" }}\n\
         from = 2025-10-01\nstreams = [\"site-day\"]\n"
    );
    let mut config = Config::parse(&text)
        .map_err(|error| CliError::local("the demo is wrong", std::io::Error::other(error)))?;
    config.root = root.to_string_lossy().into_owned();
    Ok(config)
}

fn clients(emulator: &Emulator) -> Result<Clients, CliError> {
    let account = &emulator.credentials().spots;
    let credentials = Credentials::new(account.login.clone(), account.password.clone());
    let client = Client::new(&emulator.spots_url(), credentials)?;
    Ok(Clients::new().spots(SOURCE, client))
}
