//! `adapis adfox get`.

use adapis::adfox::{Action, Call, Client, Context as AdfoxContext, Row as AdfoxRow};
use adapis::{Error, ErrorKind};

use super::columns::columns;
use super::input::{Parameters, Sending};
use super::names::object;
use super::output::preview;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Row;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Type of the object: superCampaign, campaign, banner, website, zone, place, …
    #[arg(value_name = "OBJECT")]
    object: String,
    /// ID of the object
    id: u64,
    #[command(flatten)]
    parameters: Parameters,
    #[command(flatten)]
    sending: Sending,
}

pub(super) async fn run(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let id = args.id.to_string();
    let object = object(&args.object)?;
    let columns = columns(&object);
    let call = Call::new(AdfoxContext::Account, Action::List)
        .object(object)
        .param("actionObjectID", &id)
        .params(args.parameters.read(ctx)?)
        .send_as(args.sending.method.into());
    if args.sending.dry_run {
        return preview(&client.preview(&call)?, ctx);
    }
    let name = call.name();
    let mut pages = client.pages::<AdfoxRow>(&call);
    while let Some(page) = pages.next().await.transpose()? {
        let wanted = |row: &&AdfoxRow| {
            let found = ["ID", "id", "criteriaID", "objectID"]
                .iter()
                .find_map(|key| row.text(key));
            found.is_none_or(|found| found == id)
        };
        if let Some(row) = page.rows.iter().find(wanted) {
            return ctx.output().object_as(&Row::of(row)?, columns);
        }
    }
    let missing = format!("no {} with ID {id}", args.object);
    Err(Error::new(ErrorKind::NotFound, missing)
        .with_operation("adfox", name)
        .into())
}
