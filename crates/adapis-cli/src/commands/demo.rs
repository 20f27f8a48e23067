mod adfox;
mod hybrid;
mod keitaro;
mod spots;

use adapis_emulator::Emulator;

use crate::args::Format;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Output, Row};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// What one job brought: a table with a line above it.
struct Section {
    name: &'static str,
    title: String,
    rows: Vec<Row>,
}

pub(crate) async fn run(_: Args, ctx: &Context) -> Result<(), CliError> {
    let format = ctx.format_or(Format::Table);
    if format == Format::Csv {
        return Err(CliError::input(
            "format",
            "must be table, json or ndjson: the demo's rows differ",
        ));
    }
    let emulator = Emulator::builder().start().await?;
    let mut output = ctx.output_as(format);
    let mut sections = Vec::new();
    show(&mut output, &mut sections, keitaro::run(&emulator).await?)?;
    show(&mut output, &mut sections, spots::run(&emulator).await?)?;
    show(&mut output, &mut sections, hybrid::run(&emulator).await?)?;
    show(&mut output, &mut sections, adfox::run(&emulator).await?)?;
    show(&mut output, &mut sections, vec![served(&emulator)])?;
    if format != Format::Table {
        let mut rows = output.rows(None);
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

/// A person sees each table as soon as it is there.
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

fn served(emulator: &Emulator) -> Section {
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
        title: "Requests that the emulator met for all this, tokens included".to_owned(),
        rows,
    }
}
