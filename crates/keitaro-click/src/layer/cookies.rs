//! The tracker's cookies, to the visitor and back.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::{Duration, SystemTime};

use http::header::{COOKIE, HeaderMap, HeaderValue};

use crate::calls::Cookie;

/// The longest value of a cookie that is forwarded.
pub(super) const MAX_COOKIE: usize = 1024;

/// The attributes of the tracker's cookies in the visitor's browser.
///
/// The default is `Path=/`, `HttpOnly` and `SameSite=Lax`, with `Secure` if the visitor uses https.
///
/// ```
/// use keitaro_click::layer::{CookieDomain, CookieSettings, SameSite};
///
/// let cookies = CookieSettings::default()
///     .same_site(SameSite::Strict)
///     .domain(CookieDomain::Fixed("example.com".to_owned()));
/// assert!(cookies.http_only);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CookieSettings {
    /// Whether the cookies are hidden from scripts. Default yes.
    pub http_only: bool,
    /// Whether requests from other sites carry the cookies. Default `Lax`.
    pub same_site: SameSite,
    /// Whether the cookies are sent over https only; by default, if the visitor uses https.
    pub secure: Option<bool>,
    /// The domain of the cookies. Default [`CookieDomain::Host`].
    pub domain: CookieDomain,
}

/// When a browser sends a cookie with a request that another site causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SameSite {
    /// Never.
    Strict,
    /// When the visitor follows a link.
    Lax,
    /// Always; browsers require `Secure` for it.
    None,
}

/// The domain of the tracker's cookies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CookieDomain {
    /// The requested host without its port and a leading `www.`, and its subdomains.
    Host,
    /// The requested host only.
    HostOnly,
    /// This domain and its subdomains.
    Fixed(String),
}

impl Default for CookieSettings {
    fn default() -> Self {
        Self {
            http_only: true,
            same_site: SameSite::Lax,
            secure: None,
            domain: CookieDomain::Host,
        }
    }
}

impl CookieSettings {
    /// Sets whether the cookies are hidden from scripts.
    #[must_use]
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// Sets whether requests from other sites carry the cookies.
    #[must_use]
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Sets whether the cookies are sent over https only.
    #[must_use]
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = Some(secure);
        self
    }

    /// Sets the domain of the cookies.
    #[must_use]
    pub fn domain(mut self, domain: CookieDomain) -> Self {
        self.domain = domain;
        self
    }

    /// The `Set-Cookie` value of a cookie; `None` if its name is not valid.
    pub(super) fn header(
        &self,
        cookie: &Cookie,
        lifetime: &str,
        host: Option<&str>,
        https: bool,
    ) -> Option<HeaderValue> {
        if cookie.name.is_empty() || !cookie.name.bytes().all(is_name_byte) {
            return None;
        }
        let value = encode(cookie.value.as_bytes());
        let mut line = String::with_capacity(cookie.name.len() + value.len() + 160);
        for piece in [&cookie.name, "=", &value, "; Path=/", lifetime] {
            line.push_str(piece);
        }
        let domain = match &self.domain {
            CookieDomain::Host => host.and_then(cookie_host).map(without_www),
            CookieDomain::HostOnly => None,
            CookieDomain::Fixed(domain) => cookie_host(domain.trim_start_matches('.')),
        };
        if let Some(domain) = domain {
            line.push_str("; Domain=");
            line.push_str(domain);
        }
        if self.secure.unwrap_or(https) {
            line.push_str("; Secure");
        }
        if self.http_only {
            line.push_str("; HttpOnly");
        }
        line.push_str(match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
        });
        HeaderValue::try_from(line).ok()
    }
}

/// The attributes for a lifetime in hours; empty for a cookie that ends with the session.
pub(super) fn lifetime(ttl_hours: Option<u64>) -> String {
    const MAX_HOURS: u64 = 400 * 24;
    let Some(hours) = ttl_hours.filter(|hours| *hours > 0) else {
        return String::new();
    };
    let lifetime = Duration::from_secs(hours.min(MAX_HOURS) * 3600);
    let until = httpdate::fmt_http_date(SystemTime::now() + lifetime);
    let seconds = lifetime.as_secs().to_string();
    ["; Expires=", &until, "; Max-Age=", &seconds].concat()
}

/// The attributes of a cookie to delete.
pub(super) const DELETED: &str = "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0";

/// The host without its port, if it can be a domain of cookies: a name with a dot, no address.
fn cookie_host(host: &str) -> Option<&str> {
    let name = host.split(':').next().unwrap_or_default();
    let valid = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    let named = name.contains('.') && name.bytes().any(|byte| byte.is_ascii_alphabetic());
    (valid && named && !host.starts_with('[')).then_some(name)
}

/// The host that `www.` is a part of, unless nothing but a suffix is left.
fn without_www(host: &str) -> &str {
    match host.split_at_checked(4) {
        Some((www, rest)) if www.eq_ignore_ascii_case("www.") && rest.contains('.') => rest,
        _ => host,
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn encode(value: &[u8]) -> Cow<'_, str> {
    let plain =
        |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'%' | b'"' | b',' | b';' | b'\\');
    if value.iter().all(plain)
        && let Ok(value) = std::str::from_utf8(value)
    {
        return Cow::Borrowed(value);
    }
    let mut encoded = String::with_capacity(value.len() + 16);
    for byte in value {
        if plain(byte) {
            encoded.push(char::from(*byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Cow::Owned(encoded)
}

/// The cookies of a request, with percent-decoded values, which need not be UTF-8.
#[derive(Debug, Default)]
pub(super) struct VisitorCookies<'a>(Vec<(&'a str, Cow<'a, [u8]>)>);

impl<'a> VisitorCookies<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        const MAX_COOKIES: usize = 200;
        let pairs = headers
            .get_all(COOKIE)
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|pair| {
                let equals = pair.iter().position(|byte| *byte == b'=')?;
                let name = std::str::from_utf8(pair[..equals].trim_ascii()).ok()?;
                let value = pair[equals + 1..].trim_ascii();
                let value = value
                    .strip_prefix(b"\"")
                    .and_then(|value| value.strip_suffix(b"\""))
                    .unwrap_or(value);
                Some((name, percent_encoding::percent_decode(value).into()))
            });
        Self(pairs.take(MAX_COOKIES).collect())
    }

    /// The value of a cookie, if it is text.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.get_bytes(name)?).ok()
    }

    /// The value of a cookie, which need not be UTF-8.
    pub(super) fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        let (_, value) = self.0.iter().find(|(other, _)| *other == name)?;
        Some(value)
    }

    /// The cookies that the tracker may see, as the value of a `Cookie` header.
    ///
    /// Those that are too long are left out: a server refuses a request with a long header.
    pub(super) fn allowed(&self, allow: impl Fn(&str) -> bool) -> Option<String> {
        const MAX_LINE: usize = 4096;
        let mut line = String::new();
        for (name, value) in self.0.iter().filter(|(name, _)| allow(name)) {
            let value = encode(value);
            let length = "; =".len() + name.len() + value.len();
            if value.len() > MAX_COOKIE || line.len() + length > MAX_LINE {
                continue;
            }
            if !line.is_empty() {
                line.push_str("; ");
            }
            for piece in [name, "=", &value] {
                line.push_str(piece);
            }
        }
        (!line.is_empty()).then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(settings: &CookieSettings, value: &str, host: &str, https: bool) -> String {
        let cookie = Cookie {
            name: "_subid".into(),
            value: value.into(),
        };
        let header = settings
            .header(&cookie, &lifetime(Some(2)), Some(host), https)
            .unwrap();
        header.to_str().unwrap().to_owned()
    }

    #[test]
    fn cookie_domain_carries_no_port() {
        let settings = CookieSettings::default();
        let line = header(&settings, "a", "shop.example:8080", false);
        assert!(line.contains("; Domain=shop.example;"), "{line}");
        for host in ["127.0.0.1:80", "[::1]:80", "localhost:1", "a\"b.c", ""] {
            let line = header(&settings, "a", host, false);
            assert!(!line.contains("Domain"), "{host}: {line}");
        }
        let fixed = settings.domain(CookieDomain::Fixed(".example.com".into()));
        let line = header(&fixed, "a", "x", false);
        assert!(line.contains("; Domain=example.com;"), "{line}");
    }

    #[test]
    fn cookie_is_secure_on_https_and_every_attribute_is_settable() {
        let settings = CookieSettings::default();
        let plain = header(&settings, "a", "localhost", false);
        assert!(
            plain.ends_with("; Max-Age=7200; HttpOnly; SameSite=Lax"),
            "{plain}"
        );
        let https = header(&settings, "a", "localhost", true);
        assert!(
            https.ends_with("; Secure; HttpOnly; SameSite=Lax"),
            "{https}"
        );
        let other = settings
            .http_only(false)
            .same_site(SameSite::None)
            .secure(true);
        let other = header(&other, "a", "localhost", false);
        assert!(
            other.ends_with("Max-Age=7200; Secure; SameSite=None"),
            "{other}"
        );
    }

    #[test]
    fn cookies_ttl_is_in_hours_and_none_is_a_session() {
        let settings = CookieSettings::default();
        let cookie = Cookie {
            name: "a".into(),
            value: "b".into(),
        };
        let line = |hours| {
            let header = settings
                .header(&cookie, &lifetime(hours), None, false)
                .unwrap();
            header.to_str().unwrap().to_owned()
        };
        assert!(
            line(Some(24)).contains("; Max-Age=86400"),
            "{}",
            line(Some(24))
        );
        assert!(line(Some(24)).contains("; Expires="));
        assert!(line(Some(u64::MAX)).contains("; Max-Age=34560000"));
        assert_eq!(line(None), "a=b; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(line(Some(0)), line(None));
    }

    #[test]
    fn values_cannot_split_a_header_and_come_back_as_they_were() {
        let settings = CookieSettings::default();
        let evil = "a\r\nSet-Cookie: x=1; \"q\", 50% ü";
        let line = header(&settings, evil, "localhost", false);
        let sent = line.split(';').next().unwrap();
        assert!(!sent.contains('\r'));
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, sent.parse().unwrap());
        assert_eq!(VisitorCookies::of(&headers).get("_subid"), Some(evil));
        let named = |name: &str| {
            let cookie = Cookie {
                name: name.into(),
                value: String::new(),
            };
            settings.header(&cookie, "", None, false)
        };
        assert!(named("a\r\nb").is_none() && named("a=b").is_none() && named("").is_none());
    }

    #[test]
    fn the_tracker_sees_allowed_cookies_only() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "PHPSESSID=s3cret; _subid=a".parse().unwrap());
        headers.append(COOKIE, "jwt=s3cret; u1=b%20c".parse().unwrap());
        let cookies = VisitorCookies::of(&headers);
        let allowed = cookies.allowed(|name| ["_subid", "_token", "u1"].contains(&name));
        assert_eq!(allowed.as_deref(), Some("_subid=a; u1=b%20c"));
    }
}
