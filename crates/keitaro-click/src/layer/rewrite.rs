//! Placeholders in HTML pages, replaced while the page streams through.

use bytes::{Bytes, BytesMut};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, EXPIRES, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED,
};

use super::ClickResult;

/// Replaces `{offer}`, `{offer:ID}` and `{subid}` while a page streams through.
pub(super) struct Filler {
    click: ClickResult,
    /// URL of links if there is no offer.
    fallback: String,
    /// The start of a placeholder that continues in the next chunk.
    cut: BytesMut,
}

/// What was found where a placeholder may begin.
enum Found {
    Placeholder { length: usize, filling: String },
    Cut,
    Nothing,
}

/// Reads the parts of a placeholder one after another.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether nothing follows the text.
    last: bool,
}

/// The text ends where more of it decides.
struct Cut;

impl Cursor<'_> {
    /// Passes any of the words, whatever their case; `None` if other text follows.
    fn word(&mut self, words: &[&str]) -> Result<Option<()>, Cut> {
        let rest = &self.text[self.at..];
        let mut is_cut = false;
        for word in words.iter().map(|word| word.as_bytes()) {
            let known = word.len().min(rest.len());
            if !rest[..known].eq_ignore_ascii_case(&word[..known]) {
                continue;
            }
            if known == word.len() {
                self.at += known;
                return Ok(Some(()));
            }
            is_cut = true;
        }
        match is_cut && !self.last {
            true => Err(Cut),
            false => Ok(None),
        }
    }

    fn number(&mut self) -> Result<Option<u64>, Cut> {
        const MAX_DIGITS: usize = 20;
        let rest = &self.text[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == rest.len() && digits <= MAX_DIGITS && !self.last {
            return Err(Cut);
        }
        self.at += digits;
        let number = std::str::from_utf8(&rest[..digits]).ok();
        Ok(number.and_then(|number| number.parse().ok()))
    }

    /// The next byte, without passing it; `None` at the end of the page.
    fn peek(&self) -> Result<Option<u8>, Cut> {
        match self.text.get(self.at) {
            None if !self.last => Err(Cut),
            next => Ok(next.copied()),
        }
    }
}

impl Filler {
    pub(super) fn new(click: ClickResult, fallback: &str) -> Self {
        let fallback = if fallback.is_empty() { "#" } else { fallback };
        Self {
            click,
            fallback: fallback.to_owned(),
            cut: BytesMut::new(),
        }
    }

    pub(super) fn fill(&mut self, chunk: &Bytes) -> Bytes {
        if self.cut.is_empty() {
            let (filled, end) = self.replace(chunk, false);
            self.cut = BytesMut::from(&chunk[end..]);
            return filled.map_or_else(|| chunk.slice(..end), BytesMut::freeze);
        }
        let mut text = std::mem::take(&mut self.cut);
        text.extend_from_slice(chunk);
        let (filled, end) = self.replace(&text, false);
        self.cut = text.split_off(end);
        filled.unwrap_or(text).freeze()
    }

    pub(super) fn finish(&mut self) -> Bytes {
        let text = std::mem::take(&mut self.cut);
        let (filled, _) = self.replace(&text, true);
        filled.unwrap_or(text).freeze()
    }

    /// Replaces the placeholders up to the end, or to one that is cut; `None` if there are none.
    fn replace(&self, text: &[u8], last: bool) -> (Option<BytesMut>, usize) {
        let mut filled = None;
        let (mut done, mut at) = (0, 0);
        let mut end = text.len();
        let begins = |byte: &u8| matches!(byte, b'{' | b'%' | b'h' | b'H');
        while let Some(next) = text[at..].iter().position(begins) {
            at += next;
            match self.find(&text[at..], last) {
                Found::Placeholder { length, filling } => {
                    let filled =
                        filled.get_or_insert_with(|| BytesMut::with_capacity(text.len() + 128));
                    filled.extend_from_slice(&text[done..at]);
                    filled.extend_from_slice(filling.as_bytes());
                    at += length;
                    done = at;
                }
                Found::Cut => {
                    end = at;
                    break;
                }
                Found::Nothing => at += 1,
            }
        }
        if let Some(filled) = &mut filled {
            filled.extend_from_slice(&text[done..end]);
        }
        (filled, end)
    }

    fn find(&self, text: &[u8], last: bool) -> Found {
        let mut cursor = Cursor { text, at: 0, last };
        match self.filling(&mut cursor) {
            Ok(Some(filling)) => Found::Placeholder {
                length: cursor.at,
                filling,
            },
            Ok(None) => Found::Nothing,
            Err(Cut) => Found::Cut,
        }
    }

    /// Reads `{offer}`, `{offer:ID}` and `{subid}`, also with encoded braces, and what editors of
    /// pages make of them: `http://{offer}`, and `http://offer:ID` without braces.
    fn filling(&self, cursor: &mut Cursor<'_>) -> Result<Option<String>, Cut> {
        let is_url = cursor.word(&["http://", "https://"])?.is_some();
        let has_braces = cursor.word(&["{", "%7B"])?.is_some();
        if !is_url && !has_braces {
            return Ok(None);
        }
        let mut id = None;
        if cursor.word(&["offer"])?.is_some() {
            if cursor.word(&[":"])?.is_some() {
                id = cursor.number()?;
                if id.is_none() {
                    return Ok(None);
                }
            } else if !has_braces {
                return Ok(None);
            }
        } else {
            let is_sub_id = !is_url && cursor.word(&["subid"])?.is_some();
            let whole = is_sub_id && cursor.word(&["}", "%7D"])?.is_some();
            return Ok(whole.then(|| escape(self.click.sub_id().unwrap_or_default())));
        }
        if has_braces {
            if cursor.word(&["}", "%7D"])?.is_none() {
                return Ok(None);
            }
        } else {
            let next = cursor.peek()?;
            let ends = |byte: u8| byte.is_ascii_whitespace() || b"\"'/?#<>".contains(&byte);
            if !next.is_none_or(ends) {
                return Ok(None);
            }
        }
        let url = self.offer(id);
        // Editors end a host with a slash; what follows the placeholder is a query of its URL.
        if is_url && cursor.peek()? == Some(b'/') {
            cursor.at += 1;
        }
        if cursor.peek()? == Some(b'?') {
            cursor.at += 1;
            let join = if url.contains('?') { '&' } else { '?' };
            return Ok(Some(format!("{url}{join}")));
        }
        Ok(Some(url))
    }

    fn offer(&self, id: Option<u64>) -> String {
        let url = match id {
            Some(id) => self.click.offer_url_of(id),
            None => self.click.offer_url(),
        };
        escape(&url.unwrap_or_else(|| self.fallback.clone()))
    }
}

/// Escapes what could end an attribute or open an element; `&` stays, for scripts.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Whether placeholders can be replaced: a complete HTML page without a content encoding.
pub(super) fn is_rewritable(headers: &HeaderMap) -> bool {
    is_html(headers)
        && !headers.contains_key(CONTENT_ENCODING)
        && !headers.contains_key(CONTENT_RANGE)
}

/// Whether a response is a page.
pub(super) fn is_html(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        let value = value.as_bytes();
        value.len() >= 9 && value[..9].eq_ignore_ascii_case(b"text/html")
    })
}

/// Keeps a response that is for one visitor out of shared caches, whatever the site says.
pub(super) fn make_private(headers: &mut HeaderMap) {
    static SHARED: [HeaderName; 5] = [
        HeaderName::from_static("surrogate-control"),
        HeaderName::from_static("cdn-cache-control"),
        HeaderName::from_static("cloudflare-cdn-cache-control"),
        HeaderName::from_static("vercel-cdn-cache-control"),
        HeaderName::from_static("x-accel-expires"),
    ];
    for name in &SHARED {
        headers.remove(name);
    }
    let lines = headers.get_all(CACHE_CONTROL).iter();
    let mut directives = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let is_private = directives.any(|directive| {
        let directive = directive.trim_ascii();
        directive.eq_ignore_ascii_case(b"no-store") || directive.eq_ignore_ascii_case(b"private")
    });
    if !is_private {
        headers.remove(EXPIRES);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

/// Removes the headers that describe the original page; the new one is for one visitor only.
pub(super) fn make_personal(headers: &mut HeaderMap) {
    for name in [CONTENT_LENGTH, ETAG, LAST_MODIFIED, ACCEPT_RANGES] {
        headers.remove(name);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.remove("content-md5");
    headers.remove("digest");
    headers.remove("content-digest");
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use adcore::testing::ScriptedTransport;

    use super::*;
    use crate::calls::{OfferToken, SubId};
    use crate::{Client, Credentials};

    fn filled(chunks: &[&str], token: Option<&str>) -> String {
        let client = Client::builder("https://t.example", Credentials::none())
            .transport(Arc::new(ScriptedTransport::new()))
            .build()
            .unwrap();
        let click = ClickResult::restored(client, SubId::from("s1<"), token.map(OfferToken::from));
        let mut filler = Filler::new(click, "/none?a=1&b=\"2\"");
        let mut page = Vec::new();
        for chunk in chunks {
            page.extend_from_slice(&filler.fill(&Bytes::copy_from_slice(chunk.as_bytes())));
        }
        page.extend_from_slice(&filler.finish());
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn placeholders_are_filled_wherever_a_page_is_cut() {
        let page = "<a href=\"{offer}\">{x}</a>{{offer:12}}{subid}{offer:}{offer:x}{offer";
        let expected = "<a href=\"https://t.example/?_lp=1&_token=a%3Cb\">{x}</a>\
            {https://t.example/?_lp=1&_token=a%3Cb&offer_id=12}s1&lt;{offer:}{offer:x}{offer";
        for at in 0..=page.len() {
            let (head, tail) = page.split_at(at);
            assert_eq!(filled(&[head, tail], Some("a<b")), expected, "cut at {at}");
        }
        let bytes: Vec<String> = page.chars().map(String::from).collect();
        let bytes: Vec<&str> = bytes.iter().map(String::as_str).collect();
        assert_eq!(filled(&bytes, Some("a<b")), expected);
    }

    #[test]
    fn without_a_token_links_lead_to_the_fallback() {
        assert_eq!(filled(&["<{offer}>"], None), "</none?a=1&b=&quot;2&quot;>");
    }

    #[test]
    fn a_number_without_end_is_not_held_back() {
        let endless = format!("{{offer:{}", "1".repeat(100));
        assert_eq!(filled(&[&endless, "}"], Some("t")), format!("{endless}}}"));
    }

    #[test]
    fn only_whole_plain_html_is_rewritten() {
        let rewritable = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            is_rewritable(&headers)
        };
        assert!(rewritable(&[("content-type", "Text/HTML; charset=utf-8")]));
        assert!(!rewritable(&[("content-type", "application/json")]));
        assert!(!rewritable(&[]));
        assert!(!rewritable(&[
            ("content-type", "text/html"),
            ("content-encoding", "gzip")
        ]));
        assert!(!rewritable(&[
            ("content-type", "text/html"),
            ("content-range", "bytes 0-1/9")
        ]));
    }
}
