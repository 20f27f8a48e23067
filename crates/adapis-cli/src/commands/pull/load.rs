//! `adapis pull load`.

mod clickhouse;
#[cfg(any(feature = "postgres", feature = "clickhouse"))]
mod outcome;
mod postgres;

use clap::Subcommand;

use super::Choice;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Args {
    #[command(subcommand)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Target {
    /// Load the files into PostgreSQL: each partition is replaced in one transaction
    ///
    /// The password comes from PGPASSWORD, or from the file PGPASSFILE (~/.pgpass). A server on another machine must
    /// have TLS with a certificate for its name, unless the URL says sslmode=disable. Needs the feature postgres.
    Postgres(postgres::Args),
    /// Load the files into ClickHouse over HTTP: each partition is replaced at once
    ///
    /// Needs the feature clickhouse.
    #[command(name = "clickhouse")]
    ClickHouse(clickhouse::Args),
}

/// What is loaded, and what a load may change.
#[derive(Debug, clap::Args)]
struct What {
    #[command(flatten)]
    choice: Choice,
    /// Only partitions with a day from this one on: 2023-08-23, 2024-01, yesterday or -7d
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: Option<String>,
    /// Only partitions with a day up to this one, in the same forms
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    to: Option<String>,
    /// Load this stream again, whatever was loaded before; repeatable
    #[arg(long, value_name = "STREAM", value_delimiter = ',')]
    restart: Vec<String>,
    /// Alter tables whose columns differ from those of the files, if no digit is lost
    #[arg(long)]
    migrate: bool,
    /// Also remove the rows of accounts that have no files in the root
    #[arg(long)]
    prune: bool,
}

pub(super) async fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    match &args.target {
        Target::Postgres(args) => postgres::run(args, ctx).await,
        Target::ClickHouse(args) => clickhouse::run(args, ctx).await,
    }
}
