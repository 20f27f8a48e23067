//! The decision about a request: restore, ask the tracker, follow its response.

use std::pin::pin;
use std::sync::{PoisonError, RwLockReadGuard};
use std::time::Duration;

use adcore::{Error, ErrorKind};
use bytes::Bytes;
use http::header::{HeaderValue, SET_COOKIE};
use http::request::Parts;
use http::{Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::circuit::Refused;
use super::respond::{
    append_cookies, forget, is_loop, page_set_cookies, refuse_prefetch, respond, set_cookies,
};
use super::rules::Visit;
use super::settings::Settings;
use super::visitor::Visitor;
use super::{ClickLayer, ClickResult, Outcome, Restore};
use crate::Refusal;
use crate::calls::{Action, ClickOutput, Cookie, OfferToken, SubId};

/// Where a request goes.
pub(super) enum Routed {
    /// To the visitor: a response instead of the page.
    Respond(Response<Bytes>),
    /// To the site; the cookies are added to its response as `Set-Cookie` headers.
    Page {
        click: ClickResult,
        cookies: Vec<HeaderValue>,
    },
}

/// The part of the service that does not depend on the types of the site behind it.
#[derive(Debug)]
pub(super) struct Router {
    layer: ClickLayer,
}

impl Router {
    pub(super) fn new(layer: ClickLayer) -> Self {
        Self { layer }
    }

    pub(super) fn visit(&self, parts: &Parts) -> Visit {
        self.layer.settings.rules.visit(parts)
    }

    pub(super) fn rewrites(&self, visit: Visit) -> bool {
        self.layer.settings.rewrites(visit)
    }

    pub(super) fn offer_fallback(&self) -> &str {
        &self.layer.settings.offer_fallback
    }

    pub(super) async fn route(&self, parts: &Parts, visit: Visit) -> Routed {
        let span = tracing::info_span!(
            "keitaro.visit",
            outcome = tracing::field::Empty,
            error = tracing::field::Empty,
        );
        // Pinned in place: moving a future of this size costs more than creating it.
        let routed = pin!(self.decide(parts, visit))
            .instrument(span.clone())
            .await;
        let click = match &routed {
            Routed::Page { click, .. } => Some(click),
            Routed::Respond(response) => response.extensions().get::<ClickResult>(),
        };
        if let Some(click) = click {
            let outcome = click.outcome();
            span.record("outcome", outcome.as_str());
            if let Some(error) = click.error() {
                span.record("error", error.kind().as_str());
                span.in_scope(|| tracing::debug!(%error, "the page is shown without the tracker"));
            }
            self.layer.monitor.tally.count(outcome);
        }
        routed
    }

    async fn decide(&self, parts: &Parts, visit: Visit) -> Routed {
        let without_call = |outcome| Routed::Page {
            click: ClickResult::without_call(self.layer.client.clone(), outcome),
            cookies: Vec::new(),
        };
        let settings = &self.layer.settings;
        // Recognising a visitor is not a click, so the rules do not apply.
        let restores = settings.restore != Restore::Never;
        let recognises = restores && settings.rules.recognises(parts);
        if matches!(visit, Visit::View | Visit::LeftOut) && !recognises {
            return without_call(Outcome::Skipped);
        }
        let visitor = Visitor::of(parts, settings);
        let is_reset = restores && visitor.is_reset();
        if !is_reset && let Some(restored) = self.restore(&visitor) {
            return restored;
        }
        match visit {
            Visit::Prefetch => self.refuse(),
            visit if is_reset => self.start_anew(&visitor, visit == Visit::Click).await,
            Visit::Click => self.ask(&visitor).await,
            Visit::View | Visit::LeftOut => without_call(Outcome::Skipped),
        }
    }

    fn refuse(&self) -> Routed {
        let mut response = refuse_prefetch();
        let client = self.layer.client.clone();
        let click = ClickResult::without_call(client, Outcome::Refused);
        response.extensions_mut().insert(click);
        Routed::Respond(response)
    }

    /// Makes the visitor forget the earlier click, and makes a new one if the request is a click.
    async fn start_anew(&self, visitor: &Visitor<'_>, clicks: bool) -> Routed {
        let mut routed = if clicks {
            pin!(self.ask(visitor)).await
        } else {
            let client = self.layer.client.clone();
            Routed::Page {
                click: ClickResult::without_call(client, Outcome::Skipped),
                cookies: Vec::new(),
            }
        };
        let settings = &self.layer.settings.cookies;
        match &mut routed {
            Routed::Page { cookies, .. } => {
                let forgotten = forget(visitor, settings, cookies);
                cookies.extend(forgotten);
            }
            Routed::Respond(response) => {
                let set: Vec<HeaderValue> = response
                    .headers()
                    .get_all(SET_COOKIE)
                    .iter()
                    .cloned()
                    .collect();
                append_cookies(response.headers_mut(), forget(visitor, settings, &set));
            }
        }
        routed
    }

    /// Asks the tracker about the visitor, and does what it says.
    async fn ask(&self, visitor: &Visitor<'_>) -> Routed {
        let page = |click| Routed::Page {
            click,
            cookies: Vec::new(),
        };
        let without_call = |outcome| {
            page(ClickResult::without_call(
                self.layer.client.clone(),
                outcome,
            ))
        };
        let Settings {
            deadline,
            max_in_flight,
            ..
        } = self.layer.settings;
        let monitor = &self.layer.monitor;
        let Some(_in_flight) = monitor.tally.enter(max_in_flight) else {
            return without_call(Outcome::Overloaded);
        };
        if visitor.address.is_none() {
            monitor.tally.count_without_address();
        }
        let arrived = Instant::now();
        let permit = match monitor.circuit.permit(arrived + deadline / 2).await {
            Ok(permit) => permit,
            Err(Refused::Open) => return without_call(Outcome::CircuitOpen),
            Err(Refused::Busy) => return without_call(Outcome::Overloaded),
        };
        let started = Instant::now();
        let output = pin!(self.call(visitor, arrived + deadline)).await;
        let elapsed = started.elapsed();
        monitor.tally.time(elapsed);
        match output {
            Ok(output) => {
                permit.succeeded();
                monitor.refusals.forget();
                self.follow(output, visitor, elapsed)
            }
            Err(error) => {
                if blames_tracker(&error) {
                    permit.failed(&error);
                }
                if let Some(refusal) = Refusal::of(&error) {
                    let encoding = self.layer.settings.click_encoding;
                    monitor.refusals.warn(*refusal, encoding, &error);
                }
                let outcome = match error.kind() {
                    ErrorKind::Timeout => Outcome::TimedOut,
                    _ => Outcome::Failed,
                };
                page(ClickResult::failed(
                    self.layer.client.clone(),
                    outcome,
                    error,
                    elapsed,
                ))
            }
        }
    }

    async fn call(&self, visitor: &Visitor<'_>, until: Instant) -> Result<Box<ClickOutput>, Error> {
        let settings = &self.layer.settings;
        let click = visitor.click(settings, &self.uniqueness_names())?;
        let call = pin!(self.layer.client.send_click(&click));
        let output = timeout_at(until, call).await.unwrap_or_else(|_| {
            let message = format!("no response within {:?}", settings.deadline);
            Err(Error::new(ErrorKind::Timeout, message)
                .with_operation("keitaro", "click")
                .with_attempts(1))
        })?;
        self.learn(&output);
        Ok(output)
    }

    fn uniqueness_names(&self) -> RwLockReadGuard<'_, Vec<String>> {
        let names = self.layer.uniqueness.read();
        names.unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers the names of the tracker's uniqueness cookies, which it may see again.
    fn learn(&self, output: &ClickOutput) {
        const MAX_NAMES: usize = 8;
        let is_click = |cookie: &&Cookie| matches!(cookie.name.as_str(), "_subid" | "_token");
        for cookie in output.cookies.iter().filter(|cookie| !is_click(cookie)) {
            if self.uniqueness_names().contains(&cookie.name) {
                continue;
            }
            let names = self.layer.uniqueness.write();
            let mut names = names.unwrap_or_else(PoisonError::into_inner);
            if names.len() < MAX_NAMES {
                names.push(cookie.name.clone());
            }
        }
    }

    fn follow(&self, output: Box<ClickOutput>, visitor: &Visitor<'_>, elapsed: Duration) -> Routed {
        let client = self.layer.client.clone();
        let settings = &self.layer.settings;
        let keep = matches!(
            settings.restore,
            Restore::Cookies | Restore::QueryThenCookies
        );
        let mut cookies = set_cookies(&output, visitor, &settings.cookies, keep);
        let outcome = match output.action() {
            _ if settings.ask_only => Outcome::Page,
            Action::Redirect { location, .. } if is_loop(&location, visitor) => {
                tracing::warn!(
                    "the tracker redirects to the requested page, which is shown instead"
                );
                Outcome::Loop
            }
            Action::Redirect { .. } => Outcome::Redirected,
            Action::Content { .. } => Outcome::Replaced,
            Action::NotFound => Outcome::NotFound,
            _ => Outcome::Page,
        };
        let response = match outcome {
            Outcome::Loop | Outcome::Page => None,
            _ => respond(&output),
        };
        if let Some(mut response) = response {
            append_cookies(response.headers_mut(), cookies);
            let click = ClickResult::with_output(client, outcome, output, elapsed);
            response.extensions_mut().insert(click);
            return Routed::Respond(response);
        }
        cookies.extend(page_set_cookies(&output));
        let outcome = match outcome {
            Outcome::Loop => Outcome::Loop,
            _ => Outcome::Page,
        };
        let click = ClickResult::with_output(client, outcome, output, elapsed);
        Routed::Page { click, cookies }
    }

    /// Restores the click that the visitor's query or cookies name, if the settings allow it.
    fn restore(&self, visitor: &Visitor<'_>) -> Option<Routed> {
        let (query, cookies) = match self.layer.settings.restore {
            Restore::Never => return None,
            Restore::Query => (true, false),
            Restore::Cookies => (false, true),
            Restore::QueryThenCookies => (true, true),
        };
        let from_query = query
            .then(|| named_click(|name| visitor.query_value(name)))
            .flatten();
        let from_cookies = || {
            cookies
                .then(|| named_click(|name| visitor.cookies.get(name)))
                .flatten()
        };
        let found_in_query = from_query.is_some();
        let (sub_id, token) = from_query.or_else(from_cookies)?;
        let mut set = Vec::new();
        if found_in_query {
            let settings = &self.layer.settings.cookies;
            let pairs = [("_subid", Some(&sub_id)), ("_token", token.as_ref())];
            for (name, value) in pairs {
                let Some(value) = value.filter(|value| visitor.cookies.get(name) != Some(value))
                else {
                    continue;
                };
                let cookie = Cookie {
                    name: name.to_owned(),
                    value: value.clone(),
                };
                set.extend(settings.header(&cookie, "", visitor.host, visitor.https));
            }
        }
        let client = self.layer.client.clone();
        Some(Routed::Page {
            click: ClickResult::restored(client, SubId::from(sub_id), token.map(OfferToken::from)),
            cookies: set,
        })
    }
}

/// Whether a call failed because of the tracker, and not because of what this one visitor sent.
fn blames_tracker(error: &Error) -> bool {
    const OF_THE_REQUEST: [StatusCode; 5] = [
        StatusCode::BAD_REQUEST,
        StatusCode::FORBIDDEN,
        StatusCode::PAYLOAD_TOO_LARGE,
        StatusCode::URI_TOO_LONG,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    ];
    let status = error.status();
    error.kind() != ErrorKind::InvalidInput
        && !status.is_some_and(|status| OF_THE_REQUEST.contains(&status))
}

/// Reads a click id and, from the same source, its token; values that cannot be one are ignored.
fn named_click<'a>(find: impl Fn(&str) -> Option<&'a str>) -> Option<(String, Option<String>)> {
    const MAX_ID: usize = 64;
    const MAX_TOKEN: usize = 1024;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let sub_id = find("_subid")
        .filter(|id| !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(plain))?;
    // It becomes the text of a header and of links.
    let text = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\,;%".contains(&byte);
    let token = find("_token")
        .filter(|token| !token.is_empty() && token.len() <= MAX_TOKEN && token.bytes().all(text));
    Some((sub_id.to_owned(), token.map(str::to_owned)))
}
