use crate::access::KeitaroAccess;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    access: KeitaroAccess,
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    args.access.tracker(ctx).map(drop)
}
