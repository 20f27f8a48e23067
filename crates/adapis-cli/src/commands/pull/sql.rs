//! `adapis pull sql`.

use std::path::Path;

use adapis_pull::{Config, Engine, LocalStore, Store as _, StoreError, Table, partitions, sql};

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
        if !may_have_files(config, name)? {
            let sign = if args.engine == Engine::Polars {
                "#"
            } else {
                "--"
            };
            output.line(&format!(
                "{sign} {name} has no files yet: print this again after the next pull\n"
            ))?;
            continue;
        }
        output.line(&sql(
            args.engine,
            &Table {
                root: &root,
                stream: name,
                format: config.format,
                partition: settings.folders(),
                schema: &settings.stream.schema,
            },
        ))?;
    }
    Ok(())
}

/// Whether a stream has files: engines end at a view of none, and do not make those behind it. Where the folder cannot
/// be looked into, because it is a store or on another machine, each stream may have some.
fn may_have_files(config: &Config, stream: &str) -> Result<bool, CliError> {
    if config.root.contains("://") || !Path::new(&config.root).is_dir() {
        return Ok(true);
    }
    let cannot = |error: StoreError| CliError::Partial {
        message: error.to_string(),
        exit_code: 1,
    };
    let store = LocalStore::new(&config.root);
    for partition in partitions(&store, stream).map_err(cannot)? {
        let files = store.list(&partition.path()).map_err(cannot)?;
        if files
            .iter()
            .any(|file| file.name == config.format.file_name())
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn absolute(root: &str) -> Result<String, CliError> {
    if root.contains("://") {
        return Ok(root.to_owned());
    }
    std::path::absolute(root)
        .map(|path| path.to_string_lossy().into_owned())
        .map_err(|error| CliError::local(format!("cannot find {root}"), error))
}
