use std::hash::{DefaultHasher, Hash, Hasher};

use adcore::{Answer, Error, ErrorKind};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::de::DeserializeOwned;

use super::charset;
use super::de::decode;
use super::node::{Node, broken, next};
use crate::calls::{Counters, Row, Value};
use crate::error::{Code, PartialSuccess, Refusal};

/// A judged answer: code 0, its counters and rows.
pub(crate) struct Envelope<T> {
    pub(crate) id: Option<String>,
    pub(crate) partial: Option<PartialSuccess>,
    pub(crate) counters: Counters,
    /// Rows in numeric order; `None` when the result has no `data`.
    pub(crate) rows: Option<Vec<Keyed<T>>>,
    /// Members of the result besides counters, links and rows.
    pub(crate) members: Row,
    /// Tells this answer from others of the same call.
    pub(crate) fingerprint: u64,
}

/// A row with the ID that tells it from others.
pub(crate) struct Keyed<T> {
    pub(crate) id: Option<String>,
    pub(crate) row: T,
}

/// Tells success from failure and decodes the rows; `hide` takes secrets out of the vendor's words.
pub(crate) fn judge<T: DeserializeOwned>(
    answer: &Answer,
    hide: &dyn Fn(&mut String),
) -> Result<Envelope<T>, Error> {
    let envelope = charset::text(&answer.headers, &answer.body)
        .and_then(|text| read(&text))
        .map_err(|error| error.with_status(answer.status));
    let refused = Error::from_status(answer.status, &answer.headers);
    let outcome = match envelope {
        _ if answer.status.is_server_error() => return Err(refused),
        Err(_) if !answer.status.is_success() => return Err(refused),
        other => other?,
    };
    match outcome {
        Outcome::Refused(mut refusal) => {
            refusal.cleanse(hide);
            let error = refusal.into_error().with_status(answer.status);
            Err(error.with_retry_after(refused.retry_after()))
        }
        Outcome::Done(_) if !answer.status.is_success() => Err(refused),
        Outcome::Done(mut envelope) => {
            if let Some(PartialSuccess(words)) = &mut envelope.partial {
                hide(words);
            }
            let mut hasher = DefaultHasher::new();
            answer.body.hash(&mut hasher);
            envelope.fingerprint = hasher.finish();
            Ok(envelope)
        }
    }
}

enum Outcome<T> {
    Done(Envelope<T>),
    Refused(Refusal),
}

type Xml<'a> = Reader<&'a [u8]>;

fn read<T: DeserializeOwned>(text: &str) -> Result<Outcome<T>, Error> {
    let mut reader = Reader::from_str(text);
    let mut status = None;
    let mut contents = Contents::default();
    if open(&mut reader)? {
        loop {
            match next(&mut reader)? {
                Event::Start(start) => match start.name().into_inner() {
                    "result" => contents.read(&mut reader)?,
                    "status" => status = Some(Node::read(&mut reader, start)?),
                    _ => drop(Node::read(&mut reader, start)?),
                },
                Event::End(_) => break,
                Event::Eof => return Err(broken(&reader, "it ends too early")),
                _ => {}
            }
        }
    }
    close(&mut reader)?;
    let status = status.ok_or_else(|| broken(&reader, "it has no status"))?;
    let code: i64 = status
        .child_text("code")
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| broken(&reader, "status.code is no number"))?;
    let words = |name: &str| status.child_text(name).map(str::to_owned);
    if code != 0 {
        return Ok(Outcome::Refused(Refusal {
            code: Code::from(code),
            error: words("error")
                .or_else(|| words("message"))
                .unwrap_or_default(),
            parameter: words("parameter"),
            value: words("value"),
        }));
    }
    Ok(Outcome::Done(Envelope {
        id: words("ID"),
        partial: words("message").map(PartialSuccess),
        counters: contents.counters,
        rows: contents.rows.map(|mut rows| {
            rows.sort_by_key(|(number, _)| *number);
            rows.into_iter().map(|(_, row)| row).collect()
        }),
        members: contents.members,
        fingerprint: 0,
    }))
}

/// Goes to the first child of `response`; `false` when it can have none.
fn open(reader: &mut Xml<'_>) -> Result<bool, Error> {
    loop {
        match next(reader)? {
            Event::Start(start) if start.name().into_inner() == "response" => return Ok(true),
            Event::Empty(start) if start.name().into_inner() == "response" => return Ok(false),
            Event::Start(_) | Event::Empty(_) | Event::Eof => {
                return Err(broken(reader, "it has no response element"));
            }
            Event::Text(text) if !text.trim().is_empty() => {
                return Err(broken(reader, "it is no XML"));
            }
            _ => {}
        }
    }
}

fn close(reader: &mut Xml<'_>) -> Result<(), Error> {
    loop {
        match next(reader)? {
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Text(text) if text.trim().is_empty() => {}
            _ => return Err(broken(reader, "more follows after it")),
        }
    }
}

/// What stands under `result`.
struct Contents<T> {
    counters: Counters,
    rows: Option<Vec<(u64, Keyed<T>)>>,
    members: Row,
}

impl<T> Default for Contents<T> {
    fn default() -> Self {
        Self {
            counters: Counters::default(),
            rows: None,
            members: Row::default(),
        }
    }
}

impl<T: DeserializeOwned> Contents<T> {
    fn read(&mut self, reader: &mut Xml<'_>) -> Result<(), Error> {
        loop {
            let node = match next(reader)? {
                Event::Start(start) if start.name().into_inner() == "data" => {
                    self.rows.get_or_insert_default();
                    self.read_data(reader)?;
                    continue;
                }
                Event::Start(start) => Node::read(reader, start)?,
                Event::Empty(start) => Node::new(start),
                Event::End(_) => return Ok(()),
                Event::Eof => return Err(broken(reader, "it ends too early")),
                _ => continue,
            };
            self.take(&node)?;
        }
    }

    fn read_data(&mut self, reader: &mut Xml<'_>) -> Result<(), Error> {
        loop {
            match next(reader)? {
                Event::Start(start) => {
                    let row = Node::read(reader, start)?;
                    self.take_row(&row)?;
                }
                Event::Empty(start) => self.take_row(&Node::new(start))?,
                Event::End(_) => return Ok(()),
                Event::Eof => return Err(broken(reader, "it ends too early")),
                _ => {}
            }
        }
    }

    fn take(&mut self, node: &Node<'_>) -> Result<(), Error> {
        match node.name() {
            "data" => drop(self.rows.get_or_insert_default()),
            // The addresses of other pages may repeat the credentials; they are dropped.
            "links" => {
                for child in &node.children {
                    self.counters.take(child.name(), &child.text);
                }
            }
            name if node.children.is_empty() && self.counters.take(name, &node.text) => {}
            name => {
                let value: Value = decode(node).map_err(|path| mismatch(&[name, &path]))?;
                self.members.push(name.to_owned(), value);
            }
        }
        Ok(())
    }

    fn take_row(&mut self, node: &Node<'_>) -> Result<(), Error> {
        let Some(number) = node.number() else {
            return Ok(());
        };
        let keyed = Keyed {
            id: ["ID", "id", "criteriaID"]
                .into_iter()
                .find_map(|name| node.child_text(name))
                .map(str::to_owned),
            row: decode(node).map_err(|path| mismatch(&["data", node.name(), &path]))?,
        };
        self.rows.get_or_insert_default().push((number, keyed));
        Ok(())
    }
}

/// A member that is not of its type, by its path and without its value.
fn mismatch(path: &[&str]) -> Error {
    let path: Vec<&str> = path.iter().copied().filter(|part| *part != ".").collect();
    Error::new(
        ErrorKind::Decode,
        format!("result.{} is not what it should be", path.join(".")),
    )
}
