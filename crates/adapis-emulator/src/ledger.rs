//! What the server was asked: counts per operation and the last requests.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

const RECENT: usize = 200;

/// How often one operation was asked for and how it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OperationCounts {
    /// Requests that arrived whole.
    pub received: u64,
    /// Answers that the vendor's own code gave, untouched by a fault.
    pub answered: u64,
    /// Requests that met a fault of a plan.
    pub faulted: u64,
}

/// One request as the ledger keeps it: no query, no header, no body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The path; a postback key is written as `{key}`.
    pub path: String,
    /// The name that fault plans use.
    pub operation: String,
    /// The HTTP status of the answer; absent when none was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Whether a fault of a plan was met.
    pub faulted: bool,
}

/// Connections of the whole server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConnectionCounts {
    /// Connections that were accepted since the start.
    pub accepted: u64,
    /// Connections that are open now.
    pub open: u64,
}

/// Counts per operation with the last requests, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Requests {
    /// Connections of the whole server; a reset leaves them.
    pub connections: ConnectionCounts,
    /// Counts by operation name.
    pub operations: BTreeMap<String, OperationCounts>,
    /// The last 200 requests.
    pub recent: Vec<RequestRecord>,
}

impl Requests {
    /// The counts of one operation, zeros when it was never asked for.
    #[must_use]
    pub fn of(&self, operation: &str) -> OperationCounts {
        self.operations.get(operation).copied().unwrap_or_default()
    }
}

#[derive(Debug)]
struct Recent {
    method: http::Method,
    path: Cow<'static, str>,
    operation: Cow<'static, str>,
    status: Option<u16>,
    faulted: bool,
}

#[derive(Debug, Default)]
struct Book {
    operations: BTreeMap<Cow<'static, str>, OperationCounts>,
    recent: VecDeque<Recent>,
}

/// Where the server writes down what it was asked.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accepted: AtomicU64,
    open: AtomicU64,
    book: Mutex<Book>,
}

/// Counts a connection as open as long as it lives.
pub(crate) struct OpenConnection<'a>(&'a Ledger);

impl Drop for OpenConnection<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Ledger {
    pub(crate) fn connection(&self) -> OpenConnection<'_> {
        self.accepted.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        OpenConnection(self)
    }

    pub(crate) fn received(&self, operation: &str, faulted: bool) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = match book.operations.get_mut(operation) {
            Some(counts) => counts,
            None => {
                let name = Cow::Owned(operation.to_owned());
                book.operations.entry(name).or_default()
            }
        };
        counts.received += 1;
        counts.faulted += u64::from(faulted);
    }

    pub(crate) fn finished(
        &self,
        method: http::Method,
        path: Cow<'static, str>,
        operation: Cow<'static, str>,
        status: Option<u16>,
        faulted: bool,
    ) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        if !faulted && let Some(counts) = book.operations.get_mut(&operation) {
            counts.answered += 1;
        }
        if book.recent.len() == RECENT {
            book.recent.pop_front();
        }
        book.recent.push_back(Recent {
            method,
            path,
            operation,
            status,
            faulted,
        });
    }

    pub(crate) fn requests(&self) -> Requests {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        Requests {
            connections: ConnectionCounts {
                accepted: self.accepted.load(Ordering::Relaxed),
                open: self.open.load(Ordering::Relaxed),
            },
            operations: book
                .operations
                .iter()
                .map(|(operation, counts)| (operation.to_string(), *counts))
                .collect(),
            recent: book
                .recent
                .iter()
                .map(|request| RequestRecord {
                    method: request.method.to_string(),
                    path: request.path.to_string(),
                    operation: request.operation.to_string(),
                    status: request.status,
                    faulted: request.faulted,
                })
                .collect(),
        }
    }

    pub(crate) fn reset(&self) {
        *self.book.lock().unwrap_or_else(PoisonError::into_inner) = Book::default();
    }
}
