//! `adapis pull load postgres`.

use super::What;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The database, such as postgresql://loader@db.example/warehouse; without a password
    ///
    /// What it lacks comes from PGHOST, PGPORT, PGUSER and PGDATABASE.
    #[arg(long)]
    url: String,
    /// Put the tables into this schema, which is created if there is none [default: public]
    #[arg(long)]
    schema: Option<String>,
    #[command(flatten)]
    what: What,
}

pub(super) async fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    check(&args.url)?;
    load(args, ctx).await
}

#[cfg(feature = "postgres")]
async fn load(args: &Args, ctx: &Context) -> Result<(), CliError> {
    use super::outcome::{failed, finish, prepare};

    let mut target = adapis_pull::Postgres::from_url(&args.url).map_err(|error| failed(&error))?;
    if let Some(schema) = &args.schema {
        target = target.schema(schema).map_err(|error| failed(&error))?;
    }
    let (store, options) = prepare(&args.what, ctx)?;
    let progress = ctx.progress("load into PostgreSQL");
    let summary = target
        .load(&*store, &options)
        .await
        .map_err(|error| failed(&error))?;
    drop(progress);
    finish(summary, ctx)
}

#[cfg(not(feature = "postgres"))]
#[allow(clippy::unused_async, reason = "it is with the feature")]
async fn load(_: &Args, _: &Context) -> Result<(), CliError> {
    let what = "'adapis pull load postgres'";
    Err(super::super::settings::without_feature(
        "load", what, "postgres",
    ))
}

/// Refuses a URL with a password, and anything that is not a URL, in which a password could go unnoticed.
fn check(url: &str) -> Result<(), CliError> {
    let rest = ["postgres://", "postgresql://"]
        .into_iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let rest = rest.ok_or_else(|| {
        let message = "--url must be a URL such as postgresql://loader@db.example/warehouse, without a password";
        CliError::input("url", message)
    })?;
    let in_user = rest
        .split_once('@')
        .is_some_and(|(user, _)| user.contains(':'));
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let in_query = form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| name.to_ascii_lowercase().contains("password"));
    if in_user || in_query {
        let message = "--url must not contain a password, because arguments are visible in ps and in the shell \
                       history; set PGPASSWORD, or write it to ~/.pgpass (PGPASSFILE)";
        return Err(CliError::input("url", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_no_password() {
        for url in [
            "postgres://me@db/x",
            "postgresql://db:5432/x?sslmode=disable",
            "postgres:///x?host=/run/postgresql&user=me",
            "postgres://me@%2Frun%2Fpostgresql:5433/x",
        ] {
            assert!(check(url).is_ok(), "{url}");
        }
        for url in [
            "postgres://me:s3cret@db/x",
            "postgres://me:s3cret/x@db/y",
            "postgres://me:s3cret?x=1@db/y",
            "postgres://me@db/x?password=s3cret",
            "postgres://me@db/x?a=b&p%61ssword=s3cret",
            "host=db password=s3cret",
            "s3cret",
        ] {
            let error = check(url).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{url}");
            assert!(!error.describe().contains("s3cret"), "{url}");
        }
    }
}
