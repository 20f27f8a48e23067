//! Decomposes a request into names and values.

use bytes::Bytes;
use http::Request;
use percent_encoding::percent_decode;

use super::ORIGIN;

pub(super) type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn decoded(text: &[u8]) -> Vec<u8> {
    percent_decode(text).collect()
}

fn pairs(place: &str, form: &[u8], into: &mut Pairs) {
    for pair in form
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decoded(halves.next().unwrap_or_default());
        let value = decoded(halves.next().unwrap_or_default());
        into.push(([place.as_bytes(), &name].concat(), value));
    }
}

fn leaves(path: &str, value: &serde_json::Value, into: &mut Pairs) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                leaves(&format!("{path}/{name}"), value, into);
            }
        }
        serde_json::Value::Array(items) => {
            for (number, value) in items.iter().enumerate() {
                leaves(&format!("{path}/{number}"), value, into);
            }
        }
        serde_json::Value::String(text) => into.push((path.into(), text.clone().into())),
        other => into.push((path.into(), other.to_string().into())),
    }
}

/// Reads the parts of a multipart body: the unchanged head of each, and its content.
fn parts(body: &[u8], boundary: &str, into: &mut Pairs) {
    let mut rest = body;
    let line = format!("--{boundary}");
    let find = |text: &[u8], needle: &[u8]| text.windows(needle.len()).position(|at| at == needle);
    while let Some(at) = find(rest, line.as_bytes()) {
        rest = &rest[at + line.len()..];
        if rest.starts_with(b"--\r\n") {
            assert_eq!(rest.len(), 4, "something behind the last part");
            return;
        }
        let end = find(rest, b"\r\n\r\n").expect("a part has a head");
        let next = find(rest, format!("\r\n{line}").as_bytes()).expect("a part has an end");
        into.push((rest[2..end].to_vec(), rest[end + 4..next].to_vec()));
    }
    panic!("no last part");
}

/// Returns the names and values of a request, wherever they are.
pub(super) fn decompose(request: &Request<Bytes>) -> Pairs {
    assert_eq!(
        request.uri().authority().unwrap().as_str(),
        &ORIGIN["http://".len()..]
    );
    let mut all = Pairs::new();
    for segment in request.uri().path().split('/') {
        all.push((b"path".to_vec(), decoded(segment.as_bytes())));
    }
    pairs(
        "query ",
        request.uri().query().unwrap_or_default().as_bytes(),
        &mut all,
    );
    let content_type = request
        .headers()
        .get("content-type")
        .map(|value| value.to_str().unwrap().to_owned())
        .unwrap_or_default();
    if let Some(boundary) = content_type.strip_prefix("multipart/form-data; boundary=") {
        parts(request.body(), boundary, &mut all);
    } else if content_type.contains("json") {
        let json = serde_json::from_slice(request.body()).unwrap();
        leaves("json", &json, &mut all);
    } else {
        pairs("form ", request.body(), &mut all);
    }
    for (name, value) in request.headers() {
        if name != "content-type" {
            all.push((format!("header {name}").into(), value.as_bytes().to_vec()));
        }
    }
    all
}
