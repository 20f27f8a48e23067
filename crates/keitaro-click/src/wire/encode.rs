//! Requests: from a value to the names and the order of the vendor.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use adcore::{Endpoint, Error, Form, Payload, Request, single_line};
use http::header::{COOKIE, HeaderValue};
use rust_decimal::Decimal;

use crate::calls::name::Readings;
use crate::calls::{Click, ClickEncoding, Conversion, OfferUrl, Postback, Update};

const CLICK_PATH: &str = "/click_api/v3";
const VERSION: &str = "3";
/// The version that KClient PHP 3.15 sends.
const KCLIENT_VERSION: &str = "3.4";

/// Whether bytes in any encoding are one line of text.
pub(crate) fn is_single_line(text: &[u8]) -> bool {
    // 0xC2 is the first byte of the control characters beyond ASCII and of few other characters.
    let plain = |byte: &u8| matches!(byte, b' '..=b'~' | 0x80..=0xC1 | 0xC3..);
    text.iter().all(plain)
        || match std::str::from_utf8(text) {
            Ok(text) => !text.chars().any(char::is_control),
            Err(_) => !text.iter().any(u8::is_ascii_control),
        }
}

/// A form that refuses texts of several lines.
struct Fields(Form);

impl Fields {
    fn text(&mut self, name: &'static str, value: Option<&str>) -> Result<(), Error> {
        self.named(name, name, value)
    }

    /// `field` is the name of the public field, for errors; `name` is the name on the wire.
    fn named(
        &mut self,
        field: &'static str,
        name: &'static str,
        value: Option<&str>,
    ) -> Result<(), Error> {
        if let Some(value) = value {
            single_line(field, value)?;
            self.0.push_plain(name, value);
        }
        Ok(())
    }

    fn flag(&mut self, name: &'static str, set: bool) {
        if set {
            self.0.push_constant(name, "1");
        }
    }

    fn number(&mut self, name: &'static str, value: Option<u64>) {
        if let Some(value) = value {
            self.0.push_plain(name, &value.to_string());
        }
    }

    fn params(
        &mut self,
        params: &[(String, String)],
        is_reserved: impl Fn(&Readings<'_>) -> bool,
    ) -> Result<(), Error> {
        check_params(params, is_reserved)?;
        for (name, value) in params {
            self.0.push(name, value);
        }
        Ok(())
    }
}

/// Refuses parameters that have no name, several lines, or the name of another field.
pub(crate) fn check_params<N: AsRef<[u8]>, V: AsRef<[u8]>>(
    params: &[(N, V)],
    is_reserved: impl Fn(&Readings<'_>) -> bool,
) -> Result<(), Error> {
    const LINES: &str = "must hold no control characters (such as a line end)";
    for (name, value) in params {
        let (name, value) = (name.as_ref(), value.as_ref());
        if name.is_empty() {
            return Err(Error::invalid_input("params", "must not have empty names"));
        }
        if !is_single_line(name) {
            return Err(Error::invalid_input("params", LINES));
        }
        let field = || Cow::Owned(String::from_utf8_lossy(name).into_owned());
        if is_reserved(&Readings::of(name)) {
            return Err(Error::invalid_input(
                field(),
                "must be set by its own field, not as a parameter",
            ));
        }
        if !is_single_line(value) {
            return Err(Error::invalid_input(field(), LINES));
        }
    }
    Ok(())
}

/// Whether no parameter of this click may have the name, because it has a field for it.
pub(crate) fn is_reserved(click: &Click, name: &Readings<'_>) -> bool {
    name.contain_control_field()
        || (click.referrer.is_some() && name.contain(b"referrer"))
        || (click.se_referrer.is_some() && name.contain(b"se_referrer"))
}

pub(crate) fn encode_click(click: &Click, encoding: ClickEncoding) -> Result<Request, Error> {
    for text in click
        .original_headers
        .iter()
        .flat_map(|(name, value)| [name, value])
    {
        single_line("original_headers", text)?;
    }
    check_params(&click.params, |name| is_reserved(click, name))?;
    let headers = &click.original_headers;
    let mut named = headers.iter();
    let cookie = named.find(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let cookie = cookie.map(|(_, line)| line.as_str());
    let params = click.params.iter().map(|(name, value)| (name, value));
    encode_click_with(click, headers, cookie, params, encoding)
}

/// Encodes a click with headers and parameters from elsewhere, to avoid copying them into it.
///
/// The caller has checked them. The visitor's cookies are sent as those of the call too: trackers
/// read the one or the other.
pub(crate) fn encode_click_with<S: AsRef<str>, N: AsRef<[u8]>, V: AsRef<[u8]>>(
    click: &Click,
    headers: &[(S, S)],
    cookie: Option<&str>,
    params: impl Iterator<Item = (N, V)>,
    encoding: ClickEncoding,
) -> Result<Request, Error> {
    let capacity = 512 + 96 * (headers.len() + params.size_hint().1.unwrap_or_default());
    let mut fields = Fields(Form::with_capacity(capacity));
    fields.0.push_constant("version", VERSION);
    match encoding {
        ClickEncoding::Query => encode_query(click, headers, &mut fields)?,
        ClickEncoding::Form => encode_form(click, headers, &mut fields)?,
    }
    for (name, value) in params {
        fields.0.push_bytes(name.as_ref(), value.as_ref());
    }
    let mut request = match encoding {
        ClickEncoding::Query => {
            Request::new("click", http::Method::GET, CLICK_PATH).query(fields.0)
        }
        ClickEncoding::Form => {
            Request::new("click", http::Method::POST, CLICK_PATH).payload(Payload::Form(fields.0))
        }
    };
    if let Some(cookie) = cookie {
        let value = HeaderValue::from_str(cookie);
        let wrong = |_| Error::invalid_input("original_headers", "must be a valid Cookie header");
        request = request.header(COOKIE, value.map_err(wrong)?);
    }
    Ok(request.idempotent(false))
}

/// Encodes with the names and the order of the vendor's documentation.
fn encode_query<S: AsRef<str>>(
    click: &Click,
    headers: &[(S, S)],
    fields: &mut Fields,
) -> Result<(), Error> {
    ip(click, fields);
    fields.text("user_agent", click.user_agent.as_deref())?;
    fields.text("language", click.language.as_deref())?;
    fields.number("landing_id", click.landing_id.map(u64::from));
    fields.text("uniqueness_cookie", click.uniqueness_cookie.as_deref())?;
    fields.text("x_requested_with", click.x_requested_with.as_deref())?;
    fields.flag("log", click.log);
    fields.flag("info", click.info);
    fields.flag("force_redirect_offer", click.force_redirect_offer);
    origin(click, headers, fields)?;
    fields.flag("prefetch", click.prefetch);
    Ok(())
}

/// Encodes with the names and the order of KClient PHP 3.15, then what its callers can add.
fn encode_form<S: AsRef<str>>(
    click: &Click,
    headers: &[(S, S)],
    fields: &mut Fields,
) -> Result<(), Error> {
    fields.flag("info", true);
    ip(click, fields);
    fields.named("user_agent", "ua", click.user_agent.as_deref())?;
    fields.text("language", click.language.as_deref())?;
    fields.text("x_requested_with", click.x_requested_with.as_deref())?;
    origin(click, headers, fields)?;
    fields.0.push_constant("kversion", KCLIENT_VERSION);
    fields.flag("prefetch", click.prefetch);
    fields.number("landing_id", click.landing_id.map(u64::from));
    fields.text("uniqueness_cookie", click.uniqueness_cookie.as_deref())?;
    fields.flag("log", click.log);
    fields.flag("force_redirect_offer", click.force_redirect_offer);
    Ok(())
}

fn ip(click: &Click, fields: &mut Fields) {
    if let Some(ip) = click.ip {
        match ip.to_canonical() {
            IpAddr::V4(ip) => dotted(ip, |text| fields.0.push_bytes(b"ip", text)),
            IpAddr::V6(ip) => fields.0.push_plain("ip", &ip.to_string()),
        }
    }
}

/// Writes an address as `Display` does.
///
/// With `Display`, a whole click would take 1,270 more of its 48,000 instructions.
fn dotted(ip: Ipv4Addr, write: impl FnOnce(&[u8])) {
    const MAX_LENGTH: usize = "255.255.255.255".len();
    let mut text = [b'.'; MAX_LENGTH + 1];
    let mut end = 0;
    for octet in ip.octets() {
        let digits = [octet / 100, octet / 10 % 10, octet % 10];
        let first = digits.iter().take(2).take_while(|digit| **digit == 0);
        for digit in &digits[first.count()..] {
            text[end] = b'0' + digit;
            end += 1;
        }
        end += 1;
    }
    write(&text[..end - 1]);
}

fn origin<S: AsRef<str>>(
    click: &Click,
    headers: &[(S, S)],
    fields: &mut Fields,
) -> Result<(), Error> {
    fields.text("se_referrer", click.se_referrer.as_deref())?;
    fields.text("referrer", click.referrer.as_deref())?;
    for (name, value) in headers {
        let (name, value) = (name.as_ref(), value.as_ref());
        fields.0.push_member("original_headers", name, value);
    }
    fields.text("original_host", click.original_host.as_deref())?;
    fields.text("original_method", click.original_method.as_deref())?;
    fields.text("uri", click.uri.as_deref())
}

pub(crate) fn encode_offer_url(tracker: &Endpoint, offer: &OfferUrl) -> Result<String, Error> {
    let mut fields = Fields(Form::new());
    fields.0.push_constant("_lp", "1");
    fields.named("token", "_token", required("token", offer.token.as_str())?)?;
    fields.number("offer_id", offer.offer_id.map(u64::from));
    const FIELDS: [&str; 5] = ["_lp", "_token", "_update_tokens", "offer_id", "exit"];
    fields.params(&offer.params, |name| name.contain_one_of(&FIELDS))?;
    fields.flag("exit", offer.exit);
    let tracker = tracker.to_string();
    let directory = tracker.trim_end_matches('/');
    Ok(format!("{directory}/?{}", fields.0.as_str()))
}

pub(crate) fn encode_update(update: &Update) -> Result<Request, Error> {
    let mut fields = Fields(Form::new());
    fields.0.push_constant("_update_tokens", "1");
    fields.text("sub_id", required("sub_id", update.sub_id.as_str())?)?;
    if update.params.is_empty() {
        return Err(Error::invalid_input("params", "must not be empty"));
    }
    const FIELDS: [&str; 3] = ["_lp", "_update_tokens", "sub_id"];
    fields.params(&update.params, |name| name.contain_one_of(&FIELDS))?;
    Ok(Request::new("update", http::Method::GET, "/").query(fields.0))
}

pub(crate) fn encode_postback(postback: &Postback, key: &str) -> Result<Request, Error> {
    let mut fields = Fields(Form::new());
    fields.named(
        "sub_id",
        "subid",
        required("sub_id", postback.sub_id.as_str())?,
    )?;
    let status = postback.status.as_ref().map(Conversion::as_str);
    fields.text("status", status)?;
    fields.text("payout", money(postback.payout).as_deref())?;
    fields.text("cost", money(postback.cost).as_deref())?;
    fields.text("currency", postback.currency.as_deref())?;
    if postback.status == Some(Conversion::Rebill)
        && postback.tid.as_deref().unwrap_or_default().is_empty()
    {
        return Err(Error::invalid_input("tid", "is required for a rebill"));
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
            return Err(Error::invalid_input(name, "must not contain commas"));
        }
        let list = (!words.is_empty()).then(|| words.join(","));
        fields.text(name, list.as_deref())?;
    }
    const FIELDS: [&str; 12] = [
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
    fields.params(&postback.params, |name| name.contain_one_of(&FIELDS))?;
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
mod tests;
