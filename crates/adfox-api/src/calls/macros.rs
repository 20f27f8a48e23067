//! What request values and rows are made of.

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
                $($(#[$odoc:meta])* $ofield:ident: $otype:ident as $oname:literal $(with $with:literal)?,)+
            })?
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            $($($(#[$rdoc])* #[serde(rename = $rname)] pub $rfield: $rtype,)+)?
            $($(
                $(#[$odoc])*
                #[serde(rename = $oname, default $(, with = $with)?)]
                pub $ofield: Option<$otype>,
            )+)?
            /// Further parameters of the method.
            #[serde(default)]
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

            /// Adds a further parameter.
            #[must_use]
            pub fn with(mut self, name: impl Into<String>, value: impl std::fmt::Display) -> Self {
                self.more.push(name, value);
                self
            }
        }

        impl $crate::calls::sealed::Sealed for $name {}

        impl $crate::calls::ApiCall for $name {
            type Output = $output;

            fn to_call(&self) -> $crate::calls::Call {
                use $crate::calls::{Action, Call, Context};
                let mut call = Call::new(Context::$context, Action::$action);
                $(call.object = Some($crate::calls::Object::$object);)?
                call.required = std::borrow::Cow::Borrowed(&[
                    $($(std::borrow::Cow::Borrowed($rname),)+)?
                    $(std::borrow::Cow::Borrowed($needs),)?
                ]);
                $($($crate::calls::ParamValue::put(&self.$rfield, $rname, &mut call.params);)+)?
                $($($crate::calls::ParamValue::put(&self.$ofield, $oname, &mut call.params);)+)?
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
            /// Creates a request without restrictions.
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
            /// Creates a request from what is required.
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
///
/// The wire hands unknown members to a field named `extra`, see `wire::xml::extra`.
macro_rules! row {
    (
        $(#[$doc:meta])*
        $name:ident {
            $([id: $id:ident as $idname:literal])?
            $($(#[$fdoc:meta])* $field:ident: $type:ident as $fname:literal $(with $with:literal)?,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $(
                /// Its id.
                #[serde(rename = $idname)]
                pub id: $id,
            )?
            $($(#[$fdoc])* #[serde(rename = $fname, default $(, with = $with)?)] pub $field: Option<$type>,)*
            /// Members that are unknown here, as JSON.
            #[serde(default)]
            pub extra: adcore_json::Extra,
        }
    };
}
pub(super) use row;
