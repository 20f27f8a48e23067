//! `/click_api/v3`: takes a description of the visitor and returns what the page must do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};

use super::click_request::{ClickRequest, is_bot};
use super::clicks::ClickRecord;
use super::cookie::Seen;
use super::data::{KeitaroAction, KeitaroCampaign, KeitaroFlow, KeitaroScope, KeitaroState};
use super::response::{ClickResponse, Decision, json_response, refusal};
use super::routing::{Visitor, note};
use super::service::Keitaro;
use super::settings::{KeitaroFeature, KeitaroSettings, KeitaroVisitorCookies};
use super::{macros, offer};
use crate::random::seeded;
use crate::request::Peer;

/// Table of the generator, see [`seeded`].
const CLICKS: u64 = 31;

pub(super) async fn click(
    State(keitaro): State<Arc<Keitaro>>,
    parts: Parts,
    body: Bytes,
) -> Response {
    let settings = keitaro.current_settings();
    let form: &[u8] = if parts.method == Method::POST {
        &body
    } else {
        &[]
    };
    let query = parts.uri.query().unwrap_or_default();
    let mut request = ClickRequest::read(query, form, settings.query_only);
    let campaign = match keitaro.campaign(request.token.as_deref().unwrap_or_default(), &settings) {
        Ok(campaign) => campaign,
        Err((status, message)) => return refusal(status, message, &settings),
    };
    for (name, _) in &mut request.parameters {
        if let Some(parameter) = campaign.parameters.get(name.as_ref()) {
            *name = Cow::Borrowed(parameter);
        }
    }
    let peer = parts.extensions.get::<Peer>();
    let peer = peer.map_or_else(String::new, |Peer(ip)| ip.to_string());
    let source = settings.visitor_cookies;
    let visitor = visitor(&request, &parts.headers, campaign, &peer, source);
    match keitaro.example(campaign.id).filter(|_| request.is_bare()) {
        Some((example, sub_id)) => {
            let mut record = record(&visitor, campaign, parts.method.as_str());
            record.sub_id = sub_id;
            keitaro.with(|state| state.clicks.add(record, settings.clicks_kept));
            json_response(Body::from(example))
        }
        None => keitaro.count(&visitor, campaign, &parts, &settings),
    }
}

impl Keitaro {
    /// Returns the campaign of a token, or how the click is refused.
    fn campaign(
        &self,
        token: &str,
        settings: &KeitaroSettings,
    ) -> Result<&KeitaroCampaign, (StatusCode, &'static str)> {
        let off = (StatusCode::CONFLICT, "Click API is disabled");
        let unlicensed = (
            StatusCode::PAYMENT_REQUIRED,
            "The licence does not include the Click API",
        );
        match settings.click_api {
            KeitaroFeature::On => {}
            KeitaroFeature::Off => return Err(off),
            KeitaroFeature::Unlicensed => return Err(unlicensed),
        }
        let campaign = self
            .campaigns
            .get(token)
            .ok_or((StatusCode::UNAUTHORIZED, "Invalid API token"))?;
        match campaign.state {
            KeitaroState::On => Ok(campaign),
            KeitaroState::Missing => Err((StatusCode::UNAUTHORIZED, "Campaign not found")),
            KeitaroState::Unlicensed => Err(unlicensed),
            KeitaroState::NotFound => Err((StatusCode::NOT_FOUND, "Not found")),
            KeitaroState::Off => Err(off),
        }
    }

    /// Routes and counts one click.
    fn count(
        &self,
        visitor: &Visitor<'_>,
        campaign: &KeitaroCampaign,
        parts: &Parts,
        settings: &KeitaroSettings,
    ) -> Response {
        let request = visitor.request;
        let number = self.next_number();
        let sub_id = sub_id(self.seed, number);
        let mut random = seeded(self.seed, CLICKS, number, 0);
        let mut log = request.log.then(|| first_log_lines(visitor, campaign));
        let mut record = record(visitor, campaign, parts.method.as_str());
        let base = self.base(&parts.headers);
        let (flow, decision, is_unique, token) = self.with(|state| {
            let memory = &mut state.memory;
            let is_new = memory.is_new(visitor, KeitaroScope::Campaign, campaign.id);
            note(&mut log, || {
                format!(
                    "Is unique in campaign: {}",
                    if is_new { "yes" } else { "no" }
                )
            });
            let flow = memory.route(campaign, visitor, &mut random, &mut log);
            let is_new_to = |scope, id| memory.is_new(visitor, scope, id);
            let is_unique = [
                is_new,
                flow.is_some_and(|flow| is_new_to(KeitaroScope::Stream, flow.id)),
                is_new_to(KeitaroScope::Global, 0),
            ];
            memory.record(visitor, campaign.id, flow.map(|flow| flow.id));
            let token = flow
                .filter(|flow| !flow.offers.is_empty())
                .map(|_| offer::token(self.seed, &sub_id, settings.awkward_tokens));
            record.sub_id.clone_from(&sub_id);
            record.is_unique = is_new;
            let decision = decide(flow, &record, request, token.as_deref(), &base, &mut random);
            record.action = decision.kind.unwrap_or("none");
            record.stream_id = flow.map(|flow| flow.id);
            record.landing_id = flow.and_then(|flow| flow.landing_id).or(record.landing_id);
            record.offer_id = decision.offer_id;
            state.clicks.add(record, settings.clicks_kept);
            (flow, decision, is_unique, token)
        });
        last_log_lines(&mut log, flow, &decision);
        ClickResponse {
            campaign_id: campaign.id,
            stream_id: flow.map(|flow| flow.id),
            landing_id: flow.and_then(|flow| flow.landing_id),
            sub_id: &sub_id,
            token: token.as_deref(),
            is_bot: visitor.is_bot,
            is_unique,
            cookies_ttl: campaign.cookies_ttl,
            cookie_name: &cookie_name(campaign),
            cookie: &cookie(visitor, campaign, flow),
            info: request.info,
            log: log.as_deref(),
            decision: &decision,
        }
        .into_response(settings)
    }
}

fn visitor<'a>(
    request: &'a ClickRequest<'a>,
    headers: &'a HeaderMap,
    campaign: &KeitaroCampaign,
    peer: &'a str,
    source: KeitaroVisitorCookies,
) -> Visitor<'a> {
    let header = || headers.get(header::USER_AGENT)?.to_str().ok();
    let user_agent = request
        .user_agent
        .as_deref()
        .or_else(header)
        .unwrap_or_default();
    let from_cookies = || {
        let name = cookie_name(campaign);
        let own = || headers.get(header::COOKIE)?.to_str().ok();
        let original = request.cookies.as_deref();
        let cookies = match source {
            KeitaroVisitorCookies::Either => original.or_else(own),
            KeitaroVisitorCookies::Header => own(),
            KeitaroVisitorCookies::OriginalHeaders => original,
        };
        cookies?.split(';').find_map(|pair| {
            let (known, value) = pair.trim().split_once('=')?;
            (known == name).then_some(value)
        })
    };
    Visitor {
        request,
        ip: request.ip.as_deref().unwrap_or(peer),
        user_agent,
        language: request.primary_language(),
        is_bot: is_bot(user_agent),
        seen: request
            .uniqueness_cookie
            .as_deref()
            .or_else(from_cookies)
            .and_then(Seen::read),
    }
}

fn record(visitor: &Visitor<'_>, campaign: &KeitaroCampaign, method: &str) -> ClickRecord {
    let request = visitor.request;
    ClickRecord {
        campaign_id: campaign.id,
        landing_id: request.landing_id.as_deref().and_then(|id| id.parse().ok()),
        action: "location",
        method: method.to_owned(),
        ip: visitor.ip.to_owned(),
        user_agent: visitor.user_agent.to_owned(),
        language: request.language.as_deref().unwrap_or_default().to_owned(),
        is_bot: visitor.is_bot,
        parameters: request
            .parameters
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect::<BTreeMap<_, _>>(),
        ..ClickRecord::default()
    }
}

/// Applies the action of the flow to this visitor.
fn decide(
    flow: Option<&KeitaroFlow>,
    record: &ClickRecord,
    request: &ClickRequest<'_>,
    token: Option<&str>,
    base: &str,
    random: &mut fastrand::Rng,
) -> Decision {
    let Some(flow) = flow else {
        return Decision::new(None, 404);
    };
    let offer = match flow.offers.len() {
        0 => None,
        count => flow.offers.get(random.usize(..count)),
    };
    let offer_url = token.map(|token| offer::url(base, token));
    let value = |name: &str| match name {
        "offer" => offer_url.as_deref(),
        name => macros::value(record, name),
    };
    let redirect = |url: &str, status| Decision {
        location: Some(macros::in_url(url, value)),
        url: Some(url.to_owned()),
        ..Decision::new(Some("location"), status)
    };
    let mut decision = match (&flow.action, offer) {
        (KeitaroAction::Offer, Some(offer)) => redirect(&offer.url, 302),
        (_, Some(offer)) if request.force_redirect_offer => redirect(&offer.url, 302),
        (KeitaroAction::Location { url, status }, _) => redirect(url, *status),
        (KeitaroAction::Html { content }, _) => Decision {
            body: Some(macros::in_page(content, value)),
            ..Decision::new(Some("html"), 200)
        },
        (KeitaroAction::Text { content }, _) => Decision {
            body: Some(macros::in_page(content, value)),
            content_type: "text/plain; charset=utf-8".to_owned(),
            ..Decision::new(Some("text"), 200)
        },
        (
            KeitaroAction::Image {
                base64,
                content_type,
            },
            _,
        ) => Decision {
            body: Some(base64.clone()),
            content_type: content_type.clone(),
            ..Decision::new(Some("image"), 200)
        },
        (KeitaroAction::Http { status }, _) => Decision::new(Some("http"), *status),
        (KeitaroAction::None | KeitaroAction::Offer, _) => Decision::new(Some("none"), 200),
    };
    decision.offer_id = offer.map(|offer| offer.id);
    decision
}

fn first_log_lines(visitor: &Visitor<'_>, campaign: &KeitaroCampaign) -> Vec<String> {
    let request = visitor.request;
    let referrer = match request.get("se_referrer") {
        "" => request.get("referrer"),
        referrer => referrer,
    };
    vec![
        format!("Processing campaign {}", campaign.id),
        format!("Referrer: {referrer}"),
        format!("Source: {}", request.get("source")),
        format!("Keyword: {}", request.get("keyword")),
        format!("IP: {}", visitor.ip),
        format!("UserAgent: {}", visitor.user_agent),
        format!(
            "Language: {}",
            request.language.as_deref().unwrap_or_default()
        ),
    ]
}

fn last_log_lines(log: &mut Option<Vec<String>>, flow: Option<&KeitaroFlow>, decision: &Decision) {
    if let Some(flow) = flow {
        note(log, || "Accepted by filters".to_owned());
        note(log, || format!("Stream #{}", flow.id));
    } else {
        note(log, || "No stream".to_owned());
    }
    if let Some(location) = &decision.location {
        note(log, || format!("Send headers: Location: {location}"));
    }
    note(log, || {
        "[Profiler] 0.001 sec.  0 sql queries, 1MB (+0MB)".to_owned()
    });
}

/// Returns the name of a campaign's uniqueness cookie.
fn cookie_name(campaign: &KeitaroCampaign) -> String {
    format!("{:05x}", seeded(campaign.id, CLICKS, 0, 0).u64(..) >> 44)
}

/// Returns the uniqueness cookie after this click.
fn cookie(visitor: &Visitor<'_>, campaign: &KeitaroCampaign, flow: Option<&KeitaroFlow>) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    let mut seen = Seen {
        time: now,
        ..Seen::default()
    };
    if let Some(before) = &visitor.seen {
        seen.streams.clone_from(&before.streams);
        seen.campaigns.clone_from(&before.campaigns);
    }
    seen.campaigns.insert(campaign.id, now);
    if let Some(flow) = flow {
        seen.streams.insert(flow.id, now);
    }
    seen.write()
}

/// Returns a sub id of 13 digits of base 36, different for every number of a seed.
fn sub_id(seed: u64, number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    // Small seeds and numbers would otherwise give a sub id of zeros.
    const OFFSET: u64 = 0x2130_748A_AAC8_0268;
    let mut rest = OFFSET
        .wrapping_add(seed)
        .wrapping_add(number)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut digits = [b'0'; 13];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 36) as usize];
        rest /= 36;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}
