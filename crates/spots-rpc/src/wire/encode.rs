use adcore::{Error, Payload, Request, single_line};
use adcore_json::RawJson;
use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT, HeaderValue};
use serde::Serialize;

use super::STATISTICS;
use crate::calls::{Call, Selection, Statistics};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

#[derive(Serialize)]
struct Outgoing<'a> {
    jsonrpc: &'static str,
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a RawJson>,
    id: u64,
}

/// One call as its JSON-RPC text.
fn outgoing(call: &Call, id: u64) -> Result<Vec<u8>, Error> {
    check(call)?;
    serde_json::to_vec(&Outgoing {
        jsonrpc: "2.0",
        method: &call.method,
        params: call.params.as_ref(),
        id,
    })
    .map_err(|_| Error::invalid_input("params", "cannot be written as JSON"))
}

/// What can be wrong with a call before anything is sent.
pub(super) fn check(call: &Call) -> Result<(), Error> {
    if call.method.trim().is_empty() {
        return Err(Error::invalid_input("method", "must not be empty"));
    }
    single_line("method", &call.method)?;
    match &call.params {
        Some(params) if !params.as_str().starts_with(['{', '[']) => Err(Error::invalid_input(
            "params",
            "must be a JSON object or array",
        )),
        _ => Ok(()),
    }
}

/// The HTTP request of one call.
pub(crate) fn request(call: &Call, id: u64) -> Result<Request, Error> {
    let body = outgoing(call, id)?;
    Ok(post(call.method.clone(), body).idempotent(call.idempotent))
}

/// The HTTP request of several calls; all must have passed [`check`].
pub(super) fn batch<'a>(calls: impl Iterator<Item = (&'a Call, u64)>) -> Result<Request, Error> {
    let mut body = Vec::new();
    let mut idempotent = true;
    for (call, id) in calls {
        body.push(if body.is_empty() { b'[' } else { b',' });
        body.extend_from_slice(&outgoing(call, id)?);
        idempotent &= call.idempotent;
    }
    body.push(b']');
    Ok(post("batch".to_owned(), body).idempotent(idempotent))
}

fn post(operation: String, body: Vec<u8>) -> Request {
    Request::new(operation, Method::POST, "")
        .header(ACCEPT, JSON)
        .payload(Payload::Bytes(JSON, Bytes::from(body)))
}

/// The statistics as a call.
pub(crate) fn statistics(request: &Statistics) -> Result<Call, Error> {
    #[derive(Serialize)]
    struct Params<'a> {
        filter: &'a Statistics,
    }
    if request.to < request.from {
        return Err(Error::invalid_input("to", "must not be before `from`"));
    }
    for (field, day) in [("from", request.from), ("to", request.to)] {
        if day.year() < 1 {
            return Err(Error::invalid_input(
                field,
                "must be in the year 1 or later",
            ));
        }
    }
    for group in &request.groups {
        one_line("groups", group.as_str())?;
    }
    for site in &request.sites {
        one_line("sites", site)?;
    }
    if let Some(Selection::Only(ids)) = &request.placements {
        ids.iter()
            .try_for_each(|id| one_line("placements", &id.0))?;
        some("placements", ids)?;
    }
    if let Some(Selection::Only(names)) = &request.placement_names {
        names
            .iter()
            .try_for_each(|name| one_line("placement_names", name))?;
        some("placement_names", names)?;
    }
    Call::new(STATISTICS).params(&Params { filter: request })
}

fn one_line(field: &'static str, value: &str) -> Result<(), Error> {
    if value.trim().is_empty() {
        return Err(Error::invalid_input(field, "must hold no empty text"));
    }
    single_line(field, value)
}

fn some<T>(field: &'static str, list: &[T]) -> Result<(), Error> {
    if list.is_empty() {
        return Err(Error::invalid_input(
            field,
            "must name at least one, or all",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::*;
    use crate::calls::{Group, SiteId};

    fn sent(call: &Call) -> Value {
        match request(call, 1).unwrap().body() {
            Payload::Bytes(content_type, body) => {
                assert_eq!(content_type, "application/json");
                serde_json::from_slice(body).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_three_requests_of_the_page() {
        let expect = |request: &Statistics, filter: Value| {
            let call = statistics(request).unwrap();
            assert!(call.idempotent);
            assert_eq!(
                sent(&call),
                json!({"jsonrpc": "2.0", "method": "platform.getStatistics", "params": {"filter": filter}, "id": 1})
            );
        };
        expect(
            &Statistics::new(date(2023, 8, 23), date(2023, 8, 24))
                .site("test1.ru")
                .site("test2.ru")
                .group(Group::Site),
            json!({"date_from": "2023-08-23", "date_to": "2023-08-24", "site": ["test1.ru", "test2.ru"], "main_group": ["site"]}),
        );
        expect(
            &Statistics::new(date(2023, 8, 23), date(2023, 10, 24))
                .site_id(SiteId(750))
                .group(Group::SiteId),
            json!({"date_from": "2023-08-23", "date_to": "2023-10-24", "site_id": ["750"], "main_group": ["site_id"]}),
        );
        expect(
            &Statistics::new(date(2023, 8, 23), date(2023, 10, 24)).group(Group::SiteId),
            json!({"date_from": "2023-08-23", "date_to": "2023-10-24", "main_group": ["site_id"]}),
        );
    }

    #[test]
    fn placements_are_all_or_a_list() {
        let base = || Statistics::new(date(2024, 1, 1), date(2024, 1, 1));
        let filter =
            |request: &Statistics| sent(&statistics(request).unwrap())["params"]["filter"].clone();
        let all = filter(&base().all_placements().all_placement_names());
        assert_eq!(all["placement"], json!(["all"]));
        assert_eq!(all["placement_name"], json!(["all"]));
        let some = filter(
            &base()
                .placement("7481")
                .placement("x")
                .placement_name("top"),
        );
        assert_eq!(some["placement"], json!(["7481", "x"]));
        assert_eq!(some["placement_name"], json!(["top"]));
        assert_eq!(
            filter(&base()),
            json!({"date_from": "2024-01-01", "date_to": "2024-01-01"})
        );
    }

    #[test]
    fn bad_input_names_the_field() {
        let base = || Statistics::new(date(2024, 1, 2), date(2024, 1, 2));
        let mut reversed = base();
        reversed.to = date(2024, 1, 1);
        let mut none = base();
        none.placements = Some(Selection::Only(Vec::new()));
        for (request, field) in [
            (reversed, "to"),
            (none, "placements"),
            (base().site("a\r\nb"), "sites"),
            (base().site(""), "sites"),
            (base().placement("a\nb"), "placements"),
            (base().placement_name("a\rb"), "placement_names"),
            (base().group(Group::Other("x\ny".into())), "groups"),
        ] {
            let error = statistics(&request).unwrap_err();
            assert_eq!(error.field(), Some(field), "{request:?}");
        }
        for (call, field) in [
            (Call::new(""), "method"),
            (Call::new("a\r\nb"), "method"),
            (Call::new("m").params(&5).unwrap(), "params"),
        ] {
            assert_eq!(request(&call, 1).unwrap_err().field(), Some(field));
        }
        assert_eq!(
            Call::new("m").params_json("{").unwrap_err().field(),
            Some("params")
        );
    }
}
