//! URLs for reqwest.

use std::sync::{Mutex, PoisonError};

use http::Uri;
use http::header::HeaderValue;
use http::uri::{Authority, Scheme};
use reqwest::Url;

/// Converts URIs into reqwest's URL type, and parses the host again only if it has changed.
#[derive(Debug, Default)]
pub(super) struct Urls(Mutex<Option<Origin>>);

#[derive(Debug)]
struct Origin {
    scheme: Scheme,
    authority: Authority,
    /// The URL without path and query.
    url: Url,
    /// The `Host` header, which reqwest would format for each request.
    host: HeaderValue,
}

impl Urls {
    /// Returns `uri` as a URL, and its `Host`; `None` if it is not an absolute URL.
    pub(super) fn of(&self, uri: &Uri) -> Option<(Url, HeaderValue)> {
        let (mut url, host) = self.origin(uri.scheme()?, uri.authority()?)?;
        url.set_path(uri.path());
        url.set_query(uri.query());
        Some((url, host))
    }

    fn origin(&self, scheme: &Scheme, authority: &Authority) -> Option<(Url, HeaderValue)> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*last
            && last.scheme == *scheme
            && last.authority.as_str() == authority.as_str()
        {
            return Some((last.url.clone(), last.host.clone()));
        }
        let url = Url::parse(&format!("{scheme}://{authority}")).ok()?;
        let host = match (url.host_str()?, url.port()) {
            (host, Some(port)) => HeaderValue::try_from(format!("{host}:{port}")),
            (host, None) => HeaderValue::from_str(host),
        };
        let host = host.ok()?;
        *last = Some(Origin {
            scheme: scheme.clone(),
            authority: authority.clone(),
            url: url.clone(),
            host: host.clone(),
        });
        Some((url, host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_parsing_them_whole_gives() {
        let urls = Urls::default();
        for text in [
            "https://tracker.example:8443/dir/click_api/v3?a=%20b&c=d",
            "https://tracker.example:8443/other",
            "http://127.0.0.1:80/",
            "http://127.0.0.1/?",
            "http://[::1]:8080/a/b?token=s3cret",
            "https://TRACKER.example/%7Euser?%D0%BA=,;:@/?!$'()*",
        ] {
            let (url, host) = urls.of(&text.parse().unwrap()).unwrap();
            assert_eq!(url, Url::parse(text).unwrap());
            let shown = url.port().map(|port| format!(":{port}"));
            let shown = format!("{}{}", url.host().unwrap(), shown.unwrap_or_default());
            assert_eq!(host, shown);
        }
        assert!(urls.of(&Uri::from_static("/path")).is_none());
        assert!(urls.of(&"https://host:99999/".parse().unwrap()).is_none());
    }

    #[test]
    fn nothing_but_the_origin_is_kept() {
        let urls = Urls::default();
        let uri = "http://127.0.0.1/k3y/postback?token=s3cret"
            .parse()
            .unwrap();
        assert!(urls.of(&uri).unwrap().0.as_str().contains("s3cret"));
        let kept = format!("{urls:?}");
        assert!(!kept.contains("s3cret") && !kept.contains("k3y"), "{kept}");
    }
}
