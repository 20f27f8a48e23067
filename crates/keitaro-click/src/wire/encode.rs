use std::borrow::Cow;

use adcore::{Endpoint, Error, Form, Payload, Request, single_line};
use rust_decimal::Decimal;

use crate::Method;
use crate::calls::{Click, Conversion, OfferUrl, Postback, Update};

const CLICK_PATH: &str = "/click_api/v3";
const VERSION: &str = "3";
/// The version that KClient PHP 3.15 calls itself.
const KCLIENT_VERSION: &str = "3.4";

/// Names that a click has fields of its own for; a parameter must not pretend to be one.
const CONTROL_FIELDS: [&str; 15] = [
    "token",
    "version",
    "info",
    "log",
    "ip",
    "ua",
    "user_agent",
    "language",
    "landing_id",
    "prefetch",
    "uniqueness_cookie",
    "x_requested_with",
    "force_redirect_offer",
    "kversion",
    "uri",
];

/// Whether a tracker in PHP would take a parameter of this name for a control field.
///
/// PHP drops leading spaces, turns dots and spaces into underscores, and reads `ip[x]` as `ip`.
pub(crate) fn is_control_field(name: &str) -> bool {
    let name = name.trim_start();
    let name = name.split_once('[').map_or(name, |(name, _)| name);
    let name = name.trim_end_matches(['_', '.', ' ']).as_bytes();
    let seen = |byte: &u8| match byte {
        b'.' | b' ' => b'_',
        byte => byte.to_ascii_lowercase(),
    };
    let begins =
        |own: &str| name.len() >= own.len() && own.bytes().eq(name[..own.len()].iter().map(seen));
    let is = |own: &&str| own.len() == name.len() && begins(own);
    begins("original_") || CONTROL_FIELDS.iter().any(is)
}

/// Pairs whose every text is checked to be one line.
struct Fields(Form);

impl Fields {
    fn text(&mut self, name: &'static str, value: Option<&str>) -> Result<(), Error> {
        self.named(name, name, value)
    }

    /// `field` is what a person knows the value by, `name` what the wire calls it.
    fn named(&mut self, field: &'static str, name: &str, value: Option<&str>) -> Result<(), Error> {
        if let Some(value) = value {
            single_line(field, value)?;
            self.0.push(name, value);
        }
        Ok(())
    }

    fn flag(&mut self, name: &str, set: bool) {
        if set {
            self.0.push(name, "1");
        }
    }

    fn number(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.0.push(name, &value.to_string());
        }
    }

    fn params(
        &mut self,
        params: &[(String, String)],
        taken: impl Fn(&str) -> bool,
    ) -> Result<(), Error> {
        for (name, value) in params {
            if name.is_empty() {
                return Err(Error::invalid_input("params", "must have names"));
            }
            single_line("params", name)?;
            if taken(name) {
                return Err(Error::invalid_input(
                    Cow::Owned(name.clone()),
                    "is no parameter, it has a field of its own",
                ));
            }
            single_line(Cow::Owned(name.clone()), value)?;
            self.0.push(name, value);
        }
        Ok(())
    }
}

pub(crate) fn click(click: &Click, method: Method) -> Result<Request, Error> {
    const ROOM: usize = 768;
    let mut fields = Fields(Form::with_capacity(ROOM));
    fields.0.push("version", VERSION);
    match method {
        Method::Get => page_form(click, &mut fields)?,
        Method::Post => kclient_form(click, &mut fields)?,
    }
    fields.params(&click.params, is_control_field)?;
    let request = match method {
        Method::Get => Request::new("click", http::Method::GET, CLICK_PATH).query(fields.0),
        Method::Post => {
            Request::new("click", http::Method::POST, CLICK_PATH).payload(Payload::Form(fields.0))
        }
    };
    Ok(request.idempotent(false))
}

/// Names and order of the vendor's page.
fn page_form(click: &Click, fields: &mut Fields) -> Result<(), Error> {
    ip(click, fields);
    fields.text("user_agent", click.user_agent.as_deref())?;
    fields.text("language", click.language.as_deref())?;
    fields.number("landing_id", click.landing_id.map(|id| id.0));
    fields.text("uniqueness_cookie", click.uniqueness_cookie.as_deref())?;
    fields.text("x_requested_with", click.x_requested_with.as_deref())?;
    fields.flag("log", click.log);
    fields.flag("info", click.info);
    fields.flag("force_redirect_offer", click.force_redirect_offer);
    origin(click, fields)?;
    fields.flag("prefetch", click.prefetch);
    Ok(())
}

/// Names and order of KClient PHP 3.15; what its callers add stands at the end.
fn kclient_form(click: &Click, fields: &mut Fields) -> Result<(), Error> {
    fields.flag("info", true);
    ip(click, fields);
    fields.named("user_agent", "ua", click.user_agent.as_deref())?;
    fields.text("language", click.language.as_deref())?;
    fields.text("x_requested_with", click.x_requested_with.as_deref())?;
    origin(click, fields)?;
    fields.0.push("kversion", KCLIENT_VERSION);
    fields.flag("prefetch", click.prefetch);
    fields.number("landing_id", click.landing_id.map(|id| id.0));
    fields.text("uniqueness_cookie", click.uniqueness_cookie.as_deref())?;
    fields.flag("log", click.log);
    fields.flag("force_redirect_offer", click.force_redirect_offer);
    Ok(())
}

fn ip(click: &Click, fields: &mut Fields) {
    if let Some(ip) = click.ip {
        fields.0.push("ip", &ip.to_canonical().to_string());
    }
}

fn origin(click: &Click, fields: &mut Fields) -> Result<(), Error> {
    fields.text("se_referrer", click.se_referrer.as_deref())?;
    fields.text("referrer", click.referrer.as_deref())?;
    const HEADERS: &str = "original_headers";
    let mut field = format!("{HEADERS}[");
    for (name, value) in &click.original_headers {
        single_line(HEADERS, name)?;
        field.push_str(name);
        field.push(']');
        fields.named(HEADERS, &field, Some(value))?;
        field.truncate(HEADERS.len() + 1);
    }
    fields.text("original_host", click.original_host.as_deref())?;
    fields.text("original_method", click.original_method.as_deref())?;
    fields.text("uri", click.uri.as_deref())
}

pub(crate) fn offer_url(tracker: &Endpoint, offer: &OfferUrl) -> Result<String, Error> {
    let mut fields = Fields(Form::new());
    fields.0.push("_lp", "1");
    fields.named("token", "_token", required("token", &offer.token.0)?)?;
    fields.number("offer_id", offer.offer_id.map(|id| id.0));
    fields.params(&offer.params, |name| {
        matches!(name, "_lp" | "_token" | "offer_id" | "exit")
    })?;
    fields.flag("exit", offer.exit);
    let tracker = tracker.to_string();
    let directory = tracker.trim_end_matches('/');
    Ok(format!("{directory}/?{}", fields.0.as_str()))
}

pub(crate) fn update(update: &Update) -> Result<Request, Error> {
    let mut fields = Fields(Form::new());
    fields.0.push("_update_tokens", "1");
    fields.text("sub_id", required("sub_id", &update.sub_id.0)?)?;
    if update.params.is_empty() {
        return Err(Error::invalid_input("params", "must hold a new value"));
    }
    fields.params(&update.params, |name| {
        matches!(name, "_update_tokens" | "sub_id")
    })?;
    Ok(Request::new("update", http::Method::GET, "/").query(fields.0))
}

pub(crate) fn postback(postback: &Postback, key: &str) -> Result<Request, Error> {
    let mut fields = Fields(Form::new());
    fields.named("sub_id", "subid", required("sub_id", &postback.sub_id.0)?)?;
    let status = postback.status.as_ref().map(Conversion::as_str);
    fields.text("status", status)?;
    fields.text("payout", money(postback.payout).as_deref())?;
    fields.text("cost", money(postback.cost).as_deref())?;
    fields.text("currency", postback.currency.as_deref())?;
    if postback.status == Some(Conversion::Rebill)
        && postback.tid.as_deref().unwrap_or_default().is_empty()
    {
        return Err(Error::invalid_input("tid", "is needed for a rebill"));
    }
    fields.text("tid", postback.tid.as_deref())?;
    fields.named("return_text", "return", postback.return_text.as_deref())?;
    for (name, words) in [
        ("sale_status", &postback.sale_status),
        ("lead_status", &postback.lead_status),
        ("rejected_status", &postback.rejected_status),
        ("ignore_status", &postback.ignore_status),
    ] {
        if words.iter().any(|word| word.contains(',')) {
            return Err(Error::invalid_input(name, "must hold no commas"));
        }
        let list = (!words.is_empty()).then(|| words.join(","));
        fields.text(name, list.as_deref())?;
    }
    const OWN: [&str; 12] = [
        "subid",
        "status",
        "payout",
        "revenue",
        "cost",
        "currency",
        "tid",
        "return",
        "sale_status",
        "lead_status",
        "rejected_status",
        "ignore_status",
    ];
    fields.params(&postback.params, |name| OWN.contains(&name))?;
    let path = format!("/{key}/postback");
    Ok(Request::new("postback", http::Method::GET, path)
        .query(fields.0)
        .idempotent(false))
}

fn required<'a>(field: &'static str, value: &'a str) -> Result<Option<&'a str>, Error> {
    if value.trim().is_empty() {
        return Err(Error::invalid_input(field, "must not be empty"));
    }
    Ok(Some(value))
}

fn money(amount: Option<Decimal>) -> Option<String> {
    amount.map(|amount| amount.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> Click {
        Click::new()
            .ip([203, 0, 113, 7].into())
            .user_agent("UA 1")
            .language("ru")
            .landing_id(5)
            .uniqueness_cookie("u=1")
            .x_requested_with("XMLHttpRequest")
            .log(true)
            .info(true)
            .force_redirect_offer(true)
            .se_referrer("http://s/")
            .referrer("")
            .original_header("Accept", "*/*")
            .original("shop.example", "GET", "http://shop.example/?a=1")
            .prefetch(true)
            .keyword("a&b")
            .sub_id(1, "x")
    }

    #[test]
    fn get_has_every_name_of_the_page() {
        let visitor = Click {
            original_headers: Vec::new(),
            original_host: None,
            original_method: None,
            uri: None,
            referrer: None,
            se_referrer: None,
            prefetch: false,
            ..everything()
        };
        assert_eq!(
            click(&visitor, Method::Get).unwrap().target(),
            "/click_api/v3?version=3&ip=203.0.113.7&user_agent=UA%201&language=ru&landing_id=5\
             &uniqueness_cookie=u%3D1&x_requested_with=XMLHttpRequest&log=1&info=1\
             &force_redirect_offer=1&keyword=a%26b&sub_id_1=x"
        );
    }

    #[test]
    fn post_is_the_form_of_kclient_in_its_order() {
        let request = click(&everything(), Method::Post).unwrap();
        assert_eq!(request.target(), "/click_api/v3");
        let Payload::Form(form) = request.body() else {
            panic!("no form");
        };
        assert_eq!(
            form.as_str(),
            "version=3&info=1&ip=203.0.113.7&ua=UA%201&language=ru&x_requested_with=XMLHttpRequest\
             &se_referrer=http%3A%2F%2Fs%2F&referrer=&original_headers%5BAccept%5D=%2A%2F%2A\
             &original_host=shop.example&original_method=GET&uri=http%3A%2F%2Fshop.example%2F%3Fa%3D1\
             &kversion=3.4&prefetch=1&landing_id=5&uniqueness_cookie=u%3D1&log=1\
             &force_redirect_offer=1&keyword=a%26b&sub_id_1=x"
        );
    }

    #[test]
    fn absent_facts_are_left_out_and_no_click_is_idempotent() {
        let request = click(&Click::new(), Method::Get).unwrap();
        assert_eq!(request.target(), "/click_api/v3?version=3");
        assert!(!request.is_idempotent());
        let request = click(&Click::new(), Method::Post).unwrap();
        assert!(!request.is_idempotent());
    }

    #[test]
    fn line_ends_are_refused_by_the_name_of_the_field() {
        let evil = "a\r\nb";
        for (visitor, field) in [
            (Click::new().user_agent(evil), "user_agent"),
            (Click::new().language(evil), "language"),
            (Click::new().uniqueness_cookie(evil), "uniqueness_cookie"),
            (Click::new().x_requested_with(evil), "x_requested_with"),
            (Click::new().referrer(evil), "referrer"),
            (Click::new().se_referrer(evil), "se_referrer"),
            (Click::new().original_header("A", evil), "original_headers"),
            (Click::new().original_header(evil, "a"), "original_headers"),
            (Click::new().original(evil, "GET", "/"), "original_host"),
            (Click::new().original("h", evil, "/"), "original_method"),
            (Click::new().original("h", "GET", evil), "uri"),
            (Click::new().keyword(evil), "keyword"),
            (Click::new().param(evil, "a"), "params"),
            (Click::new().param("", "a"), "params"),
        ] {
            for method in [Method::Get, Method::Post] {
                let error = click(&visitor, method).unwrap_err();
                assert_eq!(error.field(), Some(field), "{error}");
            }
        }
    }

    #[test]
    fn a_parameter_cannot_be_a_control_field() {
        for name in CONTROL_FIELDS
            .iter()
            .copied()
            .chain(["original_headers[X]"])
        {
            let error = click(&Click::new().param(name, "1"), Method::Get).unwrap_err();
            assert_eq!(error.field(), Some(name));
        }
        for name in [
            "keyword",
            "se_referrer",
            "utm_source",
            "кампания",
            "sub_id_30",
        ] {
            assert!(click(&Click::new().param(name, "1"), Method::Get).is_ok());
        }
    }

    #[test]
    fn an_offer_url_keeps_port_and_directory_and_encodes_the_token() {
        let tracker = Endpoint::parse("https://t.example:8443/dir/").unwrap();
        let offer = OfferUrl::new("a+/=&exit=1")
            .offer_id(7)
            .sub_id(30, "x y")
            .exit(true);
        assert_eq!(
            offer_url(&tracker, &offer).unwrap(),
            "https://t.example:8443/dir/?_lp=1&_token=a%2B%2F%3D%26exit%3D1&offer_id=7&sub_id_30=x%20y&exit=1"
        );
        let root = Endpoint::parse("https://t.example").unwrap();
        assert_eq!(
            offer_url(&root, &OfferUrl::new("t")).unwrap(),
            "https://t.example/?_lp=1&_token=t"
        );
        assert_eq!(
            offer_url(&root, &OfferUrl::new(" ")).unwrap_err().field(),
            Some("token")
        );
    }

    #[test]
    fn an_update_names_the_click_and_new_values() {
        let update = Update::new("o2q6").param("sub_id_1", "a b");
        assert_eq!(
            super::update(&update).unwrap().target(),
            "/?_update_tokens=1&sub_id=o2q6&sub_id_1=a%20b"
        );
        let field = |update| {
            super::update(&update)
                .unwrap_err()
                .field()
                .map(str::to_owned)
        };
        assert_eq!(field(Update::new("")), Some("sub_id".into()));
        assert_eq!(field(Update::new("a")), Some("params".into()));
        let twice = Update::new("a").param("sub_id", "b");
        assert_eq!(field(twice), Some("sub_id".into()));
    }

    #[test]
    fn a_postback_has_every_member_of_the_notes() {
        let mut postback = Postback::new("o2q6")
            .status(Conversion::Rebill)
            .payout(Decimal::new(1250, 2))
            .cost(Decimal::new(3, 1))
            .currency("USD")
            .tid("t-1")
            .return_text("OK")
            .param("sub_id_15", "x");
        postback.sale_status = vec!["paid".into(), "ok".into()];
        postback.ignore_status = vec!["trash".into()];
        let request = super::postback(&postback, "key").unwrap();
        assert_eq!(
            request.target(),
            "/key/postback?subid=o2q6&status=rebill&payout=12.50&cost=0.3&currency=USD&tid=t-1\
             &return=OK&sale_status=paid%2Cok&ignore_status=trash&sub_id_15=x"
        );
        assert!(!request.is_idempotent());
        postback.tid = None;
        let error = super::postback(&postback, "key").unwrap_err();
        assert_eq!(error.field(), Some("tid"));
    }
}
