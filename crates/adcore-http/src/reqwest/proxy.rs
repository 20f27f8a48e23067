//! The proxy of the environment, which is used only if a program asks for it.

use http::Uri;
use http::uri::Scheme;
use reqwest::{NoProxy, Proxy};

use adcore::Error;

const NAMES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Returns the proxy for `https://`, if the environment names one.
///
/// # Errors
/// `InvalidInput` if it is not the URL of an HTTP proxy.
pub(super) fn of_environment() -> Result<Option<Proxy>, Error> {
    let named = NAMES.iter().find_map(|name| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty());
        value.map(|value| (name, value))
    });
    named
        .map(|(name, url)| {
            // reqwest silently ignores what it does not understand, and its errors quote the URL.
            let proxy = whole(&url).and_then(|url| Proxy::https(url).ok());
            let wrong = || format!("{name} must be the URL of an HTTP proxy");
            proxy.ok_or_else(|| Error::invalid_input("proxy", wrong()))
        })
        .transpose()
        .map(|proxy| proxy.map(|proxy| proxy.no_proxy(NoProxy::from_env())))
}

fn whole(url: &str) -> Option<String> {
    let url = if url.contains("://") {
        url.to_owned()
    } else {
        format!("http://{url}")
    };
    let uri: Uri = url.parse().ok()?;
    let spoken = [Scheme::HTTP, Scheme::HTTPS];
    spoken.contains(uri.scheme()?).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_spoken_to_in_http() {
        for url in ["proxy.example:3128", "http://a:b@127.0.0.1:1", "https://p/"] {
            assert!(whole(url).is_some(), "{url}");
        }
        for url in [
            "socks5://127.0.0.1:1",
            "",
            "://",
            "http://a b/",
            "file:///x",
        ] {
            assert!(whole(url).is_none(), "{url}");
        }
    }
}
