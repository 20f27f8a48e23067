//! Parameters of a call: parsed from query and body as bytes, then decoded as text.

use encoding_rs::WINDOWS_1251;
use serde_json::Value;

use super::multipart;
use super::response::Refusal;
use super::row::Row;
use super::xml::{is_xml_char, is_xml_name};

/// Parameters that select a method or a page, or are secret, and do not become members of a row.
const CONTROL: [&str; 13] = [
    "object",
    "action",
    "actionObject",
    "objectID",
    "actionObjectID",
    "actionObjectID2",
    "loginAccount",
    "loginPassword",
    "password",
    "encoding",
    "limit",
    "offset",
    "ID",
];

/// The parameters of a call as bytes, before their encoding is known.
#[derive(Default)]
pub(super) struct RawCall {
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
    files: Vec<Upload>,
}

/// A file in a multipart body.
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) file_name: String,
    pub(super) size: usize,
    /// Whether the file starts as a ZIP archive does.
    pub(super) is_zip: bool,
}

/// The parameters of a call as text; those of the body follow those of the query.
pub(super) struct Call {
    pairs: Vec<(String, String)>,
    files: Vec<Upload>,
}

impl RawCall {
    /// Merges query and body; returns `None` if a multipart body is malformed.
    pub(super) fn read(
        query: Option<&str>,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Option<Self> {
        let mut call = Self {
            pairs: pairs(query.unwrap_or_default().as_bytes()),
            files: vec![],
        };
        match content_type.and_then(multipart::boundary) {
            Some(boundary) => {
                for part in multipart::parts(body, &boundary)? {
                    match part.file_name {
                        None => call.pairs.push((part.name, part.bytes)),
                        Some(file_name) => call.files.push(Upload {
                            name: String::from_utf8_lossy(&part.name).into_owned(),
                            file_name,
                            size: part.bytes.len(),
                            // The first entry, or the end of an archive without entries.
                            is_zip: [b"PK\x03\x04", b"PK\x05\x06"]
                                .iter()
                                .any(|start| part.bytes.starts_with(*start)),
                        }),
                    }
                }
            }
            None => call.pairs.append(&mut pairs(body)),
        }
        Some(call)
    }

    /// Returns the last value of a parameter, for values that are ASCII in every encoding.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let found = self.pairs.iter().rfind(|(key, _)| key == name.as_bytes());
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }

    /// Returns the operation, `adfox.CONTEXT.ACTION.OBJECT` without absent parts.
    pub(super) fn operation(&self) -> String {
        let mut operation = "adfox".to_owned();
        for name in ["object", "action", "actionObject"] {
            if let Some(word) = self.get(name).filter(|word| !word.is_empty()) {
                operation.push('.');
                operation.push_str(&word);
            }
        }
        operation
    }

    /// Decodes names and values according to the parameter `encoding`.
    ///
    /// Without it, bytes that are not valid UTF-8 are windows-1251, as old programs send them.
    pub(super) fn decode(self) -> Result<Call, Refusal> {
        let named = self.get("encoding").unwrap_or_default();
        let windows = match named.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => false,
            "cp-1251" | "cp1251" | "windows-1251" => true,
            "" => !self.pairs.iter().all(|(name, value)| {
                std::str::from_utf8(name).is_ok() && std::str::from_utf8(value).is_ok()
            }),
            _ => return Err(Refusal::incorrect("encoding", &printable(&named))),
        };
        let mut pairs = Vec::with_capacity(self.pairs.len());
        for (name, value) in self.pairs {
            pairs.push(if windows {
                (windows_1251(&name), windows_1251(&value))
            } else {
                let name = String::from_utf8_lossy(&name).into_owned();
                match String::from_utf8(value) {
                    Ok(value) => (name, value),
                    Err(error) => {
                        let value = String::from_utf8_lossy(error.as_bytes()).into_owned();
                        return Err(Refusal::incorrect(&name, &printable(&value)));
                    }
                }
            });
        }
        if let Some((name, value)) = pairs
            .iter()
            .find(|(_, value)| !value.chars().all(is_xml_char))
        {
            return Err(Refusal::incorrect(name, &printable(value)));
        }
        Ok(Call {
            pairs,
            files: self.files,
        })
    }
}

impl Call {
    /// Returns the last value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .rfind(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the last value of a parameter, unless it is empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn file(&self, name: &str) -> Option<&Upload> {
        self.files.iter().find(|file| file.name == name)
    }

    pub(super) fn any_file(&self) -> Option<&Upload> {
        self.files.first()
    }

    /// Returns the parameters that become members of a row.
    ///
    /// `roles[]=0&roles[]=1` becomes a list.
    pub(super) fn members(&self) -> Row {
        let mut row = Row::new();
        for (name, value) in self.pairs() {
            let (base, listed) = match name.split_once('[') {
                Some((base, rest)) if rest.ends_with(']') => (base, true),
                _ => (name, false),
            };
            if CONTROL.contains(&base) || !is_xml_name(base) {
                continue;
            }
            let value = Value::String(value.to_owned());
            match row.get_mut(base) {
                Some(Value::Array(items)) if listed => items.push(value),
                _ if listed => drop(row.insert(base.to_owned(), Value::Array(vec![value]))),
                _ => drop(row.insert(base.to_owned(), value)),
            }
        }
        row
    }
}

fn windows_1251(bytes: &[u8]) -> String {
    WINDOWS_1251
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}

fn printable(value: &str) -> String {
    value
        .chars()
        .map(|c| if is_xml_char(c) { c } else { '\u{FFFD}' })
        .collect()
}

/// Splits `a=1&b&c=` into pairs of bytes; a name without `=` has an empty value.
fn pairs(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    text.split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let equals = pair
                .iter()
                .position(|&byte| byte == b'=')
                .unwrap_or(pair.len());
            let value = pair.get(equals + 1..).unwrap_or_default();
            (unescape(&pair[..equals]), unescape(value))
        })
        .collect()
}

/// Decodes `%XX` and `+`; an invalid escape is kept as it is.
fn unescape(text: &[u8]) -> Vec<u8> {
    let plain: Vec<u8> = text
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    percent_encoding::percent_decode(&plain).collect()
}
