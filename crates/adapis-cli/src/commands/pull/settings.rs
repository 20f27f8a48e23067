//! The tables `[pull]` and `[[pull.source]]` of the config file.

use std::sync::Arc;

use adapis_pull::{Clients, Config, LocalStore, Pull, PullError, Store};

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
            format!(
                "the config file {shown} has no table [pull], which says what is pulled; \
                 'adapis config init --config example.toml' writes an example"
            )
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

/// Opens the root: a folder, or with the feature `object-store` the address of a store.
pub(super) fn store(config: &Config, ctx: &Context) -> Result<Arc<dyn Store>, CliError> {
    let root = config.root.as_str();
    let Some((scheme, _)) = root.split_once("://") else {
        return Ok(Arc::new(LocalStore::new(root)));
    };
    remote(root, scheme, ctx)
}

#[cfg(feature = "object-store")]
fn remote(root: &str, _: &str, ctx: &Context) -> Result<Arc<dyn Store>, CliError> {
    let store = adapis_pull::RemoteStore::open(root);
    let mut store = store.map_err(|error| CliError::input("root", error.to_string()))?;
    if let Some(deadline) = ctx.deadline {
        store = store.deadline(std::time::Instant::now() + deadline.remaining());
    }
    Ok(Arc::new(store))
}

#[cfg(not(feature = "object-store"))]
fn remote(_: &str, scheme: &str, _: &Context) -> Result<Arc<dyn Store>, CliError> {
    let what = format!("pull.root: {scheme}://");
    Err(without_feature("root", &what, "object-store"))
}

/// The error of what was not built in.
#[cfg_attr(
    all(feature = "object-store", feature = "postgres", feature = "clickhouse"),
    allow(dead_code, reason = "everything is built in")
)]
pub(super) fn without_feature(field: &str, what: &str, feature: &str) -> CliError {
    let message = format!(
        "{what} needs the feature {feature}, which this program was built without; build it with \
         'cargo install --locked --path crates/adapis-cli --features {feature}'"
    );
    CliError::input(field, message)
}

/// Opens the root for a command that calls vendors.
pub(super) fn pull(config: Config, clients: Clients, ctx: &Context) -> Result<Pull, CliError> {
    let store = store(&config, ctx)?;
    Ok(Pull::with_store(config, clients, store))
}

/// Opens the root for a command that sends nothing, and so needs no credentials.
pub(crate) fn offline(ctx: &Context) -> Result<Pull, CliError> {
    pull(config(ctx)?, Clients::new(), ctx)
}

/// An error of the library, with its exit code.
pub(crate) fn error(error: PullError) -> CliError {
    CliError::Partial {
        message: error.message,
        exit_code: error.exit_code,
    }
}
