//! What a site that cannot run the program asks the gateway itself, at its private address:
//! conversions, new parameters of clicks, and the contents that the tracker would have shown.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use adapis::keitaro::calls::{Conversion, Postback, Update};
use adapis::keitaro::{Client, Error, ErrorKind};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::response::{Body, full, method_not_allowed, plain};

/// Longest form of a call.
const MAX_FORM: usize = 16 * 1024;

/// A client for calls that the site makes, and the key that the site must know.
pub(crate) struct LocalCalls {
    pub(crate) client: Client,
    pub(crate) key: SecretString,
}

impl LocalCalls {
    /// Handles `POST /keitaro/postback` and `POST /keitaro/update`.
    pub(super) async fn handle(&self, request: Request<Incoming>) -> Response<Body> {
        if request.method() != Method::POST {
            return method_not_allowed("POST", "405 Method Not Allowed: POST a form\n");
        }
        if !self.knows_key(request.headers()) {
            return plain(
                StatusCode::UNAUTHORIZED,
                "401 Unauthorized: Authorization must be Bearer and the key of --local-key-file\n",
            );
        }
        let is_update = request.uri().path() == "/keitaro/update";
        let Ok(form) = Limited::new(request.into_body(), MAX_FORM).collect().await else {
            return plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "413 Content Too Large: the form is over 16 KiB, or broken\n",
            );
        };
        let form = form.to_bytes();
        let outcome = if is_update {
            self.update(&form).await
        } else {
            self.postback(&form).await
        };
        match outcome {
            Ok(response) => {
                json_response(StatusCode::OK, &json!({"ok": true, "response": response}))
            }
            Err(error) => {
                let status = match error.kind() {
                    ErrorKind::InvalidInput => StatusCode::BAD_REQUEST,
                    ErrorKind::NotFound => StatusCode::NOT_FOUND,
                    ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
                    _ => StatusCode::BAD_GATEWAY,
                };
                let error = json!({
                    "kind": error.kind().as_str(),
                    "field": error.field(),
                    "message": error.message(),
                    "may_have_run": error.may_have_run(),
                });
                json_response(status, &json!({"ok": false, "error": error}))
            }
        }
    }

    /// Compares digests, so that the time says nothing about the key.
    fn knows_key(&self, headers: &HeaderMap) -> bool {
        let sent = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let sent = sent.and_then(|sent| sent.strip_prefix(b"Bearer "));
        let digest = |key: &[u8]| Sha256::digest(key);
        sent.is_some_and(|sent| digest(sent) == digest(self.key.expose_secret().as_bytes()))
    }

    async fn update(&self, form: &[u8]) -> Result<Option<String>, Error> {
        let mut update = Update::new("");
        for (name, value) in form_urlencoded::parse(form) {
            match &*name {
                "sub_id" | "subid" => update.sub_id = value.as_ref().into(),
                _ => update = update.param(name, value),
            }
        }
        self.client.update(&update).await.map(Some)
    }

    async fn postback(&self, form: &[u8]) -> Result<Option<String>, Error> {
        let amount = |field: &'static str, value: &str| {
            let amount = value.trim().parse::<Decimal>();
            amount.map_err(|_| Error::invalid_input(field, "must be a decimal number"))
        };
        let words = |value: &str| {
            value
                .split(',')
                .map(|word| word.trim().to_owned())
                .collect()
        };
        let mut postback = Postback::new("");
        for (name, value) in form_urlencoded::parse(form) {
            match &*name {
                "sub_id" | "subid" => postback.sub_id = value.as_ref().into(),
                "status" => postback.status = Some(Conversion::from(&*value)),
                "payout" | "revenue" => postback.payout = Some(amount("payout", &value)?),
                "cost" => postback.cost = Some(amount("cost", &value)?),
                "currency" => postback.currency = Some(value.into_owned()),
                "tid" => postback.tid = Some(value.into_owned()),
                "return" => postback.return_text = Some(value.into_owned()),
                "sale_status" => postback.sale_status = words(&value),
                "lead_status" => postback.lead_status = words(&value),
                "rejected_status" => postback.rejected_status = words(&value),
                "ignore_status" => postback.ignore_status = words(&value),
                _ => postback = postback.param(name, value),
            }
        }
        self.client.postback(&postback).await.map(|()| None)
    }
}

fn json_response(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(full(value.to_string() + "\n"));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// Contents of the tracker that the site may fetch for a minute, by a name that cannot be guessed.
#[derive(Default)]
pub(super) struct Contents(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    contents: VecDeque<Content>,
    bytes: usize,
}

struct Content {
    name: String,
    until: Instant,
    content_type: HeaderValue,
    body: Bytes,
}

impl Contents {
    const LIFETIME: Duration = Duration::from_secs(60);
    /// Bytes that are kept; the oldest content goes first.
    const MAX_BYTES: usize = 16 * 1024 * 1024;

    /// Keeps a content, and returns its name.
    pub(super) fn keep(&self, content_type: &str, body: &[u8]) -> String {
        let random = || RandomState::new().build_hasher().finish();
        let name = format!("{:016x}{:016x}", random(), random());
        let content_type = HeaderValue::from_str(content_type);
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        let now = Instant::now();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += body.len();
        kept.contents.push_back(Content {
            name: name.clone(),
            until: now + Self::LIFETIME,
            content_type: content_type.unwrap_or(html),
            body: Bytes::copy_from_slice(body),
        });
        while kept.bytes > Self::MAX_BYTES
            || kept
                .contents
                .front()
                .is_some_and(|oldest| oldest.until < now)
        {
            let Some(oldest) = kept.contents.pop_front() else {
                break;
            };
            kept.bytes -= oldest.body.len();
        }
        name
    }

    pub(super) fn respond(&self, name: &str) -> Response<Body> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut contents = kept.contents.iter();
        match contents.find(|content| content.name == name && content.until > Instant::now()) {
            Some(content) => {
                let mut response = Response::new(full(content.body.clone()));
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, content.content_type.clone());
                response
            }
            None => plain(
                StatusCode::NOT_FOUND,
                "404 Not Found: contents are kept for a minute\n",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_bounded_and_the_oldest_go_first() {
        let contents = Contents::default();
        let large = vec![b'x'; Contents::MAX_BYTES / 3];
        let names: Vec<String> = (0..4)
            .map(|_| contents.keep("text/plain", &large))
            .collect();
        let statuses: Vec<u16> = names
            .iter()
            .map(|name| contents.respond(name).status().as_u16())
            .collect();
        assert_eq!(statuses, [404, 200, 200, 200]);
        assert_ne!(names[0], names[1]);
        let type_of = |name: &str| contents.respond(name).headers()[CONTENT_TYPE].clone();
        assert_eq!(type_of(&names[3]), "text/plain");
    }
}
