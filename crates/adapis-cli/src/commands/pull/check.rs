//! `adapis pull check`.

use super::accounts::Accounts;
use super::{Present, error, settings};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Columns, Row};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this source; repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    source: Vec<String>,
    #[command(flatten)]
    present: Present,
}

pub(super) async fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    let config = settings::config(ctx)?;
    let mut selection = adapis_pull::Selection::default();
    selection.sources.clone_from(&args.source);
    let now = args.present.now()?;
    let is_rehearsal = args.present.is_rehearsal();
    let mut accounts = Accounts::new(&config, &selection, is_rehearsal, ctx)?;
    let pull = settings::pull(config, std::mem::take(&mut accounts.clients), ctx)?;
    let mut checked = pull.check(&selection, now).await.map_err(error)?;
    let mut output = ctx.output();
    let mut rows = output.rows(Columns::fixed(&["what", "ok", "problem", "exit_code"]));
    for one in &mut checked {
        if let Some((problem, exit_code)) = accounts.failure(&one.what) {
            one.problem = Some(problem);
            one.exit_code = exit_code;
        }
        rows.push(
            &Row::new()
                .with("what", one.what.as_str())
                .with("ok", one.problem.is_none())
                .with("problem", one.problem.clone())
                .with("exit_code", u16::from(one.exit_code)),
        )?;
    }
    rows.finish()?;
    let mut failed = checked
        .into_iter()
        .filter_map(|one| Some((one.what, one.problem?, one.exit_code)));
    let Some((what, problem, first)) = failed.next() else {
        return Ok(());
    };
    let others: Vec<u8> = failed.map(|(.., code)| code).collect();
    let count = others.len();
    let exit_code = others.into_iter().fold(first, u8::max);
    ctx.output_is_whole();
    let problem = format!("{what}: {problem}");
    Err(CliError::partial(problem, count, exit_code))
}
