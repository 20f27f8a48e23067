//! `adapis adfox add --from`: a resumable import of a CSV file.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use adapis::adfox::{Call, Client, Params, Row as AdfoxRow};
use adapis::{Error, ErrorKind};

use super::input::Sending;
use super::journal::{Journal, State};
use super::output::preview;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Columns, Row, note};

/// The columns of the output.
const COLUMNS: [&str; 5] = ["row", "state", "ID", "message", "error"];

/// Adds one object per row of a CSV file; rows that the journal has as added are not sent again.
pub(super) async fn run(
    template: Call,
    file: &Path,
    journal: Option<PathBuf>,
    sending: &Sending,
    client: &Client,
    ctx: &Context,
) -> Result<(), CliError> {
    let template = template.send_as(sending.method.into());
    let calls = read(file, &template)?;
    if sending.dry_run {
        let first = calls.first();
        return first.map_or(Ok(()), |call| preview(&client.preview(call)?, ctx));
    }
    let object = template
        .object
        .as_ref()
        .map_or("", |object| object.as_str());
    let journal = journal.unwrap_or_else(|| {
        let mut path = file.as_os_str().to_owned();
        path.push(".journal");
        path.into()
    });
    let mut import = Import {
        client,
        journal: Journal::open(&journal, object)?,
    };
    import.note_existing(&template, &calls).await?;
    let mut out = ctx.output();
    let mut rows = out.rows(Columns::fixed(&COLUMNS));
    let progress = ctx.progress(object);
    progress.total(calls.len() as u64);
    let mut refused = 0;
    for (row, call) in (1..).zip(&calls) {
        let result = match import.add(row, call).await {
            Ok(result) => result,
            Err(error) => {
                note(format_args!(
                    "stopped at row {row}; run the same command again to resume from {}",
                    import.journal.path().display()
                ));
                return Err(error);
            }
        };
        refused += u64::from(result.error.is_some());
        rows.push(&result.row(row))?;
        rows.flush()?;
        progress.add(1);
    }
    drop(progress);
    rows.finish()?;
    ctx.output_is_whole();
    if refused > 0 {
        let message = format!("{refused} of {} rows were rejected", calls.len());
        let error = Error::new(ErrorKind::Rejected, message);
        return Err(error.with_operation("adfox", template.name()).into());
    }
    Ok(())
}

/// Reads the calls of a CSV file. The parameters of a row replace those of `template`.
fn read(file: &Path, template: &Call) -> Result<Vec<Call>, CliError> {
    let wrong = |error: csv::Error| {
        CliError::input("from", format!("cannot read {}: {error}", file.display()))
    };
    let mut reader = csv::Reader::from_path(file).map_err(wrong)?;
    let names = reader.headers().map_err(wrong)?.clone();
    let mut calls = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let mut call = template.clone();
        // An empty cell means that the parameter is not given.
        let cells = names
            .iter()
            .zip(&record)
            .filter(|(_, value)| !value.is_empty());
        for (name, value) in cells {
            let name = name.trim_start_matches('\u{feff}').trim();
            call.params.remove(name);
            call.params.append(Params::new().multiline(name, value));
        }
        calls.push(call);
    }
    Ok(calls)
}

struct Import<'a> {
    client: &'a Client,
    journal: Journal,
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
        Row::new()
            .with("row", row)
            .with("state", self.state)
            .with("ID", self.id.clone())
            .with("message", self.message.clone())
            .with(
                "error",
                Cell::from(self.error.as_ref().map(ToString::to_string)),
            )
    }

    fn done(state: &'static str, id: String) -> Self {
        Self {
            state,
            id: Some(id),
            message: None,
            error: None,
        }
    }

    fn refused(error: Error) -> Self {
        Self {
            state: "refused",
            id: None,
            message: None,
            error: Some(error),
        }
    }
}

impl Import<'_> {
    /// Records the objects that have one of these names before the import starts.
    ///
    /// A lookup after an interruption must not take them for objects of this import.
    async fn note_existing(&mut self, template: &Call, calls: &[Call]) -> Result<(), CliError> {
        let Some(object) = template
            .object
            .clone()
            .filter(|_| self.journal.existing().is_none())
        else {
            return Ok(());
        };
        let name = |params: &Params| {
            params
                .get("name")
                .or_else(|| params.get("account"))
                .map(|name| name.trim().to_owned())
        };
        let names: HashSet<String> = calls.iter().filter_map(|call| name(&call.params)).collect();
        let mut pages = self.client.list(object, Params::new());
        let mut existing = HashSet::new();
        while let Some(page) = pages.next().await.transpose()? {
            let same = |row: &&AdfoxRow| {
                let found = row.text("name").into_iter().chain(row.text("account"));
                found.map(str::trim).any(|found| names.contains(found))
            };
            let ids = page
                .rows
                .iter()
                .filter(same)
                .filter_map(|row| row.text("ID"));
            existing.extend(ids.map(str::to_owned));
        }
        self.journal.set_existing(existing)
    }

    async fn add(&mut self, row: u64, call: &Call) -> Result<Outcome, CliError> {
        let fingerprint = fingerprint(call);
        let interrupted = match self.journal.state(row, &fingerprint)? {
            Some(State::Added { id }) => return Ok(Outcome::done("done before", id.clone())),
            Some(State::Started) => true,
            Some(State::Refused) | None => false,
        };
        if let Err(error) = check(call, self.client) {
            return Ok(Outcome::refused(error));
        }
        if interrupted && let Some(id) = self.look_up(call).await? {
            return self.added(row, &fingerprint, Outcome::done("found", id));
        }
        self.journal.record(row, &fingerprint, State::Started)?;
        let first = self.client.call(call).await;
        let output = match first {
            Err(error) if error.may_have_run() => match self.look_up(call).await? {
                Some(id) => return self.added(row, &fingerprint, Outcome::done("found", id)),
                None => self.client.call(call).await,
            },
            other => other,
        };
        match output {
            Ok(output) => {
                let mut outcome = Outcome::done("added", output.id.unwrap_or_default());
                outcome.message = output.partial.map(|partial| partial.to_string());
                self.added(row, &fingerprint, outcome)
            }
            Err(error) if is_refusal(&error) => {
                self.journal.record(row, &fingerprint, State::Refused)?;
                Ok(Outcome::refused(error))
            }
            Err(error) => {
                if !error.may_have_run() {
                    self.journal.record(row, &fingerprint, State::Refused)?;
                }
                Err(error.into())
            }
        }
    }

    fn added(
        &mut self,
        row: u64,
        fingerprint: &str,
        outcome: Outcome,
    ) -> Result<Outcome, CliError> {
        let id = outcome.id.clone().unwrap_or_default();
        self.journal.record(row, fingerprint, State::Added { id })?;
        Ok(outcome)
    }

    /// Finds the object that an interrupted row added, if any.
    async fn look_up(&self, call: &Call) -> Result<Option<String>, Error> {
        let found = self.client.find(call).await?;
        Ok(found.into_iter().find(|id| !self.journal.knows(id)))
    }
}

/// Rejects a call that cannot be sent, or cannot be looked up after an interruption.
fn check(call: &Call, client: &Client) -> Result<(), Error> {
    client.preview(call)?;
    if call
        .params
        .get("name")
        .or_else(|| call.params.get("account"))
        .is_none()
    {
        return Err(Error::invalid_input(
            "name",
            "is required: without it an interrupted import could add the object twice",
        ));
    }
    Ok(())
}

/// Whether the error concerns only this row, so that the import can go on.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidInput | ErrorKind::Rejected | ErrorKind::NotFound
    )
}

/// A stable hash (FNV-1a) of the parameters, to detect edited rows.
fn fingerprint(call: &Call) -> String {
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
