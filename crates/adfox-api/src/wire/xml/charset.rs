//! Bytes of any character set become text.

use adcore::{Error, ErrorKind};
use encoding_rs::{Decoder, Encoding, UTF_8};
use http::header::{CONTENT_TYPE, HeaderMap};

/// Decodes a response into text while it arrives.
///
/// The charset is that of the byte order mark, of the XML declaration, of HTTP, or UTF-8, in this
/// order. If declaration and HTTP disagree, and one of them says UTF-8, the bytes decide: Cyrillic of
/// a charset of single bytes is hardly ever UTF-8. A charset that is unknown, or that the bytes do not
/// fit, is a `Decode` error.
pub(in crate::wire) struct Transcoder {
    http_label: Option<Vec<u8>>,
    decoder: Option<Decoder>,
    /// Whether all bytes so far may be UTF-8, though a charset of single bytes is declared: Cyrillic
    /// in UTF-8 is valid windows-1251 too, but reads as garbage there.
    doubtful: bool,
    /// Whether UTF-8 is declared too.
    may_be_utf8: bool,
    /// Bytes that are held back until the charset is certain.
    held: Vec<u8>,
    /// The number of held bytes that are known to be UTF-8.
    checked: usize,
    /// The maximum number of held bytes.
    limit: usize,
}

/// The number of characters beyond ASCII after which text that may be UTF-8 certainly is.
const CERTAIN: usize = 32;

impl Transcoder {
    pub(in crate::wire) fn new(headers: &HeaderMap, limit: usize) -> Self {
        Self {
            http_label: http_label(headers).map(<[u8]>::to_vec),
            decoder: None,
            doubtful: false,
            may_be_utf8: false,
            held: Vec::new(),
            checked: 0,
            limit,
        }
    }

    /// Appends the text of `chunk` to `text`, up to the first fault.
    pub(in crate::wire) fn feed(
        &mut self,
        chunk: &[u8],
        last: bool,
        text: &mut String,
    ) -> Result<(), Error> {
        if let Some(decoder) = &mut self.decoder
            && self.held.is_empty()
            && !self.doubtful
        {
            return decode(decoder, chunk, last, text);
        }
        self.held.extend_from_slice(chunk);
        if self.decoder.is_none() {
            if !last && !is_begun(&self.held) {
                return Ok(());
            }
            self.begin()?;
        }
        let Some(decoder) = &mut self.decoder else {
            return Ok(());
        };
        if self.doubtful {
            self.doubtful = match std::str::from_utf8(&self.held[self.checked..]) {
                Ok(known) => {
                    self.checked += known.len();
                    true
                }
                Err(error) => {
                    self.checked += error.valid_up_to();
                    error.error_len().is_none() && !last
                }
            };
        }
        if self.doubtful {
            let beyond = beyond_ascii(&self.held[..self.checked]);
            if self.may_be_utf8 && (beyond >= CERTAIN || beyond > 0 && last) {
                *decoder = UTF_8.new_decoder_without_bom_handling();
                self.doubtful = false;
            } else if last && beyond > 0 {
                return Err(wrong(decoder.encoding()));
            }
        }
        let length = if self.doubtful {
            Encoding::ascii_valid_up_to(&self.held)
        } else {
            self.held.len()
        };
        decode(decoder, &self.held[..length], last, text)?;
        self.held.drain(..length);
        self.checked = self.checked.saturating_sub(length);
        if self.held.len() > self.limit {
            return Err(wrong(decoder.encoding()));
        }
        Ok(())
    }

    /// Decides about the charset by the begin of the response.
    fn begin(&mut self) -> Result<(), Error> {
        if let Some((encoding, mark)) = Encoding::for_bom(&self.held) {
            self.held.drain(..mark);
            self.decode_as(encoding, None);
            return Ok(());
        }
        let labels = [xml_label(&self.held), self.http_label.as_deref()];
        // A declaration that can be read is not in a charset of wide characters, whatever it says.
        let is_wide = self.held.iter().take(2).any(|byte| *byte == 0);
        let fits = |encoding: &&'static Encoding| encoding.is_ascii_compatible() != is_wide;
        let mut known = labels
            .into_iter()
            .flatten()
            .filter_map(|label| Encoding::for_label(label).filter(fits));
        let (first, second) = (known.next(), known.next());
        drop(known);
        let first = match first {
            Some(first) => first,
            None if labels.iter().all(Option::is_none) => UTF_8,
            None => {
                return Err(Error::new(
                    ErrorKind::Decode,
                    "the response declares an unknown character set",
                ));
            }
        };
        self.decode_as(first, second);
        Ok(())
    }

    fn decode_as(&mut self, first: &'static Encoding, second: Option<&'static Encoding>) {
        let second = second.filter(|second| *second != first);
        let narrow = match second {
            Some(second) if first == UTF_8 => second,
            _ => first,
        };
        self.may_be_utf8 = first == UTF_8 || second == Some(UTF_8);
        self.doubtful = narrow.is_single_byte() || second.is_some() && self.may_be_utf8;
        self.decoder = Some(narrow.new_decoder_without_bom_handling());
    }
}

/// The number of characters beyond ASCII in UTF-8, up to [`CERTAIN`].
fn beyond_ascii(text: &[u8]) -> usize {
    let leads = text.iter().filter(|byte| **byte >= 0xC0);
    leads.take(CERTAIN).count()
}

fn decode(decoder: &mut Decoder, bytes: &[u8], last: bool, text: &mut String) -> Result<(), Error> {
    let old = text.len();
    let most = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    text.reserve(most.unwrap_or_default());
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, text, last);
    // A byte that windows-1251 does not define, but the decoder accepts.
    let hole = text[old..].find('\u{98}');
    if let Some(at) = hole {
        text.truncate(old + at);
    }
    match result {
        encoding_rs::DecoderResult::InputEmpty if hole.is_none() => Ok(()),
        _ => Err(wrong(decoder.encoding())),
    }
}

fn wrong(encoding: &'static Encoding) -> Error {
    let name = encoding.name();
    Error::new(
        ErrorKind::Decode,
        format!("the response is not in {name}, which it declares"),
    )
}

/// Whether enough has arrived to determine the charset.
fn is_begun(bytes: &[u8]) -> bool {
    const MAX_DECLARATION: usize = 1024;
    const MARK: usize = 3;
    const XML: &[u8] = b"<?xml";
    let begin = bytes.trim_ascii_start();
    bytes.len() >= MAX_DECLARATION
        || Encoding::for_bom(bytes).is_some()
        || bytes.len() >= MARK
            && match begin.strip_prefix(XML) {
                Some(rest) => rest.windows(2).any(|two| two == b"?>"),
                None => !XML.starts_with(begin),
            }
}

/// The value of `encoding` in `<?xml … ?>`.
fn xml_label(body: &[u8]) -> Option<&[u8]> {
    let declaration = body.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|at| at == b"?>")?;
    let declaration = &declaration[..end];
    let at = declaration.windows(8).position(|at| at == b"encoding")?;
    let rest = declaration[at + 8..].trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first()?;
    let end = rest.iter().position(|byte| byte == quote)?;
    Some(&rest[..end])
}

fn http_label(headers: &HeaderMap) -> Option<&[u8]> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let charset = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    })?;
    Some(charset.as_bytes())
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1251;

    use super::*;

    fn headers(content_type: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        headers
    }

    fn cp1251(text: &str) -> Vec<u8> {
        WINDOWS_1251.encode(text).0.into_owned()
    }

    /// The text in chunks of one size.
    fn read(headers: &HeaderMap, body: &[u8], size: usize) -> Result<String, Error> {
        let mut transcoder = Transcoder::new(headers, 1000);
        let mut text = String::new();
        for chunk in body.chunks(size) {
            transcoder.feed(chunk, false, &mut text)?;
        }
        transcoder.feed(&[], true, &mut text)?;
        Ok(text)
    }

    #[test]
    fn the_declaration_goes_before_http_and_http_before_utf8() {
        let declared = "<?xml version='1.0' encoding = 'windows-1251' ?><a>Осень</a>";
        let chance = "<?xml version='1.0' encoding='cp1251'?><a>В\u{a0}лесу</a>";
        let http = headers("text/xml; Charset=\"windows-1251\"");
        let none = HeaderMap::new;
        for (headers, body, expected) in [
            (
                headers("text/xml; charset=utf-8"),
                cp1251(declared),
                declared,
            ),
            (none(), cp1251(declared), declared),
            (none(), cp1251(chance), chance),
            (http, cp1251("<a>Осень</a>"), "<a>Осень</a>"),
            (none(), "<a>Осень</a>".into(), "<a>Осень</a>"),
            (none(), "\u{feff}<a>Осень</a>".into(), "<a>Осень</a>"),
            (none(), "{}".into(), "{}"),
            (none(), b"\xff\xfe<\0a\0/\0>\0".into(), "<a/>"),
        ] {
            for size in 1..80 {
                assert_eq!(read(&headers, &body, size).unwrap(), expected, "{size}");
            }
        }
    }

    #[test]
    fn of_two_charsets_that_differ_the_one_that_fits_is_read() {
        let declared = |label: &str, text: &str| {
            format!("<?xml version='1.0' encoding='{label}'?><a>{text}</a>")
        };
        let long = "Осень ".repeat(100);
        for text in ["", "Осень", "В\u{a0}лесу", "ё", &long] {
            let http = headers("text/xml; charset=windows-1251");
            for label in ["utf-8", "UTF-16", "klingon", "windows-1251"] {
                let body = declared(label, text);
                for size in 1..80 {
                    let found = read(&http, &cp1251(&body), size);
                    assert_eq!(found.unwrap(), body, "{label} {size}");
                }
            }
            let http = headers("text/xml; charset=utf-8");
            for label in ["windows-1251", "UTF-16", "klingon", "utf-8"] {
                let body = declared(label, text);
                for size in 1..80 {
                    let found = read(&http, body.as_bytes(), size);
                    assert_eq!(found.unwrap(), body, "{label} {size}");
                }
            }
        }
        let http = headers("text/xml; charset=utf-16");
        let body = declared("utf-8", "Осень");
        assert_eq!(read(&http, body.as_bytes(), 7).unwrap(), body);
        let http = headers("text/xml; charset=gbk");
        assert_eq!(read(&http, body.as_bytes(), 7).unwrap(), body);
    }

    #[test]
    fn a_wrong_charset_is_an_error_and_not_garbage() {
        let long = "<a>Осень</a>".repeat(200);
        for (headers, body) in [
            (HeaderMap::new(), cp1251("<a>Осень</a>")),
            (headers("text/xml; charset=windows-1251"), long.into()),
            (
                headers("text/xml; charset=windows-1251"),
                "<a>Осень</a>".into(),
            ),
            (headers("text/xml; charset=utf-8"), cp1251("<a>Осень</a>")),
            (headers("text/xml; charset=klingon"), b"<a/>".to_vec()),
            (
                headers("text/xml; charset=windows-1251"),
                b"<a>\x98</a>".to_vec(),
            ),
            (HeaderMap::new(), b"<a>\xd0".to_vec()),
            (
                headers("text/xml; charset=utf-8"),
                b"<?xml version='1.0' encoding='cp1251'?><a>\x98</a>".to_vec(),
            ),
        ] {
            for size in 1..20 {
                let error = read(&headers, &body, size).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Decode);
            }
        }
    }

    #[test]
    fn nothing_is_decoded_while_the_charset_is_in_doubt() {
        let mut transcoder = Transcoder::new(&headers("text/xml; charset=windows-1251"), 1000);
        let mut text = String::new();
        transcoder
            .feed("<a>Осень</a>".as_bytes(), false, &mut text)
            .unwrap();
        assert_eq!(text, "<a>");
        transcoder
            .feed(&cp1251("<b>Осень</b>"), false, &mut text)
            .unwrap();
        assert!(text.ends_with("<b>Осень</b>"), "{text}");
    }
}
