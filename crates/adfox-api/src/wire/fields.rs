//! The envelope of a response: its status, its counters, and members of its result.

use adcore::{Error, ErrorKind};

use super::xml::element::decode;
use super::xml::node::Node;
use crate::calls::{Counters, PartialSuccess, Row, Value, is_secret};
use crate::error::{Code, Refusal};

/// The fields of a response besides its rows.
pub(super) struct EnvelopeFields {
    pub(super) status: Option<Status>,
    pub(super) counters: Counters,
    /// Members of the result besides counters, links and rows.
    pub(super) members: Row,
    /// Whether the result has an element for rows.
    pub(super) found: bool,
    /// The number of bytes that further members may have.
    left: usize,
}

/// The element `status`.
pub(super) struct Status {
    pub(super) id: Option<String>,
    pub(super) message: Option<String>,
    code: Option<i64>,
    error: Option<String>,
    parameter: Option<String>,
    value: Option<String>,
}

impl EnvelopeFields {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            status: None,
            counters: Counters::default(),
            members: Row::default(),
            found: false,
            left: limit,
        }
    }

    /// The refusal in the status, if there is one.
    ///
    /// # Errors
    /// What is wrong with the status.
    pub(super) fn refusal(&self) -> Result<Option<Refusal>, &'static str> {
        let status = self.status.as_ref().ok_or("no <status> element")?;
        let code = status.code.ok_or("status.code is not a number")?;
        if code == 0 {
            return Ok(None);
        }
        let error = status.error.as_ref().or(status.message.as_ref());
        let parameter = status.parameter.clone();
        let secret = parameter.as_deref().is_some_and(is_secret);
        Ok(Some(Refusal {
            code: Code::from(code),
            error: error.cloned().unwrap_or_default(),
            parameter,
            value: status.value.clone().filter(|_| !secret),
        }))
    }

    /// The vendor's message beside success.
    pub(super) fn partial(&self) -> Option<PartialSuccess> {
        let message = self.status.as_ref()?.message.as_deref()?;
        Some(PartialSuccess::from(message))
    }

    pub(super) fn take_from_response(&mut self, node: &Node<'_>) {
        // A later status cannot revoke a refusal: rows may have been held back because of it.
        let refused = self
            .status
            .as_ref()
            .is_some_and(|status| status.code != Some(0));
        if node.name() == "status" && !refused {
            let text = |name: &str| node.child_text(name).map(str::to_owned);
            self.status = Some(Status {
                id: text("ID"),
                message: text("message"),
                code: node.child_text("code").and_then(|code| code.parse().ok()),
                error: text("error"),
                parameter: text("parameter"),
                value: text("value"),
            });
        }
    }

    /// Takes a child of the result that is `length` bytes long.
    pub(super) fn take_from_result(&mut self, node: &Node<'_>, length: usize) -> Result<(), Error> {
        match node.name() {
            "data" => self.found = true,
            // The URLs of other pages may contain the credentials; they are dropped.
            "links" => {
                for child in &node.children {
                    self.counters.take(child.name(), &child.text);
                }
            }
            name if node.children.is_empty() && self.counters.take(name, &node.text) => {}
            name => {
                let value: Value = decode(node).map_err(|path| mismatch(&[name, &path]))?;
                self.left = self.left.checked_sub(length).ok_or_else(|| {
                    Error::new(ErrorKind::Decode, "the result has too many members")
                })?;
                self.members.push(name.to_owned(), value);
            }
        }
        Ok(())
    }
}

/// The error of a member of the wrong type: its path, without its value.
pub(super) fn mismatch(path: &[&str]) -> Error {
    let path: Vec<&str> = path.iter().copied().filter(|part| *part != ".").collect();
    Error::new(
        ErrorKind::Decode,
        format!("result.{} does not have the expected type", path.join(".")),
    )
}
