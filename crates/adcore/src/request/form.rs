use std::fmt;

/// Ordered `name=value` pairs, percent-encoded as they are pushed; names may repeat.
///
/// ```
/// let mut form = adcore::Form::new();
/// form.push("keyword", "купить слона");
/// form.push("sub_id_1", "a&b");
/// assert_eq!(
///     form.as_str(),
///     "keyword=%D0%BA%D1%83%D0%BF%D0%B8%D1%82%D1%8C%20%D1%81%D0%BB%D0%BE%D0%BD%D0%B0&sub_id_1=a%26b",
/// );
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(String);

/// What may stand in a query or a form as it is; everything else is percent-encoded.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        table[byte] = c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

impl Form {
    /// No pairs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No pairs, with room for `bytes` of encoded text.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// Adds a pair of UTF-8 text.
    pub fn push(&mut self, name: &str, value: &str) {
        self.push_bytes(name.as_bytes(), value.as_bytes());
    }

    /// Adds a pair of bytes in another encoding; each byte is encoded by itself.
    pub fn push_bytes(&mut self, name: &[u8], value: &[u8]) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.push_value(name);
        self.0.push('=');
        self.push_value(value);
    }

    /// Adds pairs that are encoded already.
    pub fn push_form(&mut self, other: &Self) {
        if !self.0.is_empty() && !other.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(&other.0);
    }

    pub(crate) fn push_value(&mut self, bytes: &[u8]) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let mut rest = bytes;
        while !rest.is_empty() {
            let plain = rest
                .iter()
                .position(|byte| !PLAIN[usize::from(*byte)])
                .unwrap_or(rest.len());
            let (run, tail) = rest.split_at(plain);
            if let Ok(text) = std::str::from_utf8(run) {
                self.0.push_str(text);
            }
            let Some((byte, tail)) = tail.split_first() else {
                break;
            };
            self.0.push('%');
            self.0.push(char::from(HEX[usize::from(byte >> 4)]));
            self.0.push(char::from(HEX[usize::from(byte & 15)]));
            rest = tail;
        }
    }

    /// Whether there are no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The encoded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form(..)")
    }
}
