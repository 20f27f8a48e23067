//! Statements over HTTP.

use std::sync::Arc;
use std::time::Duration;

use adcore::{Endpoint, Form, Transport};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use secrecy::{ExposeSecret, SecretString};

use super::input;
use crate::load::{LoadError, LoadErrorKind};

/// What is read of an answer: lists of columns and of partitions, or an error.
const LONGEST: usize = 64 << 20;

/// What is shown of a server's message.
const SHOWN: usize = 600;

pub(super) struct Http {
    pub(super) endpoint: Endpoint,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) user: Option<(String, SecretString)>,
    pub(super) timeout: Duration,
}

impl Http {
    pub(super) fn shown(&self) -> String {
        format!("ClickHouse at {}", self.endpoint.authority())
    }

    /// Sends a statement, and the data of an `INSERT`. Returns the rows of the answer, whose fields are not escaped.
    pub(super) async fn query(
        &self,
        shown: &str,
        statement: &str,
        settings: &[(&str, &str)],
        data: Option<Bytes>,
    ) -> Result<Vec<Vec<String>>, LoadError> {
        let mut query = Form::new();
        // Without it, an error after the first bytes would come with the status 200.
        query.push("wait_end_of_query", "1");
        for (name, value) in settings {
            query.push(name, value);
        }
        let body = match data {
            Some(data) => {
                // A server that collects inserts would take what is there when the next statement comes.
                query.push("async_insert", "0");
                query.push("query", statement);
                data
            }
            None => Bytes::copy_from_slice(statement.as_bytes()),
        };
        let request = self.request(&query, body)?;
        let lost = |reason: &dyn std::fmt::Display| {
            LoadError::new(
                LoadErrorKind::Connection,
                format!(
                    "{shown}: {reason}; each partition is the old or the new one, load again once the server answers"
                ),
            )
        };
        let answer = async {
            let response = self.transport.send(request).await?;
            let (head, body) = response.into_parts();
            Ok::<_, adcore::TransportError>((head, body.collect(LONGEST).await?))
        };
        let answer = tokio::time::timeout(self.timeout, answer).await;
        let (head, body) = match answer {
            Err(_) => return Err(lost(&format!("no answer within {:?}", self.timeout))),
            Ok(Err(error)) => return Err(lost(&error)),
            Ok(Ok(answer)) => answer,
        };
        let code = head.headers.get("x-clickhouse-exception-code");
        let body = String::from_utf8_lossy(&body);
        if !head.status.is_success() || code.is_some() {
            return Err(self.refusal(shown, head.status.as_u16(), &body));
        }
        let lines = body.lines();
        Ok(lines
            .map(|line| line.split('\t').map(unescape).collect())
            .collect())
    }

    fn request(&self, query: &Form, body: Bytes) -> Result<Request<Bytes>, LoadError> {
        let endpoint = self.endpoint.to_string();
        let uri = format!("{endpoint}?{}", query.as_str());
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(header::CONTENT_TYPE, "application/octet-stream");
        if let Some((user, password)) = &self.user {
            let header = |what: &str, text: &str| {
                // Headers are bytes: names and passwords may be of any script.
                let value = HeaderValue::from_bytes(text.as_bytes());
                value.map_err(|_| {
                    input(format!(
                        "the {what} of ClickHouse has a line end or a control character"
                    ))
                })
            };
            let mut password = header("password", password.expose_secret())?;
            password.set_sensitive(true);
            request = request
                .header("x-clickhouse-user", header("user", user)?)
                .header("x-clickhouse-key", password);
        }
        request.body(body).map_err(|error| input(error.to_string()))
    }

    fn refusal(&self, shown: &str, status: u16, body: &str) -> LoadError {
        let mut message = body.trim().to_owned();
        if let Some((_, password)) = &self.user {
            adcore::redact(&mut message, password.expose_secret());
        }
        let code = message
            .strip_prefix("Code: ")
            .and_then(|rest| rest.split('.').next());
        let (kind, advice) = match (status, code.unwrap_or_default()) {
            (401 | 403, _) | (_, "516" | "192" | "193" | "194") => {
                (LoadErrorKind::Denied, "; give another user or password")
            }
            (_, "497") => (
                LoadErrorKind::Refused,
                "; grant this user CREATE, ALTER, INSERT, SELECT and DROP on the database",
            ),
            (_, "241" | "243") => (
                LoadErrorKind::Refused,
                "; the server lacks room or memory; its tables are unchanged, make room and load again",
            ),
            (_, "252") => (
                LoadErrorKind::Refused,
                "; the server is still merging, load again later",
            ),
            (502..=504, _) => (
                LoadErrorKind::Connection,
                "; load again once the server answers",
            ),
            _ => (LoadErrorKind::Refused, ""),
        };
        if message.is_empty() {
            message = format!("status {status}");
        }
        let short: String = message.chars().take(SHOWN).collect();
        LoadError::new(kind, format!("{shown}: {short}{advice}"))
    }
}

/// Reads a field of `TabSeparated`.
fn unescape(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut characters = field.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        text.extend(characters.next().map(|escaped| match escaped {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            '0' => '\0',
            other => other,
        }));
    }
    text
}
