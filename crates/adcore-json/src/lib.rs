//! JSON for the vendor crates: whole documents, exact numbers, and rows decoded while they arrive.

mod extra;
mod id;
mod name;
mod number;
mod printed;
mod raw;
mod repair;
mod repeats;
mod rows;
pub mod text;
mod tolerant;

use serde::de::DeserializeOwned;

use adcore::{Error, ErrorKind};
use repair::Repairs;

pub use extra::Extra;
pub use jiff::civil::{Date, date};
pub use rust_decimal::Decimal;

pub use name::MemberName;
pub use number::{ExactDecimal, Integer};
pub use printed::TextOrNumber;
pub use raw::RawJson;
pub use repeats::Repeats;
pub use rows::{
    Beginning, ChainedRows, Digest, PlainCells, PlainRow, PlainValue, ResumingRows, RowLocation,
    Rows, decode_rows,
};
pub use tolerant::Tolerant;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Decodes one complete JSON document; a byte order mark and white space around it are accepted.
///
/// An unpaired surrogate in a string, which no Rust string can hold, is replaced by U+FFFD. Such
/// repairs, and numbers that were rounded or are odd ([`Tolerant`]), are counted in a warning.
///
/// # Errors
/// `Decode` with the path and position of the error, but never with a value from the document.
///
/// ```
/// let error = adcore_json::decode::<Vec<u32>>(br#"[1, "s3cret"]"#).unwrap_err();
/// assert_eq!(error.to_string(), "unreadable response: unexpected value at [1] (line 1, column 12)");
/// ```
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    // serde_json would not check the bytes of a member that is skipped.
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Error::new(ErrorKind::Decode, format!("not UTF-8 (byte {at})"))
    })?;
    let mut repairs = Repairs::default();
    let decoded = repairs
        .count(|| serde_json::from_str(text))
        .or_else(|error| {
            let repaired = repairs.replace(text).ok_or(error)?;
            repairs.count(|| serde_json::from_str(&repaired))
        });
    repairs.warn();
    decoded.map_err(|error| locate::<T>(text).unwrap_or_else(|| fault(None, &error)))
}

/// Decodes a broken document again to find the path of the error; tracking it always costs too
/// much.
fn locate<T: DeserializeOwned>(text: &str) -> Option<Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let error = serde_path_to_error::deserialize::<_, T>(&mut deserializer).err()?;
    Some(fault(Some(error.path()), error.inner()))
}

/// Describes serde's error without the values that its messages quote.
fn fault(path: Option<&serde_path_to_error::Path>, error: &serde_json::Error) -> Error {
    let message = error.to_string();
    let what = if error.is_eof() {
        "the JSON ends too early".to_owned()
    } else if error.is_syntax() {
        "not valid JSON".to_owned()
    } else if let Some(name) = missing_member(&message) {
        format!("member `{name}` is missing")
    } else {
        "unexpected value".to_owned()
    };
    let path = path
        .map(ToString::to_string)
        .filter(|path| path != ".")
        .map(|path| format!(" at {path}"))
        .unwrap_or_default();
    let (line, column) = (error.line(), error.column());
    Error::new(
        ErrorKind::Decode,
        format!("{what}{path} (line {line}, column {column})"),
    )
}

/// Returns the name in serde's "missing field `name`", which comes from our types, not the
/// document.
fn missing_member(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Token {
        #[expect(dead_code, reason = "only its presence matters")]
        access_token: String,
    }

    #[test]
    fn whole_documents_only() {
        assert_eq!(decode::<u32>(b"\xEF\xBB\xBF 7 \r\n").unwrap(), 7);
        for bad in ["", "7 7", "{", "nul", "<html>", "7]"] {
            let error = decode::<serde_json::Value>(bad.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{bad}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_where_nobody_reads_them_too() {
        for bad in [
            &b"{\"access_token\":\"a\",\"x\":\"\xE9\"}"[..],
            b"{\"\xFF\":1,\"access_token\":\"a\"}",
        ] {
            let error = decode::<Token>(bad).unwrap_err();
            assert!(error.message().starts_with("not UTF-8 (byte "), "{error}");
        }
    }

    #[test]
    fn errors_name_the_place_and_never_the_value() {
        let error = decode::<Token>(br#"{"access_token":12345678}"#).unwrap_err();
        assert!(error.message().contains("access_token"), "{error}");
        assert!(!error.to_string().contains("12345678"), "{error}");
        let error = decode::<Token>(br#"{"token":"canary"}"#).unwrap_err();
        assert!(
            error
                .message()
                .starts_with("member `access_token` is missing")
        );
        assert!(!format!("{error:?}").contains("canary"));
    }
}
