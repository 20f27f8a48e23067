//! Calls as HTTP requests.

use adcore::{Error, Payload, Request, single_line};
use adcore_json::RawJson;
use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT, HeaderValue};
use jiff::civil::Date;
use serde::Serialize;

use crate::calls::{Call, Group, PlacementId, Selection, SiteId, Statistics};

/// The method that returns tokens for a password.
const AUTH: &str = "user.auth";
/// The method that returns tokens for a refresh token.
const REFRESH: &str = "user.tokenRefresh";
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Encodes one call.
pub(crate) fn encode_call(call: &Call, id: u64) -> Result<Request, Error> {
    let body = json(call, id)?;
    Ok(post(call.method.clone(), body).idempotent(call.idempotent))
}

/// Encodes several calls, all of which must have passed [`check_call`], as one request.
pub(crate) fn encode_batch<'a>(
    calls: impl Iterator<Item = (&'a Call, u64)>,
) -> Result<Request, Error> {
    let mut body = Vec::new();
    let mut idempotent = true;
    for (call, id) in calls {
        body.push(if body.is_empty() { b'[' } else { b',' });
        body.extend_from_slice(&json(call, id)?);
        idempotent &= call.idempotent;
    }
    body.push(b']');
    Ok(post("batch".to_owned(), body).idempotent(idempotent))
}

/// Encodes a request of statistics.
pub(crate) fn encode_statistics(request: &Statistics, id: u64) -> Result<Request, Error> {
    encode_call(&Call::try_from(request)?, id)
}

/// Encodes a request of tokens for a login and its password.
pub(crate) fn encode_login(login: &str, password: &str, id: u64) -> Result<Request, Error> {
    #[derive(Serialize)]
    struct Login<'a> {
        login: &'a str,
        password: &'a str,
    }
    encode_call(&Call::new(AUTH).params(&Login { login, password })?, id)
}

/// Encodes a request of tokens for a refresh token, which is in the header.
pub(crate) fn encode_refresh(id: u64) -> Result<Request, Error> {
    encode_call(&Call::new(REFRESH), id)
}

fn post(operation: String, body: Vec<u8>) -> Request {
    Request::new(operation, Method::POST, "")
        .header(ACCEPT, JSON)
        .payload(Payload::Bytes(JSON, Bytes::from(body)))
}

/// Returns the JSON-RPC text of a call.
fn json(call: &Call, id: u64) -> Result<Vec<u8>, Error> {
    #[derive(Serialize)]
    struct Outgoing<'a> {
        jsonrpc: &'static str,
        method: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        params: Option<&'a RawJson>,
        id: u64,
    }
    check_call(call)?;
    serde_json::to_vec(&Outgoing {
        jsonrpc: "2.0",
        method: &call.method,
        params: call.params.as_ref(),
        id,
    })
    .map_err(|_| Error::invalid_input("params", "must serialize as JSON"))
}

/// Checks a call before it is sent.
pub(crate) fn check_call(call: &Call) -> Result<(), Error> {
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

/// The filter of the statistics: empty lists are left out, ids are texts.
#[derive(Serialize)]
struct Filter<'a> {
    date_from: Date,
    date_to: Date,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    main_group: &'a [Group],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    site: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    site_id: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placement: Option<&'a Selection<PlacementId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placement_name: Option<&'a Selection<String>>,
}

/// Checks the request, and makes the call that [`Client::statistics`](crate::Client::statistics)
/// makes, for a batch.
impl TryFrom<&Statistics> for Call {
    type Error = Error;

    fn try_from(request: &Statistics) -> Result<Self, Error> {
        #[derive(Serialize)]
        struct Params<'a> {
            filter: Filter<'a>,
        }
        check_statistics(request)?;
        let filter = Filter {
            date_from: request.from,
            date_to: request.to,
            main_group: &request.groups,
            site: &request.sites,
            site_id: request.site_ids.iter().map(SiteId::to_string).collect(),
            placement: request.placements.as_ref(),
            placement_name: request.placement_names.as_ref(),
        };
        Self::new(Statistics::METHOD).params(&Params { filter })
    }
}

fn check_statistics(request: &Statistics) -> Result<(), Error> {
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
        check_text("groups", group.as_str())?;
    }
    for site in &request.sites {
        check_text("sites", site)?;
    }
    check_selection("placements", request.placements.as_ref())?;
    check_selection("placement_names", request.placement_names.as_ref())
}

fn check_selection<T: AsRef<str>>(
    field: &'static str,
    selection: Option<&Selection<T>>,
) -> Result<(), Error> {
    let Some(Selection::Only(list)) = selection else {
        return Ok(());
    };
    if list.is_empty() {
        return Err(Error::invalid_input(
            field,
            "must name at least one, or all",
        ));
    }
    list.iter()
        .try_for_each(|value| check_text(field, value.as_ref()))
}

fn check_text(field: &'static str, value: &str) -> Result<(), Error> {
    if value.trim().is_empty() {
        return Err(Error::invalid_input(
            field,
            "must not contain an empty text",
        ));
    }
    single_line(field, value)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::*;

    fn sent(call: &Call) -> Value {
        match encode_call(call, 1).unwrap().body() {
            Payload::Bytes(content_type, body) => {
                assert_eq!(content_type, "application/json");
                serde_json::from_slice(body).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_three_requests_of_the_documentation() {
        let expect = |request: &Statistics, filter: Value| {
            let call = Call::try_from(request).unwrap();
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
                .site_id(SiteId::new(750))
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
        let filter = |request: &Statistics| {
            sent(&Call::try_from(request).unwrap())["params"]["filter"].clone()
        };
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
            let error = encode_statistics(&request, 1).unwrap_err();
            assert_eq!(error.field(), Some(field), "{request:?}");
        }
        for (call, field) in [
            (Call::new(""), "method"),
            (Call::new("a\r\nb"), "method"),
            (Call::new("m").params(&5).unwrap(), "params"),
        ] {
            assert_eq!(encode_call(&call, 1).unwrap_err().field(), Some(field));
        }
        assert_eq!(
            Call::new("m").params_json("{").unwrap_err().field(),
            Some("params")
        );
    }
}
