//! Responses become rows or errors.

use adcore::{Body, Error, ErrorKind};
use bytes::Bytes;
use http::Response;
use jiff::civil::DateTime;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{list, read as read_response};
use crate::calls::{Row, Value, Zone, ZoneId};
use crate::error::{Code, Refusal};
use crate::wire::Envelope;

fn with_status<T: DeserializeOwned + Send>(status: u16, body: &str) -> Result<Envelope<T>, Error> {
    let body = Body::from(Bytes::copy_from_slice(body.as_bytes()));
    let mut response = Response::new(body);
    *response.status_mut() = status.try_into().unwrap();
    read_response(response)
}

fn read<T: DeserializeOwned + Send>(body: &str) -> Result<Envelope<T>, Error> {
    with_status(200, body)
}

fn fault(body: &str) -> Error {
    read::<Row>(body).err().unwrap()
}

fn rows<T: DeserializeOwned + Send>(data: &str) -> Vec<T> {
    let envelope = read(&list(&format!("<data>{data}</data>"))).unwrap();
    envelope
        .rows
        .unwrap()
        .into_iter()
        .map(|keyed| keyed.row)
        .collect()
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn add_brings_the_id_and_bare_code_brings_nothing() {
    let added = read::<Row>("<response><status><code>0</code><ID>42</ID></status></response>");
    assert_eq!(added.unwrap().id.as_deref(), Some("42"));
    let done = read::<Row>(
        "<?xml version=\"1.0\"?>\n<response><status><code>0</code></status></response>\n",
    );
    let done = done.unwrap();
    assert!(done.id.is_none() && done.rows.is_none() && done.partial.is_none());
}

#[test]
fn an_error_has_code_words_parameter_and_value() {
    let error = fault(
        "<response><status><code>-6</code><error>Incorrect value</error>\
         <parameter>status</parameter><value>7</value></status></response>",
    );
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!((error.code(), error.field()), (Some("-6"), Some("status")));
    assert!(!error.may_have_run());
    let refusal = Refusal::of(&error).unwrap();
    assert_eq!(refusal.code, Code::IncorrectValue);
    assert_eq!(refusal.error, "Incorrect value");
    assert_eq!(refusal.parameter.as_deref(), Some("status"));
    assert_eq!(refusal.value.as_deref(), Some("7"));
}

#[test]
fn every_code_has_its_kind_and_unknown_ones_keep_number_and_words() {
    for (code, kind) in [
        (-1, ErrorKind::Unauthenticated),
        (-2, ErrorKind::PermissionDenied),
        (-3, ErrorKind::NotFound),
        (-4, ErrorKind::NotFound),
        (-5, ErrorKind::NotFound),
        (-6, ErrorKind::Rejected),
        (-7, ErrorKind::Rejected),
        (-8, ErrorKind::Rejected),
        (-9, ErrorKind::Rejected),
        (-10, ErrorKind::Rejected),
        (-77, ErrorKind::Rejected),
        (5, ErrorKind::Rejected),
    ] {
        let error = fault(&format!(
            "<response><status><code>{code}</code><error>Words {code}</error></status></response>"
        ));
        assert_eq!(error.kind(), kind, "{code}");
        assert_eq!(error.message(), format!("Words {code}"));
        let refusal = Refusal::of(&error).unwrap();
        assert_eq!(refusal.code.number(), code);
        assert_eq!(
            matches!(refusal.code, Code::Other(_)),
            !(-10..0).contains(&code)
        );
    }
}

#[test]
fn a_refused_password_is_not_repeated() {
    let error = fault(
        "<response><status><code>-6</code><error>Incorrect value</error>\
         <parameter>newPassword</parameter><value>s3cret-w0rd</value></status></response>",
    );
    assert!(!format!("{error} {error:?}").contains("s3cret"));
    assert_eq!(Refusal::of(&error).unwrap().value, None);
}

#[test]
fn a_message_beside_code_0_is_a_partial_success() {
    let done = read::<Row>(
        "<response><status><code>0</code><ID>7</ID>\
         <message>Banner was added, but not placed</message></status></response>",
    );
    let partial = done.unwrap().partial.unwrap();
    assert_eq!(partial.as_str(), "Banner was added, but not placed");
}

#[test]
fn rows_come_in_numeric_order() {
    let data: String = [0, 1, 10, 11, 2, 9]
        .map(|n| format!("<row{n}><ID>{n}</ID></row{n}>"))
        .concat();
    let ids: Vec<_> = rows::<Row>(&data)
        .iter()
        .map(|row| row.text("ID").unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["0", "1", "2", "9", "10", "11"]);
}

#[test]
fn counters_stand_in_either_place_and_links_are_dropped() {
    let counters = "<limit>2</limit><offset>4</offset><total_pages>3</total_pages>\
                    <page>3</page><total_rows>5</total_rows><rows>1</rows>";
    let links = "<first> <![CDATA[ https://h/?loginPassword=abc&offset=0 ]]> </first>";
    let data = "<data><row0><ID>9</ID></row0></data>";
    for body in [
        list(&format!("<links>{links}</links>{counters}{data}")),
        list(&format!("<links>{links}{counters}</links>{data}")),
    ] {
        let page = read::<Row>(&body).unwrap();
        let counters = page.counters;
        assert_eq!((counters.limit, counters.offset), (Some(2), Some(4)));
        assert_eq!((counters.total_pages, counters.page), (Some(3), Some(3)));
        assert_eq!((counters.total_rows, counters.rows), (Some(5), Some(1)));
        assert_eq!(page.rows.unwrap().len(), 1);
        assert!(page.members.is_empty());
    }
}

#[test]
fn an_empty_list_has_no_rows_and_is_a_list() {
    for data in ["<data/>", "<data></data>", "<rows>0</rows><data>\n</data>"] {
        assert_eq!(
            read::<Row>(&list(data)).unwrap().rows.unwrap().len(),
            0,
            "{data}"
        );
    }
    assert!(read::<Row>(&list("")).unwrap().rows.is_none());
}

#[test]
fn flat_results_are_members() {
    let flat = read::<Row>(&list(
        "<HTML><![CDATA[<a href=\"x\">y</a>]]></HTML><flashURL/><hitURL>http://h/?a=1&amp;b=2</hitURL>",
    ));
    assert_eq!(
        json(&flat.unwrap().members),
        r#"{"HTML":"<a href=\"x\">y</a>","flashURL":null,"hitURL":"http://h/?a=1&b=2"}"#
    );
}

#[test]
fn nested_rows_are_lists_and_members() {
    let row = &rows::<Row>(
        "<row0><id>225</id><children><row10><id>3</id></row10><row2><id>1</id><children/></row2>\
         </children><roles><row0>0</row0><row1>1</row1></roles><state/></row0>",
    )[0];
    assert_eq!(
        json(row),
        r#"{"id":"225","children":[{"id":"1","children":null},{"id":"3"}],"roles":["0","1"],"state":null}"#
    );
}

#[derive(Debug, PartialEq, Deserialize)]
struct Typed {
    #[serde(rename = "ID")]
    id: u64,
    name: String,
    state: Option<i64>,
    cpm: Option<Decimal>,
    start: Option<DateTime>,
    end: Option<DateTime>,
    on: bool,
    #[serde(default)]
    roles: Vec<u8>,
    #[serde(flatten)]
    extra: Row,
}

#[test]
fn rows_are_typed_from_text() {
    let row = &rows::<Typed>(
        "<row0><ID> 71 </ID><name>A &amp; Б&#x451; <!-- no -->c</name><state/><cpm>0.10</cpm>\
         <start>2015-04-25 11:00</start><end>0000-00-00 00:00:00</end><on>1</on>\
         <roles><row1>2</row1><row0>1</row0></roles><new><a>1</a></new><tag>x</tag><tag>y</tag>\
         <note>0000-00-00 00:00 at noon</note></row0>",
    )[0];
    assert_eq!(row.id, 71);
    assert_eq!(row.name, "A & Бё c");
    assert_eq!(row.state, None);
    assert_eq!(row.cpm.unwrap().to_string(), "0.10");
    assert_eq!(row.start, Some("2015-04-25T11:00".parse().unwrap()));
    assert_eq!(row.end, None);
    assert!(row.on);
    assert_eq!(row.roles, [1, 2]);
    assert_eq!(
        json(&row.extra),
        r#"{"new":{"a":"1"},"tag":["x","y"],"note":"0000-00-00 00:00 at noon"}"#
    );
}

/// Plain rows and rows with markup in them are read by different code.
#[test]
fn unknown_members_of_a_typed_row_are_in_its_extra() {
    let members = "<new>\"1</new><ID>7</ID><extra>x</extra><none/>";
    for data in [
        format!(
            "<row0>{}</row0>",
            members.replace("<none/>", "<none></none>")
        ),
        format!("<row0>{members}</row0>"),
        format!("<row0 a='b'>{members}</row0>"),
    ] {
        let rows = rows::<Zone>(&format!("{data}{}", data.replace("row0", "row1")));
        for row in rows {
            assert_eq!(row.id, ZoneId::new(7));
            let extra = row.extra.to_string();
            assert_eq!(extra, r#"{"extra":"x","new":"\"1","none":null}"#, "{data}");
        }
    }
    let nested =
        "<row0><ID>7</ID><name>a</name><tags><row0>x</row0><row1/></tags><b><c>1</c></b></row0>";
    let row = &rows::<Zone>(nested)[0];
    assert_eq!(row.extra["tags"].as_str(), r#"["x",null]"#);
    assert_eq!(row.extra["b"].as_str(), r#"{"c":"1"}"#);
    assert!(rows::<Zone>("<row0><ID>7</ID></row0>")[0].extra.is_empty());
}

#[test]
fn a_member_of_the_wrong_type_is_named_and_not_repeated() {
    let error = read::<Typed>(&list("<data><row3><ID>s3cret</ID></row3></data>"));
    let error = error.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("result.data.row3.ID"), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[test]
fn untyped_values_keep_text_as_it_stands() {
    let row = &rows::<Value>("<row0>\n <a> 007 </a>\n <b>&lt;i&gt;</b>\n</row0>")[0];
    assert_eq!(json(row), r#"{"a":" 007 ","b":"<i>"}"#);
}

#[test]
fn what_is_no_envelope_is_a_decode_error() {
    let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
    for body in [
        "",
        "<!DOCTYPE html><html><body>Sorry</body></html>",
        "{\"code\":0}",
        "<response>",
        "<response/>",
        "<response></response>",
        "<response><status/></response>",
        "<response><status><code>ok</code></status></response>",
        "<response><status><code>0</code></status>",
        "<response><status><code>0</code></status></response><x/>",
        "<response><status><code>0</code></status></response>oops",
        "<response><status><code>0</status></response>",
        "<response><status><code>0</code><message>&bogus;</message></status></response>",
        &list("<data><row0><ID>1</ID>"),
        &list(&deep),
    ] {
        let error = fault(body);
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.may_have_run(), "{body}");
    }
}

#[test]
fn http_401_and_code_1_are_one_kind() {
    let xml =
        "<response><status><code>-1</code><error>Authorization failed</error></status></response>";
    for (status, body) in [(401, "nope"), (401, xml), (200, xml)] {
        let error = with_status::<Row>(status, body).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{status} {body}");
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
}

#[test]
fn a_refusal_of_http_5xx_keeps_its_words_and_its_code_says_whether_it_ran() {
    for (code, kind, may_have_run) in [
        (-1, ErrorKind::Unauthenticated, false),
        (-6, ErrorKind::Rejected, false),
        (-8, ErrorKind::Rejected, false),
        (-10, ErrorKind::Server, true),
        (-77, ErrorKind::Server, true),
        (500, ErrorKind::Server, true),
    ] {
        let refusal = format!(
            "<response><status><code>{code}</code><error>Incorrect value</error>\
             <parameter>siteID</parameter></status></response>"
        );
        for status in [500, 503] {
            let error = with_status::<Row>(status, &refusal).err().unwrap();
            assert_eq!(error.kind(), kind, "{code}");
            assert_eq!(error.may_have_run(), may_have_run, "{code}");
            assert_eq!(error.code(), Some(&*code.to_string()));
            assert_eq!(error.field(), Some("siteID"));
            assert_eq!(error.message(), "Incorrect value: siteID");
            assert_eq!(error.status().unwrap().as_u16(), status);
        }
        // A response that breaks off proves nothing.
        let cut = with_status::<Row>(500, refusal.strip_suffix("</response>").unwrap());
        let error = cut.err().unwrap();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Server, None));
    }
}

#[test]
fn http_errors_without_an_envelope_keep_their_kind() {
    let done = "<response><status><code>0</code></status></response>";
    for (status, kind) in [
        (302, ErrorKind::Rejected),
        (404, ErrorKind::NotFound),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
        (503, ErrorKind::Server),
    ] {
        for body in ["", done] {
            let error = with_status::<Row>(status, body).err().unwrap();
            assert_eq!(error.kind(), kind, "{status}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_response_or_an_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_response::<Typed>(Response::new(Body::from(Bytes::from(body))));
    }

    #[test]
    fn any_markup_is_a_response_or_an_error(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "<response>", "</response>", "<status>", "</status>", "<code>", "</code>", "0", "-6",
                "<result>", "</result>", "<data>", "</data>", "<row0>", "</row0>", "<row7/>", "<ID>",
                "</ID>", "<![CDATA[", "]]>", "&amp;", "&#x41;", "&", "<!--", "-->", "<?xml", "?>",
            ]),
            0..30,
        )
    ) {
        let _ = read::<Row>(&parts.concat());
    }

    #[test]
    fn any_text_is_read_as_it_was_written(text in "[^\\p{Cc}\u{fffe}\u{ffff}]{1,60}", cdata: bool) {
        prop_assume!(!text.trim().is_empty() && !text.contains("]]>"));
        let written = if cdata {
            format!("<![CDATA[{text}]]>")
        } else {
            quick_xml::escape::escape(text.as_str()).into_owned()
        };
        let row = rows::<Row>(&format!("<row0><name>{written}</name></row0>")).remove(0);
        prop_assert_eq!(row.text("name"), Some(text.as_str()));
    }
}
