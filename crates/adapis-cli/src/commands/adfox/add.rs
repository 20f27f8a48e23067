//! `adapis adfox add`.

use std::time::Duration;

use adapis::adfox::{Action, Call, Client, Context as AdfoxContext, FindOrAdd};
use serde_json::json;

use super::import::{self, Source};
use super::input::{Parameters, Sending, with_params};
use super::journal::{Journal, State};
use super::names::object;
use super::output::send;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Row;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Type of the object: superCampaign, campaign, banner, website, zone, place, …
    #[arg(value_name = "OBJECT")]
    object: String,
    #[command(flatten)]
    parameters: Parameters,
    #[command(flatten)]
    pub(super) source: Source,
    /// Do nothing if an object with this name exists
    #[arg(long, conflicts_with = "from")]
    unless_exists: bool,
    /// How long an add whose response was lost may still take effect: the object is looked for during
    /// this time before the add is sent again
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(super) settle: Duration,
    #[command(flatten)]
    sending: Sending,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected a number of seconds".to_owned())
}

pub(super) async fn run(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let call = Call::new(AdfoxContext::Account, Action::Add).object(object(&args.object)?);
    let call = with_params(call, args.parameters.read(ctx)?)?;
    if args.source.from.is_some() {
        let (source, sending) = (&args.source, &args.sending);
        return import::add(call, source, args.settle, sending, client, ctx).await;
    }
    if !args.unless_exists && args.source.journal.is_some() {
        let message = "--journal requires --from or --unless-exists";
        return Err(CliError::input("journal", message));
    }
    if args.unless_exists && !args.sending.dry_run {
        let call = call.send_as(args.sending.method.into());
        return add_unless_exists(&call, &args, client, ctx).await;
    }
    send(call, &args.sending, client, ctx).await
}

/// Adds an object unless one of its name exists; with a journal, a run that was killed is waited out.
async fn add_unless_exists(
    call: &Call,
    args: &Args,
    client: &Client,
    ctx: &Context,
) -> Result<(), CliError> {
    const ROW: u64 = 1;
    let fingerprint = import::fingerprint(call);
    let mut journal = match &args.source.journal {
        Some(path) => {
            let journal = Journal::open(path, &args.source.subject(call))?;
            journal.check(std::slice::from_ref(&fingerprint))?;
            client.preview(call)?;
            Some(journal)
        }
        None => None,
    };
    if let Some(journal) = &mut journal {
        if let Some(State::Started { until }) = journal.state(ROW) {
            let time = import::left_to_settle(*until, args.settle);
            client.find_lost(call, time, |_| false).await?;
        }
        journal.record(ROW, &fingerprint, State::started(ctx))?;
    }
    let outcome = client.find_or_add(call).await;
    if let Some(journal) = &mut journal {
        match &outcome {
            Ok(found) => {
                let id = found.id.clone();
                journal.record(ROW, &fingerprint, State::Done { id })?;
            }
            Err(error) if error.may_have_run() => {}
            Err(_) => journal.record(ROW, &fingerprint, State::Refused)?,
        }
    }
    let FindOrAdd {
        id, added, partial, ..
    } = outcome?;
    let done = json!({ "code": 0, "ID": id, "added": added, "message": partial });
    ctx.output().object(&Row::of(&done)?)
}
