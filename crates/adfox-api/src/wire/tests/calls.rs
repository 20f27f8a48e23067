//! Calls become requests.

use adcore::{ErrorKind, Payload, Request};

use crate::calls::{Action, Call, Context, Encoding, File, Object, Params, SendAs};
use crate::wire::{Settings, encode_call};

const SETTINGS: Settings = Settings {
    encoding: Encoding::Utf8,
    url_limit: 2000,
    url_overhead: 100,
    ascii_credentials: true,
};

fn call() -> Call {
    Call::new(Context::Account, Action::List).object(Object::Campaign)
}

fn made(call: &Call) -> Request {
    encode_call(call, &SETTINGS).unwrap()
}

fn body(request: &Request) -> &str {
    match request.body() {
        Payload::Form(form) => form.as_str(),
        _ => "",
    }
}

#[test]
fn reads_go_by_get_until_the_url_grows_long() {
    let short = made(&call().param("show", "short"));
    assert_eq!(short.method(), http::Method::GET);
    assert_eq!(
        short.target(),
        "?object=account&action=list&actionObject=campaign&show=short"
    );
    assert!(short.is_idempotent());
    let ids: Vec<String> = (1000..1400).map(|id| id.to_string()).collect();
    let long = made(&call().param("listIDs", ids.join(",")));
    assert_eq!(long.method(), http::Method::POST);
    assert_eq!(long.target(), "");
    assert!(
        body(&long).starts_with("object=account&action=list&actionObject=campaign&listIDs=1000%2C")
    );
    assert!(long.is_idempotent(), "a read may be repeated by POST too");
}

#[test]
fn writes_go_by_post_and_are_never_repeated() {
    let add = Call::new(Context::Account, Action::Add)
        .object(Object::Zone)
        .param("name", "a b");
    let request = made(&add);
    assert_eq!(
        (request.method(), request.target().as_str()),
        (&http::Method::POST, "")
    );
    assert_eq!(
        body(&request),
        "object=account&action=add&actionObject=zone&name=a%20b"
    );
    for send_as in [
        SendAs::Auto,
        SendAs::Get,
        SendAs::Post,
        SendAs::Multipart,
        SendAs::Mixed,
    ] {
        assert!(
            !made(&add.clone().send_as(send_as)).is_idempotent(),
            "{send_as:?}"
        );
    }
    let unknown = Call::new(Context::Account, Action::from("frobnicate"));
    assert!(!made(&unknown).is_idempotent());
}

#[test]
fn files_make_the_body_multipart() {
    let zip = Call::new(Context::Banner, Action::Modify)
        .object(Object::ZipFile)
        .params(
            Params::new()
                .with("objectID", 5)
                .file("zipFile", File::new("a.zip", "PK")),
        );
    for (send_as, target) in [
        (SendAs::Auto, ""),
        (SendAs::Post, ""),
        (SendAs::Multipart, ""),
        (
            SendAs::Mixed,
            "?object=banner&action=modify&actionObject=zipFile",
        ),
    ] {
        let request = made(&zip.clone().send_as(send_as));
        assert_eq!(request.target(), target);
        assert!(
            matches!(request.body(), Payload::Multipart(_)),
            "{send_as:?}"
        );
    }
    let error = encode_call(&zip.send_as(SendAs::Get), &SETTINGS).unwrap_err();
    assert_eq!(error.field(), Some("send_as"));
}

#[test]
fn an_absent_or_empty_action_object_is_left_out() {
    for object in [None, Some(Object::from(""))] {
        let call = Call::new(Context::Account, Action::Auth).object(object);
        assert_eq!(made(&call).target(), "?object=account&action=auth");
        assert_eq!(call.name(), "account.auth");
    }
}

#[test]
fn text_beyond_ascii_names_its_encoding() {
    let russian = call().param("search", "Ё");
    assert!(
        made(&russian)
            .target()
            .ends_with("&search=%D0%81&encoding=UTF-8")
    );
    let old = russian.clone().encoding(Encoding::Cp1251);
    assert!(
        made(&old)
            .target()
            .ends_with("&search=%A8&encoding=CP-1251")
    );
    let given = russian.param("encoding", "CP-1251");
    assert!(
        made(&given)
            .target()
            .ends_with("&search=%A8&encoding=CP-1251")
    );
}

#[test]
fn wrong_input_names_the_field_before_anything_is_sent() {
    for (call, field) in [
        (call().param("name", "a\r\nb"), "name"),
        (call().param("na\nme", "a"), "na\\nme"),
        (call().param("", "a"), "parameter"),
        (call().param("limit", 1001), "limit"),
        (call().param("limit", 0), "limit"),
        (call().param("limit", "many"), "limit"),
        (call().param("offset", -1), "offset"),
        (call().param("object", "banner"), "object"),
        (call().param("loginPassword", "x"), "loginPassword"),
        (call().param("encoding", "KOI8-R"), "encoding"),
        (
            call().params(Params::new().multiline("user1", "a\0b")),
            "user1",
        ),
        (
            call().params(Params::new().file("f", File::new("a\r\nb", ""))),
            "f",
        ),
        (
            call().param("name", "日本").encoding(Encoding::Cp1251),
            "name",
        ),
        (Call::new(Context::from("a b"), Action::List), "object"),
        (Call::new(Context::Account, Action::from("")), "action"),
        (call().object(Object::from("x&y\n")), "actionObject"),
    ] {
        let error = encode_call(&call, &SETTINGS).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{field}");
        assert_eq!(error.field(), Some(field));
    }
}

#[test]
fn text_may_have_line_ends_through_its_own_door() {
    let call = call().params(Params::new().multiline("user1", "<b>\r\n\t</b>"));
    assert!(
        made(&call)
            .target()
            .ends_with("&user1=%3Cb%3E%0D%0A%09%3C%2Fb%3E")
    );
}
