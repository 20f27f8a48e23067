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
pub struct Form {
    /// ASCII, kept as bytes so that nothing need check it on the way out.
    encoded: Vec<u8>,
}

/// How a byte stands in a query or a form, and, in the last place, how many bytes that are.
///
/// Letters, digits and `-._~` stand as they are, everything else as `%XX`.
static ENCODED: [[u8; 4]; 256] = {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut table = [[0; 4]; 256];
    let mut byte = 0;
    while byte < 256 {
        let plain = byte as u8;
        table[byte] = if plain.is_ascii_alphanumeric() || matches!(plain, b'-' | b'.' | b'_' | b'~')
        {
            [plain, 0, 0, 1]
        } else {
            [b'%', HEX[byte >> 4], HEX[byte & 15], 3]
        };
        byte += 1;
    }
    table
};

/// What `bytes` may need when encoded, and the byte more that [`encode`] writes.
fn room_for(bytes: &[u8]) -> usize {
    3 * bytes.len() + 1
}

/// Writes `bytes` encoded into `room` from `end` on, and says where they end.
fn encode(bytes: &[u8], room: &mut [u8], mut end: usize) -> usize {
    for byte in bytes {
        // Four bytes at any rate: what is too much is written over.
        let encoded = ENCODED[usize::from(*byte)];
        room[end..end + encoded.len()].copy_from_slice(&encoded);
        end += usize::from(encoded[3]);
    }
    end
}

impl Form {
    /// No pairs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No pairs, with room for `bytes` of encoded text.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            encoded: Vec::with_capacity(bytes),
        }
    }

    /// Adds a pair of UTF-8 text.
    pub fn push(&mut self, name: &str, value: &str) {
        self.push_bytes(name.as_bytes(), value.as_bytes());
    }

    /// Adds a pair of bytes in another encoding; each byte is encoded by itself.
    pub fn push_bytes(&mut self, name: &[u8], value: &[u8]) {
        let mut end = self.encoded.len();
        let marks = "&=".len();
        self.encoded
            .resize(end + marks + room_for(name) + room_for(value), 0);
        let room = self.encoded.as_mut_slice();
        if end > 0 {
            room[end] = b'&';
            end += 1;
        }
        end = encode(name, room, end);
        room[end] = b'=';
        end = encode(value, room, end + 1);
        self.encoded.truncate(end);
    }

    /// Adds pairs that are encoded already.
    pub fn push_form(&mut self, other: &Self) {
        if !self.encoded.is_empty() && !other.encoded.is_empty() {
            self.encoded.push(b'&');
        }
        self.encoded.extend_from_slice(&other.encoded);
    }

    pub(crate) fn push_value(&mut self, bytes: &[u8]) {
        let end = self.encoded.len();
        self.encoded.resize(end + room_for(bytes), 0);
        let end = encode(bytes, &mut self.encoded, end);
        self.encoded.truncate(end);
    }

    /// Whether there are no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.encoded.is_empty()
    }

    /// The encoded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.encoded).unwrap_or_default()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.encoded
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.encoded
    }

    pub(crate) fn into_string(self) -> String {
        String::from_utf8(self.encoded).unwrap_or_default()
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form(..)")
    }
}
