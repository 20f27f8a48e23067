//! Which of several settings counts: that of a flag, of the config file, or of a route.

use super::Settings;
use crate::gateway::routes::RouteSettings;

impl Settings {
    /// These flags, completed by those of the config file.
    pub(crate) fn or(self, file: Self) -> Self {
        let list = |flag: Vec<String>, file| if flag.is_empty() { file } else { flag };
        let (upstream, page) = if self.upstream.is_none() && self.page.is_none() {
            (file.upstream, file.page)
        } else {
            (self.upstream, self.page)
        };
        Self {
            listen: self.listen.or(file.listen),
            upstream,
            upstream_host: self.upstream_host.or(file.upstream_host),
            page,
            metrics: self.metrics.or(file.metrics),
            metrics_url: self.metrics_url.or(file.metrics_url),
            allow_http: list(self.allow_http, file.allow_http),
            ca_file: self.ca_file.or(file.ca_file),
            tracker_path: list(self.tracker_path, file.tracker_path),
            local_key_file: self.local_key_file.or(file.local_key_file),
            method: self.method.or(file.method),
            deadline: self.deadline.or(file.deadline),
            upstream_timeout: self.upstream_timeout.or(file.upstream_timeout),
            grace: self.grace.or(file.grace),
            body_limit: self.body_limit.or(file.body_limit),
            max_connections: self.max_connections.or(file.max_connections),
            max_connections_per_address: self
                .max_connections_per_address
                .or(file.max_connections_per_address),
            header_limit: self.header_limit.or(file.header_limit),
            request_limit: self.request_limit.or(file.request_limit),
            receive_timeout: self.receive_timeout.or(file.receive_timeout),
            send_timeout: self.send_timeout.or(file.send_timeout),
            tunnel_timeout: self.tunnel_timeout.or(file.tunnel_timeout),
            access_log: self.access_log.or(file.access_log),
            access_log_file: self.access_log_file.or(file.access_log_file),
            trusted_proxy: list(self.trusted_proxy, file.trusted_proxy),
            address_header: self.address_header.or(file.address_header),
            forwarded_header: list(self.forwarded_header, file.forwarded_header),
            deny: list(self.deny, file.deny),
            click_method: list(self.click_method, file.click_method),
            only: list(self.only, file.only),
            except: list(self.except, file.except),
            except_query: list(self.except_query, file.except_query),
            except_cookie: list(self.except_cookie, file.except_cookie),
            preset: self.preset.or(file.preset),
            click_assets: self.click_assets || file.click_assets,
            click_scripts: self.click_scripts || file.click_scripts,
            click_prefetch: self.click_prefetch || file.click_prefetch,
            serve_prefetch: self.serve_prefetch || file.serve_prefetch,
            skip_bots: self.skip_bots || file.skip_bots,
            restore: self.restore.or(file.restore),
            rewrite: self.rewrite || file.rewrite,
            early_hints: self.early_hints || file.early_hints,
            offer_fallback: self.offer_fallback.or(file.offer_fallback),
            allow_cookie: list(self.allow_cookie, file.allow_cookie),
            uniqueness_cookie: self.uniqueness_cookie.or(file.uniqueness_cookie),
            script_cookies: self.script_cookies || file.script_cookies,
            cookie_same_site: self.cookie_same_site.or(file.cookie_same_site),
            cookie_secure: self.cookie_secure.or(file.cookie_secure),
            cookie_domain: self.cookie_domain.or(file.cookie_domain),
            param: list(self.param, file.param),
            no_visitor_params: self.no_visitor_params || file.no_visitor_params,
            utm_only: self.utm_only || file.utm_only,
            landing_id: self.landing_id.or(file.landing_id),
            log: self.log || file.log,
            current_page_as_referrer: self.current_page_as_referrer
                || file.current_page_as_referrer,
            force_redirect_offer: self.force_redirect_offer || file.force_redirect_offer,
            https: self.https || file.https,
            ask_only: self.ask_only || file.ask_only,
            silent: false,
            route: file.route,
        }
    }

    /// The settings of a route: what it sets counts, and its parameters come before the others.
    pub(in crate::gateway) fn for_route(&self, route: &RouteSettings) -> Self {
        let list = |own: &Vec<String>, general| if own.is_empty() { general } else { own.clone() };
        let general = self.clone();
        let name_of = |param: &str| param.split('=').next().unwrap_or_default().to_owned();
        let own: Vec<String> = route.param.iter().map(|param| name_of(param)).collect();
        let others = general
            .param
            .into_iter()
            .filter(|param| !own.contains(&name_of(param)));
        Self {
            param: route.param.iter().cloned().chain(others).collect(),
            landing_id: route.landing_id.or(general.landing_id),
            only: list(&route.only, general.only),
            except: list(&route.except, general.except),
            restore: route.restore.or(general.restore),
            offer_fallback: route.offer_fallback.clone().or(general.offer_fallback),
            force_redirect_offer: route
                .force_redirect_offer
                .unwrap_or(general.force_redirect_offer),
            ask_only: route.ask_only.unwrap_or(general.ask_only),
            silent: !route.asks(),
            ..general
        }
    }

    /// These settings for requests that never click.
    pub(in crate::gateway) fn silent(&self) -> Self {
        Self {
            silent: true,
            ..self.clone()
        }
    }
}
