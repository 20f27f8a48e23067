//! Redaction of secrets that a server quotes.

/// The shortest secret that is looked for: a shorter one would match everywhere.
const MIN_SECRET: usize = 4;
/// A prefix of the secret that is this long is redacted anywhere, not only where the text is cut
/// off.
const MIN_PREFIX: usize = 8;
/// The longest name of an HTML entity has 31 letters, and numbers may be padded with zeros.
const MAX_ENTITY: usize = 40;
/// The longest incomplete escape with which a truncated text may end.
const MAX_ESCAPE: usize = 8;

/// Replaces every occurrence of `secret` in a text from a server by `***`.
///
/// A server may quote a request verbatim or decoded, inside JSON, HTML or a URL, or several of them
/// nested. Text and secret are therefore decoded until nothing is left to decode, and compared in
/// that form. A prefix of eight characters counts as an occurrence, and one of four where the text
/// was cut off. Secrets shorter than four characters are not looked for.
///
/// ```
/// let mut message = r#"{"quoted":"p%2540ssw0rd"}"#.to_owned();
/// adcore_text::redact(&mut message, "p@ssw0rd");
/// assert_eq!(message, r#"{"quoted":"***"}"#);
/// ```
pub fn redact(text: &mut String, secret: &str) {
    if secret.chars().count() < MIN_SECRET {
        return;
    }
    let wanted: Vec<Unit> = decode(secret).into_iter().map(|piece| piece.unit).collect();
    if wanted.len() < MIN_SECRET {
        // The secret is little more than backslashes.
        *text = text.replace(secret, "***");
        return;
    }
    let pieces = decode(text);
    let mut clean = String::new();
    let (mut kept, mut at) = (0, 0);
    while at < pieces.len() {
        let Some(length) = quoted(text, &pieces[at..], &wanted) else {
            at += 1;
            continue;
        };
        let mut end = pieces[at + length - 1].end;
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let before = text[kept..pieces[at].start].trim_end_matches('\\');
        clean.push_str(before);
        clean.push_str("***");
        kept = end;
        at += length;
    }
    clean.push_str(&text[kept..]);
    // Decoding may have joined the end of the secret with what follows it.
    *text = clean.replace(secret, "***");
}

/// Returns how many pieces at the start spell the secret, whole or cut off.
fn quoted(text: &str, pieces: &[Piece], secret: &[Unit]) -> Option<usize> {
    let length = common_prefix(pieces, secret);
    if length >= secret.len().min(MIN_PREFIX) {
        return Some(length);
    }
    (MIN_SECRET..=length).rev().find(|length| {
        let rest = pieces.get(*length).map_or(text.len(), |piece| piece.start);
        is_cut(text.get(rest..).unwrap_or_default())
    })
}

/// One byte of a decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Byte(u8),
    /// An HTML entity whose name is not in [`ENTITIES`]; it matches any one character.
    AnyChar,
}

/// A unit and the bytes of the text it was decoded from.
#[derive(Debug, Clone, Copy)]
struct Piece {
    unit: Unit,
    /// How many nested escapes it was decoded from.
    depth: u8,
    start: usize,
    end: usize,
}

impl Piece {
    fn is(self, byte: u8) -> bool {
        self.unit == Unit::Byte(byte)
    }

    fn ascii(self) -> Option<char> {
        match self.unit {
            Unit::Byte(byte) if byte.is_ascii() => Some(byte.into()),
            _ => None,
        }
    }
}

/// Returns how many pieces match the beginning of `wanted`; an unknown entity matches one
/// character.
fn common_prefix(pieces: &[Piece], wanted: &[Unit]) -> usize {
    let mut rest = wanted;
    let mut length = 0;
    for piece in pieces {
        let Some((next, others)) = rest.split_first() else {
            break;
        };
        rest = match (piece.unit, next) {
            (Unit::AnyChar, Unit::Byte(first)) => {
                let continued = match first {
                    0xF0.. => 3,
                    0xE0.. => 2,
                    0xC0.. => 1,
                    _ => 0,
                };
                others.get(continued..).unwrap_or_default()
            }
            (_, Unit::AnyChar) => others,
            (unit, next) if unit == *next => others,
            _ => break,
        };
        length += 1;
    }
    length
}

/// Returns whether the text is cut off here, perhaps in the middle of an escape.
fn is_cut(rest: &str) -> bool {
    let last = rest.split('…').next().unwrap_or_default();
    last.is_empty() || (last.len() <= MAX_ESCAPE && last.starts_with(['&', '%', '\\']))
}

/// Decodes percent-encoding, backslashes and entities until none is left.
///
/// An escape is decoded as soon as its last character is read, and the result may complete another
/// escape. Backslashes are dropped, and control characters become the letters of their escapes.
fn decode(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(text.len());
    for (start, byte) in text.bytes().enumerate() {
        let piece = Piece {
            unit: Unit::Byte(byte),
            depth: 0,
            start,
            end: start + 1,
        };
        push(&mut pieces, piece);
    }
    pieces.retain(|piece| !piece.is(b'\\'));
    for piece in &mut pieces {
        if let Unit::Byte(byte) = &mut piece.unit {
            *byte = match *byte {
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                0x08 => b'b',
                0x0C => b'f',
                b'+' => b' ',
                other => other,
            };
        }
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match pieces.last_mut() {
        // An escaped backslash: two of the same depth count as one.
        Some(last) if piece.is(b'\\') && last.is(b'\\') && last.depth == piece.depth => {
            last.end = piece.end;
        }
        _ => pieces.push(piece),
    }
    let Some((length, meant)) = escape(pieces) else {
        return;
    };
    let escape = pieces.split_off(pieces.len() - length);
    let depth = escape.iter().map(|piece| piece.depth).max();
    let decoded = |unit| Piece {
        unit,
        depth: depth.unwrap_or_default().saturating_add(1),
        start: escape[0].start,
        end: piece.end,
    };
    match meant {
        Meant::Byte(byte) => push(pieces, decoded(Unit::Byte(byte))),
        Meant::AnyChar => push(pieces, decoded(Unit::AnyChar)),
        Meant::Char(c) => {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                push(pieces, decoded(Unit::Byte(byte)));
            }
        }
    }
}

enum Meant {
    Byte(u8),
    Char(char),
    AnyChar,
}

/// Returns the escape that `pieces` end with: its length in pieces, and its meaning.
fn escape(pieces: &[Piece]) -> Option<(usize, Meant)> {
    let last = pieces.last()?.ascii()?;
    match last {
        ';' => entity(pieces),
        '}' => braces(pieces),
        _ if last.is_ascii_hexdigit() => percent(pieces).or_else(|| unicode(pieces)),
        _ => None,
    }
}

/// Reads `%2F`.
fn percent(pieces: &[Piece]) -> Option<(usize, Meant)> {
    let (before, code) = digits(pieces, 2)?;
    let (mark, _) = before.split_last()?;
    mark.is(b'%').then_some(())?;
    let length = pieces.len() - before.len() + 1;
    Some((length, Meant::Byte(u8::try_from(code).ok()?)))
}

/// Reads `\x2F`, `\u002F`, `\ud83d\ude00` or `%u002F`.
fn unicode(pieces: &[Piece]) -> Option<(usize, Meant)> {
    for (letter, count) in [('x', 2), ('u', 4), ('U', 8)] {
        let Some((before, code)) = unit(pieces, letter, count) else {
            continue;
        };
        if let Some(c) = char::from_u32(code) {
            return Some((pieces.len() - before.len(), Meant::Char(c)));
        }
        // The second half of a surrogate pair; the first half has been left undecoded.
        let (before, first) = unit(before, letter, count)?;
        let pair = [u16::try_from(first).ok()?, u16::try_from(code).ok()?];
        let c = char::decode_utf16(pair).next()?.ok()?;
        return Some((pieces.len() - before.len(), Meant::Char(c)));
    }
    None
}

/// Returns the number in an escape of `letter` at the end, and the pieces before the escape.
fn unit(pieces: &[Piece], letter: char, count: usize) -> Option<(&[Piece], u32)> {
    let (before, code) = digits(pieces, count)?;
    let (before, tail) = before.split_at_checked(before.len().checked_sub(2)?)?;
    let named = tail[1].ascii()?.eq_ignore_ascii_case(&letter);
    let marked = tail[0].is(b'\\') || (tail[0].is(b'%') && letter == 'u');
    (named && marked).then_some((before, code))
}

/// Returns the hexadecimal number of `count` digits at the end, and the pieces before it.
fn digits(pieces: &[Piece], count: usize) -> Option<(&[Piece], u32)> {
    let (before, digits) = pieces.split_at_checked(pieces.len().checked_sub(count)?)?;
    let code = digits.iter().try_fold(0, |code, digit| {
        Some(code * 16 + digit.ascii()?.to_digit(16)?)
    })?;
    Some((before, code))
}

/// Reads `\u{2F}`.
fn braces(pieces: &[Piece]) -> Option<(usize, Meant)> {
    let (length, code) = enclosed(pieces, b'{')?;
    let start = pieces.len().checked_sub(length + 2)?;
    let (slash, letter) = (pieces[start], pieces[start + 1]);
    let c = char::from_u32(u32::from_str_radix(&code, 16).ok()?)?;
    let marked = slash.is(b'\\') && (letter.is(b'u') || letter.is(b'x'));
    marked.then_some((length + 2, Meant::Char(c)))
}

/// Reads `&amp;`, `&#47;`, `&#x002F;` or `&sol;`.
fn entity(pieces: &[Piece]) -> Option<(usize, Meant)> {
    let (length, name) = enclosed(pieces, b'&')?;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return Some((length, Meant::Char(char::from_u32(code)?)));
    }
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let known = ENTITIES.iter().find(|(known, _)| *known == name);
    let meant = known.map_or(Meant::AnyChar, |(_, c)| Meant::Char(*c));
    is_name.then_some((length, meant))
}

/// Returns the length from the last `open` to the end, and the text between it and the last piece.
fn enclosed(pieces: &[Piece], open: u8) -> Option<(usize, String)> {
    let (_, before) = pieces.split_last()?;
    let mut inside = before.iter().rev().take(MAX_ENTITY);
    let length = inside.position(|piece| piece.is(open))?;
    let text = before[before.len() - length..]
        .iter()
        .map(|piece| piece.ascii());
    Some((length + 2, text.collect::<Option<String>>()?))
}

/// Entities for characters that escapes consist of; an entity with another name matches any
/// character.
const ENTITIES: [(&str, char); 14] = [
    ("amp", '&'),
    ("AMP", '&'),
    ("num", '#'),
    ("semi", ';'),
    ("percnt", '%'),
    ("bsol", '\\'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("plus", '+'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("quot", '"'),
];

#[cfg(test)]
mod tests;
