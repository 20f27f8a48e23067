//! Routes and operation names of the statistics API, and the handling of its requests.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::super::access;
use super::super::service::Adfox;
use super::report::{self, Report};
use super::response::{ErrorBody, Refusal, result};
use super::saved::Saved;
use super::settings::AdfoxReportsSettings;
use super::tasks::Status;
use super::{catalog, table};
use crate::request::ExpiredToken;

const BASE: &str = "/api/v2/reports";

type ReportsResult = Result<Response, Refusal>;
type Shared = State<Arc<Adfox>>;

/// Returns the routes of the API.
pub(crate) fn router(adfox: Arc<Adfox>) -> Router {
    Router::new()
        .route(BASE, post(create))
        .route("/api/v2/reports/", post(create))
        .route("/api/v2/reports/metadata", get(metadata))
        .route("/api/v2/reports/available-dates", get(available_dates))
        .route("/api/v2/reports/list", get(list))
        .route("/api/v2/reports/report-info/{name}", get(report_info))
        .route("/api/v2/reports/{id}", get(task).post(create_saved))
        .route("/api/v2/reports/{id}/result", get(task_result))
        .with_state(adfox)
}

/// Returns the operation of a call, such as `adfox.reports.create`.
pub(crate) fn operation(method: &Method, path: &str) -> Option<&'static str> {
    let rest = path.strip_prefix(BASE)?;
    let rest = rest.strip_prefix('/').or(rest.is_empty().then_some(""))?;
    Some(match (rest, rest.split_once('/')) {
        ("", _) => "adfox.reports.create",
        ("metadata", _) => "adfox.reports.metadata",
        ("available-dates", _) => "adfox.reports.available_dates",
        ("list", _) => "adfox.reports.list",
        (_, Some(("report-info", _))) => "adfox.reports.report_info",
        (_, Some((_, "result"))) => "adfox.reports.result",
        (_, None) if method == Method::POST => "adfox.reports.create_saved",
        (_, None) => "adfox.reports.task",
        _ => return None,
    })
}

/// Returns the caller's account and the settings, if the caller may call.
fn admit(
    adfox: &Adfox,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<(usize, AdfoxReportsSettings), Refusal> {
    let (account, settings) = {
        let (store, settings) = &*adfox.state();
        let header = headers.get(AUTHORIZATION);
        let header = header.and_then(|value| value.to_str().ok());
        let account = header.and_then(|value| access::token_owner(store, value));
        (account, settings.reports.clone())
    };
    let account = account.filter(|_| extensions.get::<ExpiredToken>().is_none());
    let account = account.ok_or_else(|| {
        let message = "The OAuth token is missing, wrong or expired";
        Refusal::set(&settings.refusals.unauthorized, message)
    })?;
    adfox.reports.tasks().count(account, &settings)?;
    Ok((account, settings))
}

#[derive(Deserialize)]
struct OwnerQuery {
    #[serde(rename = "ownerId")]
    owner: Option<String>,
}

/// The caller of a GET, with a valid owner in the query.
struct Caller {
    account: usize,
    settings: AdfoxReportsSettings,
}

impl FromRequestParts<Arc<Adfox>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(request: &mut Parts, adfox: &Arc<Adfox>) -> Result<Self, Response> {
        let query = Query::<OwnerQuery>::from_request_parts(request, adfox).await;
        let Query(query) = query.map_err(IntoResponse::into_response)?;
        let admit = || {
            let (account, settings) = admit(adfox, &request.headers, &request.extensions)?;
            let given = query.owner.map(|text| {
                let number = text.parse().ok();
                (text, number)
            });
            report::owner(given, &settings)?;
            Ok(Self { account, settings })
        };
        admit().map_err(|refusal: Refusal| refusal.into_response())
    }
}

async fn metadata(Caller { settings, .. }: Caller) -> Response {
    result(catalog::metadata(&settings))
}

async fn available_dates(State(adfox): Shared, Caller { settings, .. }: Caller) -> Response {
    let reports = &adfox.reports;
    let days = reports.statistics.available(&reports.moment(None));
    result(catalog::available_dates(days, &settings))
}

async fn list(Caller { settings, .. }: Caller) -> Response {
    result(catalog::list(&settings))
}

fn saved(name: &str, settings: &AdfoxReportsSettings) -> Result<&'static Saved, Refusal> {
    Saved::find(name).ok_or_else(|| {
        let message = format!("Report '{name}' not found");
        Refusal::set(&settings.refusals.report_not_found, message)
    })
}

async fn report_info(Path(name): Path<String>, Caller { settings, .. }: Caller) -> ReportsResult {
    let saved = saved(&name, &settings)?;
    Ok(result(catalog::report_info(saved, &settings)))
}

/// The state of a task, with the words of a FAILURE.
#[derive(Serialize)]
struct TaskBody<'a> {
    #[serde(rename = "taskId")]
    id: &'a str,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorBody<'a>>,
}

fn state(id: &str, status: Status, settings: &AdfoxReportsSettings) -> Response {
    let error = (status == Status::Failure).then_some(ErrorBody {
        code: &settings.failure_code,
        message: &settings.failure_message,
    });
    result(TaskBody { id, status, error })
}

async fn create(
    State(adfox): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    body: Bytes,
) -> ReportsResult {
    let (account, settings) = admit(&adfox, &headers, &extensions)?;
    make(&adfox, account, &settings, &headers, None, &body)
}

async fn create_saved(
    State(adfox): Shared,
    headers: HeaderMap,
    extensions: Extensions,
    Path(name): Path<String>,
    body: Bytes,
) -> ReportsResult {
    let (account, settings) = admit(&adfox, &headers, &extensions)?;
    let saved = saved(&name, &settings)?;
    make(&adfox, account, &settings, &headers, Some(saved), &body)
}

fn make(
    adfox: &Adfox,
    account: usize,
    settings: &AdfoxReportsSettings,
    headers: &HeaderMap,
    saved: Option<&'static Saved>,
    body: &[u8],
) -> ReportsResult {
    let content_type = headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/json") {
        let message = format!("Content-Type '{content_type}' is not application/json");
        return Err(Refusal::set(&settings.refusals.content_type, message));
    }
    let report = Report::parse(body, saved, settings)?;
    let name = saved.map(|saved| saved.name);
    let mut tasks = adfox.reports.tasks();
    let (id, status) = tasks.make(account, name, report, settings)?;
    let response = state(&id, status, settings);
    Ok((StatusCode::ACCEPTED, response).into_response())
}

async fn task(
    State(adfox): Shared,
    Path(id): Path<String>,
    Caller { account, settings }: Caller,
) -> ReportsResult {
    let status = adfox.reports.tasks().poll(account, &id, &settings)?;
    Ok(state(&id, status, &settings))
}

async fn task_result(
    State(adfox): Shared,
    Path(id): Path<String>,
    Caller { account, settings }: Caller,
) -> ReportsResult {
    let reports = &adfox.reports;
    let (report, instant) = reports.tasks().result(account, &id, &settings)?;
    let moment = reports.moment(instant);
    let statistics = &reports.statistics;
    Ok(table::result(&id, &report, statistics, &moment, &settings))
}
