//! Requests that are shown and not sent.

use std::collections::BTreeMap;

use adcore::{Endpoint, Error, Form};
use serde::{Deserialize, Serialize};

use super::encode::{Field, Settings, Value, form, plan};
use crate::calls::{Call, SendAs};
use crate::credentials::Prepared;

const MASK: &str = "***";

/// The request of a call with its secrets masked, see [`Client::preview`](crate::Client::preview).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Preview {
    /// The HTTP method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The content type and the headers of the credentials.
    pub headers: BTreeMap<String, String>,
    /// The body; a multipart body has one field per line, a file is shown by name and length.
    pub body: Option<String>,
}

/// Shows the request that [`encode_call`](super::encode_call) returns, with the credentials.
pub(crate) fn preview_call(
    call: &Call,
    settings: &Settings,
    endpoint: &Endpoint,
    credentials: &Prepared,
) -> Result<Preview, Error> {
    let mut masked = call.clone();
    masked.params = call.params.masked(MASK);
    let plan = plan(&masked, settings)?;
    let (secrets, mut headers) = credentials.shown(MASK);
    let mut urlencoded = Form::new();
    for (name, value) in &secrets {
        urlencoded.push(name, value);
    }
    urlencoded.push_form(&form(plan.everything()));
    let urlencoded = plain(&urlencoded);
    let lines = |fields: &mut dyn Iterator<Item = &Field<'_>>| {
        let secrets = secrets
            .iter()
            .map(|(name, value)| format!("{name}={value}\n"));
        secrets.chain(fields.map(line)).collect::<String>()
    };
    let (method, query, content_type, body) = match plan.send_as {
        SendAs::Get => ("GET", Some(urlencoded), None, None),
        SendAs::Mixed => (
            "POST",
            Some(plain(&form(&plan.navigation))),
            Some("multipart/form-data"),
            Some(lines(&mut plan.parameters.iter())),
        ),
        SendAs::Multipart => (
            "POST",
            None,
            Some("multipart/form-data"),
            Some(lines(&mut plan.everything())),
        ),
        SendAs::Auto | SendAs::Post => (
            "POST",
            None,
            Some("application/x-www-form-urlencoded"),
            Some(urlencoded),
        ),
    };
    if let Some(content_type) = content_type {
        headers.push(("content-type".into(), content_type.into()));
    }
    Ok(Preview {
        method: method.into(),
        url: query.map_or_else(
            || endpoint.to_string(),
            |query| format!("{endpoint}?{query}"),
        ),
        headers: headers.into_iter().collect(),
        body,
    })
}

fn plain(form: &Form) -> String {
    form.as_str().replace("%2A%2A%2A", MASK)
}

fn line(field: &Field<'_>) -> String {
    let name = String::from_utf8_lossy(&field.name);
    match &field.value {
        Value::Text(text) => format!("{name}={}\n", String::from_utf8_lossy(text)),
        Value::File(file) => format!(
            "{name}=@{} ({}, {} bytes)\n",
            file.file_name,
            file.content_type,
            file.bytes.len()
        ),
    }
}
