//! Calls become requests.

use std::borrow::Cow;

use adcore::{Error, Form, Multipart, Payload, Request, single_line};
use encoding_rs::WINDOWS_1251;
use http::Method;
use jiff::civil::DateTime;

use crate::calls::{Call, Content, Encoding, File, Param, SendAs};

/// The maximum number of rows per page.
pub(crate) const MAX_PAGE_SIZE: u64 = 1000;

/// What the client has set for all calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) encoding: Encoding,
    /// Longer URLs are avoided by `SendAs::Auto`.
    pub(crate) url_limit: usize,
    /// What endpoint and credentials add to a URL.
    pub(crate) url_overhead: usize,
    /// Whether the credentials are the same in every encoding.
    pub(crate) ascii_credentials: bool,
}

/// A call whose fields are encoded.
pub(super) struct Plan<'a> {
    pub(super) send_as: SendAs,
    pub(super) navigation: Vec<Field<'a>>,
    pub(super) parameters: Vec<Field<'a>>,
}

/// Encodes a call as a request.
///
/// # Errors
/// `InvalidInput` naming the parameter that is wrong.
pub(crate) fn encode_call(call: &Call, settings: &Settings) -> Result<Request, Error> {
    let plan = plan(call, settings)?;
    let request = |method| Request::new(call.name(), method, "").idempotent(call.action.is_read());
    Ok(match plan.send_as {
        SendAs::Get => request(Method::GET).query(form(plan.everything())),
        SendAs::Mixed => request(Method::POST)
            .query(form(&plan.navigation))
            .payload(multipart(&plan.parameters)),
        SendAs::Multipart => request(Method::POST).payload(multipart(plan.everything())),
        SendAs::Auto | SendAs::Post => {
            request(Method::POST).payload(Payload::Form(form(plan.everything())))
        }
    })
}

/// Checks a call, encodes its fields and decides how to send them.
pub(super) fn plan<'a>(call: &'a Call, settings: &Settings) -> Result<Plan<'a>, Error> {
    complete(call)?;
    in_order(call)?;
    let encoding = encoding(call, settings)?;
    let mut plan = Plan {
        send_as: call.send_as,
        navigation: navigation(call)?,
        parameters: parameters(call, encoding)?,
    };
    let has_file = call.params.has_file();
    plan.send_as = match call.send_as {
        SendAs::Auto | SendAs::Post if has_file => SendAs::Multipart,
        SendAs::Get if has_file => {
            return Err(Error::invalid_input(
                "send_as",
                "must not be GET: files are not sent in a URL",
            ));
        }
        SendAs::Auto if call.action.is_read() => {
            let length = settings.url_overhead + form(plan.everything()).as_str().len();
            if length > settings.url_limit {
                SendAs::Post
            } else {
                SendAs::Get
            }
        }
        SendAs::Auto => SendAs::Post,
        chosen => chosen,
    };
    Ok(plan)
}

impl<'a> Plan<'a> {
    pub(super) fn everything(&self) -> impl Iterator<Item = &Field<'a>> {
        self.navigation.iter().chain(&self.parameters)
    }
}

/// Rejects a call that lacks what its method requires.
fn complete(call: &Call) -> Result<(), Error> {
    let given = |name: &str| {
        call.params.iter().any(|param| {
            param.name == name && param.text().is_none_or(|text| !text.trim().is_empty())
        })
    };
    for name in call.required.iter() {
        if !name.split('|').any(given) {
            return Err(Error::invalid_input(
                name.replace('|', " or "),
                "is required and must not be empty",
            ));
        }
    }
    Ok(())
}

/// Rejects a period that ends before it begins.
fn in_order(call: &Call) -> Result<(), Error> {
    for (start, end) in [("dateStart", "dateEnd"), ("dateAddedFrom", "dateAddedTo")] {
        let date = |name| call.params.get(name)?.trim().parse::<DateTime>().ok();
        if let (Some(first), Some(last)) = (date(start), date(end))
            && first.date() > last.date()
        {
            return Err(Error::invalid_input(
                end,
                format!("must not be before {start}"),
            ));
        }
    }
    Ok(())
}

/// A parameter in the bytes of the call's encoding.
pub(super) struct Field<'a> {
    pub(super) name: Cow<'a, [u8]>,
    pub(super) value: Value<'a>,
}

pub(super) enum Value<'a> {
    Text(Cow<'a, [u8]>),
    File(&'a File),
}

fn encoding(call: &Call, settings: &Settings) -> Result<Encoding, Error> {
    let encoding = match call.params.get("encoding") {
        None => call.encoding.unwrap_or(settings.encoding),
        Some("UTF-8") => Encoding::Utf8,
        Some("CP-1251") => Encoding::Cp1251,
        Some(_) => return Err(Error::invalid_input("encoding", "must be UTF-8 or CP-1251")),
    };
    if encoding == Encoding::Cp1251 && !settings.ascii_credentials {
        return Err(Error::invalid_input(
            "login",
            "must be ASCII where the encoding is CP-1251",
        ));
    }
    Ok(encoding)
}

fn navigation(call: &Call) -> Result<Vec<Field<'_>>, Error> {
    let object = call.object.as_ref().map(|object| object.as_str());
    [
        ("object", Some(call.context.as_str())),
        ("action", Some(call.action.as_str())),
        ("actionObject", object.filter(|object| !object.is_empty())),
    ]
    .into_iter()
    .filter_map(|(name, word)| Some((name, word?)))
    .map(|(name, word)| {
        if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid_input(
                name,
                "must be a word of ASCII letters",
            ));
        }
        Ok(field(name, Value::Text(word.as_bytes().into())))
    })
    .collect()
}

fn parameters<'a>(call: &'a Call, encoding: Encoding) -> Result<Vec<Field<'a>>, Error> {
    let mut fields = Vec::new();
    let mut ascii = true;
    for param in call.params.iter() {
        check(param)?;
        let value = match &param.content {
            Content::File(file) => Value::File(file),
            Content::Line(text) | Content::Text(text) => {
                ascii &= text.is_ascii();
                Value::Text(bytes(&param.name, text, encoding)?)
            }
        };
        ascii &= param.name.is_ascii();
        fields.push(Field {
            name: bytes(&param.name, &param.name, encoding)?,
            value,
        });
    }
    let word: &[u8] = match encoding {
        Encoding::Utf8 => b"UTF-8",
        Encoding::Cp1251 => b"CP-1251",
    };
    if !ascii && call.params.get("encoding").is_none() {
        fields.push(field("encoding", Value::Text(word.into())));
    }
    Ok(fields)
}

fn field<'a>(name: &'a str, value: Value<'a>) -> Field<'a> {
    Field {
        name: name.as_bytes().into(),
        value,
    }
}

fn check(param: &Param) -> Result<(), Error> {
    const OURS: [&str; 5] = [
        "object",
        "action",
        "actionObject",
        "loginAccount",
        "loginPassword",
    ];
    let name = &param.name;
    if name.is_empty() {
        return Err(Error::invalid_input("parameter", "must have a name"));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid_input(
            name.escape_debug().to_string(),
            "must not contain control characters",
        ));
    }
    if OURS.contains(&name.as_str()) {
        return Err(Error::invalid_input(
            name.clone(),
            "must not be a parameter: the client sets it",
        ));
    }
    match &param.content {
        Content::Line(text) => {
            single_line(name.clone(), text)?;
            whole_number(name, text)
        }
        Content::Text(text) => {
            let odd = |c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t');
            if text.chars().any(odd) {
                return Err(Error::invalid_input(
                    name.clone(),
                    "must not contain control characters other than line breaks and tabs",
                ));
            }
            Ok(())
        }
        Content::File(file) => {
            single_line(name.clone(), &file.file_name)?;
            single_line(name.clone(), &file.content_type)
        }
    }
}

fn whole_number(name: &str, text: &str) -> Result<(), Error> {
    let number = text.parse::<u64>();
    let wrong = match name {
        "limit" => !number.is_ok_and(|limit| (1..=MAX_PAGE_SIZE).contains(&limit)),
        "offset" => number.is_err(),
        _ => false,
    };
    if wrong {
        return Err(Error::invalid_input(
            name.to_owned(),
            format!("must be a whole number; a page has 1 to {MAX_PAGE_SIZE} rows"),
        ));
    }
    Ok(())
}

fn bytes<'a>(name: &str, text: &'a str, encoding: Encoding) -> Result<Cow<'a, [u8]>, Error> {
    match encoding {
        Encoding::Utf8 => Ok(text.as_bytes().into()),
        Encoding::Cp1251 => match WINDOWS_1251.encode(text) {
            (bytes, _, false) => Ok(bytes),
            _ => Err(Error::invalid_input(
                name.to_owned(),
                "must contain only characters of CP-1251; use UTF-8 for others",
            )),
        },
    }
}

/// The pairs of an urlencoded query or body, which holds no files.
pub(super) fn form<'f, 'a: 'f>(fields: impl IntoIterator<Item = &'f Field<'a>>) -> Form {
    let mut form = Form::new();
    for field in fields {
        if let Value::Text(text) = &field.value {
            form.push_bytes(&field.name, text);
        }
    }
    form
}

fn multipart<'f, 'a: 'f>(fields: impl IntoIterator<Item = &'f Field<'a>>) -> Payload {
    let mut parts = Multipart::new();
    for field in fields {
        let name = field.name.to_vec();
        match &field.value {
            Value::Text(text) => parts.field(name, text.to_vec()),
            Value::File(file) => {
                let bytes = file.bytes.clone();
                parts.file(name, &file.file_name, &file.content_type, bytes);
            }
        }
    }
    Payload::Multipart(parts)
}
