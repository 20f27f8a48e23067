use std::fmt;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::{Call, File, Params};
use crate::error::PartialSuccess;

/// A typed method of the API: a request value that knows its call.
pub trait Method {
    /// What the method brings: [`Added`], [`Done`], or the row type of a list.
    type Output;

    /// The call that carries this request.
    fn to_call(&self) -> Call;
}

/// An object was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Added<I> {
    /// The ID of the new object.
    #[serde(rename = "ID")]
    pub id: I,
    /// What was not carried out.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
}

impl<I> Added<I> {
    pub(crate) fn new(id: I, partial: Option<PartialSuccess>) -> Self {
        Self { id, partial }
    }
}

/// A change was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Done {
    /// What was not carried out.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
}

impl Done {
    pub(crate) fn new(partial: Option<PartialSuccess>) -> Self {
        Self { partial }
    }
}

/// A day, or a day with hours and minutes, in Moscow time.
///
/// ```
/// use adfox_api::calls::Moment;
/// use jiff::civil::date;
///
/// assert_eq!(Moment::from(date(2015, 4, 25)).to_string(), "2015-04-25");
/// assert_eq!(Moment::from(date(2015, 4, 25).at(11, 0, 59, 0)).to_string(), "2015-04-25 11:00");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Moment {
    /// A day; its first minute where the vendor wants a time.
    Day(Date),
    /// A minute; seconds are left out.
    Minute(DateTime),
}

impl From<Date> for Moment {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl From<DateTime> for Moment {
    fn from(time: DateTime) -> Self {
        Self::Minute(time)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Minute(time) => {
                write!(f, "{} {:02}:{:02}", time.date(), time.hour(), time.minute())
            }
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Text that may have line ends, such as the HTML of a banner.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(pub String);

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

/// A value that becomes a parameter.
pub(crate) trait Field {
    fn put(&self, name: &str, params: &mut Params);
}

macro_rules! displayed {
    ($($type:ty),*) => {
        $(impl $crate::calls::Field for $type {
            fn put(&self, name: &str, params: &mut $crate::calls::Params) {
                params.push(name, self);
            }
        })*
    };
}
pub(super) use displayed;

displayed!(String, u32, u64, Decimal, Date, Moment);

impl Field for bool {
    fn put(&self, name: &str, params: &mut Params) {
        params.push(name, u8::from(*self));
    }
}

impl Field for Text {
    fn put(&self, name: &str, params: &mut Params) {
        params.append(Params::new().multiline(name, self.0.as_str()));
    }
}

impl Field for File {
    fn put(&self, name: &str, params: &mut Params) {
        params.append(Params::new().file(name, self.clone()));
    }
}

impl<T: fmt::Display> Field for Vec<T> {
    fn put(&self, name: &str, params: &mut Params) {
        let items: Vec<String> = self.iter().map(ToString::to_string).collect();
        params.push(name, items.join(","));
    }
}

impl<T: Field> Field for Option<T> {
    fn put(&self, name: &str, params: &mut Params) {
        if let Some(value) = self {
            value.put(name, params);
        }
    }
}

/// Defines a request value: what is required is an argument of `new`, the rest has setters.
macro_rules! request {
    (
        $(#[$doc:meta])*
        $name:ident($context:ident.$action:ident$(.$object:ident)?) -> $output:ty {
            $(required {
                $($(#[$rdoc:meta])* $rfield:ident: $rtype:ident as $rname:literal,)+
            })?
            $(needs $needs:literal)?
            $(optional {
                $($(#[$odoc:meta])* $ofield:ident: $otype:ident as $oname:literal,)+
            })?
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $($($(#[$rdoc])* #[serde(rename = $rname)] pub $rfield: $rtype,)+)?
            $($(
                $(#[$odoc])*
                #[serde(rename = $oname, skip_serializing_if = "Option::is_none")]
                pub $ofield: Option<$otype>,
            )+)?
            /// Parameters of the method that have no field here.
            pub more: $crate::calls::Params,
        }

        request!(@new $name [$($($rfield $rtype)+)?] [$($($ofield)+)?]);

        impl $name {
            $($(
                $(#[$odoc])*
                #[must_use]
                pub fn $ofield(mut self, $ofield: request!(@argument $otype)) -> Self {
                    self.$ofield = Some($ofield.into());
                    self
                }
            )+)?

            /// Adds a parameter that has no field here.
            #[must_use]
            pub fn with(mut self, name: impl Into<String>, value: impl std::fmt::Display) -> Self {
                self.more.push(name, value);
                self
            }
        }

        impl $crate::calls::Method for $name {
            type Output = $output;

            fn to_call(&self) -> $crate::calls::Call {
                use $crate::calls::{Action, Call, Context};
                let mut call = Call::new(Context::$context, Action::$action);
                $(call.object = Some($crate::calls::Object::$object);)?
                call.required = &[$($($rname,)+)? $($needs)?];
                $($($crate::calls::Field::put(&self.$rfield, $rname, &mut call.params);)+)?
                $($($crate::calls::Field::put(&self.$ofield, $oname, &mut call.params);)+)?
                call.params.append(self.more.clone());
                call
            }
        }
    };
    (@new $name:ident [] [$($ofield:ident)*]) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl $name {
            /// A request without restrictions.
            #[must_use]
            pub fn new() -> Self {
                Self {
                    $($ofield: None,)*
                    more: $crate::calls::Params::new(),
                }
            }
        }
    };
    (@new $name:ident [$($rfield:ident $rtype:ident)+] [$($ofield:ident)*]) => {
        impl $name {
            /// A request of what is required.
            #[must_use]
            pub fn new($($rfield: request!(@argument $rtype)),+) -> Self {
                Self {
                    $($rfield: $rfield.into(),)+
                    $($ofield: None,)*
                    more: $crate::calls::Params::new(),
                }
            }
        }
    };
    (@argument String) => { impl Into<String> };
    (@argument Text) => { impl Into<Text> };
    (@argument Moment) => { impl Into<Moment> };
    (@argument $other:ident) => { $other };
}
pub(super) use request;

/// Defines a row of a list: every member may be missing, unknown ones are kept.
macro_rules! row {
    (
        $(#[$doc:meta])*
        $name:ident {
            $([id: $id:ident as $idname:literal])?
            $($(#[$fdoc:meta])* $field:ident: $type:ty as $fname:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $(
                /// Its ID.
                #[serde(rename = $idname)]
                pub id: $id,
            )?
            $($(#[$fdoc])* #[serde(rename = $fname)] pub $field: Option<$type>,)*
            /// Members that have no field here.
            #[serde(flatten)]
            pub extra: $crate::calls::Row,
        }
    };
}
pub(super) use row;
