//! Objects are changed row by row.

use std::collections::HashMap;

use adapis::Error;
use adapis::adfox::{Call, Client, Object};

use super::super::change::modify_call;
use super::super::input::{Sending, with_params};
use super::super::journal::{Journal, State};
use super::super::sheet::Line;
use super::{
    Import, Outcome, Source, at_line, fingerprint, is_refusal, kind, preview_first, run_rows,
};
use crate::context::Context;
use crate::error::CliError;

/// Changes one object per row of a CSV file; rows that the journal has as changed are not sent again.
pub(in super::super) async fn modify(
    object: &Object,
    template: &Call,
    source: &Source,
    sending: &Sending,
    client: &Client,
    ctx: &Context,
) -> Result<(), CliError> {
    let mut sheet = source.read(sending, ctx)?;
    let ids = sheet
        .take_column(&["ID", "id", "objectID"])
        .ok_or_else(|| {
            CliError::input(
                "from",
                "the file needs a column ID, which says what to modify",
            )
        })?;
    let mut lines = sheet.lines(template)?;
    let mut seen = HashMap::new();
    let mut numbers = Vec::new();
    for ((at, id), line) in ids.into_iter().zip(&mut lines) {
        let number: u64 = id.parse().map_err(|_| {
            CliError::input("ID", format!("line {at}: ID must be a number, not '{id}'"))
        })?;
        if let Some(before) = seen.insert(number, at) {
            let message = format!("line {at}: ID {id} is in line {before} too");
            return Err(CliError::input("ID", message));
        }
        if line.call.params.iter().next().is_none() {
            let message = format!("line {at} changes nothing");
            return Err(CliError::input("from", message));
        }
        let params = std::mem::take(&mut line.call.params);
        line.call =
            with_params(modify_call(object, number), params)?.send_as(sending.method.into());
        numbers.push(id);
    }
    if sending.dry_run {
        return preview_first(&lines, client, ctx);
    }
    let call = modify_call(object, 0);
    let mut import = Modifying {
        client,
        ctx,
        journal: source.open_journal(&call, &lines)?,
        ids: numbers,
    };
    let tally = run_rows(&mut import, &lines, kind(&call), ctx).await?;
    tally.verdict(call.name(), "rows", lines.len())
}

struct Modifying<'a> {
    client: &'a Client,
    ctx: &'a Context,
    journal: Journal,
    ids: Vec<String>,
}

impl Import for Modifying<'_> {
    fn journal(&self) -> &Journal {
        &self.journal
    }

    async fn run(&mut self, row: u64, line: &Line) -> Result<Outcome, CliError> {
        if let Some(State::Done { id }) = self.journal.state(row) {
            return Ok(Outcome::done("done before", id.clone()));
        }
        if let Err(error) = self.client.preview(&line.call) {
            return Ok(Outcome::refused(line.line, error));
        }
        let fingerprint = fingerprint(&line.call);
        self.journal
            .record(row, &fingerprint, State::started(self.ctx))?;
        let mut output = self.client.call(&line.call).await;
        if output.as_ref().is_err_and(Error::may_have_run) {
            // The same values once more make no difference.
            output = self.client.call(&line.call).await;
        }
        match output {
            Ok(output) => {
                let at = usize::try_from(row - 1).unwrap_or(usize::MAX);
                let id = self.ids.get(at).cloned().unwrap_or_default();
                let state = State::Done { id: id.clone() };
                self.journal.record(row, &fingerprint, state)?;
                let mut outcome = Outcome::done("modified", id);
                outcome.message = output.partial.map(|partial| partial.to_string());
                Ok(outcome)
            }
            Err(error) if error.may_have_run() => Ok(Outcome::unknown(line.line, error)),
            Err(error) => {
                self.journal.record(row, &fingerprint, State::Refused)?;
                if is_refusal(&error) {
                    return Ok(Outcome::refused(line.line, error));
                }
                Err(at_line(line.line, error).into())
            }
        }
    }
}
