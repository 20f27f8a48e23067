//! `--check`: tries the token, the site and the addresses, and ends.

use std::sync::Arc;
use std::time::Duration;

use adapis::Error;
use adapis::keitaro::calls::Click;
use adapis::keitaro::{Client, Refusal};
use bytes::Bytes;
use http::header::{HOST, HeaderValue, LOCATION, USER_AGENT};
use http::uri::Scheme;
use http::{Request, Uri};
use http_body_util::Empty;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::rt::TokioExecutor;

use super::admin::Admin;
use super::live::Live;
use super::{Clients, Settings, Setup, connect, listen};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Columns, Row};

const AGENT: &str = "adapis-gateway-check";

/// How long the site may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Tries everything, prints a row for each, and fails if one of them does.
pub(crate) async fn check(setup: &Setup, ctx: &Context) -> Result<(), CliError> {
    let settings = &setup.settings;
    let limits = settings.limits()?;
    let admin = Arc::new(Admin::new(limits.connections, None));
    let live = Live::new(setup, limits, &admin, None)?;
    let mut results = Vec::new();
    let Clients {
        fallback, routes, ..
    } = &setup.clients;
    let clients = routes.iter().chain([fallback]);
    for (route, client) in live.routes().zip(clients) {
        if let Some(client) = client {
            let name = match route.name.as_str() {
                "default" => "tracker".to_owned(),
                name => format!("tracker (route {name})"),
            };
            let tried = try_token(client, settings.sends_forms()).await;
            results.push((name, tried.map_err(CliError::from)));
        }
    }
    results.push(("site".to_owned(), site(settings).await));
    for (flag, wanted) in [
        ("listen", settings.listen()),
        ("metrics", settings.metrics()),
    ] {
        results.push((flag.to_owned(), address(flag, wanted).await));
    }
    let mut output = ctx.output();
    let mut rows = output.rows(Columns::fixed(&["check", "ok", "message"]));
    for (name, result) in &results {
        let (ok, message) = match result {
            Ok(message) => (true, message.clone()),
            Err(error) => (false, error.describe()),
        };
        rows.push(
            &Row::new()
                .with("check", name.as_str())
                .with("ok", ok)
                .with("message", message),
        )?;
    }
    rows.finish()?;
    let failure = results.into_iter().find_map(|(_, result)| result.err());
    failure.map_or(Ok(()), Err)
}

/// Sends a click, which the tracker counts: there is no other way to try a token.
pub(crate) async fn try_token(client: &Client, sends_forms: bool) -> Result<String, Error> {
    let click = Click::new().user_agent(AGENT).info(true);
    let output = client.click(&click).await;
    let output = output.map_err(|error| match Refusal::of(&error) {
        Some(Refusal::BadToken) if sends_forms => {
            let message = format!(
                "{}; if the token is right, try --method get",
                error.message()
            );
            error.with_message(message)
        }
        _ => error,
    })?;
    let sub_id = output.sub_id().unwrap_or("without an id");
    let action = output.action();
    Ok(format!(
        "the token is valid; counted the click {sub_id}, action {}",
        action.as_str()
    ))
}

async fn site(settings: &Settings) -> Result<String, CliError> {
    if let Some(page) = &settings.page {
        let length = std::fs::metadata(page).map_err(|error| {
            let message = format!("cannot read the page {}: {error}", page.display());
            CliError::input("page", message)
        })?;
        return Ok(format!("{} bytes", length.len()));
    }
    let url = settings.upstream.as_deref().unwrap_or_default();
    let wrong = |what: String| CliError::input("upstream", format!("{url}: {what}"));
    let uri = format!("{}/", url.trim_end_matches('/'));
    let uri: Uri = uri.parse().map_err(|_| wrong("no URL".to_owned()))?;
    // Without the setting it is what a browser sends that opens the gateway itself.
    let visitor = || HeaderValue::from_str(settings.listen());
    let host = settings.upstream_host()?.map_or_else(visitor, Ok);
    let host = host.map_err(|error| wrong(error.to_string()))?;
    let scheme = if settings.https() { "https" } else { "http" };
    let request = Request::get(&uri)
        .header(HOST, &host)
        .header("x-forwarded-proto", scheme)
        .header(USER_AGENT, AGENT)
        .body(Empty::<Bytes>::new())
        .map_err(|error| wrong(error.to_string()))?;
    let connector = connect::connector(uri.scheme() == Some(&Scheme::HTTPS))?;
    let client = HttpClient::builder(TokioExecutor::new()).build(connector);
    let response = tokio::time::timeout(TIMEOUT, client.request(request)).await;
    let response = response.map_err(|_| wrong("no response in 10 seconds".to_owned()))?;
    let response = response.map_err(|error| wrong(connect::cause(&error).to_string()))?;
    let status = response.status();
    let host = String::from_utf8_lossy(host.as_bytes()).into_owned();
    let said = format!("responds with {status} to the host {host}");
    if status.is_server_error() {
        return Err(wrong(said));
    }
    let hint = if status.is_client_error() {
        "; warning: visitors would get this for /; does the site have another host? Name it with \
         --upstream-host"
            .to_owned()
    } else {
        let to = response.headers().get(LOCATION);
        to.map_or_else(String::new, |to| {
            format!(", and leads to {}", String::from_utf8_lossy(to.as_bytes()))
        })
    };
    Ok(format!("{url} {said}{hint}"))
}

async fn address(flag: &'static str, address: &str) -> Result<String, CliError> {
    let listener = listen(flag, address).await?;
    let address = super::local_address(&listener)?;
    Ok(format!("{address} is free"))
}
