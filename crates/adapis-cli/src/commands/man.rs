//! `adapis man`: manual pages.

use std::io;
use std::path::{Path, PathBuf};

use clap_mangen::Man;

use crate::context::Context;
use crate::error::CliError;
use crate::output::note;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write a page for each command to this folder, such as adapis-spots-stats.1
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// `line` is the whole command line of the program.
pub(crate) fn run(args: &Args, line: clap::Command, ctx: &Context) -> Result<(), CliError> {
    // No pages about the `help` commands.
    let mut command = line.disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.out else {
        let page = page(&command)?;
        return ctx.output().line(String::from_utf8_lossy(&page).trim_end());
    };
    let failed = |error: io::Error| {
        let message = format!(
            "cannot write the manual pages to {}: {error}",
            folder.display()
        );
        CliError::input("out", message)
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let count = write(&command, folder).map_err(failed)?;
    note(format_args!("wrote {count} pages to {}", folder.display()));
    Ok(())
}

/// Writes the page of a command and those of the commands below it.
fn write(command: &clap::Command, folder: &Path) -> io::Result<usize> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    std::fs::write(folder.join(format!("{name}.1")), page(command)?)?;
    let mut count = 1;
    for below in command.get_subcommands() {
        count += write(below, folder)?;
    }
    Ok(count)
}

/// A page without a date, so that the same program writes the same pages.
fn page(command: &clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone())
        .manual("adapis")
        .source(concat!("adapis ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)?;
    Ok(page)
}
