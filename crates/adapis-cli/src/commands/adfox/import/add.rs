//! Objects are added once, whatever happens to the responses.

use std::collections::HashSet;
use std::time::Duration;

use adapis::adfox::{Call, Client, Object};
use adapis::{Error, ErrorKind};

use super::super::input::Sending;
use super::super::journal::{Journal, State};
use super::super::sheet::Line;
use super::{
    Import, Outcome, Source, Tally, at_line, fingerprint, is_refusal, left_to_settle,
    preview_first, run_rows,
};
use crate::context::Context;
use crate::error::CliError;
use crate::output::note;

/// Adds one object per row of a CSV file; rows that the journal has as added are not sent again.
pub(in super::super) async fn add(
    template: Call,
    source: &Source,
    settle: Duration,
    sending: &Sending,
    client: &Client,
    ctx: &Context,
) -> Result<(), CliError> {
    let template = template.send_as(sending.method.into());
    let lines = source.read(sending, ctx)?.lines(&template)?;
    if sending.dry_run {
        return preview_first(&lines, client, ctx);
    }
    let journal = source.open_journal(&template, &lines)?;
    let what = super::kind(&template).to_owned();
    let mut import = Adding {
        client,
        journal,
        settle,
        ctx,
    };
    import.note_existing(&lines).await?;
    let mut tally = run_rows(&mut import, &lines, &what, ctx).await?;
    if !import.journal.is_checked() {
        import.compare(&lines, &mut tally).await?;
    }
    tally.verdict(template.name(), "rows", lines.len())
}

struct Adding<'a> {
    client: &'a Client,
    journal: Journal,
    /// How long an add whose response was lost may still take effect.
    settle: Duration,
    ctx: &'a Context,
}

impl Adding<'_> {
    /// Records the objects that an `add` would duplicate, before any row of their names is sent.
    ///
    /// A lookup after an interruption must not take them for objects of this import.
    async fn note_existing(&mut self, lines: &[Line]) -> Result<(), CliError> {
        let journal = &self.journal;
        let was_sent = |row: &u64| journal.state(*row).is_some();
        let rows = || (1..).zip(lines);
        // These were looked up before they were sent, and now there may be objects of this import.
        let sent: HashSet<_> = rows()
            .filter(|(row, _)| was_sent(row))
            .filter_map(|(_, line)| name(&line.call))
            .collect();
        let calls: Vec<Call> = rows()
            .filter(|(row, _)| !was_sent(row))
            .filter(|(_, line)| name(&line.call).is_some_and(|name| !sent.contains(name)))
            .map(|(_, line)| line.call.clone())
            .collect();
        if calls.is_empty() {
            return Ok(());
        }
        let found = self.client.find_each(&calls).await?;
        let existing: HashSet<String> = found.into_iter().flatten().collect();
        self.journal.add_existing(existing)
    }

    /// Compares the list with the rows: finds objects of rows whose response was lost, and duplicates.
    async fn compare(&mut self, lines: &[Line], tally: &mut Tally) -> Result<(), CliError> {
        let found = self.client.find_each(&named(lines)).await?;
        let mut told = HashSet::new();
        let named = (1..)
            .zip(lines)
            .filter(|(_, line)| name(&line.call).is_some());
        for ((row, line), ids) in named.zip(found) {
            for id in ids {
                if self.journal.knows(&id) || !told.insert(id.clone()) {
                    continue;
                }
                if matches!(self.journal.state(row), Some(State::Started { .. })) {
                    note(format_args!(
                        "line {} was added after all: ID {id}",
                        line.line
                    ));
                    let fingerprint = fingerprint(&line.call);
                    self.journal.record(row, &fingerprint, State::Done { id })?;
                    tally.unknown = tally.unknown.saturating_sub(1);
                } else {
                    note(format_args!(
                        "the object with ID {id} has the name in line {}, but no row added it: it may be a duplicate",
                        line.line
                    ));
                    tally.duplicates += 1;
                }
            }
        }
        if tally.duplicates == 0 && tally.unknown == 0 {
            self.journal.set_checked()?;
        }
        Ok(())
    }

    /// Waits for an object whose `add` may still run for `time`.
    async fn look_up(&self, line: &Line, time: Duration) -> Result<Option<String>, Error> {
        let journal = &self.journal;
        self.client
            .find_lost(&line.call, time, |id| journal.knows(id))
            .await
    }

    fn done(&mut self, row: u64, line: &Line, outcome: Outcome) -> Result<Outcome, CliError> {
        let id = outcome.id.clone().unwrap_or_default();
        let fingerprint = fingerprint(&line.call);
        self.journal.record(row, &fingerprint, State::Done { id })?;
        Ok(outcome)
    }

    /// The error of a row that may have been added, and could not be looked up.
    fn lost(&self, line: &Line, why: &Error) -> CliError {
        let message = format!("it is unknown whether it was added: {}", why.message());
        let error = why.clone().with_kind(ErrorKind::Server);
        at_line(line.line, error.with_message(message)).into()
    }
}

impl Import for Adding<'_> {
    fn journal(&self) -> &Journal {
        &self.journal
    }

    async fn run(&mut self, row: u64, line: &Line) -> Result<Outcome, CliError> {
        let interrupted = match self.journal.state(row) {
            Some(State::Done { id }) => return Ok(Outcome::done("done before", id.clone())),
            Some(State::Started { until }) => Some(left_to_settle(*until, self.settle)),
            Some(State::Refused) | None => None,
        };
        if let Err(error) = check(&line.call, self.client) {
            return Ok(Outcome::refused(line.line, error));
        }
        if let Some(left) = interrupted {
            let found = self.look_up(line, left).await;
            if let Some(id) = found.map_err(|error| self.lost(line, &error))? {
                return self.done(row, line, Outcome::done("found", id));
            }
        }
        let fingerprint = fingerprint(&line.call);
        let mut attempts = 0;
        loop {
            attempts += 1;
            self.journal
                .record(row, &fingerprint, State::started(self.ctx))?;
            let lost = match self.client.call(&line.call).await {
                Ok(output) => {
                    let mut outcome = Outcome::done("added", output.id.unwrap_or_default());
                    outcome.message = output.partial.map(|partial| partial.to_string());
                    return self.done(row, line, outcome);
                }
                Err(error) if error.may_have_run() => error,
                Err(error) => {
                    // After an add that was lost, the row stays started: better to look once too often.
                    if attempts == 1 && interrupted.is_none() {
                        self.journal.record(row, &fingerprint, State::Refused)?;
                    }
                    if is_refusal(&error) {
                        return Ok(Outcome::refused(line.line, error));
                    }
                    return Err(at_line(line.line, error).into());
                }
            };
            match self.look_up(line, self.settle).await {
                Ok(Some(id)) => return self.done(row, line, Outcome::done("found", id)),
                Ok(None) if attempts == 1 => {}
                Ok(None) => return Ok(Outcome::unknown(line.line, lost)),
                Err(_) => return Err(self.lost(line, &lost)),
            }
        }
    }
}

/// The parameter by which an object is found.
fn name_parameter(call: &Call) -> &'static str {
    match &call.object {
        Some(Object::Advertiser | Object::Webmaster) => "account",
        Some(Object::Contract) => "number",
        _ => "name",
    }
}

/// The name by which an object is found.
fn name(call: &Call) -> Option<&str> {
    let name = call.params.get(name_parameter(call));
    name.filter(|name| !name.trim().is_empty())
}

/// The calls whose objects can be found.
fn named(lines: &[Line]) -> Vec<Call> {
    let calls = lines.iter().map(|line| &line.call);
    calls.filter(|call| name(call).is_some()).cloned().collect()
}

/// Rejects a call that cannot be sent, or cannot be looked up after an interruption.
fn check(call: &Call, client: &Client) -> Result<(), Error> {
    client.preview(call)?;
    if name(call).is_none() {
        return Err(Error::invalid_input(
            name_parameter(call),
            "is required: without it an interrupted import could add the object twice",
        ));
    }
    Ok(())
}
