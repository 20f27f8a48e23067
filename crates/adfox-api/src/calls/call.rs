use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Action, Context, Object, Params, PartialSuccess, Row, Value};

/// Any call of the API: navigation block, parameters, and how the request is encoded.
///
/// ```
/// use adfox_api::{Action, Call, Context, Object};
///
/// let call = Call::new(Context::Account, Action::List)
///     .object(Object::Zone)
///     .param("actionObjectID2", 57);
/// assert_eq!(call.name(), "account.list.zone");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Call {
    /// The object that carries out the action (the parameter `object`).
    pub context: Context,
    /// The action.
    pub action: Action,
    /// The kind of object that the action applies to (the parameter `actionObject`), if any.
    pub object: Option<Object>,
    /// The parameters.
    #[serde(default)]
    pub params: Params,
    /// How the request is encoded.
    #[serde(default)]
    pub send_as: SendAs,
    /// The encoding of the parameters; `None` for that of the client.
    pub encoding: Option<Encoding>,
    /// Parameters that must not be empty; `|` separates alternatives.
    #[serde(default)]
    pub(crate) required: Cow<'static, [Cow<'static, str>]>,
}

impl Call {
    /// Creates a call without `actionObject` and parameters.
    #[must_use]
    pub fn new(context: Context, action: Action) -> Self {
        Self {
            context,
            action,
            object: None,
            params: Params::new(),
            send_as: SendAs::Auto,
            encoding: None,
            required: Cow::Borrowed(&[]),
        }
    }

    /// Sets the kind of object that the action applies to.
    #[must_use]
    pub fn object(mut self, object: impl Into<Option<Object>>) -> Self {
        self.object = object.into();
        self
    }

    /// Adds a parameter of one line.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl std::fmt::Display) -> Self {
        self.params.push(name, value);
        self
    }

    /// Appends parameters.
    #[must_use]
    pub fn params(mut self, params: Params) -> Self {
        self.params.append(params);
        self
    }

    /// Sets how the request is encoded.
    #[must_use]
    pub fn send_as(mut self, send_as: SendAs) -> Self {
        self.send_as = send_as;
        self
    }

    /// Sets the encoding of the parameters.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Returns the name of the operation, such as `account.list.campaign`.
    #[must_use]
    pub fn name(&self) -> String {
        let mut name = format!("{}.{}", self.context, self.action);
        if let Some(object) = self.object.as_ref().filter(|o| !o.as_str().is_empty()) {
            name.push('.');
            name.push_str(object.as_str());
        }
        name
    }
}

/// How the request of a call is encoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SendAs {
    /// Reads use GET unless the URL would be too long, and POST then; changes use POST, files a
    /// multipart body.
    #[default]
    Auto,
    /// Everything in the query, credentials included.
    Get,
    /// Everything in an urlencoded body; multipart when there are files.
    Post,
    /// Everything in a multipart body.
    Multipart,
    /// The navigation block in the URL, everything else in a multipart body.
    Mixed,
}

/// The encoding of parameters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, which the vendor recommends.
    #[default]
    #[serde(rename = "UTF-8")]
    Utf8,
    /// CP-1251 (windows-1251); a character that it lacks is an error.
    #[serde(rename = "CP-1251")]
    Cp1251,
}

/// The output of a [`Call`], whatever the method.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CallOutput {
    /// The id of the new object.
    #[serde(rename = "ID")]
    pub id: Option<String>,
    /// What was not carried out, or any other message beside success.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
    /// The counters of a list.
    pub counters: Counters,
    /// The rows of a list in numeric order; `None` if the response is not a list.
    pub rows: Option<Vec<Value>>,
    /// Other members of the result, such as the codes of a tracing point.
    pub members: Row,
}

/// The counters of a page; a server may leave some of them out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Counters {
    /// The maximum number of rows per page.
    pub limit: Option<u64>,
    /// The number of rows before this page.
    pub offset: Option<u64>,
    /// The number of this page, from 1.
    pub page: Option<u64>,
    /// The number of pages in total.
    pub total_pages: Option<u64>,
    /// The number of rows in total.
    pub total_rows: Option<u64>,
    /// The number of rows on this page.
    pub rows: Option<u64>,
}

impl Counters {
    /// Sets a counter by its name; returns `false` for any other name.
    pub(crate) fn take(&mut self, name: &str, text: &str) -> bool {
        let counter = match name {
            "limit" => &mut self.limit,
            "offset" => &mut self.offset,
            "page" => &mut self.page,
            "total_pages" => &mut self.total_pages,
            "total_rows" => &mut self.total_rows,
            "rows" => &mut self.rows,
            _ => return false,
        };
        *counter = text.trim().parse().ok().or(*counter);
        true
    }
}
