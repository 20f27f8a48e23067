//! The click of a visitor, from the request.

mod bounds;
mod forwarded;

use std::borrow::Cow;
use std::net::IpAddr;

use adcore::{Error, Request, single_line};
use http::Uri;
use http::header::{
    ACCEPT_LANGUAGE, HOST, HeaderMap, HeaderName, HeaderValue, REFERER, USER_AGENT,
};
use http::request::Parts;

use super::cookies::{MAX_COOKIE, VisitorCookies};
use super::rules::is_prefetch;
use super::settings::Settings;
use super::template::Part;
use crate::calls::name::{Readings, php_field};
use crate::calls::{Click, ClickEncoding};
use crate::wire::{check_params, encode_click_with, is_reserved, is_single_line};
use bounds::Room;
use forwarded::forwarded;

static X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");
/// Maximum length of one value; longer ones are truncated.
const MAX_LENGTH: usize = 4096;
/// Maximum number of parameters of a visitor's query; further ones are ignored.
const MAX_PARAMS: usize = 100;

/// A name and a value of a query, decoded, in the encoding that the visitor has used.
type Param<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// What a request says about the visitor.
#[derive(Debug)]
pub(super) struct Visitor<'a> {
    parts: &'a Parts,
    pub(super) address: Option<IpAddr>,
    pub(super) https: bool,
    /// Host and port of the request.
    pub(super) host: Option<&'a str>,
    pub(super) cookies: VisitorCookies<'a>,
    query: Vec<Param<'a>>,
}

impl<'a> Visitor<'a> {
    pub(super) fn of(parts: &'a Parts, settings: &Settings) -> Self {
        let named = parts.uri.authority().map(|authority| authority.as_str());
        Self {
            parts,
            address: settings.address(parts),
            https: settings.is_https(parts),
            host: named.or_else(|| parts.headers.get(HOST)?.to_str().ok()),
            cookies: VisitorCookies::of(&parts.headers),
            query: query(&parts.uri).collect(),
        }
    }

    /// The requested page.
    pub(super) fn uri(&self) -> &'a Uri {
        &self.parts.uri
    }

    /// The whole URL of the page, in one line of limited length.
    pub(super) fn url(&self) -> String {
        let target = self.parts.uri.path_and_query();
        let target = target.map_or("/", |target| target.as_str());
        let scheme = if self.https { "https" } else { "http" };
        let url = match self.host {
            Some(host) => [scheme, "://", host, target].concat(),
            None => target.to_owned(),
        };
        match clean(&url) {
            Cow::Borrowed(_) => url,
            Cow::Owned(clean) => clean,
        }
    }

    /// The first value of a header.
    pub(super) fn header(&self, name: &HeaderName) -> Option<&'a [u8]> {
        self.parts.headers.get(name).map(HeaderValue::as_bytes)
    }

    /// A value of the query, decoded.
    pub(super) fn query_bytes(&self, name: &str) -> Option<&[u8]> {
        let mut query = self.query.iter();
        let (_, value) = query.find(|(other, _)| **other == *name.as_bytes())?;
        Some(value)
    }

    /// A value of the query, decoded, if it is text.
    pub(super) fn query_value(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.query_bytes(name)?).ok()
    }

    /// What a placeholder takes from the request.
    fn value_of(&self, part: &Part) -> Option<Cow<'_, [u8]>> {
        match part {
            Part::Text(_) => None,
            Part::Uri => Some(self.url().into_bytes().into()),
            Part::Host => self.host.map(|host| host.as_bytes().into()),
            Part::Header(name) => self.header(name).map(Cow::Borrowed),
            Part::Cookie(name) => self.cookies.get_bytes(name).map(Cow::Borrowed),
            Part::Query(name) => self.query_bytes(name).map(Cow::Borrowed),
        }
    }

    /// Whether the visitor's query asks to forget the earlier click.
    pub(super) fn is_reset(&self) -> bool {
        self.query_value("_reset")
            .is_some_and(|value| !matches!(value, "" | "0"))
    }

    /// Encodes the click of this visitor, with the site's parameters and those of the query.
    ///
    /// # Errors
    /// If a value cannot be sent.
    pub(super) fn click(
        &self,
        settings: &Settings,
        uniqueness: &[String],
    ) -> Result<Request, Error> {
        let Parts {
            method, headers, ..
        } = self.parts;
        let mut click = Click::new();
        click.info = true;
        click.log = settings.log;
        click.force_redirect_offer = settings.force_redirect_offer;
        // Where prefetches are not clicks, this request is not a prefetch.
        click.prefetch = settings.rules.prefetch && is_prefetch(headers);
        click.ip = self.address;
        click.user_agent = header_text(headers, &USER_AGENT);
        click.language = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| language(value.to_str().ok()?));
        click.x_requested_with = header_text(headers, &X_REQUESTED_WITH);
        click.landing_id = settings.landing_id;
        let url = self.url();
        let referrer = if settings.current_page_as_referrer {
            self.host.map(|_| url.clone())
        } else {
            header_text(headers, &REFERER)
        };
        click.se_referrer.clone_from(&referrer);
        click.referrer = referrer;
        let allowed = |name: &str| {
            (matches!(name, "_subid" | "_token") && !self.is_reset())
                || settings.uniqueness_names.iter().any(|other| other == name)
                || uniqueness.iter().any(|other| other == name)
                || settings.cookie_names.iter().any(|other| other == name)
        };
        let cookie = self.cookies.allowed(allowed);
        let mut sent_headers = Vec::new();
        match settings.click_encoding {
            ClickEncoding::Query => {
                let mut names = settings.uniqueness_names.iter().chain(uniqueness);
                click.uniqueness_cookie = names.find_map(|name| self.short_cookie(name));
                bounds::shorten_texts(&mut click);
            }
            ClickEncoding::Form => {
                sent_headers = forwarded(headers, self.address);
                sent_headers.extend(cookie.as_deref().map(|line| ("Cookie".into(), line.into())));
                click.original_host = self.host.map(|host| clean(host).into_owned());
                click.original_method = Some(method.as_str().to_owned());
                click.uri = Some(url);
            }
        }
        if let Some(cookie) = self.short_cookie(OLD_UNIQUENESS_COOKIE) {
            click.uniqueness_cookie = Some(cookie);
        }
        let mut room = Room::new(settings.click_encoding);
        let site: Vec<(&[u8], Cow<'_, [u8]>)> = settings
            .params
            .iter()
            .filter_map(|(name, value)| {
                let value = value.fill(|part| self.value_of(part))?;
                let usable = value.len() <= MAX_LENGTH
                    && is_single_line(&value)
                    && room.take(name.as_bytes(), &value);
                usable.then_some((name.as_bytes(), value))
            })
            .collect();
        check_params(&site, |name| is_reserved(&click, name))?;
        let params = self.params(settings, &click);
        let params = params.filter(|(name, value)| room.take(name, value));
        let params = site.into_iter().chain(params);
        let encoding = settings.click_encoding;
        encode_click_with(&click, &sent_headers, cookie.as_deref(), params, encoding)
    }

    /// The value of a cookie for a field of the click; the tracker made no long one.
    fn short_cookie(&self, name: &str) -> Option<String> {
        let value = self.cookies.get(name)?;
        (bounds::encoded_length(value.as_bytes()) <= MAX_COOKIE).then(|| clean(value).into_owned())
    }

    /// The campaign parameters in the query, without those that the click or the site sets.
    fn params(
        &self,
        settings: &Settings,
        click: &Click,
    ) -> impl Iterator<Item = (&[u8], Cow<'_, [u8]>)> {
        const PRIVATE: [&str; 4] = ["_subid", "_token", "_reset", "api_key"];
        let names = settings.params.iter();
        let set: Vec<Vec<u8>> = names.map(|(name, _)| php_field(name.as_bytes())).collect();
        let acceptable = move |name: &[u8], value: &[u8]| {
            let readings = Readings::of(name);
            !name.is_empty()
                && name.len() <= MAX_LENGTH
                && value.len() <= MAX_LENGTH
                && is_single_line(name)
                && is_single_line(value)
                && (!settings.utm_only || name.starts_with(b"utm_"))
                && !is_reserved(click, &readings)
                && !readings.contain_one_of(&PRIVATE)
                && !set.iter().any(|set| readings.contain(set))
        };
        let query = if settings.visitor_params {
            &self.query[..]
        } else {
            &[]
        };
        query
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .filter(move |(name, value)| acceptable(name, value))
            .map(|(name, value)| (name, value.into()))
    }
}

/// The query, decoded.
fn query(uri: &Uri) -> impl Iterator<Item = Param<'_>> {
    let query = uri.query().unwrap_or_default();
    let pairs = query.as_bytes().split(|byte| *byte == b'&');
    pairs
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let end = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match end {
                Some(end) => (&pair[..end], &pair[end + 1..]),
                None => (pair, &b""[..]),
            };
            (decode(name), decode(value))
        })
        .take(MAX_PARAMS)
}

/// Decodes `+` and `%XX`.
fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    // Most are plain. No early exit, so that the loop is vectorised.
    let plain = text
        .iter()
        .fold(true, |all, byte| all & !matches!(byte, b'+' | b'%'));
    if plain {
        return text.into();
    }
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_encoding::percent_decode(&spaced).collect()
}

/// The cookie that stores the `uniqueness_cookie` of older trackers.
pub(super) const OLD_UNIQUENESS_COOKIE: &str = "uniqueness_cookie";

fn header_text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(value_text(headers.get(name)?).into_owned())
}

fn value_text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => clean(text),
        Err(_) => clean(&String::from_utf8_lossy(value.as_bytes()))
            .into_owned()
            .into(),
    }
}

/// The text without control characters, truncated to `MAX_LENGTH`.
fn clean(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_LENGTH && single_line("text", text).is_ok() {
        return text.into();
    }
    let chars = text.chars().filter(|c| !c.is_control());
    chars.take(MAX_LENGTH).collect()
}

/// The two-letter language that the visitor prefers.
fn language(accept: &str) -> Option<String> {
    let mut best: Option<(f32, String)> = None;
    for range in accept.split(',') {
        let mut pieces = range.split(';');
        let tag = pieces.next().unwrap_or_default().trim();
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.len() != 2 || !primary.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            continue;
        }
        let quality = pieces
            .find_map(|piece| piece.trim().strip_prefix("q="))
            .map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0));
        if quality > best.as_ref().map_or(0.0, |(quality, _)| *quality) {
            best = Some((quality, primary.to_ascii_lowercase()));
        }
    }
    best.map(|(_, primary)| primary)
}

#[cfg(test)]
mod tests;
