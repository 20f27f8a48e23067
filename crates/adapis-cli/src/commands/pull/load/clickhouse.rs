//! `adapis pull load clickhouse`.

use super::What;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The HTTP interface, such as https://clickhouse.example:8443/; http:// only on this machine
    #[arg(long)]
    url: String,
    /// Put the tables into this database, which is created if there is none [default: default]
    #[arg(long, value_name = "NAME")]
    database: Option<String>,
    /// The user [default: default]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Read the password from a file; or set ADAPIS_CLICKHOUSE_PASSWORD
    #[arg(long, value_name = "FILE", conflicts_with = "password_command")]
    password_file: Option<String>,
    /// Read the password from the output of a command
    #[arg(long, value_name = "COMMAND")]
    password_command: Option<String>,
    #[command(flatten)]
    what: What,
}

#[cfg(feature = "clickhouse")]
pub(super) async fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    use std::sync::Arc;

    use adapis::{ReqwestTransport, Transport};

    use super::outcome::{failed, finish, prepare};

    let transport: Arc<dyn Transport> = match ctx.transport()? {
        Some(transport) => transport,
        None => Arc::new(ReqwestTransport::new()?),
    };
    let mut target =
        adapis_pull::ClickHouse::new(&args.url, transport).map_err(|error| failed(&error))?;
    let password = args.password(ctx)?;
    if args.user.is_some() || password.is_some() {
        let user = args.user.as_deref().unwrap_or("default");
        target = target.user(user, password.unwrap_or_default());
    }
    if let Some(database) = &args.database {
        target = target.database(database).map_err(|error| failed(&error))?;
    }
    if let Some(deadline) = ctx.deadline {
        target = target.timeout(deadline.remaining());
    }
    let (store, options) = prepare(&args.what, ctx)?;
    let progress = ctx.progress("load into ClickHouse");
    let summary = target
        .load(&*store, &options)
        .await
        .map_err(|error| failed(&error))?;
    drop(progress);
    finish(summary, ctx)
}

#[cfg(feature = "clickhouse")]
impl Args {
    fn password(&self, ctx: &Context) -> Result<Option<String>, CliError> {
        use secrecy::ExposeSecret;

        use crate::config::{Source, expand, secret_variable};

        let file = self
            .password_file
            .as_ref()
            .map(|path| Source::File(expand(path)));
        let command = || self.password_command.clone().map(Source::Command);
        let source = file
            .or_else(command)
            .or_else(|| secret_variable("ADAPIS_CLICKHOUSE_PASSWORD"));
        let secret = source.map(|source| source.read("password", ctx.deadline));
        Ok(secret
            .transpose()?
            .map(|secret| secret.expose_secret().to_owned()))
    }
}

#[cfg(not(feature = "clickhouse"))]
#[allow(clippy::unused_async, reason = "it is with the feature")]
pub(super) async fn run(_: &Args, _: &Context) -> Result<(), CliError> {
    let what = "'adapis pull load clickhouse'";
    Err(super::super::settings::without_feature(
        "load",
        what,
        "clickhouse",
    ))
}
