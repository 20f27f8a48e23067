use std::pin::Pin;
use std::task::{Context, Poll, ready};

use adcore::{Body, Error, Response, ResponseReader};
use adcore_json::{RowLocation, Rows};
use futures_core::Stream;

use super::envelope::{self, Envelope, Rules, protocol};
use crate::calls::StatisticsRow;
use crate::error::Refusals;

/// Judges a statistics answer by what stands before its first row.
pub(crate) struct RowsJudge<'a> {
    pub(crate) id: u64,
    pub(crate) refusals: &'a Refusals,
    pub(crate) row_limit: usize,
}

impl ResponseReader for RowsJudge<'_> {
    type Output = OpenRows;

    async fn read(&self, response: http::Response<Body>) -> Result<OpenRows, Error> {
        let (head, body) = response.into_parts();
        let rules = Rules {
            refusals: self.refusals,
            quote: true,
        };
        if !head.status.is_success() {
            const WORDS_LIMIT: usize = 64 * 1024;
            let answer = Response {
                status: head.status,
                headers: head.headers,
                body: body.collect(WORDS_LIMIT).await.unwrap_or_default(),
            };
            return Err(envelope::refused_status(&answer, Some(self.id), rules));
        }
        let mut rows = Rows::plain(body, RowLocation::Member("result")).row_limit(self.row_limit);
        let outcome = match rows.peek().await {
            Ok(true) => verdict(&rows, self.id, true, self.refusals),
            Ok(false) => verdict(&rows, self.id, false, self.refusals),
            Err(error) => Err(error),
        };
        let answer = Response {
            status: head.status,
            headers: head.headers,
            body: bytes::Bytes::new(),
        };
        outcome.map_err(|error| envelope::complete(error, &answer, rules))?;
        Ok(OpenRows { rows, id: self.id })
    }
}

/// A statistics answer whose rows are still arriving.
#[derive(Debug)]
pub(crate) struct OpenRows {
    rows: Rows<StatisticsRow>,
    id: u64,
}

impl OpenRows {
    /// The next row; at the end the rest of the envelope is judged.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        refusals: &Refusals,
    ) -> Poll<Option<Result<StatisticsRow, Error>>> {
        match ready!(Pin::new(&mut self.rows).poll_next(cx)) {
            Some(row) => Poll::Ready(Some(row)),
            None => Poll::Ready(verdict(&self.rows, self.id, false, refusals).err().map(Err)),
        }
    }
}

/// Judges the members met so far; those that may yet `follow` are taken for good.
fn verdict(
    rows: &Rows<StatisticsRow>,
    id: u64,
    follow: bool,
    refusals: &Refusals,
) -> Result<(), Error> {
    let own_id = id.to_string();
    let mut envelope = Envelope::default();
    let mut names: Vec<&str> = Vec::new();
    if rows.found() {
        envelope.result = Some("[]");
        names.push("result");
    }
    for (name, value) in rows.rest() {
        if name.is_empty() && rows.rest().len() == 1 {
            return Err(protocol("the answer is not a JSON-RPC object"));
        }
        envelope.doubled |= names.contains(&name.as_str());
        names.push(name);
        if let Some(member) = envelope.member(name) {
            member.get_or_insert(value.as_str());
        }
    }
    if follow && envelope.id.is_none() {
        envelope.id = Some(&own_id);
    }
    let rules = Rules {
        refusals,
        quote: false,
    };
    match envelope.verdict(id, rules)? {
        "null" | "[]" => Ok(()),
        _ => Err(protocol("the answer's result is not an array of rows")),
    }
}
