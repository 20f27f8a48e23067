//! Settings of Keitaro.

use serde::{Deserialize, Serialize};

/// The format of `status` in the response to a click.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroStatus {
    /// A number.
    #[default]
    Number,
    /// A numeric string.
    String,
    /// The string `"200"`, whatever the status is.
    Always200,
    /// The word `error`.
    Word,
    /// The member is left out.
    Absent,
}

/// The format of `headers` in the response to a click.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroHeaders {
    /// A list of `Name: value`.
    #[default]
    List,
    /// A list with names in lower case.
    LowerCase,
    /// A list with names in upper case.
    UpperCase,
    /// A list that starts with a status line.
    StatusLine,
    /// An object.
    Object,
    /// `null` if there are none.
    Null,
    /// The member is left out if there are none.
    Absent,
}

/// The format of `cookies` in the response to a click.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroCookies {
    /// An object of names and values.
    #[default]
    Object,
    /// `[]`, as PHP writes an empty map.
    EmptyList,
    /// A list of objects, as in version 4.
    Objects,
    /// The member is left out.
    Absent,
}

/// Where the tracker looks for the visitor's cookies.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroVisitorCookies {
    /// In `original_headers[Cookie]`, and else in the `Cookie` header of the request.
    #[default]
    Either,
    /// In the `Cookie` header of the request, which KClient sends.
    Header,
    /// In `original_headers[Cookie]`.
    OriginalHeaders,
}

/// The format of ids in `info`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroIds {
    /// Numbers.
    #[default]
    Number,
    /// Numeric strings.
    String,
    /// `null`.
    Null,
    /// The members are left out.
    Absent,
    /// Numbers, `offer_id` as an array.
    OfferArray,
}

/// The format of a member that can be empty or missing.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroMember {
    /// Its value.
    #[default]
    Value,
    /// `null`.
    Null,
    /// `[]`.
    EmptyList,
    /// The member is left out.
    Absent,
}

/// The format of a refusal.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroErrors {
    /// `{"error":"…"}`.
    #[default]
    Error,
    /// `{"status":"error","message":"…"}`.
    StatusMessage,
    /// An HTML page.
    Html,
}

/// Whether the tracker offers the Click API.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroFeature {
    /// It does.
    #[default]
    On,
    /// HTTP 409: the Click API is disabled.
    Off,
    /// HTTP 402: the licence does not include the Click API.
    Unlicensed,
}

/// How the tracker behaves where its documentation leaves it open.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeitaroSettings {
    /// Path that the tracker is mounted at, such as `/tracker`; only read at the start.
    pub mount: String,
    /// Whether the Click API is available.
    pub click_api: KeitaroFeature,
    /// Whether control fields are read from the query only, as one other server does.
    pub query_only: bool,
    /// Whether a click that no flow takes gets HTTP 404 with the usual body.
    pub http_404_without_flow: bool,
    /// Whether refusals have HTTP status 200.
    pub errors_in_200: bool,
    /// Where the visitor's cookies are looked for.
    pub visitor_cookies: KeitaroVisitorCookies,
    /// The format of refusals.
    pub errors: KeitaroErrors,
    /// The format of `status`.
    pub status: KeitaroStatus,
    /// The format of `headers`.
    pub headers: KeitaroHeaders,
    /// The format of an empty `body`: `null`, `""` (`empty_list`) or no member.
    pub empty_body: KeitaroMember,
    /// The format of `cookies`.
    pub cookies: KeitaroCookies,
    /// Whether responses contain `cookies_ttl`.
    pub cookies_ttl: bool,
    /// The format of `uniqueness_cookie`.
    pub uniqueness_cookie: KeitaroMember,
    /// The format of `info`.
    pub info: KeitaroMember,
    /// The format of `info.uniqueness`.
    pub info_uniqueness: KeitaroMember,
    /// The format of ids in `info`.
    pub ids: KeitaroIds,
    /// Whether offer tokens contain `+`, `/` and `=`, which clients must percent-encode.
    pub awkward_tokens: bool,
    /// Number of clicks that are kept for reading, updates and postbacks.
    pub clicks_kept: usize,
}

impl Default for KeitaroSettings {
    fn default() -> Self {
        Self {
            mount: String::new(),
            click_api: KeitaroFeature::default(),
            query_only: false,
            http_404_without_flow: false,
            errors_in_200: false,
            visitor_cookies: KeitaroVisitorCookies::default(),
            errors: KeitaroErrors::default(),
            status: KeitaroStatus::default(),
            headers: KeitaroHeaders::default(),
            empty_body: KeitaroMember::Null,
            cookies: KeitaroCookies::default(),
            cookies_ttl: true,
            uniqueness_cookie: KeitaroMember::default(),
            info: KeitaroMember::default(),
            info_uniqueness: KeitaroMember::default(),
            ids: KeitaroIds::default(),
            awkward_tokens: false,
            clicks_kept: 20_000,
        }
    }
}
