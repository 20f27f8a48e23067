/// Secrets shorter than this are not looked for: they would be found everywhere.
const MIN_SECRET: usize = 4;
/// How often a text may have been escaped, one way inside the other.
const MAX_ESCAPES: usize = 8;

/// Takes every occurrence of `secret` out of a text from a server.
///
/// A server that quotes a request quotes it as it came or decoded, and puts it into JSON, HTML or a
/// URL: each character of the secret is recognised plain, percent-encoded, behind backslashes, as
/// `\u0000`, and as an entity. A prefix of the secret at the end, where the text was
/// cut, counts too. Text that is made to take long is dropped.
pub fn redact(text: &mut String, secret: &str) {
    let secret: Vec<char> = secret.chars().collect();
    if secret.len() < MIN_SECRET {
        return;
    }
    let mut steps = (text.len() + secret.len()).saturating_mul(16);
    let mut clean = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        let length = if steps == 0 {
            text.len() - at
        } else if let Some(length) = quoted(&text[at..], &secret, &mut steps) {
            length
        } else {
            at += c.len_utf8();
            continue;
        };
        clean.push_str(&text[kept..at]);
        clean.push_str("***");
        at += length;
        kept = at;
    }
    if kept > 0 {
        clean.push_str(&text[kept..]);
        *text = clean;
    }
}

/// Length of the (possibly escaped) secret at the start of `text`.
fn quoted(text: &str, secret: &[char], steps: &mut usize) -> Option<usize> {
    let mut open = vec![(0, 0)];
    let mut cut = None;
    while let Some((at, known)) = open.pop() {
        let rest = &text[at..];
        if known == secret.len() {
            return Some(at);
        }
        if known >= MIN_SECRET && is_cut(rest) {
            cut = cut.max(Some(at));
        }
        let Some(left) = steps.checked_sub(1) else {
            return cut;
        };
        *steps = left;
        spellings(rest, secret[known], &mut |length| {
            open.push((at + length, known + 1));
        });
    }
    cut
}

/// Whether the text ends here, perhaps in the middle of an escape.
fn is_cut(rest: &str) -> bool {
    let last = rest.split('…').next().unwrap_or_default();
    last.is_empty() || (last.len() <= MAX_ESCAPES && last.starts_with(['&', '%', '\\']))
}

/// Calls `found` with the length of each spelling of `c` that `text` begins with.
fn spellings(text: &str, c: char, found: &mut dyn FnMut(usize)) {
    if text.starts_with(c) {
        found(c.len_utf8());
    }
    match text.bytes().next() {
        Some(b'\\') => escape(text, c, found),
        Some(b'%') => percent(text, c, found),
        Some(b'&') => entity(text, c, found),
        Some(b'+') if c == ' ' => found(1),
        _ => {}
    }
}

fn escape(text: &str, c: char, found: &mut dyn FnMut(usize)) {
    let slashes = text
        .bytes()
        .take(MAX_ESCAPES)
        .take_while(|b| *b == b'\\')
        .count();
    if c == '\\' {
        (2..=slashes).for_each(&mut *found);
    }
    let rest = &text[slashes..];
    let letter = match c {
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        plain => plain,
    };
    if c != '\\' && rest.starts_with(letter) {
        found(slashes + letter.len_utf8());
    }
    let mut units = [0; 2];
    let mut length = slashes;
    for unit in c.encode_utf16(&mut units) {
        let rest = &text[length..];
        let between = rest
            .bytes()
            .take(MAX_ESCAPES)
            .take_while(|b| *b == b'\\')
            .count();
        let hex = rest[between..]
            .strip_prefix(['u', 'U'])
            .and_then(|rest| rest.get(..4));
        if hex.and_then(|hex| u16::from_str_radix(hex, 16).ok()) != Some(*unit) {
            return;
        }
        length += between + 5;
    }
    found(length);
}

fn percent(text: &str, c: char, found: &mut dyn FnMut(usize)) {
    let mut bytes = [0; 4];
    let mut bytes = c.encode_utf8(&mut bytes).bytes().peekable();
    let mut rest = text;
    while let (Some(byte), Some(code)) = (bytes.next(), rest.strip_prefix('%')) {
        rest = code;
        for depth in 0.. {
            let Some(hex) = rest.get(..2) else { return };
            rest = &rest[2..];
            if u8::from_str_radix(hex, 16) == Ok(byte) {
                break;
            }
            if hex != "25" || depth == MAX_ESCAPES {
                return;
            }
        }
        if bytes.peek().is_none() {
            found(text.len() - rest.len());
        }
    }
}

fn entity(text: &str, c: char, found: &mut dyn FnMut(usize)) {
    const NAMES: [(&str, char); 5] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
    ];
    let mut rest = &text[1..];
    for _ in 0..MAX_ESCAPES {
        let Some(end) = rest.bytes().take(MAX_ESCAPES).position(|b| b == b';') else {
            return;
        };
        let name = &rest[..end];
        rest = &rest[end + 1..];
        let number =
            name.strip_prefix('#')
                .and_then(|number| match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => number.parse().ok(),
                });
        let known = NAMES.iter().find(|(known, _)| *known == name);
        let meant = known.map(|(_, c)| *c).or_else(|| char::from_u32(number?));
        if meant == Some(c) {
            found(text.len() - rest.len());
        }
        if meant != Some('&') {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "s3c/+=&\"'\\<é>\u{7} ret😀";

    fn redacted(text: &str) -> String {
        let mut text = text.to_owned();
        redact(&mut text, SECRET);
        text
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let percent: String = SECRET.bytes().map(|b| format!("%{b:02x}")).collect();
        let entities: String = SECRET
            .chars()
            .map(|c| format!("&#{};", u32::from(c)))
            .collect();
        let units: String = SECRET
            .encode_utf16()
            .map(|unit| format!("\\u{unit:04X}"))
            .collect();
        for spelling in [
            SECRET.to_owned(),
            percent.clone(),
            percent.to_uppercase(),
            percent.replace("%20", "+"),
            percent.replace('%', "%25"),
            entities.clone(),
            entities.replace('&', "&amp;"),
            units.clone(),
            units.replace('\\', "\\\\"),
            "s3c/+=&amp;&quot;&apos;\\&lt;é&gt;\u{7} ret😀".to_owned(),
            "s3c/+=&amp;amp;&#34;&#x27;\\&lt;é&gt;\u{7} ret😀".to_owned(),
            r#"s3c/+=&\"'\\<é>\u0007 ret😀"#.to_owned(),
            r#"s3c\/+=&\\\"'\\\\<\u00e9>\\u0007 ret\ud83d\ude00"#.to_owned(),
        ] {
            assert_eq!(
                redacted(&format!("you sent {spelling}!")),
                "you sent ***!",
                "{spelling}"
            );
            assert_eq!(
                redacted(&format!("{spelling}{spelling}")),
                "******",
                "{spelling}"
            );
        }
    }

    #[test]
    fn a_secret_that_is_cut_is_found_at_the_end_only() {
        assert_eq!(redacted("you sent s3c/+"), "you sent ***");
        assert_eq!(redacted("you sent s3c/+…"), "you sent ***…");
        assert_eq!(redacted("you sent s3c/+=&am…"), "you sent ***&am…");
        assert_eq!(
            redacted("you sent s3c/+ and more"),
            "you sent s3c/+ and more"
        );
        assert_eq!(redacted("the end is s3c"), "the end is s3c");
    }

    #[test]
    fn other_words_stay() {
        for text in [
            "",
            "no",
            "%",
            "%2",
            "\\",
            "\\u00",
            "&",
            "&amp",
            "&#;",
            "&#x110000;",
            "\\\\\\\\\\",
        ] {
            assert_eq!(redacted(text), text);
        }
        let mut text = "abc abc".to_owned();
        redact(&mut text, "abc");
        assert_eq!(text, "abc abc");
    }

    #[test]
    fn hostile_words_take_no_time() {
        for unit in ["\\", "%25", "25", "%", "&amp;", "amp;", "a", "…"] {
            let mut text = format!("{0}{unit}{unit}", unit.repeat(5_000));
            redact(&mut text, &(unit.repeat(500) + "b"));
            assert!(text.contains('*'), "{unit}");
        }
    }
}
