//! Responses with status 200 and a wrong body.

use encoding_rs::WINDOWS_1251;

use super::{Catalog, Want};

pub(super) fn json(all: &mut Catalog) {
    let unreadable = [Want::Unreadable];
    all.body("200 with HTML", &unreadable, |_| {
        b"<!doctype html><html><body>Welcome</body></html>".to_vec()
    });
    all.body("200 with nothing", &unreadable, |_| Vec::new());
    all.body("200 with blanks", &unreadable, |_| b" \r\n\t ".to_vec());
    all.body("null", &[Want::Unreadable, Want::Same], |_| {
        b"null".to_vec()
    })
    .is_json = true;
    all.body("a number", &unreadable, |_| b"42".to_vec())
        .is_json = true;
    all.body("a text", &unreadable, |_| b"\"fine\"".to_vec())
        .is_json = true;
    all.body("NUL bytes", &unreadable, |_| vec![0; 64]);
    all.body("NUL after it", &unreadable, |good| {
        [&good.body[..], b"\0"].concat()
    });
    all.body("another response after it", &unreadable, |good| {
        [&good.body[..], &good.body[..]].concat()
    });
    all.body("byte order mark", &[Want::Same], |good| {
        ["\u{feff}".as_bytes(), &good.body[..]].concat()
    });
    all.body("blanks around", &[Want::Same], |good| {
        [b"\r\n ", &good.body[..], b" \r\n\r\n"].concat()
    });
    all.body("UTF-16", &unreadable, |good| {
        good.text()
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect()
    });
    all.body("wrong charset", &unreadable, |good| {
        WINDOWS_1251.encode(&good.text()).0.into_owned()
    });
    all.body("invalid UTF-8", &unreadable, |good| {
        let mut body = good.body.clone();
        if let Some(byte) = body.iter_mut().find(|byte| !byte.is_ascii()) {
            *byte = 0xFF;
        }
        body
    });
    all.body("cut after half", &unreadable, |good| {
        good.body[..good.body.len() / 2].to_vec()
    });
    all.body("cut before the last byte", &unreadable, |good| {
        good.body[..good.body.len() - 1].to_vec()
    });
    all.body("larger than the limit", &unreadable, |good| {
        [&good.body[..], &vec![b' '; 3 << 20], b"x"].concat()
    })
    .is_large = true;
    all.body("too deep", &[Want::Unreadable, Want::More], |good| {
        let (deep, flat) = ("[".repeat(200_000), "]".repeat(200_000));
        good.text()
            .replacen('{', &format!("{{\"deep\":{deep}{flat},"), 1)
            .into_bytes()
    })
    .is_json = true;
    all.body("only opening", &unreadable, |_| {
        "[{\"a\":".repeat(100_000).into_bytes()
    });
    all.body(
        "a number of 10,000 digits",
        &[Want::Unreadable, Want::More],
        |good| {
            good.text()
                .replacen("4242", &"9".repeat(10_000), 1)
                .into_bytes()
        },
    )
    .is_json = true;
    all.body(
        "an exponent without end",
        &[Want::Unreadable, Want::More],
        |good| good.text().replacen("4242", "1e999999999", 1).into_bytes(),
    )
    .is_json = true;
    all.body("not a number", &[Want::Unreadable, Want::More], |good| {
        good.text().replacen("4242", "NaN", 1).into_bytes()
    });
    all.body("a member twice", &[Want::Unreadable, Want::Same], |good| {
        let text = good.text();
        // The first member that is neither an object nor an array.
        let to = text.find(',').unwrap_or(text.len());
        let Some(from) = text[..to].rfind('{') else {
            return good.body.clone();
        };
        format!("{},{}", &text[..to], &text[from + 1..]).into_bytes()
    })
    .is_json = true;
    all.body("another type", &unreadable, |_| {
        br#"{"result":{"a":[1]},"Id":{},"headers":7}"#.to_vec()
    })
    .is_json = true;
}

pub(super) fn xml(all: &mut Catalog) {
    let document =
        |text: &str| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}").into_bytes();
    let done = "<response><status><code>0</code></status></response>";
    for (name, text) in [
        ("unknown entity", "<response><status><code>0</code><message>&lol;</message></status></response>".to_owned()),
        ("billion laughs", {
            let mut laughs = "<!DOCTYPE r [<!ENTITY l0 \"lol\">".to_owned();
            for level in 1..10 {
                laughs.push_str(&format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10)));
            }
            format!("{laughs}]><response><status><code>0</code><message>&l9;</message></status></response>")
        }),
        ("external entity", "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><response><status><code>0</code><message>&x;</message></status></response>".to_owned()),
        ("unclosed tags", "<response><status><code>0</code>".to_owned()),
        ("tags out of order", "<response><status><code>0</status></code></response>".to_owned()),
        ("tags without end", "<response>".to_owned() + &"<a>".repeat(100_000)),
        ("attributes without end", "<response a=\"".to_owned() + &"x".repeat(200_000)),
        ("no status", "<response><result/></response>".to_owned()),
        ("empty response", "<response/>".to_owned()),
        ("code that is not a number", "<response><status><code>fine</code></status></response>".to_owned()),
        ("code of 10,000 digits", format!("<response><status><code>{}</code></status></response>", "9".repeat(10_000))),
        ("two documents", format!("{done}{done}")),
        ("text behind", format!("{done}fine")),
    ] {
        let body = document(&text);
        all.body(name, &[Want::Unreadable], move |_| body.clone());
    }
    // HTTP may declare a charset that is known and fits.
    let body = format!("<?xml version=\"1.0\" encoding=\"klingon\"?>{done}").into_bytes();
    all.body("unknown charset", &[Want::Anything], move |_| body.clone());
}
