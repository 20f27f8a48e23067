//! Global flags that a command has no use for: they are refused, because a flag without an effect misleads.

use crate::commands::Command;
use crate::error::CliError;
use crate::global::Global;

/// Refuses a flag that would have no effect on the command.
pub(crate) fn check(global: &Global, command: &Command) -> Result<(), CliError> {
    let refuse = |flag: &'static str, message: &str| Err(CliError::input(flag, message.to_owned()));
    if global.output.is_some() && command.is_server() {
        return refuse(
            "output",
            "--output is for commands with a result, not for servers",
        );
    }
    if global.limit.is_some() && !command.is_list() {
        return refuse("limit", "--limit is for lists and statistics");
    }
    if global.timeout.is_some() && matches!(command, Command::Emulator(_)) {
        return refuse(
            "timeout",
            "--timeout is for commands that make calls, not for the emulator",
        );
    }
    if command.prints_rows() {
        return Ok(());
    }
    let what = "is for commands that print rows or objects";
    if global.columns.is_some() {
        return refuse("columns", &format!("--columns {what}"));
    }
    // With the JSON formats errors are JSON too; which commands make pages is checked for all of them.
    if global
        .format
        .is_some_and(|format| !format.has_json_errors() && !format.is_page())
    {
        let message =
            format!("--format {what}; here only json and ndjson, for errors, have an effect");
        return refuse("format", &message);
    }
    Ok(())
}
