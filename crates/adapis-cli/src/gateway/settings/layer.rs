//! The layer that the settings describe.

use std::time::Duration;

use adapis::keitaro::Client;
use adapis::keitaro::calls::Click;
use http::HeaderName;
use keitaro_click::layer::{ClickLayer, CookieDomain, CookieSettings, Restore, Rules, SameSite};

use super::{CookieSameSite, Preset, RestoreFrom, Settings};
use crate::error::CliError;
use crate::keitaro::pair;

impl Settings {
    pub(in crate::gateway) fn layer(
        &self,
        client: Client,
        deadline: Option<Duration>,
    ) -> Result<ClickLayer, CliError> {
        let mut layer = ClickLayer::new(client)
            .click_encoding(self.encoding())
            .trusted_proxies(self.trusted()?)
            .rules(self.rules()?)
            .restore(match self.restore {
                _ if self.silent => Restore::Never,
                None | Some(RestoreFrom::Never) => Restore::Never,
                Some(RestoreFrom::Query) => Restore::Query,
                Some(RestoreFrom::Cookies) => Restore::Cookies,
                Some(RestoreFrom::Both) => Restore::QueryThenCookies,
            })
            .cookies(self.cookies()?)
            .rewrite(self.rewrite)
            .ask_only(self.ask_only)
            .visitor_params(!self.no_visitor_params)
            .utm_only(self.utm_only)
            .log(self.log)
            .current_page_as_referrer(self.current_page_as_referrer)
            .force_redirect_offer(self.force_redirect_offer)
            .https(self.https);
        if let Some(deadline) = deadline {
            layer = layer.deadline(deadline);
        }
        if let Some(name) = self.address_header()? {
            layer = layer.address_header(name);
        }
        for name in &self.allow_cookie {
            layer = layer.allow_cookie(name);
        }
        if let Some(name) = &self.uniqueness_cookie {
            layer = layer.uniqueness_cookie(name);
        }
        if let Some(url) = &self.offer_fallback {
            layer = layer.offer_fallback(url);
        }
        if let Some(id) = self.landing_id {
            layer = layer.landing_id(id);
        }
        for param in &self.param {
            let wrong = |reason: &str| {
                CliError::input("param", format!("invalid --param '{param}': {reason}"))
            };
            let (name, value) = pair(param).map_err(|expected| wrong(&expected))?;
            if Click::is_reserved(&name) {
                return Err(wrong("the gateway sets this field itself"));
            }
            layer = layer.param_from(name, &value);
        }
        Ok(layer)
    }

    fn cookies(&self) -> Result<CookieSettings, CliError> {
        let mut cookies = CookieSettings::default().http_only(!self.script_cookies);
        if let Some(when) = self.cookie_same_site {
            cookies = cookies.same_site(match when {
                CookieSameSite::Strict => SameSite::Strict,
                CookieSameSite::Lax => SameSite::Lax,
                CookieSameSite::None => SameSite::None,
            });
        }
        if let Some(secure) = self.cookie_secure {
            cookies = cookies.secure(secure);
        }
        match self.cookie_domain.as_deref() {
            None => {}
            Some("host-only") => cookies = cookies.domain(CookieDomain::HostOnly),
            Some(domain) => {
                let name = domain.trim_start_matches('.');
                let valid = name.contains('.')
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
                if !valid {
                    let message = format!(
                        "--cookie-domain must be a domain such as example.com, not '{domain}'"
                    );
                    return Err(CliError::input("cookie-domain", message));
                }
                cookies = cookies.domain(CookieDomain::Fixed(name.to_owned()));
            }
        }
        Ok(cookies)
    }

    pub(in crate::gateway) fn address_header(&self) -> Result<Option<HeaderName>, CliError> {
        let name = self.address_header.as_ref().map(HeaderName::try_from);
        name.transpose().map_err(|_| {
            CliError::input(
                "address-header",
                "--address-header must be a valid header name",
            )
        })
    }

    fn rules(&self) -> Result<Rules, CliError> {
        let mut rules = Rules::default()
            .assets(self.click_assets)
            .scripts(self.click_scripts)
            .prefetch(self.click_prefetch)
            .refuse_prefetch(!self.serve_prefetch)
            .bots(!self.skip_bots);
        if self.silent {
            rules = rules.methods([]);
        } else if !self.click_method.is_empty() {
            let methods: Result<Vec<_>, _> = self
                .click_method
                .iter()
                .map(|name| name.to_ascii_uppercase().parse::<http::Method>())
                .collect();
            let wrong =
                |_| CliError::input("click-method", "--click-method must be an HTTP method");
            rules = rules.methods(methods.map_err(wrong)?);
        }
        if let Some(Preset::Wordpress) = self.preset {
            rules = rules.wordpress();
        }
        for param in &self.except_query {
            rules = rules.except_query(param);
        }
        for name in &self.except_cookie {
            rules = rules.except_cookie(name);
        }
        for path in &self.only {
            rules = rules.only(path);
        }
        for path in &self.except {
            rules = rules.except(path);
        }
        Ok(rules)
    }
}
