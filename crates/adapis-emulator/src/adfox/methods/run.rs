//! Finds the method of a call and runs it.

use super::context::{CallContext, Method};
use super::{rules, table};
use crate::adfox::access;
use crate::adfox::data::AdfoxSettings;
use crate::adfox::members;
use crate::adfox::request::Call;
use crate::adfox::response::{Refusal, Reply, Window};
use crate::adfox::store::Store;

/// Finds the method of a call, checks rights and parameters, and runs the method.
pub(in crate::adfox) fn run(
    store: &mut Store,
    settings: &AdfoxSettings,
    caller: usize,
    call: &Call,
    operation: &str,
) -> Result<Reply, Refusal> {
    let object = call.get("actionObject").unwrap_or_default();
    let method = find(store, call, object)?;
    let account = store
        .accounts
        .get(caller)
        .ok_or_else(Refusal::unauthorized)?;
    access::check(
        account,
        settings,
        [method.context, object, operation],
        method.writes,
    )?;
    for parameter in method.required {
        match call.get(parameter) {
            None => return Err(Refusal::required(parameter)),
            Some("") => return Err(Refusal::not_null(parameter)),
            Some(_) => {}
        }
    }
    rules::check(call, store, method)?;
    let window = window(call, settings)?;
    let mut ctx = CallContext {
        call,
        store,
        settings,
        caller,
        context: method.context,
        action: method.action,
        object,
        window,
    };
    let mut reply = (method.run)(&mut ctx)?;
    reply.order = members::order(method.context, method.action, object);
    let configured = settings
        .messages
        .get(operation)
        .or_else(|| settings.messages.get("*"));
    reply.message = configured.cloned().or(reply.message);
    Ok(reply)
}

fn find(store: &Store, call: &Call, object: &str) -> Result<&'static Method, Refusal> {
    let context = call.get("object").unwrap_or_default();
    let action = call.get("action").unwrap_or_default();
    let methods: Vec<&Method> = table::all().filter(|m| m.context == context).collect();
    if methods.is_empty() {
        return Err(Refusal::object(context));
    }
    let methods: Vec<&Method> = methods.into_iter().filter(|m| m.action == action).collect();
    if methods.is_empty() {
        return Err(Refusal::action(action));
    }
    if let Some(method) = methods
        .into_iter()
        .find(|method| method.objects.contains(&object))
    {
        return Ok(method);
    }
    if context == "account" && store.knows(object) {
        match action {
            "list" => return Ok(&table::LIST_ANY),
            "utility" => return Ok(&table::UTILITY_ANY),
            _ => {}
        }
    }
    Err(Refusal::action_object(object))
}

fn window(call: &Call, settings: &AdfoxSettings) -> Result<Window, Refusal> {
    let number = |name: &str, default: usize| match call.filled(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| Refusal::incorrect(name, text)),
    };
    let window = Window {
        limit: number("limit", settings.default_limit.max(1))?,
        offset: number("offset", 0)?,
    };
    if window.limit == 0 || window.limit > settings.max_limit {
        return Err(Refusal::incorrect("limit", &window.limit.to_string()));
    }
    Ok(window)
}
