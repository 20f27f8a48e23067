//! The parameters of a click request.

use std::borrow::Cow;

type Text<'a> = Cow<'a, str>;

/// The parameters of a click request: control fields and campaign parameters.
#[derive(Debug, Default)]
pub(super) struct ClickRequest<'a> {
    pub(super) token: Option<Text<'a>>,
    pub(super) ip: Option<Text<'a>>,
    pub(super) user_agent: Option<Text<'a>>,
    pub(super) language: Option<Text<'a>>,
    pub(super) landing_id: Option<Text<'a>>,
    pub(super) uniqueness_cookie: Option<Text<'a>>,
    /// The visitor's `Cookie` header, as newer clients send it.
    pub(super) cookies: Option<Text<'a>>,
    pub(super) log: bool,
    pub(super) info: bool,
    pub(super) force_redirect_offer: bool,
    /// All other parameters; later values replace earlier ones of the same name.
    pub(super) parameters: Vec<(Text<'a>, Text<'a>)>,
}

impl<'a> ClickRequest<'a> {
    /// Parses the query and the form; with `query_only`, control fields in the form are ignored.
    pub(super) fn read(query: &'a str, form: &'a [u8], query_only: bool) -> Self {
        let mut request = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if let Some(value) = request.control(&name, value) {
                request.parameter(name, value);
            }
        }
        for (name, value) in form_urlencoded::parse(form) {
            if query_only {
                let mut ignored = ClickRequest::default();
                if let Some(value) = ignored.control(&name, value) {
                    request.parameter(name, value);
                }
            } else if let Some(value) = request.control(&name, value) {
                request.parameter(name, value);
            }
        }
        request
    }

    /// Stores a control field, or returns the value of any other parameter.
    fn control(&mut self, name: &str, value: Text<'a>) -> Option<Text<'a>> {
        match name {
            "token" => self.token = Some(value),
            "ip" => self.ip = Some(value),
            "user_agent" | "ua" => self.user_agent = Some(value),
            "language" => self.language = Some(value),
            "landing_id" => self.landing_id = Some(value),
            "uniqueness_cookie" => self.uniqueness_cookie = Some(value),
            "log" => self.log = value == "1",
            "info" => self.info = value == "1",
            "force_redirect_offer" => self.force_redirect_offer = value == "1",
            "version" | "kversion" => {}
            name if name.eq_ignore_ascii_case("original_headers[cookie]") => {
                self.cookies = Some(value);
            }
            _ => return Some(value),
        }
        None
    }

    fn parameter(&mut self, name: Text<'a>, value: Text<'a>) {
        match self.parameters.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.parameters.push((name, value)),
        }
    }

    /// Returns a campaign parameter, empty if absent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// Whether the request asks for log and info but does not describe the visitor.
    pub(super) fn is_bare(&self) -> bool {
        self.log
            && self.info
            && !self.force_redirect_offer
            && self.parameters.is_empty()
            && self.ip.is_none()
            && self.user_agent.is_none()
            && self.language.is_none()
            && self.landing_id.is_none()
            && self.uniqueness_cookie.is_none()
            && self.cookies.is_none()
    }

    /// Returns the first two letters of the language in lower case.
    pub(super) fn primary_language(&self) -> String {
        let language = self.language.as_deref().unwrap_or_default();
        language
            .chars()
            .take(2)
            .flat_map(char::to_lowercase)
            .collect()
    }
}

/// Whether a user agent identifies itself as a bot.
pub(super) fn is_bot(user_agent: &str) -> bool {
    const SIGNS: [&[u8]; 5] = [
        b"bot",
        b"crawl",
        b"spider",
        b"slurp",
        b"facebookexternalhit",
    ];
    let bytes = user_agent.as_bytes();
    SIGNS.iter().any(|sign| {
        bytes
            .windows(sign.len())
            .any(|window| window.eq_ignore_ascii_case(sign))
    })
}
