//! The responses of SPOTS.

use std::sync::Arc;

use adcore::ErrorKind;
use jiff::civil::date;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{all, cut, plain, reference, skims, without_mark};
use crate::canned::{Canned, ORIGIN, once, run};

pub(super) fn spots(transport: Arc<Canned>) -> spots_rpc::Client {
    spots_rpc::Client::builder(ORIGIN, spots_rpc::Credentials::new("login", "password"))
        .transport(transport as Arc<dyn adcore::Transport>)
        .retry(once())
        .build()
        .unwrap()
}

fn is_id(value: Option<&Value>, id: f64) -> bool {
    value.and_then(Value::as_f64) == Some(id)
}

/// The envelope of one JSON-RPC response; the call's id is 1.
pub fn rpc(data: &[u8]) {
    let outcome = run(spots(Arc::new(Canned::new(data))).call(&spots_rpc::calls::Call::new("m")));
    let reference = reference(data);
    match outcome {
        Ok(raw) => {
            assert!(skims(data), "decoded what is not JSON");
            let Some(envelope) = reference else { return };
            assert!(is_id(envelope.get("id"), 1.0), "another call's response");
            assert!(
                envelope.get("error").is_none_or(Value::is_null),
                "an error became a result"
            );
            let result: Value = serde_json::from_str(raw.as_str()).unwrap();
            assert_eq!(Some(&result), envelope.get("result"));
        }
        Err(error) => {
            assert!(skims(data) || error.kind() == ErrorKind::Decode, "{error}");
            let Some(envelope) = reference else { return };
            let good = envelope.get("result").is_some()
                && is_id(envelope.get("id"), 1.0)
                && envelope.get("error").is_none_or(Value::is_null)
                && envelope
                    .get("jsonrpc")
                    .is_none_or(|version| version == "2.0" || version.is_null())
                && plain(data, &["result", "id", "error", "jsonrpc"]);
            assert!(!good, "a valid response was refused: {error}");
        }
    }
}

/// The response to a batch of two calls, 1 and 2.
pub fn batch(data: &[u8]) {
    use spots_rpc::calls::Call;
    let client = spots(Arc::new(Canned::new(data)));
    let answers = run(client.batch(&[Call::new("a"), Call::new("b")]));
    assert_eq!(answers.len(), 2);
    for (id, answer) in [1.0, 2.0].into_iter().zip(answers) {
        let Ok(raw) = answer else { continue };
        assert!(skims(data), "decoded what is not JSON");
        let Some(reference) = reference(data) else {
            return;
        };
        // A response with two ids belongs to neither call, but the reference keeps the last of them.
        let responses: Result<Vec<&RawValue>, _> = serde_json::from_slice(without_mark(data));
        let has_one_id = |response: &&RawValue| plain(response.get().as_bytes(), &["id"]);
        if responses.is_ok_and(|responses| !responses.iter().all(has_one_id)) {
            return;
        }
        let result: Value = serde_json::from_str(raw.as_str()).unwrap();
        // A server without batches receives the calls one by one, with other ids.
        let members = match &reference {
            Value::Array(members) => members
                .iter()
                .filter(|one| is_id(one.get("id"), id))
                .collect(),
            one => vec![one],
        };
        assert_eq!(
            members.len(),
            1,
            "a response that appears twice, or not at all"
        );
        assert_eq!(members[0].get("result"), Some(&result));
        assert!(members[0].get("error").is_none_or(Value::is_null));
    }
}

pub(super) fn spots_statistics(body: &[u8], cuts: &[u8]) {
    let day = date(2024, 1, 1);
    let request =
        spots_rpc::calls::Statistics::new(day, day).group(spots_rpc::calls::Group::DateDay);
    let chunked =
        all(spots(Arc::new(Canned::chunked(cut(body, cuts)))).statistics_stream(&request));
    let whole = all(spots(Arc::new(Canned::new(body))).statistics_stream(&request));
    assert_eq!(chunked, whole, "chunks make a difference");
    if let Ok(rows) = run(spots(Arc::new(Canned::new(body))).statistics(&request)) {
        let rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        assert!(skims(body), "decoded what is not JSON");
        if let Some(reference) = reference(body) {
            let members = reference.get("result").and_then(Value::as_array);
            assert_eq!(rows.len(), members.map_or(0, Vec::len));
        }
        assert_eq!(
            whole,
            (rows, None),
            "the stream differs from the collected rows"
        );
    } else {
        assert!(
            whole.1.is_some(),
            "the stream accepted what is refused when collected"
        );
    }
}
