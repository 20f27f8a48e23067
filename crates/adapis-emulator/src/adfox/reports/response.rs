//! Responses in JSON: results and refusals.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::settings::AdfoxRefusal;

/// A refusal with a code and a message.
#[derive(Debug)]
pub(super) struct Refusal {
    code: String,
    status: StatusCode,
    message: String,
    /// The seconds of a `Retry-After` header.
    retry_after: Option<u64>,
}

impl Refusal {
    /// A refusal with a documented code, all of which are HTTP 400.
    pub(super) fn documented(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
            retry_after: None,
        }
    }

    /// A refusal whose code and status are a setting.
    pub(super) fn set(refusal: &AdfoxRefusal, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST),
            ..Self::documented(&refusal.code, message)
        }
    }

    pub(super) fn retry_after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after = seconds;
        self
    }
}

#[derive(Serialize)]
struct Failed<'a> {
    error: ErrorBody<'a>,
}

/// The code and the message of a refusal or of a task that failed.
#[derive(Serialize)]
pub(super) struct ErrorBody<'a> {
    pub(super) code: &'a str,
    pub(super) message: &'a str,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Failed {
            error: ErrorBody {
                code: &self.code,
                message: &self.message,
            },
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = json(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("OAuth"));
        }
        response
    }
}

#[derive(Serialize)]
struct Succeeded<T> {
    result: T,
}

/// A successful response.
pub(super) fn result(result: impl Serialize) -> Response {
    let body = serde_json::to_vec(&Succeeded { result }).unwrap_or_default();
    json(Body::from(body))
}

pub(super) fn json(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}
