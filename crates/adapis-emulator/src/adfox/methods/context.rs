//! The context in which a method of the API runs.

use serde_json::Value;

use crate::adfox::data::AdfoxSettings;
use crate::adfox::dates;
use crate::adfox::request::Call;
use crate::adfox::response::{Refusal, Reply, Window};
use crate::adfox::row::Row;
use crate::adfox::store::Store;

pub(super) type Names = &'static [&'static str];

type Run = fn(&mut CallContext<'_>) -> Result<Reply, Refusal>;

/// A method of the API.
pub(super) struct Method {
    pub(super) context: &'static str,
    pub(super) action: &'static str,
    /// The allowed values of `actionObject`; an empty one means that it is absent.
    pub(super) objects: Names,
    pub(super) required: Names,
    pub(super) writes: bool,
    pub(super) run: Run,
}

/// Creates a method that only reads.
pub(super) const fn read(
    context: &'static str,
    action: &'static str,
    objects: Names,
    required: Names,
    run: Run,
) -> Method {
    Method {
        context,
        action,
        objects,
        required,
        writes: false,
        run,
    }
}

/// Creates a method that changes something.
pub(super) const fn write(
    context: &'static str,
    action: &'static str,
    objects: Names,
    required: Names,
    run: Run,
) -> Method {
    Method {
        writes: true,
        ..read(context, action, objects, required, run)
    }
}

/// A call that is being processed.
pub(super) struct CallContext<'a> {
    pub(super) call: &'a Call,
    pub(super) store: &'a mut Store,
    pub(super) settings: &'a AdfoxSettings,
    /// Index of the caller's account.
    pub(super) caller: usize,
    pub(super) context: &'static str,
    pub(super) action: &'static str,
    /// `actionObject`, empty if absent.
    pub(super) object: &'a str,
    pub(super) window: Window,
}

impl CallContext<'_> {
    /// Returns the ID in a parameter, which must be that of an existing row of `object`.
    pub(super) fn existing(&self, parameter: &str, object: &str) -> Result<String, Refusal> {
        let id = self
            .call
            .filled(parameter)
            .ok_or_else(|| Refusal::required(parameter))?;
        if self.store.row(object, id).is_none() {
            return Err(Refusal::incorrect(parameter, id));
        }
        Ok(id.to_owned())
    }

    /// Formats a row as the settings select.
    pub(super) fn finish(&self, mut row: Row) -> Row {
        if !self.settings.seconds {
            for value in row.values_mut() {
                if let Some(short) = value.as_str().and_then(dates::without_seconds) {
                    *value = Value::String(short.to_owned());
                }
            }
        }
        row
    }
}
