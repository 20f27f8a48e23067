//! Elements as a tree, for rows and fields that are not plain.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::{BytesStart, Event};

use super::flat::number;
use super::well_formed;

/// The maximum depth of nested elements; the tree of regions needs about ten levels.
const MAX_DEPTH: usize = 64;

pub(in crate::wire) type Xml<'a> = Reader<&'a [u8]>;

/// Why there is no event or element.
#[derive(Debug, Clone, Copy)]
pub(in crate::wire) enum XmlError {
    /// The text ends too early.
    Short,
    /// Not XML, or not an envelope: why, and where.
    Broken(&'static str, u64),
}

/// An element with its text and its children.
pub(in crate::wire) struct Node<'a> {
    start: BytesStart<'a>,
    /// The text around the children, CDATA included.
    pub(in crate::wire) text: Cow<'a, str>,
    pub(in crate::wire) children: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    pub(in crate::wire) fn name(&self) -> &str {
        self.start.name().into_inner()
    }

    /// The number in a name such as `row12`.
    pub(in crate::wire) fn number(&self) -> Option<u64> {
        number(self.name())
    }

    pub(in crate::wire) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name() == name)
    }

    /// The trimmed text of a child; `None` if it is empty or missing.
    pub(in crate::wire) fn child_text(&self, name: &str) -> Option<&str> {
        let text = self.child(name)?.text.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Reads from after `start` to the end of its element.
    pub(in crate::wire) fn read(
        reader: &mut Xml<'a>,
        start: BytesStart<'a>,
    ) -> Result<Self, XmlError> {
        let mut open = vec![Self::new(start)];
        loop {
            let event = next(reader)?;
            let depth = open.len();
            let Some(top) = open.last_mut() else {
                return Err(broken(reader, "an end tag without a start tag"));
            };
            match event {
                Event::Start(start) if depth < MAX_DEPTH => open.push(Self::new(start)),
                Event::Start(_) => return Err(broken(reader, "elements nest too deeply")),
                Event::Empty(start) => top.children.push(Self::new(start)),
                Event::Text(text) => top.append(text.xml10_content()),
                Event::CData(text) => top.append(text.xml10_content()),
                Event::GeneralRef(entity) => {
                    top.append(well_formed::resolve(&entity).unwrap_or_default());
                }
                Event::End(_) => {
                    let Some(done) = open.pop() else { continue };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Event::Eof => return Err(XmlError::Short),
                Event::Comment(_) | Event::PI(_) => {}
                Event::Decl(_) | Event::DocType(_) => return Err(broken(reader, NOT_WELL_FORMED)),
            }
        }
    }

    /// An element without text and children.
    pub(in crate::wire) fn new(start: BytesStart<'a>) -> Self {
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

/// A reader of the beginning of `text`, or of an element in it.
pub(in crate::wire) fn reader(text: &str) -> Xml<'_> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    reader
}

/// The next event of the document.
pub(in crate::wire) fn next<'a>(reader: &mut Xml<'a>) -> Result<Event<'a>, XmlError> {
    let start = reader.buffer_position();
    let event = reader.read_event().map_err(|error| match error {
        Error::Syntax(SyntaxError::InvalidBangMarkup) => broken(reader, NOT_WELL_FORMED),
        Error::Syntax(_) => XmlError::Short,
        _ => broken(reader, NOT_WELL_FORMED),
    })?;
    well_formed::check(&event).map_err(|why| XmlError::Broken(why, start))?;
    Ok(event)
}

pub(in crate::wire) const NOT_WELL_FORMED: &str = "not well-formed";

fn broken(reader: &Xml<'_>, why: &'static str) -> XmlError {
    let at = reader.error_position().max(reader.buffer_position());
    XmlError::Broken(why, at)
}
