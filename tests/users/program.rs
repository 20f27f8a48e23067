//! What a program must be able to do with one vendor crate alone.
//!
//! Each user program beside this file includes it; there, `vendor` is that crate, and `builder()`
//! returns its builder.

use std::time::Duration;

use crate::vendor::adcore::bytes::Bytes;
use crate::vendor::adcore::http;
use crate::vendor::testing::ScriptedTransport;
use crate::vendor::{
    Body, CallOptions, ClientSettings, Date, Decimal, Endpoint, Error, ErrorKind, Extra,
    HyperTransport, RawJson, ReqwestTransport, RetryPolicy, Transport, TransportError,
    TransportErrorKind, async_trait, date,
};

use crate::{builder, call};

/// A transport that the user has written.
#[derive(Debug)]
struct Offline;

#[async_trait]
impl Transport for Offline {
    async fn send(
        &self,
        _request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        Err(TransportError::new(TransportErrorKind::Connect))
    }
}

#[tokio::test]
async fn own_transport_shared_settings_and_call_options() {
    let settings = ClientSettings::new()
        .transport(Offline)
        .retry(RetryPolicy::never())
        .deadline(Duration::from_secs(5));
    let client = builder().settings(settings).build().unwrap();
    let hurried = client.with_options(CallOptions::new().deadline(Duration::from_secs(1)));
    let error: Error = call(hurried).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!error.may_have_run());
    let text = error.to_string();
    assert!(text.contains("cannot connect to "), "{text}");
}

#[tokio::test]
async fn a_scripted_transport_shows_what_was_sent() {
    let script = ScriptedTransport::new();
    script.reply(500, "no");
    let client = builder()
        .transport(script.clone())
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = call(client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert_eq!(script.requests().len(), 1);
}

#[test]
fn both_transports_can_be_chosen() {
    let endpoint = Endpoint::parse("http://127.0.0.1:9").unwrap();
    let lean = HyperTransport::for_endpoint(&endpoint).unwrap();
    assert!(builder().transport(lean).build().is_ok());
    let default = ReqwestTransport::for_endpoint(&endpoint).unwrap();
    assert!(builder().transport(default).build().is_ok());
}

#[test]
fn values_have_names() {
    let day: Date = date(2025, 1, 31);
    assert_eq!(day.to_string(), "2025-01-31");
    let money: Decimal = "3143.356472008".parse().unwrap();
    assert_eq!(money.scale(), 9);
    let extra: Extra = r#"{"cpm":1.10}"#.parse().unwrap();
    let raw: &RawJson = &extra["cpm"];
    assert_eq!(raw.as_str(), "1.10");
}
