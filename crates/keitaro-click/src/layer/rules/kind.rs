//! What kind of request a browser makes.

use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, UPGRADE};

/// Whether a path looks like an asset or a health check.
pub(super) fn is_asset(path: &str) -> bool {
    const ENDINGS: [&str; 83] = [
        "7z",
        "aac",
        "apk",
        "avi",
        "avif",
        "bin",
        "bmp",
        "bz2",
        "css",
        "csv",
        "deb",
        "dmg",
        "doc",
        "docx",
        "eot",
        "epub",
        "exe",
        "flac",
        "gif",
        "gz",
        "heic",
        "ico",
        "iso",
        "jar",
        "jpeg",
        "jpg",
        "js",
        "json",
        "jxl",
        "m3u8",
        "m4a",
        "m4s",
        "m4v",
        "map",
        "mjs",
        "mkv",
        "mov",
        "mp3",
        "mp4",
        "mpd",
        "mpeg",
        "mpg",
        "msi",
        "odp",
        "ods",
        "odt",
        "oga",
        "ogg",
        "ogv",
        "opus",
        "otf",
        "pdf",
        "pkg",
        "png",
        "ppt",
        "pptx",
        "psd",
        "rar",
        "rpm",
        "rss",
        "rtf",
        "svg",
        "swf",
        "tar",
        "tgz",
        "tif",
        "tiff",
        "ttc",
        "ttf",
        "txt",
        "wasm",
        "wav",
        "webm",
        "webmanifest",
        "webp",
        "woff",
        "woff2",
        "xls",
        "xlsx",
        "xml",
        "xsl",
        "xz",
        "zip",
    ];
    const HEALTH: [&str; 8] = [
        "/health",
        "/healthz",
        "/healthcheck",
        "/livez",
        "/ping",
        "/ready",
        "/readyz",
        "/status",
    ];
    let file = path.rsplit('/').next().unwrap_or_default();
    let ending = file.rsplit_once('.').map(|(_, ending)| ending);
    let same = |other: &&str| other.eq_ignore_ascii_case(path);
    ending.is_some_and(|ending| {
        ENDINGS
            .binary_search(&&*ending.to_ascii_lowercase())
            .is_ok()
    }) || HEALTH.iter().any(same)
        || path.starts_with("/.well-known/")
}

/// Whether the browser says that it fetches neither a page nor data for a script.
pub(super) fn fetches_asset(headers: &HeaderMap) -> bool {
    static SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
    let wanted = headers.get(&SEC_FETCH_DEST).map(|value| value.as_bytes());
    wanted.is_some_and(|wanted| {
        !matches!(wanted, b"document" | b"iframe" | b"frame" | b"empty" | b"")
    })
}

/// Whether the request is that of a script instead of a navigation.
pub(super) fn is_scripted(headers: &HeaderMap) -> bool {
    static SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
    static SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
    static X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");
    let get = |name| headers.get(name).map(HeaderValue::as_bytes);
    if let Some(mode) = get(&SEC_FETCH_MODE) {
        return !matches!(mode, b"navigate" | b"nested-navigate" | b"");
    }
    if get(&SEC_FETCH_DEST) == Some(b"empty") {
        return true;
    }
    // Browsers inside apps put the name of the app into this header, in navigations too.
    let library = |value: &[u8]| value.eq_ignore_ascii_case(b"XMLHttpRequest");
    get(&X_REQUESTED_WITH).is_some_and(library) || !headers.get_all(ACCEPT).iter().all(wants_page)
}

/// Whether an `Accept` header is that of a page: it names HTML, or nothing but `*/*`.
fn wants_page(accept: &HeaderValue) -> bool {
    let accept = accept.as_bytes().to_ascii_lowercase();
    let mut ranges = accept.split(|byte| *byte == b',').map(|range| {
        let end = range.iter().position(|byte| *byte == b';');
        range[..end.unwrap_or(range.len())].trim_ascii()
    });
    let html = [&b"text/html"[..], b"application/xhtml+xml", b"text/*"];
    ranges.clone().any(|range| html.contains(&range))
        || ranges.all(|range| matches!(range, b"*/*" | b""))
}

/// Whether the connection is to speak another protocol than HTTP.
pub(super) fn is_upgrade(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(UPGRADE).iter();
    let mut protocols = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    protocols.any(|protocol| {
        let protocol = protocol.trim_ascii().to_ascii_lowercase();
        let name = protocol.split(|byte| *byte == b'/').next();
        !matches!(name, Some(b"h2c" | b"h2" | b"http" | b"tls" | b"") | None)
    })
}

/// Whether the browser prefetches the page.
pub(in crate::layer) fn is_prefetch(headers: &HeaderMap) -> bool {
    headers.iter().any(|(name, value)| {
        let signs: &[&str] = match name.as_str() {
            "sec-purpose" | "purpose" | "x-moz" => &["prefetch", "prerender"],
            "x-purpose" => &["preview"],
            "x-fb-http-engine" => &["liger"],
            _ => return false,
        };
        let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
        signs.iter().any(|sign| value.contains(sign))
    })
}

/// Whether a browser shows what it prefetches without asking again.
///
/// The data that a script prefetches for itself are no page. The apps of Facebook are left alone:
/// nobody says what they do after a failure.
pub(super) fn is_shown_later(headers: &HeaderMap) -> bool {
    let mode = headers.get("sec-fetch-mode").map(HeaderValue::as_bytes);
    let is_page = matches!(mode, None | Some(b"navigate" | b"no-cors" | b""));
    is_page
        && ["sec-purpose", "purpose", "x-moz"]
            .iter()
            .any(|name| headers.contains_key(*name))
}

pub(super) fn is_bot(headers: &HeaderMap) -> bool {
    const WORDS: [&str; 8] = [
        "bot", "crawl", "spider", "slurp", "curl/", "wget/", "python-", "headless",
    ];
    let user_agent = headers
        .get(http::header::USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase())
        .unwrap_or_default();
    user_agent.is_empty() || WORDS.iter().any(|word| user_agent.contains(word))
}
