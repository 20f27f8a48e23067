//! Placeholders in HTML pages, replaced while the page streams through.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, HeaderMap, HeaderValue, LAST_MODIFIED,
};
use http_body::{Body, Frame, SizeHint};

use super::ClickResult;

pin_project_lite::pin_project! {
    /// The body of a response of [`ClickService`](super::ClickService): the tracker's content or the
    /// site's page.
    pub struct ClickBody<B> {
        #[pin]
        page: Option<B>,
        tracker: Option<Bytes>,
        filler: Option<Filler>,
    }
}

impl<B> ClickBody<B> {
    pub(super) fn tracker(bytes: Bytes) -> Self {
        Self {
            page: None,
            tracker: (!bytes.is_empty()).then_some(bytes),
            filler: None,
        }
    }

    /// Creates a body that is the site's page, unchanged.
    pub fn page(body: B) -> Self {
        Self {
            page: Some(body),
            tracker: None,
            filler: None,
        }
    }

    pub(super) fn filled(body: B, filler: Filler) -> Self {
        Self {
            page: Some(body),
            tracker: None,
            filler: Some(filler),
        }
    }
}

impl<B> fmt::Debug for ClickBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClickBody(..)")
    }
}

impl<B> Default for ClickBody<B> {
    fn default() -> Self {
        Self::tracker(Bytes::new())
    }
}

impl<B: Body> Body for ClickBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let whole = |mut data: B::Data| data.copy_to_bytes(data.remaining());
        let this = self.project();
        let Some(mut page) = this.page.as_pin_mut() else {
            return Poll::Ready(this.tracker.take().map(|bytes| Ok(Frame::data(bytes))));
        };
        let Some(filler) = this.filler else {
            return page
                .poll_frame(cx)
                .map(|frame| frame.map(|frame| frame.map(|frame| frame.map_data(whole))));
        };
        loop {
            if let Some(trailers) = filler.trailers.take() {
                return Poll::Ready(Some(Ok(trailers)));
            }
            if filler.over {
                return Poll::Ready(None);
            }
            let filled = match ready!(page.as_mut().poll_frame(cx)) {
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => filler.fill(&whole(data)),
                    Err(trailers) => {
                        filler.trailers = Some(trailers.map_data(whole));
                        filler.finish()
                    }
                },
                None => {
                    let rest = filler.finish();
                    filler.over = true;
                    return Poll::Ready((!rest.is_empty()).then(|| Ok(Frame::data(rest))));
                }
            };
            if !filled.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(filled))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match (&self.page, &self.filler) {
            (None, _) => self.tracker.is_none(),
            (Some(page), None) => page.is_end_stream(),
            (Some(_), Some(_)) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.page, &self.filler) {
            (None, _) => {
                let length = self.tracker.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
            }
            (Some(page), None) => page.size_hint(),
            (Some(_), Some(_)) => SizeHint::default(),
        }
    }
}

/// Replaces `{offer}`, `{offer:ID}` and `{subid}` while a page streams through.
pub(super) struct Filler {
    click: ClickResult,
    /// URL of links if there is no offer.
    fallback: String,
    /// The start of a placeholder that continues in the next chunk.
    cut: BytesMut,
    trailers: Option<Frame<Bytes>>,
    over: bool,
}

/// What follows a `{`.
enum Found {
    Placeholder { length: usize, filling: String },
    Cut,
    Nothing,
}

impl Filler {
    pub(super) fn new(click: ClickResult, fallback: &str) -> Self {
        Self {
            click,
            fallback: fallback.to_owned(),
            cut: BytesMut::new(),
            trailers: None,
            over: false,
        }
    }

    fn fill(&mut self, chunk: &Bytes) -> Bytes {
        if self.cut.is_empty() && !chunk.contains(&b'{') {
            return chunk.clone();
        }
        let mut text = std::mem::take(&mut self.cut);
        text.extend_from_slice(chunk);
        let mut filled = BytesMut::with_capacity(text.len() + 128);
        let mut rest = &text[..];
        while let Some(at) = rest.iter().position(|byte| *byte == b'{') {
            filled.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            match self.find(rest) {
                Found::Placeholder { length, filling } => {
                    filled.extend_from_slice(filling.as_bytes());
                    rest = &rest[length..];
                }
                Found::Cut => {
                    self.cut = BytesMut::from(rest);
                    return filled.freeze();
                }
                Found::Nothing => {
                    filled.extend_from_slice(b"{");
                    rest = &rest[1..];
                }
            }
        }
        filled.extend_from_slice(rest);
        filled.freeze()
    }

    fn finish(&mut self) -> Bytes {
        std::mem::take(&mut self.cut).freeze()
    }

    fn find(&self, text: &[u8]) -> Found {
        const OFFER_OF: &[u8] = b"{offer:";
        const MAX_DIGITS: usize = 20;
        for (placeholder, is_offer) in [(&b"{offer}"[..], true), (b"{subid}", false)] {
            if text.starts_with(placeholder) {
                let filling = if is_offer {
                    self.offer(None)
                } else {
                    escape(self.click.sub_id().unwrap_or_default())
                };
                return Found::Placeholder {
                    length: placeholder.len(),
                    filling,
                };
            }
            if placeholder.starts_with(text) {
                return Found::Cut;
            }
        }
        let Some(tail) = text.strip_prefix(OFFER_OF) else {
            return if OFFER_OF.starts_with(text) {
                Found::Cut
            } else {
                Found::Nothing
            };
        };
        let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let id = std::str::from_utf8(&tail[..digits]).ok();
        match (tail.get(digits), id.and_then(|id| id.parse::<u64>().ok())) {
            (Some(b'}'), Some(id)) => Found::Placeholder {
                length: OFFER_OF.len() + digits + 1,
                filling: self.offer(Some(id)),
            },
            (None, _) if digits <= MAX_DIGITS => Found::Cut,
            _ => Found::Nothing,
        }
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
    let html = headers.get(CONTENT_TYPE).is_some_and(|value| {
        let value = value.as_bytes();
        value.len() >= 9 && value[..9].eq_ignore_ascii_case(b"text/html")
    });
    html && !headers.contains_key(CONTENT_ENCODING) && !headers.contains_key(CONTENT_RANGE)
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
