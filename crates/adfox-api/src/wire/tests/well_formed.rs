//! XML that is not well-formed is refused, wherever the fault is.

use adcore::{Body, Error, ErrorKind};
use bytes::Bytes;
use http::Response;
use serde::de::DeserializeOwned;

use super::read as read_response;
use crate::calls::Row;
use crate::wire::Envelope;

fn read<T: DeserializeOwned + Send>(body: &str) -> Result<Envelope<T>, Error> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    read_response(Response::new(Body::from(body)))
}

fn fault(body: &str) -> Error {
    read::<Row>(body).err().unwrap()
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    const OK: &str = "<status><code>0</code></status>";
    let response = |inside: &str| format!("<response>{OK}{inside}</response>");
    let in_row = |row: &str| response(&format!("<result><data>{row}</data></result>"));
    for body in [
        format!("<!-- x --><?xml version=\"1.0\"?>{}", response("")),
        format!(
            "<?xml version=\"1.0\"?><?xml version=\"1.0\"?>{}",
            response("")
        ),
        format!("<?xml?>{}", response("")),
        format!("<?xml version=\"2.0\"?>{}", response("")),
        format!("<?xml version='1.0\"?>{}", response("")),
        format!("<?xml encoding=\"UTF-8\" version=\"1.0\"?>{}", response("")),
        format!(
            "<?xml version=\"1.0\" encoding=\" UTF-8\"?>{}",
            response("")
        ),
        format!("<?xml version=\"1.0\" standalone=\"1\"?>{}", response("")),
        format!("<?xml version=\"1.0\" version=\"1.0\"?>{}", response("")),
        format!("<?XML version=\"1.0\"?>{}", response("")),
        format!("<?xversion=\"1.0\"?>{}", response("")),
        response("<?xm<a/>l x?>"),
        format!("<!DOCTYPE response><!DOCTYPE response>{}", response("")),
        format!("<![CDATA[]]>{}", response("")),
        format!("{}<![CDATA[]]>", response("")),
        format!("\u{a0}{}", response("")),
        format!("{}&amp;", response("")),
        response("\u{1}"),
        response("\u{0}"),
        response("\u{fffe}"),
        response("]]>"),
        response("&nope;"),
        response("&#0;"),
        response("&#8;"),
        response("&#xD800;"),
        response("&#+1;"),
        response("& "),
        response("<a b='1' b='2'/>"),
        response("<a b='1'c='2'/>"),
        response("<a b/>"),
        response("<a b=1/>"),
        response("<a b='<'/>"),
        response("<a b='&nope;'/>"),
        response("<a b='&'/>"),
        response("<7/>"),
        response("<a!/>"),
        response("< a/>"),
        response("<a><b></a></b>"),
        response("<!-- a -- b -->"),
        response("<?xml version=\"1.0\"?>"),
        response("<!DOCTYPE a>"),
        response("</a>"),
        in_row("<row0><a>]]></a></row0>"),
        in_row("<row0><a>\u{b}</a></row0>"),
        in_row("<row0><a>&#1;</a></row0>"),
        in_row("<row0><a>&amp;&#xFFFF;</a></row0>"),
        in_row("<row0><a b='1' b='2'>1</a></row0>"),
        in_row("<row0><7>1</7></row0>"),
        in_row("<row0><a>1</a><?xml x?></row0>"),
        in_row("<row0><a>1</a><!-- -- --></row0>"),
        in_row("<row0 a='1' a='1'><a>1</a></row0>"),
    ] {
        let error = fault(&body);
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(
            error.to_string().contains("(line 1, byte "),
            "{body}: {error}"
        );
    }
    for body in [
        response(""),
        response("text &amp; &#x42f; &lt;"),
        response("<a b='1' c=\"it's &quot;2&quot;\" />"),
        format!(
            "<?xml version='1.0' encoding='UTF-8' standalone='no' ?>\n<!DOCTYPE response>\n<!-- - -->{}",
            response("<?php x?>")
        ),
        format!("\r\n <?xml version=\"1.0\"?>{}", response("")),
        format!("\u{feff}<?xml version=\"1.1\"?>{}\n", response("")),
        in_row("<row0><a>]] > ]&gt;</a><к-1.x>1</к-1.x></row0>"),
        in_row("<row0><a><![CDATA[<]]></a></row0>\n<row1><a>]</a></row1>"),
    ] {
        assert!(read::<Row>(&body).is_ok(), "{body}");
    }
    let error = fault(&in_row(
        "\n<row0>\n<a>1</a></row0>\r\n<row1><a>]]></a></row1>",
    ));
    let place = "(line 4, byte 89)";
    assert!(error.to_string().contains(place), "{error}");
}
