//! The result of a task, whose rows are still arriving.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use adcore::{Body, Error, ErrorKind, Response, ResponseReader};
use adcore_json::{Beginning, Digest, RawJson, RowLocation, Rows};
use futures_core::Stream;
use futures_util::TryStreamExt;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::cell::{WireRow, set_type};
use super::response::{judge_code, read_result, refusal, scalar};
use super::totals::{Findings, Mismatch, Summing, Tally};
use crate::calls::statistics::{Cell, Column, ReportRow};

const LOCATION: RowLocation = RowLocation::Nested("result", "rows");

/// What is known of a table once it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) rows: u64,
    /// A column whose rows do not add up to the vendor's total.
    pub(crate) mismatch: Option<Mismatch>,
    /// Columns that differ from the vendor's totals and may be right.
    pub(crate) doubts: Vec<Mismatch>,
}

/// The summary of a table that is being read, shared with its reader.
///
/// It is known when all rows have been read, and at once if the whole response has been read ahead. A
/// response that breaks has none, so it is that of the one which was read to its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedSummary(Arc<Mutex<Option<Summary>>>);

impl SharedSummary {
    pub(crate) fn get(&self) -> Option<Summary> {
        self.lock().clone()
    }

    pub(crate) fn take(&self) -> Option<Summary> {
        self.lock().take()
    }

    pub(crate) fn set(&self, summary: Summary) {
        *self.lock() = Some(summary);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Summary>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the result of a task.
#[derive(Debug, Clone)]
pub(crate) struct TableReader {
    pub(crate) row_limit: usize,
    pub(crate) summing: Summing,
    pub(crate) summary: SharedSummary,
    pub(crate) rate_limit_codes: Arc<[String]>,
}

impl ResponseReader for TableReader {
    type Output = OpenTable;

    async fn read(&self, response: http::Response<Body>) -> Result<OpenTable, Error> {
        let status = response.status();
        if !status.is_success() {
            let response = Response::collected(response).await;
            let refused = || Error::from_status(response.status, &response.headers);
            let error = read_result(&response).err().unwrap_or_else(refused);
            return Err(judge_code(error, &self.rate_limit_codes));
        }
        self.open(response)
            .await
            .map_err(|error| judge_code(error, &self.rate_limit_codes).with_status(status))
    }
}

impl TableReader {
    /// Decodes up to the first row, and to the end if the whole response has been read ahead.
    async fn open(&self, response: http::Response<Body>) -> Result<OpenTable, Error> {
        let beginning = Beginning::read(response).await?;
        let is_whole = beginning.is_whole();
        let (early, again) = (beginning.peek(), beginning.peek());
        let mut rows = self.rows(beginning.into_body());
        rows.peek().await?;
        if !rows.found() {
            let missing = || Error::new(ErrorKind::Decode, "`result.rows` is missing");
            return Err(error_among(&rows).unwrap_or_else(missing));
        }
        let columns = match read_columns(rows.group())? {
            // They come after the rows.
            None if is_whole => {
                let mut early = self.rows(early);
                while early.next().await.transpose()?.is_some() {}
                read_columns(early.group())?
            }
            columns => columns,
        };
        let columns = columns.ok_or_else(|| {
            let message = "`result.columns` is missing, or comes after the rows of a long result";
            Error::new(ErrorKind::Decode, message)
        })?;
        if is_whole {
            let mut again = self.table(self.rows(again), Arc::clone(&columns));
            // A fault is an error after the rows before it, as in a long result.
            while let Ok(Some(_)) = again.try_next().await {}
        }
        Ok(self.table(rows, columns))
    }

    fn rows(&self, body: Body) -> Rows<WireRow> {
        Rows::plain_cells(body, LOCATION).row_limit(self.row_limit)
    }

    fn table(&self, rows: Rows<WireRow>, columns: Arc<[Column]>) -> OpenTable {
        OpenTable {
            tally: Tally::new(&columns, &self.summing),
            rows,
            columns,
            summary: self.summary.clone(),
            over: false,
        }
    }
}

/// A table whose rows are decoded while they arrive.
#[derive(Debug)]
pub(crate) struct OpenTable {
    rows: Rows<WireRow>,
    columns: Arc<[Column]>,
    tally: Tally,
    summary: SharedSummary,
    over: bool,
}

impl OpenTable {
    pub(crate) fn columns(&self) -> Arc<[Column]> {
        Arc::clone(&self.columns)
    }

    pub(crate) fn digest(&self) -> Digest {
        self.rows.digest()
    }

    /// Gives the cells of the row that has been read ahead their types, and adds them up.
    fn complete_row(&mut self) -> Result<(), Error> {
        if let Some(WireRow(cells)) = self.rows.peeked() {
            set_types(cells, &self.columns, "a row")?;
            self.tally.add(cells);
        }
        Ok(())
    }

    fn end(&self) -> Result<Summary, Error> {
        if let Some(error) = error_among(&self.rows) {
            return Err(error);
        }
        let mut members = self.rows.group().iter();
        let totals = members.find(|(name, value)| name == "totals" && !value.is_null());
        let Findings { error, doubts } = match totals {
            Some((_, totals)) => {
                let WireRow(mut totals) = totals.decode()?;
                set_types(&mut totals, &self.columns, "`result.totals`")?;
                self.tally.compare(&self.columns, &totals)
            }
            None => Findings::default(),
        };
        Ok(Summary {
            rows: self.tally.rows,
            mismatch: error,
            doubts,
        })
    }
}

impl Stream for OpenTable {
    type Item = Result<ReportRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.over {
            return Poll::Ready(None);
        }
        let outcome = match ready!(this.rows.poll_peek(cx)) {
            Some(Ok(())) => match this.complete_row() {
                Ok(()) => {
                    let row = this.rows.take();
                    return Poll::Ready(row.map(|WireRow(cells)| Ok(cells.into())));
                }
                Err(error) => Err(error),
            },
            Some(Err(error)) => Err(error),
            None => this.end().map(|summary| this.summary.set(summary)),
        };
        this.over = true;
        Poll::Ready(outcome.err().map(Err))
    }
}

/// Gives the cells the types of their columns.
fn set_types(cells: &mut [Cell], columns: &[Column], what: &str) -> Result<(), Error> {
    let (found, expected) = (cells.len(), columns.len());
    if found != expected {
        let message = format!("{what} has {found} cells, and there are {expected} columns");
        return Err(Error::new(ErrorKind::Decode, message));
    }
    for (cell, column) in cells.iter_mut().zip(columns) {
        set_type(cell, &column.kind);
    }
    Ok(())
}

/// Returns the error beside a result or, as in the state of a task, within it.
fn error_among(rows: &Rows<WireRow>) -> Option<Error> {
    let mut members = rows.rest().iter().chain(rows.group());
    let (_, error) = members.find(|(name, value)| name == "error" && !value.is_null())?;
    let response = Response {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
    };
    Some(refusal(&response, error))
}

#[derive(Deserialize)]
struct ColumnBody {
    name: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    format: Option<RawJson>,
    #[serde(default)]
    unit: Option<RawJson>,
}

fn read_columns(members: &[(String, RawJson)]) -> Result<Option<Arc<[Column]>>, Error> {
    let Some((_, columns)) = members.iter().find(|(name, _)| name == "columns") else {
        return Ok(None);
    };
    let columns: Vec<ColumnBody> = columns.decode()?;
    let columns = columns.into_iter().map(|body| Column {
        name: body.name,
        kind: body.kind.unwrap_or_default().into(),
        format: scalar(body.format.as_ref()),
        unit: scalar(body.unit.as_ref()),
    });
    Ok(Some(columns.collect()))
}
