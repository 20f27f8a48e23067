//! The tables `[pull]` and `[[pull.source]]` of the config file.

use adapis_pull::{Clients, Config, Pull, PullError};

use crate::config::expand;
use crate::context::Context;
use crate::error::CliError;

/// Reads the configuration.
pub(super) fn config(ctx: &Context) -> Result<Config, CliError> {
    let (path, text) = ctx.location().text()?;
    let shown = path.display();
    let parsed = Config::parse(&text);
    let mut config = parsed.map_err(|error| {
        let message = if error.field == "pull" && error.problem == "is missing" {
            format!("the config file {shown} has no table [pull], which says what is pulled")
        } else {
            format!("in the config file {shown}, {error}")
        };
        CliError::input(error.field, message)
    })?;
    config.root = expand(&config.root).to_string_lossy().into_owned();
    if let Some(calls) = ctx.concurrency() {
        for source in &mut config.sources {
            source.concurrency = calls;
        }
    }
    Ok(config)
}

/// Opens the root for a command that sends nothing, and so needs no credentials.
pub(crate) fn offline(ctx: &Context) -> Result<Pull, CliError> {
    Pull::new(config(ctx)?, Clients::new()).map_err(error)
}

/// An error of the library, with its exit code.
pub(crate) fn error(error: PullError) -> CliError {
    CliError::Partial {
        message: error.message,
        exit_code: error.exit_code,
    }
}
