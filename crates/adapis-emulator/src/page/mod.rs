//! The page for people: one document that loads nothing from elsewhere.
//!
//! It is assembled from three files, so that each can be checked and formatted in its own language. Its
//! script and its style are allowed by their hashes, so that injected code cannot run.

use axum::body::Body;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::header::{X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{HeaderValue, Method, Request, Response};
use sha2::{Digest as _, Sha256};

use crate::guard;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("page.js");
const DOCUMENT: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<title>adapis emulator</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>",
    include_str!("style.css"),
    "</style>\n</head>\n<body>\n",
    include_str!("body.html"),
    "<script>",
    include_str!("page.js"),
    "</script>\n</body>\n</html>\n",
);

/// Whether a request for `/` comes from a browser that wants a page, rather than from a client.
///
/// The tracker has nothing at `/` without a query, so it loses no call of a client.
pub(crate) fn is_wanted<T>(request: &Request<T>) -> bool {
    let uri = request.uri();
    let mut accepted = request.headers().get_all(ACCEPT).iter();
    [Method::GET, Method::HEAD].contains(request.method())
        && uri.path() == "/"
        && uri.query().is_none()
        && accepted.any(|value| {
            value
                .to_str()
                .is_ok_and(|value| value.contains("text/html"))
        })
        && guard::refusal(request).is_none()
}

pub(crate) fn response() -> Response<Body> {
    let mut response = Response::new(Body::from(DOCUMENT));
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy()) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn policy() -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        hash(SCRIPT),
        hash(STYLE),
    )
}

/// Returns the hash of a script or style as a source of the policy.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text)))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 63;
            text.push(match digit as usize <= chunk.len() {
                true => char::from(DIGITS[index as usize]),
                false => '=',
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{DOCUMENT, SCRIPT, STYLE, base64};

    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("\u{3ff}~", "z79+"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn the_document_names_nothing_elsewhere_and_makes_no_html_of_texts() {
        assert!(!DOCUMENT.contains("://"));
        for html in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!SCRIPT.contains(html), "{html}");
        }
        // The policy allows neither attributes with styles nor ones with scripts.
        assert!(!DOCUMENT.contains(" style=") && !DOCUMENT.contains(" onclick="));
        assert!(!SCRIPT.contains("</script") && !STYLE.contains("</style"));
    }
}
