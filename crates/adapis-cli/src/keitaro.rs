//! What the `keitaro` commands, the gateway and the demo share.

use adapis::keitaro::ClickEncoding;
use adapis::keitaro::calls::Action;
use clap::ValueEnum;
use serde::Deserialize;

/// The HTTP method of a click request.
#[derive(Debug, Clone, Copy, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HttpMethod {
    /// A query string with the parameter names of the vendor's documentation
    Get,
    /// A form, as sent by the vendor's own client
    Post,
}

impl From<HttpMethod> for ClickEncoding {
    fn from(method: HttpMethod) -> Self {
        match method {
            HttpMethod::Get => Self::Query,
            HttpMethod::Post => Self::Form,
        }
    }
}

/// Parses `NAME=VALUE`.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// Describes in one line what the page does with the visitor.
pub(crate) fn describe(action: &Action<'_>) -> String {
    match action {
        Action::Redirect { status, location } => {
            format!("redirect ({}) to {location}", status.as_u16())
        }
        Action::Content {
            status,
            content_type,
            body,
        } => format!(
            "content from the tracker ({}, {content_type}, {} bytes)",
            status.as_u16(),
            body.len()
        ),
        Action::NotFound => "404 page".to_owned(),
        _ => "the page itself, unchanged".to_owned(),
    }
}
