//! `adapis demo`: one typical task per vendor against the emulator.

mod adfox;
mod hybrid;
mod keitaro;
#[cfg(feature = "pull")]
mod report;
mod section;
mod spots;

use adapis_emulator::Emulator;

use crate::context::Context;
use crate::error::CliError;
use crate::format::Format;
use crate::output::{Columns, Output, Row};
use section::Section;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[cfg(feature = "pull")]
    #[command(subcommand)]
    command: Option<Command>,
}

#[cfg(feature = "pull")]
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Pull the emulator's December one night at a time, and make the page of its last morning
    ///
    /// The same as `adapis pull` every night and then `adapis report`. Days grow for three days, and some
    /// change later. Only the page is kept.
    Report(report::Args),
}

#[cfg(feature = "pull")]
impl Args {
    pub(crate) fn is_report(&self) -> bool {
        self.command.is_some()
    }
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    #[cfg(feature = "pull")]
    if let Some(Command::Report(args)) = &args.command {
        return report::run(args, ctx).await;
    }
    let Args { .. } = args;
    let format = ctx.format_or(Format::Table);
    let emulator = Emulator::builder().start().await?;
    let mut output = ctx.output_as(format);
    let mut sections = Vec::new();
    show(&mut output, &mut sections, keitaro::run(&emulator).await?)?;
    show(&mut output, &mut sections, spots::run(&emulator).await?)?;
    show(&mut output, &mut sections, hybrid::run(&emulator).await?)?;
    show(&mut output, &mut sections, adfox::run(&emulator).await?)?;
    show(&mut output, &mut sections, vec![requests(&emulator)])?;
    if format != Format::Table {
        let mut rows = output.rows(Columns::of_all_rows());
        for section in &sections {
            for row in &section.rows {
                let mut named = Row::new().with("section", section.name);
                named.append(row.clone());
                rows.push(&named)?;
            }
        }
        rows.finish()?;
    }
    emulator.shutdown().await;
    Ok(())
}

/// Prints the sections at once if the format is a table, and keeps them for the other formats.
fn show(
    output: &mut Output,
    seen: &mut Vec<Section>,
    sections: Vec<Section>,
) -> Result<(), CliError> {
    for section in &sections {
        output.section(&section.title, &section.rows)?;
    }
    seen.extend(sections);
    Ok(())
}

fn requests(emulator: &Emulator) -> Section {
    let rows = emulator
        .requests()
        .operations
        .into_iter()
        .map(|(operation, counts)| {
            Row::new()
                .with("operation", operation)
                .with("requests", counts.received)
        })
        .collect();
    Section {
        name: "requests",
        title: "Requests received by the emulator, including those for tokens".to_owned(),
        rows,
    }
}
