//! Responses to clicks, and refusals, in the formats that the settings select.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::settings::{
    KeitaroCookies, KeitaroErrors, KeitaroHeaders, KeitaroIds, KeitaroMember, KeitaroSettings,
    KeitaroStatus,
};
use crate::json::{self, Object};

const HTML: &str = "text/html; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// What a click led to.
pub(super) struct Decision {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) body: Option<String>,
    pub(super) content_type: String,
    /// `info.type`; `None` if no flow took the visitor.
    pub(super) kind: Option<&'static str>,
    /// `info.url`, with its macros not yet replaced.
    pub(super) url: Option<String>,
    pub(super) offer_id: Option<u64>,
}

impl Decision {
    pub(super) fn new(kind: Option<&'static str>, status: u16) -> Self {
        Self {
            status,
            location: None,
            body: None,
            content_type: HTML.to_owned(),
            kind,
            url: None,
            offer_id: None,
        }
    }
}

/// Everything that a response to a click can contain.
pub(super) struct ClickResponse<'a> {
    pub(super) decision: &'a Decision,
    pub(super) campaign_id: u64,
    pub(super) stream_id: Option<u64>,
    pub(super) landing_id: Option<u64>,
    pub(super) sub_id: &'a str,
    pub(super) token: Option<&'a str>,
    pub(super) is_bot: bool,
    /// Whether the visitor is new to the campaign, the flow and the tracker.
    pub(super) is_unique: [bool; 3],
    pub(super) cookies_ttl: u64,
    pub(super) cookie_name: &'a str,
    pub(super) cookie: &'a str,
    pub(super) info: bool,
    pub(super) log: Option<&'a [String]>,
}

impl ClickResponse<'_> {
    pub(super) fn into_response(self, settings: &KeitaroSettings) -> Response {
        let mut out = Vec::with_capacity(1024);
        let mut object = Object::open(&mut out);
        match (&self.decision.body, settings.empty_body) {
            (Some(body), _) => object.text("body", body),
            (None, KeitaroMember::Null) => object.raw("body", "null"),
            (None, KeitaroMember::Absent) => &mut object,
            (None, KeitaroMember::Value | KeitaroMember::EmptyList) => object.text("body", ""),
        };
        object.text("contentType", &self.decision.content_type);
        self.write_headers(&mut object, settings);
        match settings.status {
            KeitaroStatus::Number => object.raw("status", self.decision.status),
            KeitaroStatus::String => {
                object.raw("status", format_args!("\"{}\"", self.decision.status))
            }
            KeitaroStatus::Always200 => object.text("status", "200"),
            KeitaroStatus::Word => object.text("status", "error"),
            KeitaroStatus::Absent => &mut object,
        };
        self.write_cookies(&mut object, settings);
        member(
            &mut object,
            "uniqueness_cookie",
            settings.uniqueness_cookie,
            |out| {
                json::string(out, self.cookie);
            },
        );
        if self.info {
            member(&mut object, "info", settings.info, |out| {
                self.write_info(out, settings)
            });
        }
        if let Some(lines) = self.log {
            list(object.value("log"), lines);
        }
        object.close();
        let mut response = json_response(Body::from(out));
        if settings.http_404_without_flow && self.stream_id.is_none() {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        response
    }

    fn write_headers(&self, object: &mut Object<'_>, settings: &KeitaroSettings) {
        let form = settings.headers;
        let mut lines = Vec::new();
        if form == KeitaroHeaders::StatusLine {
            let reason = StatusCode::from_u16(self.decision.status)
                .ok()
                .and_then(|status| status.canonical_reason());
            lines.push(format!(
                "HTTP/1.0 {} {}",
                self.decision.status,
                reason.unwrap_or_default()
            ));
        }
        let name = match form {
            KeitaroHeaders::LowerCase => "location",
            KeitaroHeaders::UpperCase => "LOCATION",
            _ => "Location",
        };
        if let Some(location) = &self.decision.location {
            if form == KeitaroHeaders::Object {
                let mut headers = Object::open(object.value("headers"));
                headers.text(name, location).close();
                return;
            }
            lines.push(format!("{name}: {location}"));
        }
        match form {
            KeitaroHeaders::Object => {
                object.raw("headers", "{}");
            }
            KeitaroHeaders::Null if lines.is_empty() => {
                object.raw("headers", "null");
            }
            KeitaroHeaders::Absent if lines.is_empty() => {}
            _ => list(object.value("headers"), &lines),
        }
    }

    fn write_cookies(&self, object: &mut Object<'_>, settings: &KeitaroSettings) {
        let named = [
            ("_subid", Some(self.sub_id)),
            ("_token", self.token),
            (self.cookie_name, Some(self.cookie)),
        ];
        let named = named
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        match settings.cookies {
            KeitaroCookies::Object => {
                let mut cookies = Object::open(object.value("cookies"));
                for (name, value) in named {
                    cookies.text(name, value);
                }
                cookies.close();
            }
            KeitaroCookies::EmptyList => {
                object.raw("cookies", "[]");
            }
            KeitaroCookies::Objects => {
                let cookies: Vec<_> = named
                    .map(|(name, value)| {
                        json!({ "name": name, "value": value, "ttl": self.cookies_ttl * 3600 })
                    })
                    .collect();
                object.raw("cookies", json!(cookies));
            }
            KeitaroCookies::Absent => {}
        }
        if settings.cookies_ttl {
            object.raw("cookies_ttl", self.cookies_ttl);
        }
    }

    fn write_info(&self, out: &mut Vec<u8>, settings: &KeitaroSettings) {
        let mut info = Object::open(out);
        let ids = [
            ("campaign_id", Some(self.campaign_id)),
            ("stream_id", self.stream_id),
            ("landing_id", self.landing_id),
            ("offer_id", self.decision.offer_id),
        ];
        for (name, id) in ids {
            match (settings.ids, id) {
                (KeitaroIds::Absent, _) => {}
                (KeitaroIds::Null, _) | (_, None) => {
                    info.raw(name, "null");
                }
                (KeitaroIds::String, Some(id)) => {
                    info.raw(name, format_args!("\"{id}\""));
                }
                (KeitaroIds::OfferArray, Some(id)) if name == "offer_id" => {
                    info.raw(name, format_args!("[{id}]"));
                }
                (KeitaroIds::Number | KeitaroIds::OfferArray, Some(id)) => {
                    info.raw(name, id);
                }
            }
        }
        info.text("sub_id", self.sub_id);
        if let Some(token) = self.token {
            info.text("token", token);
        }
        info.raw("is_bot", self.is_bot);
        member(&mut info, "uniqueness", settings.info_uniqueness, |out| {
            let [campaign, stream, global] = self.is_unique;
            Object::open(out)
                .raw("campaign", campaign)
                .raw("stream", stream)
                .raw("global", global)
                .close();
        });
        if let Some(kind) = self.decision.kind {
            info.text("type", kind);
        }
        if let Some(url) = &self.decision.url {
            info.text("url", url);
        }
        info.close();
    }
}

fn member(
    object: &mut Object<'_>,
    name: &str,
    form: KeitaroMember,
    write: impl FnOnce(&mut Vec<u8>),
) {
    match form {
        KeitaroMember::Value => write(object.value(name)),
        KeitaroMember::Null => {
            object.raw(name, "null");
        }
        KeitaroMember::EmptyList => {
            object.raw(name, "[]");
        }
        KeitaroMember::Absent => {}
    }
}

fn list(out: &mut Vec<u8>, lines: &[String]) {
    for (place, line) in lines.iter().enumerate() {
        out.push(if place == 0 { b'[' } else { b',' });
        json::string(out, line);
    }
    if lines.is_empty() {
        out.push(b'[');
    }
    out.push(b']');
}

/// A refusal with this status and message.
pub(super) fn refusal(status: StatusCode, message: &str, settings: &KeitaroSettings) -> Response {
    let mut response = match settings.errors {
        KeitaroErrors::Error => json_response(Body::from(json!({ "error": message }).to_string())),
        KeitaroErrors::StatusMessage => json_response(Body::from(
            json!({ "status": "error", "message": message }).to_string(),
        )),
        KeitaroErrors::Html => text(format!("<html><body>{message}</body></html>"), HTML),
    };
    if !settings.errors_in_200 {
        *response.status_mut() = status;
    }
    response
}

/// A response with a JSON body.
pub(super) fn json_response(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}

/// A response with a plain text.
pub(super) fn plain(status: StatusCode, message: &str) -> Response {
    let mut response = text(message.to_owned(), PLAIN);
    *response.status_mut() = status;
    response
}

/// A response with a text of this content type.
fn text(text: String, content_type: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
