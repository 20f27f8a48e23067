//! Responses in JSON: bodies and refusals.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::json::Object;

/// Why a call is refused.
///
/// The statuses are documented, the bodies are not.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    /// 400, "method not supported".
    MethodNotSupported,
    /// 401: the token is missing, expired or lacks the rights.
    NoRights,
    /// 403: the token is good, but not for this.
    Forbidden,
    /// 404: no such method or entity.
    NotFound,
    /// 429, with the seconds until the rate window ends for `Retry-After`.
    TooMany(Option<u64>),
    /// 500, "an invalid request was made or invalid data was sent".
    Invalid,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::MethodNotSupported => (StatusCode::BAD_REQUEST, "Method not supported"),
            Self::NoRights => (
                StatusCode::UNAUTHORIZED,
                "Authorization has been denied for this request",
            ),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Invalid => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "An invalid request was made or invalid data was sent",
            ),
        };
        let mut response = refusal(status, "Message", message, None);
        if let Self::TooMany(Some(seconds)) = self {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::NoRights) {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A refusal of `/token` in the format of OAuth 2.0.
pub(super) fn oauth_refusal(status: StatusCode, error: &str, message: &str) -> Response {
    refusal(status, "error", error, Some(message))
}

fn refusal(status: StatusCode, member: &str, text: &str, description: Option<&str>) -> Response {
    let mut out = Vec::new();
    let mut object = Object::open(&mut out);
    object.text(member, text);
    if let Some(description) = description {
        object.text("error_description", description);
    }
    object.close();
    let mut response = json(Body::from(out));
    *response.status_mut() = status;
    response
}

/// A response with a JSON body, in the content type of the vendor's page.
pub(super) fn json(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=UTF-8"),
    );
    response
}
