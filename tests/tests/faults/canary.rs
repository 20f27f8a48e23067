//! Recognisable secrets, and listeners that search output and logs for them.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt::{self, Write};
use std::sync::{Mutex, Once, PoisonError};

use adcore::Error;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Every secret begins and ends with this mark; between them are characters that need escaping.
pub(crate) const MARK: &str = "CANARY";
pub(crate) const KEITARO_TOKEN: &str = "CANARYktok/+=&\"'\\<é>CANARY";
pub(crate) const KEITARO_KEY: &str = "CANARYkkey/+=&\"'\\<é>CANARY";
pub(crate) const SPOTS_PASSWORD: &str = "CANARYspass/+=&\"'\\<é>\u{7}CANARY";
pub(crate) const HYBRID_SECRET: &str = "CANARYhsec/+=&\"'\\<é>CANARY";
pub(crate) const HYBRID_ID: &str = "CANARYhid/+=&\"'\\<é>CANARY";
pub(crate) const ADFOX_PASSWORD: &str = "CANARYapass/+=&\"'\\<é>CANARY";
pub(crate) const ADFOX_TOKEN: &str = "CANARYatok/+=&\"'\\<>CANARY";
pub(crate) const ADFOX_HEADER: &str = "CANARYahead/+=&\"'\\<>CANARY";
/// The hash that ADFOX is sent instead of the password.
pub(crate) const ADFOX_HASH: &str =
    "32c0bedd5e6a4b277598b731c731124ac81eade5d626db83f14e57601caa9eac";
/// The access tokens that the servers hand out; a number is inserted after the mark.
pub(crate) const ACCESS: &str = "CANARYaccess/+=&'<>CANARY";
pub(crate) const REFRESH: &str = "CANARYrefresh/+=&'<>CANARY";

/// Returns the first occurrence of a secret, or of its mark.
pub(crate) fn find_secret(text: &str) -> Option<&str> {
    [MARK, ADFOX_HASH].iter().find_map(|secret| {
        let at = text.find(secret)?;
        let boundary = |at: &usize| text.is_char_boundary(*at);
        let from = (at.saturating_sub(120)..=at).find(boundary)?;
        let to = (at + secret.len()..=text.len()).find(boundary)?;
        Some(&text[from..to])
    })
}

/// Returns everything that an error can print.
pub(crate) fn confession(error: &Error) -> String {
    let mut said = format!(
        "{error}\n{error:#}\n{error:?}\n{error:#?}\n{:?}\n{:?}\n{:?}\n{}",
        error.code(),
        error.field(),
        error.operation(),
        error.message(),
    );
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(said, "\n{cause}\n{cause:?}\n{cause:#?}");
        source = cause.source();
    }
    if let Some(rpc) = spots_rpc::RpcError::of(error) {
        said.push_str(&serde_json::to_string(rpc).unwrap());
    }
    if let Some(refusal) = adfox_api::Refusal::of(error) {
        let _ = write!(said, "\n{refusal:?}");
    }
    if let Some(refusal) = adfox_api::ReportRefusal::of(error) {
        let _ = write!(said, "\n{refusal:?}");
    }
    if let Some(refusal) = hybrid_rest::Refusal::of(error) {
        let _ = write!(said, "\n{refusal:?}");
    }
    said
}

/// The first secret found in the log of each target.
static HEARD: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

fn hear(target: &str, text: &str) {
    if let Some(secret) = find_secret(text) {
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        heard
            .entry(target.to_owned())
            .or_insert_with(|| secret.to_owned());
    }
}

/// Returns the secrets found in the log so far, by target.
pub(crate) fn heard() -> BTreeMap<String, String> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Listens to every span, event and log record of this process at TRACE.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Ears).unwrap();
        log::set_logger(&Ears).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
}

struct Ears;

struct Texts(String);

impl Visit for Texts {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

impl Subscriber for Ears {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut texts = Texts(String::new());
        span.record(&mut texts);
        hear(span.metadata().target(), &texts.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut texts = Texts(String::new());
        values.record(&mut texts);
        hear("recorded later", &texts.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut texts = Texts(String::new());
        event.record(&mut texts);
        hear(event.metadata().target(), &texts.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Ears {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        hear(record.target(), &record.args().to_string());
    }

    fn flush(&self) {}
}
