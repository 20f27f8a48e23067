//! Questions before something is removed.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::error::CliError;

/// Whether there is a terminal to ask on.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks; anything but yes is an error with the message `refused`.
pub(crate) fn ask(
    question: &str,
    refused: &str,
    mut answers: impl BufRead,
    mut out: impl Write,
) -> Result<(), CliError> {
    let mut answer = String::new();
    write!(out, "{question} [y/N] ")
        .and_then(|()| out.flush())
        .and_then(|()| answers.read_line(&mut answer))
        .map_err(|error| CliError::local("cannot ask for confirmation", error))?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(CliError::input("yes", refused)),
    }
}
