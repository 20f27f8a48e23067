use serde::{Deserialize, Serialize};

/// The wire form of `status` in a click's answer.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroStatus {
    /// A number.
    #[default]
    Number,
    /// A numeric string.
    String,
    /// The string `"200"`, whatever happened.
    Always200,
    /// The word `error`.
    Word,
    /// No member.
    Absent,
}

/// The wire form of `headers` in a click's answer.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroHeaders {
    /// A list of `Name: value`.
    #[default]
    List,
    /// A list with names in small letters.
    LowerCase,
    /// A list with names in capitals.
    UpperCase,
    /// A list that begins with a bare status line.
    StatusLine,
    /// An object.
    Object,
    /// `null` when there are none.
    Null,
    /// No member when there are none.
    Absent,
}

/// The wire form of `cookies` in a click's answer.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroCookies {
    /// An object of names and values.
    #[default]
    Object,
    /// `[]`, as an empty PHP map is written.
    EmptyList,
    /// A list of objects, as version 4 has it.
    Objects,
    /// No member.
    Absent,
}

/// The wire form of ids in `info`.
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
    /// No members.
    Absent,
    /// Numbers, `offer_id` as an array.
    OfferArray,
}

/// The wire form of a member that may be there, `null`, `[]` or missing.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroMember {
    /// Its value.
    #[default]
    Value,
    /// `null`
    Null,
    /// `[]`
    EmptyList,
    /// No member.
    Absent,
}

/// The wire form of a refusal.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroErrors {
    /// `{"error":"…"}`
    #[default]
    Error,
    /// `{"status":"error","message":"…"}`
    StatusMessage,
    /// An HTML page.
    Html,
}

/// Whether the tracker offers the Click API at all.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeitaroFeature {
    /// It does.
    #[default]
    On,
    /// HTTP 409: switched off.
    Off,
    /// HTTP 402: the licence is too small.
    Unlicensed,
}

/// How the tracker behaves where its pages leave it open.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeitaroSettings {
    /// The sub-directory that the tracker lives under (`/tracker`); read at the start only.
    pub mount: String,
    /// Whether the Click API is there.
    pub click_api: KeitaroFeature,
    /// Control fields are read from the query only, as one other server does.
    pub query_only: bool,
    /// A click that no flow takes is answered with HTTP 404 around the full answer.
    pub http_404_without_flow: bool,
    /// Refusals are answered with HTTP 200.
    pub errors_in_200: bool,
    /// The wire form of refusals.
    pub errors: KeitaroErrors,
    /// The wire form of `status`.
    pub status: KeitaroStatus,
    /// The wire form of `headers`.
    pub headers: KeitaroHeaders,
    /// The wire form of an empty `body`: `null`, `""` (`empty_list`) or no member.
    pub empty_body: KeitaroMember,
    /// The wire form of `cookies`.
    pub cookies: KeitaroCookies,
    /// Whether `cookies_ttl` is there.
    pub cookies_ttl: bool,
    /// The wire form of `uniqueness_cookie`.
    pub uniqueness_cookie: KeitaroMember,
    /// The wire form of `info`.
    pub info: KeitaroMember,
    /// The wire form of `info.uniqueness`.
    pub info_uniqueness: KeitaroMember,
    /// The wire form of ids in `info`.
    pub ids: KeitaroIds,
    /// Offer tokens hold `+`, `/` and `=`, so that they must be percent-encoded.
    pub awkward_tokens: bool,
    /// How many clicks are kept for reading, updates and postbacks.
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
