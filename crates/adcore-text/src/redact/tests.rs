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
    for unit in [
        "\\", "%25", "25", "%", "&amp;", "amp;", "a", "…", "&", "\\u", "&x;",
    ] {
        let mut text = unit.repeat(20_000);
        redact(&mut text, &(unit.repeat(2_000) + "b"));
    }
}

#[test]
fn a_beginning_of_eight_characters_is_found_anywhere() {
    let redacted = |text: &str| {
        let mut text = text.to_owned();
        redact(&mut text, "abcdefghijklmnop");
        text
    };
    assert_eq!(redacted("abcdefghijkl... is unknown"), "***... is unknown");
    assert_eq!(redacted("\"abcdefghijkl\""), "\"***\"");
    assert_eq!(redacted("abcdefgh"), "***");
    assert_eq!(redacted("abcdefg is a word"), "abcdefg is a word");
}

type Encode = fn(&str) -> String;

/// The ways in which a server may write a text into another one.
const ENCODINGS: [(&str, Encode); 9] = [
    ("plain", str::to_owned),
    ("json", |text| {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        text.replace('/', "\\/").replace('\n', "\\n")
    }),
    ("ascii json", |text| {
        text.encode_utf16()
            .map(|unit| match u8::try_from(unit) {
                Ok(byte) if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                _ => format!("\\u{unit:04x}"),
            })
            .collect()
    }),
    ("url", |text| {
        text.bytes()
            .map(|byte| match byte {
                b' ' => "+".to_owned(),
                _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    }),
    ("htmlspecialchars", |text| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        text.replace('"', "&quot;").replace('\'', "&#039;")
    }),
    ("htmlentities", |text| {
        let text = text.replace('&', "&amp;").replace('ü', "&uuml;");
        text.replace('é', "&eacute;").replace('<', "&lt;")
    }),
    ("html5 names", |text| {
        text.chars()
            .map(|c| match c {
                '&' => "&amp;".to_owned(),
                '/' => "&sol;".to_owned(),
                '#' => "&num;".to_owned(),
                ';' => "&semi;".to_owned(),
                '%' => "&percnt;".to_owned(),
                '\\' => "&bsol;".to_owned(),
                '+' => "&plus;".to_owned(),
                '=' => "&equals;".to_owned(),
                other => other.to_string(),
            })
            .collect()
    }),
    ("padded entities", |text| {
        text.chars()
            .map(|c| format!("&#{:07};", u32::from(c)))
            .collect()
    }),
    ("hexadecimal entities", |text| {
        text.chars()
            .map(|c| format!("&#x{:04X};", u32::from(c)))
            .collect()
    }),
];

#[test]
fn a_secret_is_found_in_stacked_encodings() {
    let alphabet: Vec<char> = "abcXYZ019/+=&%#;\\\"'<>{} güé😀я".chars().collect();
    let mut random = fastrand::Rng::with_seed(12);
    for round in 0..5_000 {
        let length = random.usize(9..24);
        let secret: String = (0..length)
            .map(|_| alphabet[random.usize(..alphabet.len())])
            .collect();
        let mut text = secret.clone();
        let mut names = Vec::new();
        for _ in 0..random.usize(0..5) {
            let (name, encode) = ENCODINGS[random.usize(..ENCODINGS.len())];
            names.push(name);
            let longer = encode(&text);
            if longer.len() > 100_000 {
                break;
            }
            text = longer;
        }
        // A secret that is little more than backslashes is only looked for verbatim.
        if secret.chars().filter(|c| *c != '\\').count() < MIN_PREFIX {
            continue;
        }
        let mut message = format!("login ({text}) is unknown");
        redact(&mut message, &secret);
        assert!(
            message.contains("***"),
            "{round}: {secret:?} as {names:?}: {message}"
        );
        let rest = message.replace("***", "");
        let visible: String = decode(&rest)
            .iter()
            .filter_map(|piece| piece.ascii())
            .collect();
        assert!(
            visible.len() < "login () is unknown".len() + MIN_PREFIX,
            "{round}: {secret:?} as {names:?}: {message}"
        );
    }
}
