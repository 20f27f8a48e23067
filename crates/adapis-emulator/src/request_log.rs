//! The request log: counts per operation and the last requests.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Number of requests that are kept.
const MAX_RECENT: usize = 200;

/// Counts of the requests of one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OperationCounts {
    /// Requests that arrived completely.
    pub received: u64,
    /// Responses of the vendor that no fault changed.
    pub answered: u64,
    /// Requests that a fault plan applied to.
    pub faulted: u64,
}

/// One logged request, without its query, headers and body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// The HTTP method.
    pub method: String,
    /// The path; a postback key is replaced with `{key}`.
    pub path: String,
    /// The operation, as fault plans name it.
    pub operation: String,
    /// The HTTP status of the response; absent if none was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Whether a fault plan applied to the request.
    pub faulted: bool,
}

/// Counts of the server's connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConnectionCounts {
    /// Connections accepted since the start.
    pub accepted: u64,
    /// Connections that are open.
    pub open: u64,
}

/// Counts per operation and the last requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Requests {
    /// Connections of the server; a reset does not clear these counts.
    pub connections: ConnectionCounts,
    /// Counts by operation name.
    pub operations: BTreeMap<String, OperationCounts>,
    /// The last 200 requests, oldest first.
    pub recent: Vec<RequestRecord>,
}

impl Requests {
    /// Returns the counts of one operation, all zero if it was never called.
    #[must_use]
    pub fn of(&self, operation: &str) -> OperationCounts {
        self.operations.get(operation).copied().unwrap_or_default()
    }
}

#[derive(Debug)]
struct LoggedRequest {
    method: http::Method,
    path: Cow<'static, str>,
    operation: Cow<'static, str>,
    status: Option<u16>,
    faulted: bool,
}

#[derive(Debug, Default)]
struct Entries {
    operations: BTreeMap<Cow<'static, str>, OperationCounts>,
    recent: VecDeque<LoggedRequest>,
}

/// Counts and remembers the requests to the server.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    accepted: AtomicU64,
    open: AtomicU64,
    entries: Mutex<Entries>,
}

/// Counts a connection as open until it is dropped.
pub(crate) struct OpenConnection<'a>(&'a RequestLog);

impl Drop for OpenConnection<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl RequestLog {
    pub(crate) fn connection(&self) -> OpenConnection<'_> {
        self.accepted.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        OpenConnection(self)
    }

    pub(crate) fn received(&self, operation: &str, faulted: bool) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = match entries.operations.get_mut(operation) {
            Some(counts) => counts,
            None => {
                let name = Cow::Owned(operation.to_owned());
                entries.operations.entry(name).or_default()
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
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if !faulted && let Some(counts) = entries.operations.get_mut(&operation) {
            counts.answered += 1;
        }
        if entries.recent.len() == MAX_RECENT {
            entries.recent.pop_front();
        }
        entries.recent.push_back(LoggedRequest {
            method,
            path,
            operation,
            status,
            faulted,
        });
    }

    pub(crate) fn requests(&self) -> Requests {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        Requests {
            connections: ConnectionCounts {
                accepted: self.accepted.load(Ordering::Relaxed),
                open: self.open.load(Ordering::Relaxed),
            },
            operations: entries
                .operations
                .iter()
                .map(|(operation, counts)| (operation.to_string(), *counts))
                .collect(),
            recent: entries
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
        *self.entries.lock().unwrap_or_else(PoisonError::into_inner) = Entries::default();
    }
}
