//! The responses of Keitaro.

use std::sync::Arc;

use adcore::{Error, ErrorKind};
use serde_json::Value;

use super::reference;
use crate::canned::{Canned, ORIGIN, once, run};

fn asked(client: &keitaro_click::Client) -> Result<keitaro_click::calls::ClickOutput, Error> {
    run(client.click(&keitaro_click::calls::Click::new()))
}

fn tracker(body: &[u8]) -> keitaro_click::Client {
    keitaro_click::Client::builder(ORIGIN, keitaro_click::Credentials::token("t"))
        .transport(Arc::new(Canned::new(body)))
        .retry(once())
        .build()
        .unwrap()
}

/// The response to a click.
pub fn click(data: &[u8]) {
    let output = match asked(&tracker(data)) {
        Err(error) => {
            let refusals = [ErrorKind::Rejected, ErrorKind::Unauthenticated];
            assert!(
                error.kind() == ErrorKind::Decode || refusals.contains(&error.kind()),
                "{error}"
            );
            return;
        }
        Ok(output) => output,
    };
    // The reference refuses numbers that are too large even in members that are not used.
    let Some(reference) = reference(data) else {
        return;
    };
    let members = reference
        .as_object()
        .expect("a response that is not an object");
    if let Some(body) = members.get("body").and_then(Value::as_str) {
        assert_eq!(output.body.as_deref(), Some(body));
    }
    if let Some(headers) = members.get("headers").and_then(Value::as_array)
        && headers.iter().all(Value::is_string)
    {
        let headers: Vec<&str> = headers.iter().filter_map(Value::as_str).collect();
        assert_eq!(output.headers, headers);
    }
    let action = serde_json::to_value(output.action()).unwrap();
    if let Some(location) = action.get("location").and_then(Value::as_str) {
        assert!(
            location.bytes().all(|byte| byte.is_ascii_graphic()),
            "{location}"
        );
    }
    let again = serde_json::to_vec(&output).unwrap();
    let twice: keitaro_click::calls::ClickOutput =
        serde_json::from_slice(&again).expect("does not read what it wrote");
    assert_eq!(twice, output);
}
