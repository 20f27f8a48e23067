use crate::access::HybridAccess;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    access: HybridAccess,
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    args.access.resolve(ctx).map(drop)
}
