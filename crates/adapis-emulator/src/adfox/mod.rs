//! ADFOX: an ad server with accounts, objects and targeting behind one XML endpoint.

mod access;
mod answer;
mod data;
mod dates;
mod defaults;
mod envelope;
mod methods;
mod multipart;
mod request;
mod request_line;
mod store;
mod text;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use answer::{Fault, Reply};
pub use data::{AdfoxAccount, AdfoxCharset, AdfoxCounters, AdfoxData, AdfoxRights, AdfoxSettings};
use request::{Call, RawCall};
pub(crate) use request_line::RequestLines;
use store::Store;

/// Banners come with their files.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// The path whose callers have an OAuth token instead of a login.
const OAUTH_PATH: &str = "/api/v1";

/// The ad server: its first data, its settings, and what calls made of them.
pub(crate) struct Adfox {
    data: AdfoxData,
    state: Mutex<(Store, AdfoxSettings)>,
}

impl Adfox {
    pub(crate) fn new(data: AdfoxData, settings: AdfoxSettings) -> Self {
        let store = Store::new(&data);
        Self {
            data,
            state: Mutex::new((store, settings)),
        }
    }

    /// Forgets every change and starts again from the first data; settings stay.
    pub(crate) fn reset(&self) {
        let store = Store::new(&self.data);
        self.state().0 = store;
    }

    pub(crate) fn set_settings(&self, settings: AdfoxSettings) {
        self.state().1 = settings;
    }

    pub(crate) fn settings(&self) -> AdfoxSettings {
        self.state().1.clone()
    }

    fn state(&self) -> MutexGuard<'_, (Store, AdfoxSettings)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The routes of the three eras of the API.
pub(crate) fn router(adfox: Arc<Adfox>) -> Router {
    Router::new()
        .route("/v1/API.php", get(answer).post(answer))
        .route("/API.php", get(answer).post(answer))
        .route(OAUTH_PATH, get(answer).post(answer))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(adfox)
}

/// The name of a call for fault plans: `adfox.account.list.campaign`.
pub(crate) fn operation(query: Option<&str>, content_type: Option<&str>, body: &[u8]) -> String {
    RawCall::read(query, content_type, body)
        .unwrap_or_default()
        .operation()
}

async fn answer(
    State(adfox): State<Arc<Adfox>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(raw) = RawCall::read(uri.query(), header(CONTENT_TYPE), &body) else {
        return (StatusCode::BAD_REQUEST, "the multipart body is broken").into_response();
    };
    let (store, settings) = &mut *adfox.state();
    let caller = access::caller(store, &raw, header(AUTHORIZATION), uri.path() == OAUTH_PATH);
    let status = match caller {
        None if uri.path() == OAUTH_PATH => StatusCode::UNAUTHORIZED,
        _ => StatusCode::OK,
    };
    let mut call = None;
    let reply = caller
        .ok_or_else(Fault::unauthorized)
        .and_then(|caller| carry_out(store, settings, caller, raw, &mut call));
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

fn carry_out(
    store: &mut Store,
    settings: &AdfoxSettings,
    caller: usize,
    raw: RawCall,
    decoded: &mut Option<Call>,
) -> Result<Reply, Fault> {
    let operation = raw.operation();
    let call = decoded.insert(raw.decode()?);
    methods::run(store, settings, caller, call, &operation)
}

/// The address of the page that starts at `offset`, without the caller's credentials.
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
