use adcore::{Error, ErrorKind};

use super::de::decode;
use super::node::Node;
use crate::calls::{Counters, Row, Value};
use crate::error::{Code, Refusal};

/// What stands in an answer besides its rows.
pub(super) struct Contents {
    pub(super) status: Option<Status>,
    pub(super) counters: Counters,
    /// Members of the result besides counters, links and rows.
    pub(super) members: Row,
    /// Whether the result has a place for rows.
    pub(super) found: bool,
    /// How many more bytes the members may have.
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

impl Contents {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            status: None,
            counters: Counters::default(),
            members: Row::default(),
            found: false,
            left: limit,
        }
    }

    /// The refusal that the status tells, if it tells one.
    ///
    /// # Errors
    /// What is wrong with the status.
    pub(super) fn refusal(&self) -> Result<Option<Refusal>, &'static str> {
        let status = self.status.as_ref().ok_or("it has no status")?;
        let code = status.code.ok_or("status.code is no number")?;
        let words = status.error.as_ref().or(status.message.as_ref());
        Ok((code != 0).then(|| Refusal {
            code: Code::from(code),
            error: words.cloned().unwrap_or_default(),
            parameter: status.parameter.clone(),
            value: status.value.clone(),
        }))
    }

    pub(super) fn take_from_response(&mut self, node: &Node<'_>) {
        // A later status takes no refusal back, because rows may wait for the first one.
        let refused = self
            .status
            .as_ref()
            .is_some_and(|status| status.code != Some(0));
        if node.name() == "status" && !refused {
            let words = |name: &str| node.child_text(name).map(str::to_owned);
            self.status = Some(Status {
                id: words("ID"),
                message: words("message"),
                code: node.child_text("code").and_then(|code| code.parse().ok()),
                error: words("error"),
                parameter: words("parameter"),
                value: words("value"),
            });
        }
    }

    /// Takes a child of the result that is `length` bytes long.
    pub(super) fn take_from_result(&mut self, node: &Node<'_>, length: usize) -> Result<(), Error> {
        match node.name() {
            "data" => self.found = true,
            // The addresses of other pages may repeat the credentials; they are dropped.
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

/// A member that is not of its type, by its path and without its value.
pub(super) fn mismatch(path: &[&str]) -> Error {
    let path: Vec<&str> = path.iter().copied().filter(|part| *part != ".").collect();
    Error::new(
        ErrorKind::Decode,
        format!("result.{} is not what it should be", path.join(".")),
    )
}
