//! JSON-RPC 2.0: handles calls, notifications and batches.

use axum::body::Body;
use axum::response::Response;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

use super::query::Query;
use super::rows::Rows;
use super::service::Spots;
use super::settings::{SpotsBatch, SpotsRefusal, SpotsSettings};
use crate::json;
use crate::request::ExpiredToken;
use crate::tokens::{Rules, TokenPair, bearer};

/// Longer names of methods are cut in operation names.
const MAX_METHOD: usize = 64;

/// Returns the method that a body calls, `batch` for an array.
pub(super) fn method(body: &[u8]) -> Option<String> {
    match serde_json::from_slice(body).ok()? {
        Value::Array(_) => Some("batch".to_owned()),
        Value::Object(call) => {
            let method = call.get("method")?.as_str()?;
            Some(method.chars().take(MAX_METHOD).collect())
        }
        _ => None,
    }
}

/// A JSON-RPC error object.
struct Failure {
    code: Option<i64>,
    message: String,
    /// Whether a token or a login was refused.
    refused: bool,
}

impl Failure {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            message: message.into(),
            refused: false,
        }
    }

    fn invalid_request() -> Self {
        Self::new(-32600, "Invalid Request")
    }

    fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(-32602, message)
    }

    fn refused(settings: &SpotsSettings, message: &str) -> Self {
        Self {
            code: settings.refused_code,
            message: message.to_owned(),
            refused: true,
        }
    }

    fn into_error(self) -> String {
        let message = Value::from(self.message);
        match self.code {
            Some(code) => format!(r#"{{"code":{code},"message":{message}}}"#),
            None => format!(r#"{{"message":{message}}}"#),
        }
    }
}

enum Outcome {
    /// A result that is already JSON.
    Json(String),
    Rows(Box<Rows>),
}

/// Handles a request body.
pub(super) fn respond(
    spots: &Spots,
    headers: &HeaderMap,
    extensions: &Extensions,
    body: &[u8],
) -> Response {
    let settings = spots.current_settings();
    let caller = Caller {
        spots,
        settings: &settings,
        bearer: bearer(headers),
        expired: extensions.get::<ExpiredToken>().is_some(),
    };
    if let (true, Some(token)) = (caller.expired, caller.bearer) {
        spots.tokens.expire(token);
    }
    match serde_json::from_slice(body) {
        Err(_) => error_response(&settings, &Value::Null, Failure::new(-32700, "Parse error")),
        Ok(Value::Array(calls)) => batch(&caller, &calls),
        Ok(call) => single(&caller, &call),
    }
}

fn single(caller: &Caller<'_>, call: &Value) -> Response {
    let settings = caller.settings;
    let (id, outcome) = match parse(call) {
        Ok((id, method, params)) => (id, caller.call(method, params)),
        Err((id, failure)) => (Some(id), Err(failure)),
    };
    let Some(id) = id else {
        return empty_response(StatusCode::NO_CONTENT);
    };
    match outcome {
        Err(failure) => error_response(settings, id, failure),
        Ok(Outcome::Json(result)) => json_response(Body::from(envelope("result", &result, id))),
        Ok(Outcome::Rows(rows)) => json_response(streamed(settings, *rows, id)),
    }
}

fn batch(caller: &Caller<'_>, calls: &[Value]) -> Response {
    let settings = caller.settings;
    if calls.is_empty() {
        return error_response(settings, &Value::Null, Failure::invalid_request());
    }
    match settings.batch {
        SpotsBatch::Supported => {}
        SpotsBatch::Refused => {
            return error_response(settings, &Value::Null, Failure::invalid_request());
        }
        SpotsBatch::Http400 => return empty_response(StatusCode::BAD_REQUEST),
    }
    let mut responses = Vec::new();
    for call in calls {
        let (id, outcome) = match parse(call) {
            Ok((id, method, params)) => (id, caller.call(method, params)),
            Err((id, failure)) => (Some(id), Err(failure)),
        };
        let Some(id) = id else { continue };
        responses.push(b',');
        match outcome {
            Err(failure) => {
                responses
                    .extend_from_slice(envelope("error", &failure.into_error(), id).as_bytes());
            }
            Ok(Outcome::Json(result)) => {
                responses.extend_from_slice(envelope("result", &result, id).as_bytes());
            }
            Ok(Outcome::Rows(rows)) => {
                let mut response = RowsResponse::new(settings, *rows, id);
                while response.write_next(&mut responses) {}
            }
        }
    }
    let Some(first) = responses.first_mut() else {
        return empty_response(StatusCode::NO_CONTENT);
    };
    *first = b'[';
    responses.push(b']');
    json_response(Body::from(responses))
}

/// The id (`None` in a notification), the method and the params of a valid call.
type ParsedCall<'a> = (Option<&'a Value>, &'a str, Option<&'a Value>);

fn parse(call: &Value) -> Result<ParsedCall<'_>, (&Value, Failure)> {
    let members = call
        .as_object()
        .ok_or_else(|| (&Value::Null, Failure::invalid_request()))?;
    let id = members.get("id");
    let method = members.get("method").and_then(Value::as_str);
    let params = members.get("params");
    let version = members.get("jsonrpc").and_then(Value::as_str);
    match method {
        Some(method)
            if version == Some("2.0")
                && id.is_none_or(is_id)
                && params.is_none_or(|params| params.is_object() || params.is_array()) =>
        {
            Ok((id, method, params))
        }
        _ => Err((
            id.filter(|id| is_id(id)).unwrap_or(&Value::Null),
            Failure::invalid_request(),
        )),
    }
}

fn is_id(id: &Value) -> bool {
    id.is_number() || id.is_string() || id.is_null()
}

struct Caller<'a> {
    spots: &'a Spots,
    settings: &'a SpotsSettings,
    bearer: Option<&'a str>,
    expired: bool,
}

impl Caller<'_> {
    fn call(&self, method: &str, params: Option<&Value>) -> Result<Outcome, Failure> {
        match method {
            "user.auth" => self.authenticate(params),
            "user.tokenRefresh" => self.refresh(),
            "platform.getStatistics" => self.statistics(params),
            _ => Err(Failure::new(-32601, "Method not found")),
        }
    }

    fn authenticate(&self, params: Option<&Value>) -> Result<Outcome, Failure> {
        let text = |name: &str| {
            params
                .and_then(|params| params.get(name))
                .and_then(Value::as_str)
                .ok_or_else(|| Failure::invalid_params(format!("{name} is required")))
        };
        let (login, password) = (text("login")?, text("password")?);
        let account = self.spots.accounts.iter().position(|account| {
            account.logins.iter().any(|known| known == login) && account.password == password
        });
        match account {
            Some(account) if !self.expired => {
                let pair = self.spots.tokens.grant(account, self.token_rules());
                Ok(self.tokens(pair))
            }
            _ => Err(Failure::refused(
                self.settings,
                &self.settings.refused_login_message,
            )),
        }
    }

    fn refresh(&self) -> Result<Outcome, Failure> {
        let rules = self.token_rules();
        self.bearer
            .and_then(|token| self.spots.tokens.refresh(token, rules, |_| true))
            .map(|(_, pair)| self.tokens(pair))
            .ok_or_else(|| self.refused_token())
    }

    fn statistics(&self, params: Option<&Value>) -> Result<Outcome, Failure> {
        let account = self
            .bearer
            .and_then(|token| self.spots.tokens.subject(token))
            .and_then(|account| self.spots.accounts.get(account))
            .ok_or_else(|| self.refused_token())?;
        let query = Query::read(params.unwrap_or(&Value::Null), self.settings)
            .map_err(Failure::invalid_params)?;
        let mut rows = Rows::new(&account.table, &query, self.spots.moment(None));
        if self.settings.null_when_empty && rows.is_empty() {
            return Ok(Outcome::Json("null".to_owned()));
        }
        Ok(Outcome::Rows(Box::new(rows)))
    }

    fn refused_token(&self) -> Failure {
        Failure::refused(self.settings, &self.settings.refused_token_message)
    }

    fn token_rules(&self) -> Rules {
        Rules {
            access_ttl: self.settings.access_ttl,
            refresh_ttl: self.settings.refresh_ttl,
            old_refresh_token: self.settings.old_refresh_token,
            burn_access_token: self.settings.burn_access_token,
            with_refresh_token: true,
        }
    }

    fn tokens(&self, pair: TokenPair) -> Outcome {
        let TokenPair { access, refresh } = pair;
        let tokens = format!(
            r#"{{"access_token":{},"refresh_token":{},"access_ttl":{},"refresh_ttl":{}}}"#,
            Value::from(access),
            Value::from(refresh),
            self.settings.access_ttl,
            self.settings.refresh_ttl,
        );
        Outcome::Json(if self.settings.tokens_as_array {
            format!("[{tokens}]")
        } else {
            tokens
        })
    }
}

/// Writes a response with rows, one row at a time.
struct RowsResponse {
    settings: SpotsSettings,
    rows: Rows,
    id: Value,
    row: Vec<u8>,
    /// How often the current row is still to be written.
    copies: u64,
    started: bool,
    has_rows: bool,
}

impl RowsResponse {
    fn new(settings: &SpotsSettings, rows: Rows, id: &Value) -> Self {
        Self {
            settings: settings.clone(),
            rows,
            id: id.clone(),
            row: Vec::new(),
            copies: 0,
            started: false,
            has_rows: false,
        }
    }

    fn write_next(&mut self, out: &mut Vec<u8>) -> bool {
        if !self.started {
            self.started = true;
            out.extend_from_slice(br#"{"jsonrpc":"2.0","result":["#);
        }
        if self.copies == 0 {
            self.row.clear();
            if !self.rows.write_next(&mut self.row, &self.settings) {
                out.extend_from_slice(br#"],"id":"#);
                out.extend_from_slice(self.id.to_string().as_bytes());
                out.push(b'}');
                return false;
            }
            self.copies = self.settings.rows_multiplier.max(1);
        }
        if std::mem::replace(&mut self.has_rows, true) {
            out.push(b',');
        }
        out.extend_from_slice(&self.row);
        self.copies -= 1;
        true
    }
}

fn streamed(settings: &SpotsSettings, rows: Rows, id: &Value) -> Body {
    let mut response = RowsResponse::new(settings, rows, id);
    json::body(move |out| response.write_next(out))
}

fn error_response(settings: &SpotsSettings, id: &Value, failure: Failure) -> Response {
    let status = match settings.refused_token {
        SpotsRefusal::BareHttp401 if failure.refused => {
            return empty_response(StatusCode::UNAUTHORIZED);
        }
        SpotsRefusal::Http401 if failure.refused => StatusCode::UNAUTHORIZED,
        _ => StatusCode::OK,
    };
    let error = envelope("error", &failure.into_error(), id);
    let mut response = json_response(Body::from(error));
    *response.status_mut() = status;
    response
}

fn envelope(member: &str, value: &str, id: &Value) -> String {
    format!(r#"{{"jsonrpc":"2.0","{member}":{value},"id":{id}}}"#)
}

fn json_response(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

fn empty_response(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
