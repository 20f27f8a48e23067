use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Action, Context, Object, Params, PartialSuccess, Row, Value};

/// Any call of the API: navigation block, parameters, and how it is carried.
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
    /// Where the action is carried out (`object` on the wire).
    pub context: Context,
    /// What is done.
    pub action: Action,
    /// What it is done to (`actionObject` on the wire); some methods have none.
    pub object: Option<Object>,
    /// The parameters.
    #[serde(default)]
    pub params: Params,
    /// How the request is encoded.
    #[serde(default)]
    pub send_as: SendAs,
    /// The encoding of the parameters; `None` for the client's.
    pub encoding: Option<Encoding>,
    /// Parameters that must not be empty; `|` separates alternatives.
    #[serde(default)]
    pub(crate) required: Cow<'static, [Cow<'static, str>]>,
}

impl Call {
    /// A call without `actionObject` and parameters.
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

    /// Sets what the action is done to.
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

    /// Sets how the call travels.
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

    /// The name of the operation, such as `account.list.campaign`.
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

/// How a call travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SendAs {
    /// What reads goes by GET until the URL grows too long, everything else by POST; files make
    /// the body multipart.
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
    /// CP-1251 (windows-1251); a character that it lacks is refused.
    #[serde(rename = "CP-1251")]
    Cp1251,
}

/// What a call brought back, whatever it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CallOutput {
    /// The ID of what was added.
    #[serde(rename = "ID")]
    pub id: Option<String>,
    /// What was not carried out, or other words of the vendor beside success.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
    /// The counters of a list.
    pub counters: Counters,
    /// The rows of a list in numeric order; `None` when the answer is no list.
    pub rows: Option<Vec<Value>>,
    /// Other members of the result, such as the codes of a tracing point.
    pub members: Row,
}

/// The counters of a page, as far as the server tells them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Counters {
    /// Rows of a page at most.
    pub limit: Option<u64>,
    /// Rows before this page.
    pub offset: Option<u64>,
    /// The number of this page, from 1.
    pub page: Option<u64>,
    /// Pages in all.
    pub total_pages: Option<u64>,
    /// Rows in all.
    pub total_rows: Option<u64>,
    /// Rows of this page.
    pub rows: Option<u64>,
}

impl Counters {
    /// Takes a counter by its name on the wire; `false` for another name.
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
