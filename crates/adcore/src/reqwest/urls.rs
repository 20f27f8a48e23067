use std::sync::{Mutex, PoisonError};

use http::Uri;
use http::uri::{Authority, Scheme};
use reqwest::Url;

/// Makes reqwest's kind of URL, and reads the host anew only when it is another than last time.
#[derive(Debug, Default)]
pub(super) struct Urls(Mutex<Option<Origin>>);

#[derive(Debug)]
struct Origin {
    scheme: Scheme,
    authority: Authority,
    /// Without path and query.
    url: Url,
}

impl Urls {
    /// `uri` as a URL; `None` if it is none, or not an absolute one.
    pub(super) fn of(&self, uri: &Uri) -> Option<Url> {
        let mut url = self.origin(uri.scheme()?, uri.authority()?)?;
        url.set_path(uri.path());
        url.set_query(uri.query());
        Some(url)
    }

    fn origin(&self, scheme: &Scheme, authority: &Authority) -> Option<Url> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*last
            && last.scheme == *scheme
            && last.authority.as_str() == authority.as_str()
        {
            return Some(last.url.clone());
        }
        let url = Url::parse(&format!("{scheme}://{authority}")).ok()?;
        *last = Some(Origin {
            scheme: scheme.clone(),
            authority: authority.clone(),
            url: url.clone(),
        });
        Some(url)
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
            let url = urls.of(&text.parse().unwrap()).unwrap();
            assert_eq!(url, Url::parse(text).unwrap());
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
        assert!(urls.of(&uri).unwrap().as_str().contains("s3cret"));
        let kept = format!("{urls:?}");
        assert!(!kept.contains("s3cret") && !kept.contains("k3y"), "{kept}");
    }
}
