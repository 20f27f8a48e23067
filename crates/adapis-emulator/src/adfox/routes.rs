//! Routes and operation names of ADFOX, and the handling of a request.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::data::AdfoxSettings;
use super::request::{Call, RawCall};
use super::response::{Refusal, Reply};
use super::service::Adfox;
use super::store::Store;
use super::{access, envelope, methods, reports};

/// Limit of a request body; banners are uploaded with their files.
const MAX_BODY: usize = 64 << 20;

/// The path whose callers have an OAuth token instead of a login.
const OAUTH_PATH: &str = "/api/v1";

const API_KEY: &str = "x-yandex-api-key";

/// Returns the routes of the three generations of the API, and those of the statistics.
pub(crate) fn router(adfox: Arc<Adfox>) -> Router {
    Router::new()
        .route("/v1/API.php", get(handle).post(handle))
        .route("/API.php", get(handle).post(handle))
        .route(OAUTH_PATH, get(handle).post(handle))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Arc::clone(&adfox))
        .merge(reports::router(adfox))
}

/// Returns the operation of a call, such as `adfox.account.list.campaign`.
pub(crate) fn operation(query: Option<&str>, content_type: Option<&str>, body: &[u8]) -> String {
    RawCall::read(query, content_type, body)
        .unwrap_or_default()
        .operation()
}

async fn handle(
    State(adfox): State<Arc<Adfox>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(raw) = RawCall::read(uri.query(), header(CONTENT_TYPE), &body) else {
        return (StatusCode::BAD_REQUEST, "malformed multipart body").into_response();
    };
    let (store, settings) = &mut *adfox.state();
    let caller = access::caller(store, &raw, header(AUTHORIZATION), uri.path() == OAUTH_PATH);
    let key = headers.get(API_KEY).and_then(|value| value.to_str().ok());
    let needs_key = settings.api_key_required && uri.path() == OAUTH_PATH;
    let caller = caller.filter(|&caller| !needs_key || store.accounts[caller].has_api_key(key));
    let status = match caller {
        None if uri.path() == OAUTH_PATH => StatusCode::UNAUTHORIZED,
        _ => StatusCode::OK,
    };
    let mut call = None;
    let reply = caller
        .ok_or_else(Refusal::unauthorized)
        .and_then(|caller| run(store, settings, caller, raw, &mut call));
    let address = format!(
        "http://{}{}",
        header(HOST).unwrap_or("localhost"),
        uri.path()
    );
    let link = |offset| link(&address, call.as_ref(), settings, offset);
    let Ok(xml) = envelope::write(&reply, settings, link) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let content_type = format!("text/xml; charset={}", envelope::declared(settings).name());
    let mut response = (status, [(CONTENT_TYPE, content_type)], xml).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("OAuth"));
    }
    response
}

fn run(
    store: &mut Store,
    settings: &AdfoxSettings,
    caller: usize,
    raw: RawCall,
    decoded: &mut Option<Call>,
) -> Result<Reply, Refusal> {
    let operation = raw.operation();
    let call = decoded.insert(raw.decode()?);
    methods::run(store, settings, caller, call, &operation)
}

/// Returns the URL of the page that starts at `offset`, without the caller's credentials.
fn link(address: &str, call: Option<&Call>, settings: &AdfoxSettings, offset: usize) -> String {
    let kept = call.into_iter().flat_map(Call::pairs).filter(|(name, _)| {
        ![
            "loginAccount",
            "loginPassword",
            "encoding",
            "offset",
            "limit",
        ]
        .contains(name)
    });
    let limit = call
        .and_then(|call| call.filled("limit"))
        .map(str::to_owned);
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("offset", &offset.to_string())
        .append_pair(
            "limit",
            &limit.unwrap_or_else(|| settings.default_limit.to_string()),
        )
        .finish();
    format!("{address}?{query}")
}
