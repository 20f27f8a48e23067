use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The parameters of a call, in order; names may repeat.
///
/// ```
/// use adfox_api::Params;
///
/// let params = Params::new()
///     .with("name", "Осень")
///     .with("status", 0)
///     .multiline("user1", "<b>first\nsecond</b>");
/// assert_eq!(params.get("status"), Some("0"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(Vec<Param>);

/// One parameter.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Param {
    /// Its name; names are case-sensitive.
    pub name: String,
    /// Its value.
    pub content: Content,
}

/// The value of a parameter.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// One line; a control character in it is an error.
    Line(String),
    /// Text that may contain line breaks and tabs, such as HTML.
    Text(String),
    /// A file.
    File(File),
}

/// A file that is sent with a call.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct File {
    /// The file name that is sent.
    pub file_name: String,
    /// The media type that is sent.
    pub content_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

impl File {
    /// Creates a file of type `application/octet-stream`.
    pub fn new(file_name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self {
            file_name: file_name.into(),
            content_type: "application/octet-stream".into(),
            bytes: bytes.into(),
        }
    }

    /// Sets the media type, such as `application/zip`.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = content_type.into();
        self
    }
}

impl Params {
    /// Creates an empty list of parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a parameter of one line.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.push(name, value);
        self
    }

    /// Adds a parameter whose text may contain line breaks and tabs.
    #[must_use]
    pub fn multiline(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.add(name.into(), Content::Text(text.into()));
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, file: File) -> Self {
        self.add(name.into(), Content::File(file));
        self
    }

    /// Adds a parameter of one line.
    pub fn push(&mut self, name: impl Into<String>, value: impl fmt::Display) {
        self.add(name.into(), Content::Line(value.to_string()));
    }

    fn add(&mut self, name: String, content: Content) {
        self.0.push(Param { name, content });
    }

    /// Sets a parameter of one line and removes all others of this name.
    pub fn set(&mut self, name: &str, value: impl fmt::Display) {
        self.remove(name);
        self.push(name, value);
    }

    /// Removes all parameters of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|param| param.name != name);
    }

    /// Returns the text of the first parameter of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|param| param.name == name)?.text()
    }

    /// Returns all parameters in order.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        self.0.iter()
    }

    /// Returns whether there is a file among them.
    #[must_use]
    pub fn has_file(&self) -> bool {
        self.iter().any(|param| param.text().is_none())
    }

    /// Returns the parameters with secrets replaced by `mask`.
    pub(crate) fn masked(&self, mask: &str) -> Self {
        let masked = |param: &Param| Param {
            name: param.name.clone(),
            content: match &param.content {
                Content::Line(_) | Content::Text(_) if is_secret(&param.name) => {
                    Content::Line(mask.to_owned())
                }
                content => content.clone(),
            },
        };
        Self(self.0.iter().map(masked).collect())
    }

    /// Appends the parameters of `other`.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl Param {
    /// Returns the text; `None` for a file.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Line(text) | Content::Text(text) => Some(text),
            Content::File(_) => None,
        }
    }
}

/// Whether a value of this name is a secret, such as `newPassword`.
pub(crate) fn is_secret(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("password")
}

impl<N: Into<String>, V: fmt::Display> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut params = Self::new();
        for (name, value) in pairs {
            params.push(name, value);
        }
        params
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::File(file) => write!(f, "{}={file:?}", self.name),
            _ if is_secret(&self.name) => write!(f, "{}=***", self.name),
            Content::Line(text) | Content::Text(text) => write!(f, "{}={text:?}", self.name),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(_) => f.write_str("Line(..)"),
            Self::Text(_) => f.write_str("Text(..)"),
            Self::File(file) => file.fmt(f),
        }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({:?}, {} bytes)", self.file_name, self.bytes.len())
    }
}
