use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, Uri};

use crate::Error;

/// Where a vendor's API lives: scheme, host, port and directory, without credentials or query.
///
/// `https://` everywhere; `http://` only to loopback, because every request carries a credential.
///
/// ```
/// use adcore::Endpoint;
///
/// let endpoint = Endpoint::parse("https://tracker.example:8443/sub/")?;
/// assert_eq!(endpoint.to_string(), "https://tracker.example:8443/sub/");
/// assert!(Endpoint::parse("http://tracker.example/").is_err());
/// assert!(Endpoint::parse("http://127.0.0.1:8080").is_ok());
/// # Ok::<(), adcore::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    path: String,
}

impl Endpoint {
    /// Reads an absolute URL.
    ///
    /// # Errors
    /// `InvalidInput` naming `endpoint` when the URL is not absolute, holds a user, a query or a
    /// fragment, or would carry credentials in the clear. The URL itself is not repeated.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let wrong = |must: &str| Error::invalid_input("endpoint", must);
        let url = url.trim();
        if url.is_empty() {
            return Err(wrong("must be a URL, it is empty"));
        }
        if url.contains('#') {
            return Err(wrong("must have no fragment (#…)"));
        }
        let uri: Uri = url
            .parse()
            .map_err(|_| wrong("must be an absolute URL such as https://host/path"))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(wrong("must be an absolute URL such as https://host/path"));
        };
        if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
            return Err(wrong("must begin with https:// (or http:// to loopback)"));
        }
        if authority.as_str().contains('@') {
            return Err(wrong(
                "must hold no user or password; give them as credentials",
            ));
        }
        if authority.host().is_empty() || authority.as_str().ends_with(':') {
            return Err(wrong("must name a host"));
        }
        let path = parts
            .path_and_query
            .unwrap_or_else(|| PathAndQuery::from_static("/"));
        if path.query().is_some() {
            return Err(wrong("must have no query (?…); give tokens as credentials"));
        }
        if scheme == Scheme::HTTP && !is_loopback(authority.host()) {
            return Err(wrong(
                "must begin with https://: credentials would travel in the clear (http:// is for loopback only)",
            ));
        }
        Ok(Self {
            scheme,
            authority,
            path: path.path().to_owned(),
        })
    }

    /// Whether requests are encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// The host and port, as given.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// The path of `suffix` under this endpoint; an empty suffix is the endpoint itself.
    pub(crate) fn join(&self, suffix: &str, into: &mut String) {
        if suffix.is_empty() {
            into.push_str(&self.path);
        } else {
            into.push_str(self.path.trim_end_matches('/'));
            into.push_str(suffix);
        }
    }

    /// This endpoint's origin with another path and query.
    pub(crate) fn uri(&self, target: PathAndQuery) -> Result<Uri, Error> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(target);
        Uri::from_parts(parts).map_err(|_| Error::invalid_input("request", "makes no valid URL"))
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Ordered `name=value` pairs, percent-encoded as they are pushed; names may repeat.
///
/// ```
/// let mut form = adcore::Form::new();
/// form.push("keyword", "купить слона");
/// form.push("sub_id_1", "a&b");
/// assert_eq!(
///     form.as_str(),
///     "keyword=%D0%BA%D1%83%D0%BF%D0%B8%D1%82%D1%8C%20%D1%81%D0%BB%D0%BE%D0%BD%D0%B0&sub_id_1=a%26b",
/// );
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(String);

/// What may stand in a query or a form as it is; everything else is percent-encoded.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        table[byte] = c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

impl Form {
    /// No pairs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No pairs, with room for `bytes` of encoded text.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// Adds a pair of UTF-8 text.
    pub fn push(&mut self, name: &str, value: &str) {
        self.push_bytes(name.as_bytes(), value.as_bytes());
    }

    /// Adds a pair of bytes in another encoding; each byte is encoded by itself.
    pub fn push_bytes(&mut self, name: &[u8], value: &[u8]) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.push_value(name);
        self.0.push('=');
        self.push_value(value);
    }

    /// Adds pairs that are encoded already.
    pub fn push_form(&mut self, other: &Self) {
        if !self.0.is_empty() && !other.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(&other.0);
    }

    pub(crate) fn push_value(&mut self, bytes: &[u8]) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let mut rest = bytes;
        while !rest.is_empty() {
            let plain = rest
                .iter()
                .position(|byte| !PLAIN[usize::from(*byte)])
                .unwrap_or(rest.len());
            let (run, tail) = rest.split_at(plain);
            if let Ok(text) = std::str::from_utf8(run) {
                self.0.push_str(text);
            }
            let Some((byte, tail)) = tail.split_first() else {
                break;
            };
            self.0.push('%');
            self.0.push(char::from(HEX[usize::from(byte >> 4)]));
            self.0.push(char::from(HEX[usize::from(byte & 15)]));
            rest = tail;
        }
    }

    /// Whether there are no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The encoded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form(..)")
    }
}

/// Encodes one segment of a path, so that an id can neither leave it nor add a query.
///
/// # Errors
/// `InvalidInput` naming `field` when the segment is empty, `.` or `..`, or holds a control
/// character.
pub fn path_segment(field: &'static str, value: &str) -> Result<String, Error> {
    if value.is_empty() || value == "." || value == ".." {
        return Err(Error::invalid_input(
            field,
            "must be a name, not empty, '.' or '..'",
        ));
    }
    single_line(field, value)?;
    let mut encoded = Form::with_capacity(value.len());
    encoded.push_value(value.as_bytes());
    Ok(encoded.into_string())
}

/// Refuses control characters, line ends above all, in a value that is one line.
///
/// # Errors
/// `InvalidInput` naming `field`.
pub fn single_line(field: impl Into<Cow<'static, str>>, value: &str) -> Result<(), Error> {
    if value.chars().any(char::is_control) {
        return Err(Error::invalid_input(
            field,
            "must hold no control characters (such as a line end)",
        ));
    }
    Ok(())
}

/// What a request carries besides its URL.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Payload {
    /// Nothing.
    #[default]
    Empty,
    /// `application/x-www-form-urlencoded`.
    Form(Form),
    /// `multipart/form-data`.
    Multipart(Multipart),
    /// Bytes of the given content type.
    Bytes(HeaderValue, Bytes),
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Form(_) => "Form(..)",
            Self::Multipart(_) => "Multipart(..)",
            Self::Bytes(..) => "Bytes(..)",
        })
    }
}

/// Parts of a `multipart/form-data` body, in order.
#[derive(Clone, Default)]
pub struct Multipart {
    parts: Vec<Part>,
}

#[derive(Clone)]
struct Part {
    name: Vec<u8>,
    file: Option<(String, String)>,
    content: Bytes,
}

impl Multipart {
    /// No parts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plain field; name and content are bytes in the encoding of the call.
    pub fn field(&mut self, name: impl Into<Vec<u8>>, content: impl Into<Bytes>) {
        self.parts.push(Part {
            name: name.into(),
            file: None,
            content: content.into(),
        });
    }

    /// Adds a file with the name and the content type that the vendor is told.
    pub fn file(
        &mut self,
        name: impl Into<Vec<u8>>,
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) {
        self.parts.push(Part {
            name: name.into(),
            file: Some((file_name.into(), content_type.into())),
            content: content.into(),
        });
    }

    fn append(&mut self, other: &Self) {
        self.parts.extend(other.parts.iter().cloned());
    }

    fn encode(&self) -> (String, Vec<u8>) {
        let boundary = loop {
            let candidate = format!(
                "adcore-{:016x}{:016x}",
                fastrand::u64(..),
                fastrand::u64(..)
            );
            let needle = candidate.as_bytes();
            let taken = |part: &Part| part.content.windows(needle.len()).any(|at| at == needle);
            if !self.parts.iter().any(taken) {
                break candidate;
            }
        };
        let mut body = Vec::new();
        for part in &self.parts {
            body.extend_from_slice(b"--");
            body.extend_from_slice(boundary.as_bytes());
            body.extend_from_slice(b"\r\nContent-Disposition: form-data; name=\"");
            push_quoted(&mut body, &part.name);
            body.push(b'"');
            if let Some((file_name, content_type)) = &part.file {
                body.extend_from_slice(b"; filename=\"");
                push_quoted(&mut body, file_name.as_bytes());
                body.extend_from_slice(b"\"\r\nContent-Type: ");
                body.extend(content_type.bytes().filter(|byte| !byte.is_ascii_control()));
            }
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--");
        body.extend_from_slice(boundary.as_bytes());
        body.extend_from_slice(b"--\r\n");
        (boundary, body)
    }
}

/// Escapes a name as browsers do: quotes and line ends are percent-encoded.
fn push_quoted(body: &mut Vec<u8>, name: &[u8]) {
    for byte in name {
        match byte {
            b'"' => body.extend_from_slice(b"%22"),
            b'\r' => body.extend_from_slice(b"%0D"),
            b'\n' => body.extend_from_slice(b"%0A"),
            other => body.push(*other),
        }
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Multipart({} parts)", self.parts.len())
    }
}

/// One call as the wire layer of a vendor crate makes it, before any credential.
///
/// It holds a path under the endpoint and never a host, so no credential can reach another one.
#[derive(Clone)]
pub struct Request {
    pub(crate) operation: Cow<'static, str>,
    pub(crate) method: Method,
    pub(crate) path: Cow<'static, str>,
    pub(crate) query: Form,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    pub(crate) idempotent: bool,
}

impl Request {
    /// A call named `operation` to `path` under the endpoint.
    ///
    /// `path` is percent-encoded already (see [`path_segment`]) and is empty or begins with `/`.
    pub fn new(
        operation: impl Into<Cow<'static, str>>,
        method: Method,
        path: impl Into<Cow<'static, str>>,
    ) -> Self {
        let idempotent = method.is_safe();
        Self {
            operation: operation.into(),
            method,
            path: path.into(),
            query: Form::new(),
            headers: HeaderMap::new(),
            payload: Payload::Empty,
            idempotent,
        }
    }

    /// Sets the query.
    #[must_use]
    pub fn query(mut self, query: Form) -> Self {
        self.query = query;
        self
    }

    /// Sets a header; a credential belongs into [`Authorize`](crate::Authorize) instead.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn payload(mut self, payload: Payload) -> Self {
        self.payload = payload;
        self
    }

    /// Says whether the call may be repeated after an ambiguous failure.
    ///
    /// The default is `true` for safe methods (GET) and `false` for all others.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }

    /// The operation's name.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Whether the call may be repeated after an ambiguous failure.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The body, without credentials.
    #[must_use]
    pub fn body(&self) -> &Payload {
        &self.payload
    }

    /// The path under the endpoint and the query, without credentials.
    #[must_use]
    pub fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone().into_owned()
        } else {
            format!("{}?{}", self.path, self.query.as_str())
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("payload", &self.payload)
            .field("idempotent", &self.idempotent)
            .finish_non_exhaustive()
    }
}

impl Multipart {
    /// `credentials` first, then these parts, as content type and body.
    pub(crate) fn finish(&self, credentials: &Self) -> Result<(HeaderValue, Bytes), Error> {
        let mut all = credentials.clone();
        all.append(self);
        let (boundary, body) = all.encode();
        let content_type =
            HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
                .map_err(|_| Error::invalid_input("multipart", "has no valid boundary"))?;
        Ok((content_type, body.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_refuses_what_would_leak_or_mislead() {
        for bad in [
            "",
            "tracker.example",
            "/click_api/v3",
            "ftp://tracker.example",
            "http://tracker.example",
            "http://127.0.0.1.evil.example/",
            "https://user:password@tracker.example",
            "https://tracker.example/?token=s3cret",
            "https://tracker.example/#x",
            "https://",
            "https:// tracker",
        ] {
            let error = Endpoint::parse(bad).unwrap_err();
            assert_eq!(error.field(), Some("endpoint"), "{bad}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
            assert!(!error.to_string().contains("password@"), "{error}");
        }
        for good in [
            "https://tracker.example:8443/sub",
            "http://localhost:1",
            "http://127.9.0.1/",
            "http://[::1]:80/api",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn join_keeps_port_and_directory() {
        let join = |base: &str, suffix: &str| {
            let mut target = String::new();
            Endpoint::parse(base).unwrap().join(suffix, &mut target);
            target
        };
        assert_eq!(
            join("https://t:1/dir/", "/click_api/v3"),
            "/dir/click_api/v3"
        );
        assert_eq!(join("https://t", "/token"), "/token");
        assert_eq!(join("https://t/api/v2/", ""), "/api/v2/");
        assert_eq!(join("https://t/v1/API.php", ""), "/v1/API.php");
        assert_eq!(join("https://t", ""), "/");
    }

    #[test]
    fn path_segments_cannot_travel() {
        assert_eq!(
            path_segment("id", "a/../b?x#y").unwrap(),
            "a%2F..%2Fb%3Fx%23y"
        );
        for bad in ["", ".", "..", "a\r\nb", "a\0"] {
            assert!(path_segment("id", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn multipart_boundary_is_not_in_the_content() {
        let mut parts = Multipart::new();
        parts.field("a\"b", "1");
        parts.file(
            "zipFile",
            "x\r\n.zip",
            "application/zip\r\nX: y",
            &b"PK\x03"[..],
        );
        let (content_type, body) = parts.finish(&Multipart::new()).unwrap();
        let boundary = content_type
            .to_str()
            .unwrap()
            .split('=')
            .next_back()
            .unwrap();
        let text = String::from_utf8_lossy(&body);
        assert_eq!(text.matches(boundary).count(), 3);
        assert!(text.contains("name=\"a%22b\""));
        assert!(text.contains("filename=\"x%0D%0A.zip\"\r\nContent-Type: application/zipX: y\r\n"));
    }
}
