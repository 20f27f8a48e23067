//! Parser of `multipart/form-data` bodies.

pub(super) struct Part {
    pub(super) name: Vec<u8>,
    pub(super) file_name: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// Returns the boundary of a multipart content type, or `None` for any other type.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(rest, "boundary").map(|value| String::from_utf8_lossy(&value).into_owned())
}

/// Returns the parts of a body, or `None` if it is malformed.
pub(super) fn parts(body: &[u8], boundary: &str) -> Option<Vec<Part>> {
    let opening = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let mut rest = &body[find(body, opening.as_bytes())? + opening.len()..];
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let head_at = find(rest, b"\r\n")? + 2;
        let head_end = head_at.checked_sub(2)? + find(&rest[head_at - 2..], b"\r\n\r\n")?;
        let content = rest.get(head_end + 4..)?;
        let end = find(content, between.as_bytes())?;
        parts.push(part(
            &rest[head_at.min(head_end)..head_end],
            &content[..end],
        )?);
        rest = &content[end + between.len()..];
    }
    Some(parts)
}

fn part(head: &[u8], bytes: &[u8]) -> Option<Part> {
    let head = String::from_utf8_lossy(head);
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case("content-disposition")
            .then_some(value)
    })?;
    let (_, parameters) = disposition.split_once(';')?;
    Some(Part {
        name: parameter(parameters, "name")?,
        file_name: parameter(parameters, "filename")
            .map(|name| String::from_utf8_lossy(&name).into_owned()),
        bytes: bytes.to_vec(),
    })
}

/// Returns a parameter of a header value: `name="…"`, `name=…` or `name*=utf-8''…`.
fn parameter(text: &str, wanted: &str) -> Option<Vec<u8>> {
    let mut rest = text;
    loop {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_matches([';', ' ', '\t']);
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value.into_bytes());
        }
        if name
            .strip_suffix('*')
            .is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        {
            let (_, escaped) = value.split_once("''")?;
            return Some(percent_encoding::percent_decode_str(escaped).collect());
        }
        rest = after;
    }
}

/// Returns the text up to the closing quote, and the rest after it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value.replace("%22", "\""), &text[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}
