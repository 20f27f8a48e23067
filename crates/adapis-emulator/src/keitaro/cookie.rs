//! The uniqueness cookie: a JSON Web Token with the campaigns and flows that a visitor has seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const HEADER: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9";
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What a visitor has seen, with the time in seconds since 1970.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Seen {
    #[serde(default)]
    pub(super) streams: BTreeMap<u64, u64>,
    #[serde(default)]
    pub(super) campaigns: BTreeMap<u64, u64>,
    #[serde(default)]
    pub(super) time: u64,
}

#[derive(Deserialize, Serialize)]
struct Payload {
    data: String,
}

impl Seen {
    /// Parses a cookie. An invalid one is treated like a missing one.
    pub(super) fn read(cookie: &str) -> Option<Self> {
        let mut parts = cookie.split('.');
        let payload = parts.nth(1)?;
        let payload: Payload = serde_json::from_slice(&decode(payload)?).ok()?;
        serde_json::from_str(&payload.data).ok()
    }

    pub(super) fn write(&self) -> String {
        let data = serde_json::to_string(self).unwrap_or_default();
        let payload = serde_json::to_vec(&Payload { data }).unwrap_or_default();
        // Nobody checks the signature; it only has the length of the tracker's.
        let signature = Sha256::digest(&payload);
        let mut cookie = String::with_capacity(HEADER.len() + payload.len() * 2 + 48);
        cookie.push_str(HEADER);
        cookie.push('.');
        encode(&payload, &mut cookie);
        cookie.push('.');
        encode(&signature, &mut cookie);
        cookie
    }
}

fn encode(bytes: &[u8], out: &mut String) {
    for group in bytes.chunks(3) {
        let number = group
            .iter()
            .fold(0u32, |number, byte| number << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            let digit = (number >> (18 - 6 * place)) & 63;
            out.push(char::from(DIGITS[digit as usize]));
        }
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for group in text.as_bytes().chunks(4) {
        let mut number = 0u32;
        for byte in group {
            let digit = DIGITS.iter().position(|known| known == byte)?;
            number = number << 6 | u32::try_from(digit).ok()?;
        }
        number <<= 6 * (4 - group.len());
        let decoded = number.to_be_bytes();
        bytes.extend_from_slice(decoded.get(1..group.len())?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn the_documented_cookie_is_parsed() {
        let seen = Seen::read("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJkYXRhIjoie1wic3RyZWFtc1wiOntcIjExMTdcIjoxNDkwNzA1MTQyfSxcImNhbXBhaWduc1wiOntcIjJcIjoxNDkwNzA1MTQyfSxcInRpbWVcIjoxNDkwNzA1MTQyfSJ9._u5H9oOOdyp02VTnDN8VG47oLDoqRHHKyYI3ChxRqw8").unwrap();
        assert_eq!(seen.streams.get(&1117), Some(&1_490_705_142));
        assert_eq!(seen.campaigns.get(&2), Some(&1_490_705_142));
        assert_eq!(seen.time, 1_490_705_142);
    }

    #[test]
    fn a_written_cookie_is_parsed_back() {
        for campaigns in 0..5 {
            let seen = Seen {
                campaigns: (0..campaigns).map(|id| (id, 7)).collect(),
                ..Seen::default()
            };
            let back = Seen::read(&seen.write()).unwrap();
            assert_eq!(back.campaigns, seen.campaigns);
        }
    }

    #[test]
    fn invalid_cookies_are_ignored() {
        for text in ["", "a.b.c", "a.!!.c", "..", "eyJ0"] {
            assert!(Seen::read(text).is_none(), "{text}");
        }
    }
}
