//! Which requests count as clicks.

mod kind;

use http::Method;
use http::header::{COOKIE, HeaderMap};
use http::request::Parts;

pub(super) use kind::is_prefetch;

use kind::{fetches_asset, is_asset, is_bot, is_scripted, is_shown_later, is_upgrade};

/// Which requests count as clicks; others get the site's page at once.
///
/// By default, GET requests of navigations are clicks, except for assets, health checks,
/// prefetches and upgrades. Prefetches of pages are refused.
///
/// ```
/// use keitaro_click::layer::Rules;
///
/// let rules = Rules::default().only("/landing/*").except("/landing/api/*").bots(false);
/// assert!(Rules::is_asset("/landing/app.js"));
/// # let _ = rules;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Rules {
    /// Methods whose requests count as clicks. Default GET.
    pub methods: Vec<Method>,
    /// Paths that are clicks; `*` matches any text. If empty, all paths.
    pub only: Vec<String>,
    /// Paths that are never clicks; `*` matches any text.
    pub except: Vec<String>,
    /// Parameters of the query, as `NAME` or `NAME=VALUE`, with which a request is not a click; `*`
    /// matches any text.
    pub except_query: Vec<String>,
    /// Names of cookies with which a request is not a click; `*` matches any text.
    pub except_cookies: Vec<String>,
    /// Whether paths that look like assets or health checks are clicks. Default no.
    pub assets: bool,
    /// Whether requests of scripts (`fetch`, `XMLHttpRequest`, `EventSource`) are clicks. Default
    /// no: a script cannot follow a redirect to another site.
    pub scripts: bool,
    /// Whether prefetches are clicks. Default no.
    pub prefetch: bool,
    /// Whether a prefetch of a page is refused with 503, if it would be a click otherwise and is none.
    /// Default yes: a browser would show the page later without a request, and so without a click.
    pub refuse_prefetch: bool,
    /// Whether requests of self-declared bots are clicks. Default yes: the tracker decides.
    pub bots: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            methods: vec![Method::GET],
            only: Vec::new(),
            except: Vec::new(),
            except_query: Vec::new(),
            except_cookies: Vec::new(),
            assets: false,
            scripts: false,
            prefetch: false,
            refuse_prefetch: true,
            bots: true,
        }
    }
}

impl Rules {
    /// Sets the methods that are clicks.
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// Adds a path that is a click, such as `/landing/*`; paths that match none are not.
    #[must_use]
    pub fn only(mut self, path: impl Into<String>) -> Self {
        self.only.push(path.into());
        self
    }

    /// Adds a path that is never a click, such as `/api/*`.
    #[must_use]
    pub fn except(mut self, path: impl Into<String>) -> Self {
        self.except.push(path.into());
        self
    }

    /// Adds a parameter of the query, `NAME` or `NAME=VALUE`, with which a request is not a click.
    #[must_use]
    pub fn except_query(mut self, param: impl Into<String>) -> Self {
        self.except_query.push(param.into());
        self
    }

    /// Adds the name of a cookie with which a request is not a click, such as that of a session.
    #[must_use]
    pub fn except_cookie(mut self, name: impl Into<String>) -> Self {
        self.except_cookies.push(name.into());
        self
    }

    /// Adds what WordPress and WooCommerce serve besides pages: admin pages, login, cron, feeds, REST,
    /// callbacks of payment services, downloads, previews and searches; and everything for users who are logged in.
    ///
    /// ```
    /// use keitaro_click::layer::Rules;
    ///
    /// let rules = Rules::default().wordpress();
    /// assert!(rules.except.iter().any(|path| path == "*/wp-admin/*"));
    /// ```
    #[must_use]
    pub fn wordpress(mut self) -> Self {
        const PATHS: [&str; 23] = [
            "*/wp-admin",
            "*/wp-admin/*",
            "*/wp-content/*",
            "*/wp-includes/*",
            "*/wp-json",
            "*/wp-json/*",
            "*/wp-login.php",
            "*/wp-cron.php",
            "*/wp-signup.php",
            "*/wp-activate.php",
            "*/wp-comments-post.php",
            "*/wp-links-opml.php",
            "*/wp-mail.php",
            "*/wp-trackback.php",
            "*/xmlrpc.php",
            "*/wc-api",
            "*/wc-api/*",
            "*/feed",
            "*/feed/*",
            "*/trackback",
            "*/trackback/",
            "*/embed",
            "*/embed/",
        ];
        const QUERY: [&str; 14] = [
            "preview=true",
            "preview=1",
            "preview_id",
            "preview_nonce",
            "customize_changeset_uuid",
            "rest_route",
            "feed",
            "doing_wp_cron",
            "wc-ajax",
            "wc-api",
            "download_file",
            "elementor-preview",
            "sitemap",
            "s",
        ];
        const COOKIES: [&str; 2] = ["wordpress_logged_in_*", "wordpress_sec_*"];
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let (mut paths, mut query, mut cookies): (Vec<_>, Vec<_>, Vec<_>) =
            (owned(&PATHS), owned(&QUERY), owned(&COOKIES));
        self.except.append(&mut paths);
        self.except_query.append(&mut query);
        self.except_cookies.append(&mut cookies);
        self
    }

    /// Sets whether assets and health checks are clicks.
    #[must_use]
    pub fn assets(mut self, click: bool) -> Self {
        self.assets = click;
        self
    }

    /// Sets whether requests of scripts are clicks.
    #[must_use]
    pub fn scripts(mut self, click: bool) -> Self {
        self.scripts = click;
        self
    }

    /// Sets whether prefetches are clicks.
    #[must_use]
    pub fn prefetch(mut self, click: bool) -> Self {
        self.prefetch = click;
        self
    }

    /// Sets whether prefetches that are no clicks are refused, so that browsers ask again when the
    /// visitor wants the page.
    #[must_use]
    pub fn refuse_prefetch(mut self, refuse: bool) -> Self {
        self.refuse_prefetch = refuse;
        self
    }

    /// Sets whether requests of self-declared bots are clicks.
    #[must_use]
    pub fn bots(mut self, click: bool) -> Self {
        self.bots = click;
        self
    }

    /// Returns whether a path looks like an asset or a health check, such as `/app.js` or `/healthz`.
    #[must_use]
    pub fn is_asset(path: &str) -> bool {
        is_asset(path)
    }

    /// Returns whether a path matches a pattern of [`only`](Self::only) or
    /// [`except`](Self::except), in which `*` matches any text.
    ///
    /// ```
    /// use keitaro_click::layer::Rules;
    ///
    /// assert!(Rules::path_matches("/landing/*", "/landing/shoes"));
    /// assert!(!Rules::path_matches("/landing", "/landing/shoes"));
    /// ```
    #[must_use]
    pub fn path_matches(pattern: &str, path: &str) -> bool {
        glob(pattern, path)
    }

    /// Whether a request that is not a click may belong to an earlier one: all but those for assets.
    pub(super) fn recognises(&self, parts: &Parts) -> bool {
        !is_asset(parts.uri.path()) && !fetches_asset(&parts.headers)
    }

    fn has_query(&self, query: &str) -> bool {
        if self.except_query.is_empty() || query.is_empty() {
            return false;
        }
        form_urlencoded::parse(query.as_bytes()).any(|(name, value)| {
            self.except_query.iter().any(|pattern| {
                let (wanted, text) = pattern.split_once('=').unwrap_or((pattern, "*"));
                glob(wanted, &name) && glob(text, &value)
            })
        })
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        if self.except_cookies.is_empty() {
            return false;
        }
        let lines = headers.get_all(COOKIE).iter();
        let mut pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
        pairs.any(|pair| {
            let end = pair.iter().position(|byte| *byte == b'=');
            let name = pair[..end.unwrap_or(pair.len())].trim_ascii();
            let name = std::str::from_utf8(name).unwrap_or_default();
            self.except_cookies
                .iter()
                .any(|pattern| glob(pattern, name))
        })
    }

    pub(super) fn visit(&self, parts: &Parts) -> Visit {
        let path = parts.uri.path();
        let headers = &parts.headers;
        let matches = |patterns: &[String]| patterns.iter().any(|pattern| glob(pattern, path));
        let is_left_out = self.methods.is_empty()
            || !(self.only.is_empty() || matches(&self.only))
            || matches(&self.except)
            || self.has_query(parts.uri.query().unwrap_or_default())
            || self.has_cookie(headers)
            || !(self.assets || !(is_asset(path) || fetches_asset(headers)));
        if is_left_out {
            return Visit::LeftOut;
        }
        let counts = self.methods.contains(&parts.method)
            && !is_upgrade(headers)
            && (self.bots || !is_bot(headers));
        let is_early = !self.prefetch && is_prefetch(headers);
        if counts && is_early && self.refuse_prefetch && is_shown_later(headers) {
            Visit::Prefetch
        } else if counts && !is_early && (self.scripts || !is_scripted(headers)) {
            Visit::Click
        } else {
            Visit::View
        }
    }
}

/// What a request is by the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visit {
    /// A click.
    Click,
    /// What a browser fetches early and shows without asking again, when it would be a click.
    Prefetch,
    /// No click because of who asks, or how: another visitor's request for the same URL may be one.
    View,
    /// No click because of what is asked for, or by somebody who runs the site.
    LeftOut,
}

fn glob(pattern: &str, path: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces
        .next()
        .and_then(|beginning| path.strip_prefix(beginning))
    else {
        return false;
    };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests;
