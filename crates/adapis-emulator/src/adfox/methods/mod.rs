//! The methods of the API: a table of contexts, actions and objects, and how one is run.

mod change;
mod criteria;
mod info;
mod list;
mod placing;
mod rules;
mod table;
mod target;
mod users;

use super::access;
use super::answer::{Fault, Reply, Window};
use super::data::AdfoxSettings;
use super::request::Call;
use super::store::Store;

/// A line of the table of methods.
struct Method {
    context: &'static str,
    action: &'static str,
    /// The names that `actionObject` may have; an empty one for none.
    objects: &'static [&'static str],
    required: &'static [&'static str],
    writes: bool,
    run: fn(&mut Turn<'_>) -> Result<Reply, Fault>,
}

/// A call that is being carried out.
pub(super) struct Turn<'a> {
    call: &'a Call,
    store: &'a mut Store,
    settings: &'a AdfoxSettings,
    /// The caller's place among the accounts.
    caller: usize,
    context: &'static str,
    /// `actionObject`, empty for none.
    object: &'a str,
    window: Window,
}

impl Turn<'_> {
    /// The ID that a parameter names, which must be a row of `object`.
    fn existing(&self, parameter: &str, object: &str) -> Result<String, Fault> {
        let id = self
            .call
            .filled(parameter)
            .ok_or_else(|| Fault::required(parameter))?;
        if self.store.row(object, id).is_none() {
            return Err(Fault::incorrect(parameter, id));
        }
        Ok(id.to_owned())
    }
}

/// Finds the method of a call, checks rights and parameters, and runs it.
pub(super) fn run(
    store: &mut Store,
    settings: &AdfoxSettings,
    caller: usize,
    call: &Call,
    operation: &str,
) -> Result<Reply, Fault> {
    let object = call.get("actionObject").unwrap_or_default();
    let method = find(store, call, object)?;
    let account = store.accounts.get(caller).ok_or_else(Fault::unauthorized)?;
    access::check(
        account,
        settings,
        [method.context, object, operation],
        method.writes,
    )?;
    for parameter in method.required {
        match call.get(parameter) {
            None => return Err(Fault::required(parameter)),
            Some("") => return Err(Fault::not_null(parameter)),
            Some(_) => {}
        }
    }
    rules::check(call, store, method)?;
    let window = window(call, settings)?;
    let mut turn = Turn {
        call,
        store,
        settings,
        caller,
        context: method.context,
        object,
        window,
    };
    let mut reply = (method.run)(&mut turn)?;
    let scripted = settings
        .messages
        .get(operation)
        .or_else(|| settings.messages.get("*"));
    reply.message = scripted.cloned().or(reply.message);
    Ok(reply)
}

fn find(store: &Store, call: &Call, object: &str) -> Result<&'static Method, Fault> {
    let context = call.get("object").unwrap_or_default();
    let action = call.get("action").unwrap_or_default();
    let methods: Vec<&Method> = table::all().filter(|m| m.context == context).collect();
    if methods.is_empty() {
        return Err(Fault::object(context));
    }
    let methods: Vec<&Method> = methods.into_iter().filter(|m| m.action == action).collect();
    if methods.is_empty() {
        return Err(Fault::action(action));
    }
    if let Some(method) = methods
        .into_iter()
        .find(|method| method.objects.contains(&object))
    {
        return Ok(method);
    }
    if context == "account" && action == "list" && store.knows(object) {
        return Ok(&table::LIST_ANY);
    }
    Err(Fault::action_object(object))
}

fn window(call: &Call, settings: &AdfoxSettings) -> Result<Window, Fault> {
    let number = |name: &str, default: usize| match call.filled(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| Fault::incorrect(name, text)),
    };
    let window = Window {
        limit: number("limit", settings.default_limit.max(1))?,
        offset: number("offset", 0)?,
    };
    if window.limit == 0 || window.limit > settings.max_limit {
        return Err(Fault::incorrect("limit", &window.limit.to_string()));
    }
    Ok(window)
}
