use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Call, CallOutput};

/// A request that knows its [`Call`].
///
/// All request types of [`calls`](crate::calls) implement it, and [`Call`] itself does. The trait is
/// sealed: a method that has no request type here is a [`Call`].
///
/// ```
/// use adfox_api::calls::{AddZone, ApiCall, WebsiteId};
///
/// let call = AddZone::new("Main page", WebsiteId::new(5001)).to_call();
/// assert_eq!(call.name(), "account.add.zone");
/// assert_eq!(call.params.get("siteID"), Some("5001"));
/// ```
pub trait ApiCall: sealed::Sealed {
    /// What the method returns: [`Added`], [`Changed`], or the row type of a list.
    type Output;

    /// Returns the call that carries this request.
    fn to_call(&self) -> Call;
}

/// The output of an `add`: [`Added`] of a typed request, [`CallOutput`] of a [`Call`].
///
/// The trait is sealed.
pub trait AddOutput: sealed::Sealed {
    /// The type of the new object's id.
    type Id: std::str::FromStr;
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for Call {}

impl ApiCall for Call {
    type Output = CallOutput;

    fn to_call(&self) -> Call {
        self.clone()
    }
}

impl sealed::Sealed for CallOutput {}

impl AddOutput for CallOutput {
    type Id = String;
}

/// An object was added.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Added<I> {
    /// The id of the new object.
    #[serde(rename = "ID")]
    pub id: I,
    /// What was not carried out, in the vendor's words.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
}

impl<I> Added<I> {
    pub(crate) fn new(id: I, partial: Option<PartialSuccess>) -> Self {
        Self { id, partial }
    }
}

impl<I> sealed::Sealed for Added<I> {}

impl<I: std::str::FromStr> AddOutput for Added<I> {
    type Id = I;
}

/// A change was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Changed {
    /// What was not carried out, in the vendor's words.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
}

impl Changed {
    pub(crate) fn new(partial: Option<PartialSuccess>) -> Self {
        Self { partial }
    }
}

/// The vendor's message beside success: part of the call was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartialSuccess(String);

impl PartialSuccess {
    /// Creates one from the vendor's message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Returns the vendor's message.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for PartialSuccess {
    fn from(message: &str) -> Self {
        Self(message.to_owned())
    }
}

impl From<String> for PartialSuccess {
    fn from(message: String) -> Self {
        Self(message)
    }
}

impl AsRef<str> for PartialSuccess {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PartialSuccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
