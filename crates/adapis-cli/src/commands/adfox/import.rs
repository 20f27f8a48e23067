//! `adapis adfox add --from` and `modify --from`: resumable imports of a CSV file.

mod add;
mod modify;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use adapis::adfox::{Call, Client};
use adapis::{Error, ErrorKind};

use super::input::Sending;
use super::journal::{Journal, Subject};
use super::output::preview;
use super::sheet::{Encoding, Line, Sheet};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Columns, Row, note};

pub(super) use add::add;
pub(super) use modify::modify;

/// The columns of the output.
const COLUMNS: [&str; 5] = ["row", "state", "ID", "message", "error"];

/// A file of rows and how it is imported.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// Take one object per row from a CSV file, whose header names the parameters; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(super) from: Option<PathBuf>,
    /// Charset of the file
    #[arg(long, value_enum, default_value_t, requires = "from")]
    encoding: Encoding,
    /// Send an empty value for a cell with this text; a cell that is empty is left out
    #[arg(long, value_name = "TEXT", requires = "from")]
    clear: Option<String>,
    /// Record the progress in this file, to resume after a failure [default with --from: FILE.journal]
    #[arg(long, value_name = "FILE")]
    pub(super) journal: Option<PathBuf>,
    /// Whose objects they are
    #[arg(skip)]
    pub(super) account: String,
}

impl Source {
    fn path(&self) -> &Path {
        self.from.as_deref().unwrap_or(Path::new("-"))
    }

    fn read(&self, sending: &Sending, ctx: &Context) -> Result<Sheet, CliError> {
        if !sending.dry_run {
            self.journal_path()?;
        }
        let sheet = Sheet::read(self.path(), self.encoding, ctx.deadline)?;
        Ok(sheet.clear_with(self.clear.clone()))
    }

    fn journal_path(&self) -> Result<PathBuf, CliError> {
        match (&self.journal, self.path()) {
            (Some(path), _) => Ok(path.clone()),
            (None, file) if file == Path::new("-") => {
                let message = "standard input has no name to remember its rows by; give --journal";
                Err(CliError::input("journal", message))
            }
            (None, file) => {
                let mut path = file.as_os_str().to_owned();
                path.push(".journal");
                Ok(path.into())
            }
        }
    }

    /// Opens the journal and compares it with the rows.
    fn open_journal(&self, call: &Call, lines: &[Line]) -> Result<Journal, CliError> {
        let path = self.journal_path()?;
        let journal = Journal::open(&path, &self.subject(call))?;
        let fingerprints: Vec<String> = lines.iter().map(|line| fingerprint(&line.call)).collect();
        journal.check(&fingerprints)?;
        Ok(journal)
    }

    /// What the journal of these calls belongs to.
    pub(super) fn subject(&self, call: &Call) -> Subject {
        Subject {
            action: call.action.to_string(),
            object: kind(call).to_owned(),
            account: self.account.clone(),
        }
    }
}

/// The kind of the objects that the call is about.
fn kind(call: &Call) -> &str {
    let object = call.object.as_ref();
    object.map_or(call.context.as_str(), |object| object.as_str())
}

/// Prints the first call instead of sending any.
fn preview_first(lines: &[Line], client: &Client, ctx: &Context) -> Result<(), CliError> {
    let first = lines.first();
    first.map_or(Ok(()), |line| preview(&client.preview(&line.call)?, ctx))
}

/// The result of a row.
struct Outcome {
    state: &'static str,
    id: Option<String>,
    message: Option<String>,
    error: Option<Error>,
}

impl Outcome {
    fn row(&self, row: u64) -> Row {
        let error = self.error.as_ref().map(ToString::to_string);
        Row::new()
            .with("row", row)
            .with("state", self.state)
            .with("ID", self.id.clone())
            .with("message", self.message.clone())
            .with("error", Cell::from(error))
    }

    fn done(state: &'static str, id: String) -> Self {
        Self {
            state,
            id: Some(id),
            message: None,
            error: None,
        }
    }

    fn failed(state: &'static str, error: Error) -> Self {
        Self {
            state,
            id: None,
            message: None,
            error: Some(error),
        }
    }

    fn refused(line: u64, error: Error) -> Self {
        Self::failed("refused", at_line(line, error))
    }

    /// It is unknown whether the call ran.
    fn unknown(line: u64, error: Error) -> Self {
        Self::failed("unknown", at_line(line, error))
    }
}

/// Says which line of the file an error is about.
fn at_line(line: u64, error: Error) -> Error {
    let message = format!("line {line}: {}", error.message());
    error.with_message(message)
}

/// Counts what went wrong, for the error at the end.
#[derive(Default)]
pub(super) struct Tally {
    refused: u64,
    unknown: u64,
    duplicates: u64,
}

impl Tally {
    pub(super) fn count(&mut self, state: &str) {
        self.refused += u64::from(state == "refused");
        self.unknown += u64::from(state == "unknown");
    }

    /// The error of the import; possible duplicates take precedence over unknown outcomes.
    pub(super) fn verdict(&self, operation: String, what: &str, of: usize) -> Result<(), CliError> {
        let (kind, message) = if self.duplicates > 0 {
            let duplicates = self.duplicates;
            let message =
                format!("objects that may have been added twice: {duplicates}; see the notes");
            (ErrorKind::Server, message)
        } else if self.unknown > 0 {
            let message = format!(
                "it is unknown whether {} of {of} {what} were carried out; run the same command again",
                self.unknown
            );
            (ErrorKind::Server, message)
        } else if self.refused > 0 {
            let message = format!("{} of {of} {what} were rejected", self.refused);
            (ErrorKind::Rejected, message)
        } else {
            return Ok(());
        };
        let error = Error::new(kind, message).with_operation("adfox", operation);
        Err(error.into())
    }
}

/// Whether the error concerns only this row, so that the import can continue.
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidInput | ErrorKind::Rejected | ErrorKind::NotFound
    )
}

/// Says how to continue after an import has stopped.
fn note_stop(line: u64, journal: &Journal) {
    note(format_args!(
        "stopped at line {line}; run the same command again to resume from {}",
        journal.path().display()
    ));
}

/// A stable hash (FNV-1a) of the parameters, to detect edited rows.
pub(super) fn fingerprint(call: &Call) -> String {
    let texts = call
        .params
        .iter()
        .flat_map(|param| [Some(param.name.as_str()), param.text()]);
    let bytes = texts.flatten().flat_map(|text| text.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// How long a call that may have been on its way until then may still take effect.
pub(super) fn left_to_settle(until: SystemTime, settle: Duration) -> Duration {
    let end = until.checked_add(settle).unwrap_or(until);
    let left = end.duration_since(SystemTime::now()).unwrap_or_default();
    // It cannot have been sent later than now.
    settle.min(left)
}

/// What is done with each row.
trait Import {
    fn journal(&self) -> &Journal;

    async fn run(&mut self, row: u64, line: &Line) -> Result<Outcome, CliError>;
}

/// Runs all rows, prints the outcome of each, and counts what went wrong.
async fn run_rows(
    import: &mut impl Import,
    lines: &[Line],
    what: &str,
    ctx: &Context,
) -> Result<Tally, CliError> {
    let mut out = ctx.output();
    let mut rows = out.rows(Columns::fixed(&COLUMNS));
    let progress = ctx.progress(what);
    progress.total(lines.len() as u64);
    let mut tally = Tally::default();
    for (row, line) in (1..).zip(lines) {
        let outcome = match import.run(row, line).await {
            Ok(outcome) => outcome,
            Err(error) => {
                note_stop(line.line, import.journal());
                return Err(error);
            }
        };
        tally.count(outcome.state);
        rows.push(&outcome.row(row))?;
        rows.flush()?;
        progress.add(1);
    }
    drop(progress);
    rows.finish()?;
    ctx.output_is_whole();
    Ok(tally)
}
