//! The result of a task, whose rows are still arriving.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Body, Error, ErrorKind, Response, ResponseReader};
use adcore_json::{Beginning, Digest, RawJson, RowLocation, Rows};
use futures_core::Stream;
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::cell::{WireRow, set_type};
use super::response::{read_result, refusal, scalar};
use super::totals::{Mismatch, Summing, Tally};
use crate::calls::statistics::{Cell, Column, ReportRow};

const LOCATION: RowLocation = RowLocation::Nested("result", "rows");

/// What a table consists of, in order: rows, and after the last one their summary.
#[derive(Debug)]
pub(crate) enum Part {
    Row(ReportRow),
    End(Summary),
}

/// What is known of a table once it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) rows: u64,
    /// A column whose rows do not add up to the vendor's total.
    pub(crate) mismatch: Option<Mismatch>,
}

/// Reads the result of a task.
#[derive(Debug, Clone)]
pub(crate) struct TableReader {
    pub(crate) row_limit: usize,
    pub(crate) summing: Summing,
}

impl ResponseReader for TableReader {
    type Output = OpenTable;

    async fn read(&self, response: http::Response<Body>) -> Result<OpenTable, Error> {
        let status = response.status();
        if !status.is_success() {
            let response = Response::collected(response).await;
            let refused = || Error::from_status(response.status, &response.headers);
            return Err(read_result(&response).err().unwrap_or_else(refused));
        }
        self.open(response)
            .await
            .map_err(|error| error.with_status(status))
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
            return Err(error_among(rows.rest()).unwrap_or_else(missing));
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
        let mut table = self.table(rows, Arc::clone(&columns));
        if is_whole {
            let again = self.table(self.rows(again), columns);
            // A fault is an error after the rows before it, as in a long result.
            table.summary = summarize(again).await.ok();
        }
        Ok(table)
    }

    fn rows(&self, body: Body) -> Rows<WireRow> {
        Rows::plain_cells(body, LOCATION).row_limit(self.row_limit)
    }

    fn table(&self, rows: Rows<WireRow>, columns: Arc<[Column]>) -> OpenTable {
        OpenTable {
            tally: Tally::new(&columns, &self.summing),
            rows,
            columns,
            summary: None,
            over: false,
        }
    }
}

/// Reads a table to its end.
pub(crate) async fn summarize(
    mut table: impl Stream<Item = Result<Part, Error>> + Unpin,
) -> Result<Summary, Error> {
    while let Some(part) = table.next().await.transpose()? {
        if let Part::End(summary) = part {
            return Ok(summary);
        }
    }
    Err(Error::new(ErrorKind::Decode, "the result has no end"))
}

/// A table whose rows are decoded while they arrive.
#[derive(Debug)]
pub(crate) struct OpenTable {
    rows: Rows<WireRow>,
    columns: Arc<[Column]>,
    tally: Tally,
    /// Known at once if the whole response has been read ahead.
    summary: Option<Summary>,
    over: bool,
}

impl OpenTable {
    pub(crate) fn columns(&self) -> Arc<[Column]> {
        Arc::clone(&self.columns)
    }

    pub(crate) fn summary(&self) -> Option<Summary> {
        self.summary.clone()
    }

    pub(crate) fn digest(&self) -> Digest {
        self.rows.digest()
    }

    fn row(&mut self, WireRow(cells): WireRow) -> Result<ReportRow, Error> {
        let cells = self.typed(cells, "a row")?;
        self.tally.add(&cells);
        Ok(cells.into())
    }

    fn typed(&self, mut cells: Vec<Cell>, what: &str) -> Result<Vec<Cell>, Error> {
        let (found, expected) = (cells.len(), self.columns.len());
        if found != expected {
            let message = format!("{what} has {found} cells, and there are {expected} columns");
            return Err(Error::new(ErrorKind::Decode, message));
        }
        for (cell, column) in cells.iter_mut().zip(&*self.columns) {
            set_type(cell, &column.kind);
        }
        Ok(cells)
    }

    fn end(&self) -> Result<Summary, Error> {
        if let Some(error) = error_among(self.rows.rest()) {
            return Err(error);
        }
        let mut members = self.rows.group().iter();
        let totals = members.find(|(name, value)| name == "totals" && !value.is_null());
        let mismatch = match totals {
            Some((_, totals)) => {
                let WireRow(totals) = totals.decode()?;
                let totals = self.typed(totals, "`result.totals`")?;
                self.tally.compare(&self.columns, &totals)
            }
            None => None,
        };
        Ok(Summary {
            rows: self.tally.rows,
            mismatch,
        })
    }
}

impl Stream for OpenTable {
    type Item = Result<Part, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let part = match ready!(Pin::new(&mut self.rows).poll_next(cx)) {
            Some(row) => row.and_then(|row| self.row(row)).map(Part::Row),
            None => {
                self.over = true;
                self.end().map(Part::End)
            }
        };
        self.over |= part.is_err();
        Poll::Ready(Some(part))
    }
}

/// Returns the error beside a result, if there is one.
fn error_among(members: &[(String, RawJson)]) -> Option<Error> {
    let mut members = members.iter();
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
