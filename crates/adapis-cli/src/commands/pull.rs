//! `adapis pull`: statistics and objects into files, as the config file describes.

mod accounts;
mod check;
#[cfg_attr(
    not(all(feature = "postgres", feature = "clickhouse")),
    allow(
        dead_code,
        reason = "the flags of what is not built in are only parsed"
    )
)]
mod load;
mod maintain;
mod plan;
mod run;
mod settings;
mod singer;
mod sql;
mod status;
mod streams;
mod transport;

use adapis_pull::{Pull, Selection};
use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::context::Context;
use crate::dates::{self, End};
use crate::error::CliError;

pub(super) use settings::{error, offline};

#[derive(Debug, clap::Args)]
#[command(subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(flatten)]
    run: run::RunArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

impl Args {
    /// Whether the command prints rows, and not statements, messages or a schema.
    pub(crate) fn prints_rows(&self) -> bool {
        match &self.command {
            None => !self.run.is_singer(),
            Some(Command::Streams(args)) => !args.is_schema(),
            Some(Command::Sql(_)) => false,
            Some(_) => true,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what a run would do now, and how many calls it would send; sends nothing
    ///
    /// The number of calls does not include retries and calls for tokens. It says "or more" where it depends
    /// on lists and pages that only the vendor knows, and for reports of ADFOX, which is asked until they are
    /// ready.
    Plan(plan::Args),
    /// Check what a run needs: a writable root, valid logins, clocks that agree
    ///
    /// Files in the root that are not this program's are named too, because engines would read them as rows.
    Check(check::Args),
    /// Print the streams that can be pulled, or the columns of one of them
    ///
    /// These are the streams that are built in, and the reports of the config file.
    Streams(streams::Args),
    /// Print how complete the files are: gaps, open and suspect days, late changes
    ///
    /// A day is open as long as it may still change, and final after its lookback. Gaps are days that were
    /// never pulled. A suspect file is an old one whose new rows were held back; --accept publishes them.
    /// The column finding says why; tables leave it out unless --columns names it. The exit code is 0
    /// whatever is found, unless --check is given.
    Status(status::Args),
    /// Print statements that make tables of the files in a query engine
    Sql(sql::Args),
    /// Load the files into a database, partition by partition; later loads send only what has changed
    Load(load::Args),
    /// Remove the files of a stream, which are then pulled again if the vendor still has their days
    Forget(maintain::Forget),
    /// Write the files again in the configured format and with this version's columns, without the vendor
    Rewrite(maintain::Rewrite),
}

/// Which sources and streams a command is about.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
struct Choice {
    /// Only this source; repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    source: Vec<String>,
    /// Only this stream, by its full or short name; repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    stream: Vec<String>,
}

/// What a run or a plan is about.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
struct Scope {
    #[command(flatten)]
    choice: Choice,
    /// Also pull the days from this one on, even if they are final: 2023-08-23, 2024-01, yesterday or -7d
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: Option<String>,
    /// Last of the days of --from, in the same forms [default: the last day that is over]
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    to: Option<String>,
    /// Pull all days of this stream again, because its settings were changed on purpose; repeatable
    #[arg(long, value_name = "STREAM", value_delimiter = ',')]
    restart: Vec<String>,
}

/// The current time, which a rehearsal sets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Present {
    /// Use this instant as the current time, such as 2025-12-01T03:00:00Z; for rehearsals with the emulator
    ///
    /// It cannot be in the future. The clock of the vendor is then not compared with that of this machine.
    #[arg(long, value_name = "INSTANT")]
    now: Option<Timestamp>,
}

impl Present {
    /// The instant, once for a command that does not run for long.
    pub(super) fn now(self) -> Result<Timestamp, CliError> {
        let real = Timestamp::now();
        match self.now {
            // Days that are not over would become final without their numbers.
            Some(now) if now > real => {
                let message = format!("--now {now} is in the future");
                Err(CliError::input("now", message))
            }
            Some(now) => Ok(now),
            None => Ok(real),
        }
    }

    fn is_rehearsal(self) -> bool {
        self.now.is_some()
    }

    /// Today in Moscow, where the vendors are.
    fn today(self) -> Result<Date, CliError> {
        Ok(jiff::tz::offset(3).to_datetime(self.now()?).date())
    }
}

impl Scope {
    fn selection(&self, present: Present) -> Result<Selection, CliError> {
        let today = present.today()?;
        let mut selection = self.choice.selection();
        selection.from = bound(End::First, self.from.as_ref(), today)?;
        selection.to = bound(End::Last, self.to.as_ref(), today)?;
        selection.restart.clone_from(&self.restart);
        Ok(selection)
    }
}

/// The day of `--from` or `--to`.
fn bound(end: End, text: Option<&String>, today: Date) -> Result<Option<Date>, CliError> {
    let day = text.map(|text| dates::read(end, text, today).ok_or_else(|| end.error(text, "")));
    day.transpose()
}

impl Choice {
    fn selection(&self) -> Selection {
        let mut selection = Selection::default();
        selection.sources.clone_from(&self.source);
        selection.streams.clone_from(&self.stream);
        selection
    }
}

/// Refuses names that the configuration does not have.
fn check_names(pull: &Pull, selection: &Selection, now: Timestamp) -> Result<(), CliError> {
    pull.plan(selection, now).map(drop).map_err(error)
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    let result = run_command(args, ctx).await;
    within_time(result, ctx)
}

/// Names the deadline as the error of a command that failed because of it: a call to a remote store blocks, so that it
/// fails at the deadline before the command can be ended.
pub(super) fn within_time(result: Result<(), CliError>, ctx: &Context) -> Result<(), CliError> {
    match (ctx.deadline, &result) {
        (Some(deadline), Err(error))
            if deadline.remaining().is_zero() && error.exit_code() == 1 =>
        {
            Err(deadline.error("the command did not end").into())
        }
        _ => result,
    }
}

async fn run_command(args: Args, ctx: &Context) -> Result<(), CliError> {
    if ctx.profile_flag().is_some() {
        return Err(CliError::input(
            "profile",
            "--profile is not for pull: each [[pull.source]] names its profile",
        ));
    }
    let Some(command) = args.command else {
        return run::run(&args.run, ctx).await;
    };
    if args.run != run::RunArgs::default() {
        let message = "the flags of a command of pull are written after its name, as in 'adapis pull plan --source NAME'";
        return Err(CliError::input("pull", message));
    }
    match command {
        Command::Plan(args) => plan::run(&args, ctx),
        Command::Check(args) => check::run(&args, ctx).await,
        Command::Streams(args) => streams::run(&args, ctx),
        Command::Status(args) => status::run(&args, ctx),
        Command::Sql(args) => sql::run(&args, ctx),
        Command::Load(args) => load::run(&args, ctx).await,
        Command::Forget(args) => maintain::forget(&args, ctx),
        Command::Rewrite(args) => maintain::rewrite(&args, ctx),
    }
}
