use std::borrow::Cow;

use adcore::{Error, ErrorKind};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

/// Elements may nest so deep and no deeper; the tree of regions needs about ten levels.
const DEEPEST: usize = 64;

/// An element with its text and its children.
pub(super) struct Node<'a> {
    start: BytesStart<'a>,
    /// The text around the children, CDATA included.
    pub(super) text: Cow<'a, str>,
    pub(super) children: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    pub(super) fn name(&self) -> &str {
        self.start.name().into_inner()
    }

    /// The number in a name such as `row12`.
    pub(super) fn number(&self) -> Option<u64> {
        let digits = self.name().strip_prefix("row")?;
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name() == name)
    }

    /// The text of a child without blanks around it; `None` when there is none.
    pub(super) fn child_text(&self, name: &str) -> Option<&str> {
        let text = self.child(name)?.text.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Reads on from behind `start` to the end of its element.
    pub(super) fn read(
        reader: &mut Reader<&'a [u8]>,
        start: BytesStart<'a>,
    ) -> Result<Self, Error> {
        let mut open = vec![Self::new(start)];
        loop {
            let event = next(reader)?;
            let depth = open.len();
            let Some(top) = open.last_mut() else {
                return Err(broken(reader, "an end without a start"));
            };
            match event {
                Event::Start(start) if depth < DEEPEST => open.push(Self::new(start)),
                Event::Start(_) => return Err(broken(reader, "elements nest too deep")),
                Event::Empty(start) => top.children.push(Self::new(start)),
                Event::Text(text) => top.append(text.xml10_content()),
                Event::CData(text) => top.append(text.xml10_content()),
                Event::GeneralRef(entity) => {
                    let text = match entity.resolve_char_ref() {
                        Ok(Some(char)) => Some(Cow::Owned(char.to_string())),
                        Ok(None) => resolve_xml_entity(&entity).map(Cow::Borrowed),
                        Err(_) => None,
                    };
                    let text = text.ok_or_else(|| broken(reader, "an unknown entity"))?;
                    top.append(text);
                }
                Event::End(_) => {
                    let Some(done) = open.pop() else { continue };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Event::Eof => return Err(broken(reader, "it ends too early")),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
            }
        }
    }

    /// An element without text and children.
    pub(super) fn new(start: BytesStart<'a>) -> Self {
        Self {
            start,
            text: Cow::Borrowed(""),
            children: Vec::new(),
        }
    }

    fn append(&mut self, text: Cow<'a, str>) {
        if self.text.is_empty() {
            self.text = text;
        } else {
            self.text.to_mut().push_str(&text);
        }
    }
}

/// The next event of the document.
pub(super) fn next<'a>(reader: &mut Reader<&'a [u8]>) -> Result<Event<'a>, Error> {
    reader
        .read_event()
        .map_err(|_| broken(reader, "it is not well-formed"))
}

/// An answer that is no XML, or not the XML it should be.
pub(super) fn broken(reader: &Reader<&[u8]>, why: &str) -> Error {
    let at = reader.error_position().max(reader.buffer_position());
    Error::new(
        ErrorKind::Decode,
        format!("the answer is no ADFOX envelope: {why} (at byte {at})"),
    )
}
