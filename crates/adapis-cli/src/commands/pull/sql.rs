//! `adapis pull sql`.

use adapis_pull::{Engine, PartitionBy, StreamSettings, Table, sql};

use super::{Choice, check_names, offline};
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// duckdb, spark, trino, clickhouse or polars
    engine: Engine,
    #[command(flatten)]
    choice: Choice,
    /// The root as the engine sees it [default: the absolute path of the configured one]
    #[arg(long, value_name = "PATH")]
    root: Option<String>,
}

pub(super) fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    let pull = offline(ctx)?;
    let config = pull.config();
    let root = match &args.root {
        Some(root) => root.clone(),
        None => absolute(&config.root)?,
    };
    let selection = args.choice.selection();
    check_names(&pull, &selection, jiff::Timestamp::now())?;
    let mut output = ctx.output();
    let mut seen: Vec<&str> = Vec::new();
    let all = config
        .sources
        .iter()
        .flat_map(|source| source.streams.iter().map(move |stream| (source, stream)));
    for (source, settings) in all {
        // The view of a stream has the rows of all sources.
        let name = settings.stream.name;
        if seen.contains(&name) || !selection.has(&source.name, &settings.stream) {
            continue;
        }
        seen.push(name);
        output.line(&sql(
            args.engine,
            &Table {
                root: &root,
                stream: name,
                format: config.format,
                partition: partition(settings),
                schema: &settings.stream.schema,
            },
        ))?;
    }
    Ok(())
}

fn partition(settings: &StreamSettings) -> &'static str {
    match settings.partition {
        _ if settings.stream.is_snapshot() => "snapshot",
        PartitionBy::Day => "day",
        _ => "month",
    }
}

fn absolute(root: &str) -> Result<String, CliError> {
    if root.contains("://") {
        return Ok(root.to_owned());
    }
    std::path::absolute(root)
        .map(|path| path.to_string_lossy().into_owned())
        .map_err(|error| CliError::local(format!("cannot find {root}"), error))
}
