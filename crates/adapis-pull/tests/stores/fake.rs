//! An S3 server in this process that keeps its promises: conditions are checked, and a write takes place whole or not at
//! all. Each of its ports breaks requests by a rule.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use adapis_pull::RemoteStore;
use jiff::Timestamp;
use tempfile::TempDir;
use twox_hash::XxHash3_128;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The request is lost before the store does anything.
    Before,
    /// The store does what it was asked, and the answer is lost.
    After,
    /// The store does what it was asked, and half of the answer arrives.
    Half,
    /// The store answers this status, and does nothing.
    Refuse(u16),
}

/// A request, as a rule sees it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The key of an object, without the bucket; that of a list is its prefix.
    pub(crate) key: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

#[derive(Debug, Clone)]
struct Object {
    bytes: Vec<u8>,
    upload: Option<String>,
    modified: Timestamp,
}

impl Object {
    /// S3 knows contents by their digest.
    fn tag(&self) -> String {
        format!("\"{:032x}\"", XxHash3_128::oneshot(&self.bytes))
    }
}

type Objects = Arc<Mutex<BTreeMap<String, Object>>>;

/// The objects of a bucket, and the folder of temporary files of the machine that uses it.
pub(crate) struct Fake {
    objects: Objects,
    temp: TempDir,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            objects: Objects::default(),
            temp: tempfile::tempdir().unwrap(),
        }
    }
}

impl Fake {
    /// Opens a port whose requests are treated as the rule says, and returns its number.
    pub(crate) fn door(&self, rule: impl Fn(&Request) -> Fault + Send + Sync + 'static) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (objects, rule) = (Arc::clone(&self.objects), Arc::new(rule));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), objects, rule) = (client, Arc::clone(&objects), Arc::clone(&rule))
                else {
                    return;
                };
                std::thread::spawn(move || serve(client, &objects, &*rule));
            }
        });
        port
    }

    /// A separate store with the same objects.
    pub(crate) fn copy(&self) -> Self {
        Self {
            objects: Arc::new(Mutex::new(self.objects.lock().unwrap().clone())),
            ..Self::default()
        }
    }

    /// The folder of temporary files.
    pub(crate) fn temp(&self) -> &Path {
        self.temp.path()
    }

    /// Opens the store through a port.
    pub(crate) fn open(&self, port: u16, lease: Duration) -> RemoteStore {
        open(port, self.temp(), lease)
    }

    /// Opens the store as one that nothing breaks.
    pub(crate) fn sound(&self, lease: Duration) -> RemoteStore {
        self.open(self.door(|_| Fault::None), lease)
    }

    /// The keys of all objects.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }
}

/// Opens the store through a port.
pub(crate) fn open(port: u16, temp: &Path, lease: Duration) -> RemoteStore {
    let endpoint = format!("http://127.0.0.1:{port}");
    let settings = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test-secret"),
        ("AWS_REGION", "us-east-1"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let store = RemoteStore::open_with("s3://bucket/root", settings).unwrap();
    store.lease(lease).temp_folder(temp)
}

/// Serves one request; the answer ends the connection.
fn serve(mut client: TcpStream, objects: &Objects, rule: &dyn Fn(&Request) -> Fault) -> Option<()> {
    let request = read_request(&mut client)?;
    let fault = rule(&request);
    let mut answer = match fault {
        Fault::Before => return None,
        Fault::Refuse(status) => Answer::of(status).bytes(),
        _ => answer(&request, &mut objects.lock().unwrap()).bytes(),
    };
    match fault {
        Fault::After => return None,
        Fault::Half => answer.truncate(answer.len() / 2),
        _ => {}
    }
    client.write_all(&answer).ok()
}

/// Reads a whole request; `None` if it is cut.
fn read_request(client: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        read_some(client, &mut bytes)?;
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length");
    let length: usize = length.map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + length {
        read_some(client, &mut bytes)?;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query: BTreeMap<String, String> = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), decoded(value)))
        .collect();
    let key = match query.get("prefix") {
        Some(prefix) => prefix.clone(),
        None => decoded(path.strip_prefix("/bucket")?.trim_start_matches('/')),
    };
    let body = bytes.split_off(head);
    Some(Request {
        method,
        key,
        query,
        headers,
        body,
    })
}

fn read_some(from: &mut TcpStream, into: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 16 << 10];
    let read = from.read(&mut piece).ok().filter(|read| *read > 0)?;
    into.extend_from_slice(&piece[..read]);
    Some(())
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap().to_owned();
            bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[derive(Default)]
struct Answer {
    status: u16,
    headers: String,
    /// The length that a HEAD announces instead of sending the body.
    length: Option<usize>,
    body: Vec<u8>,
}

impl Answer {
    fn of(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    fn error(status: u16, code: &str) -> Self {
        Self {
            body: format!("<Error><Code>{code}</Code></Error>").into_bytes(),
            ..Self::of(status)
        }
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    fn bytes(self) -> Vec<u8> {
        let length = self.length.unwrap_or(self.body.len());
        let head = format!(
            "HTTP/1.1 {} Status\r\nContent-Length: {length}\r\nConnection: close\r\n{}\r\n",
            self.status, self.headers
        );
        [head.into_bytes(), self.body].concat()
    }
}

fn answer(request: &Request, objects: &mut BTreeMap<String, Object>) -> Answer {
    match request.method.as_str() {
        "PUT" => put(request, objects),
        "POST" if request.query.contains_key("delete") => delete(request, objects),
        "GET" if request.query.contains_key("list-type") => list(request, objects),
        "GET" | "HEAD" => get(request, objects),
        _ => Answer::error(501, "NotImplemented"),
    }
}

fn put(request: &Request, objects: &mut BTreeMap<String, Object>) -> Answer {
    let old = objects.get(&request.key);
    if request.headers.contains_key("if-none-match") && old.is_some() {
        return Answer::error(412, "PreconditionFailed");
    }
    if let Some(tag) = request.headers.get("if-match") {
        match old {
            None => return Answer::error(404, "NoSuchKey"),
            Some(old) if old.tag() != *tag => return Answer::error(412, "PreconditionFailed"),
            Some(_) => {}
        }
    }
    let object = Object {
        bytes: request.body.clone(),
        upload: request.headers.get("x-amz-meta-adapisupload").cloned(),
        modified: Timestamp::now(),
    };
    let tag = object.tag();
    objects.insert(request.key.clone(), object);
    Answer::of(200).header("ETag", &tag)
}

fn get(request: &Request, objects: &BTreeMap<String, Object>) -> Answer {
    let Some(object) = objects.get(&request.key) else {
        return Answer::error(404, "NoSuchKey");
    };
    let condition = request.headers.get("if-match");
    if condition.is_some_and(|tag| *tag != object.tag()) {
        return Answer::error(412, "PreconditionFailed");
    }
    let whole = object.bytes.len();
    let mut answer = Answer::of(200);
    let mut bytes = &object.bytes[..];
    if let Some(range) = request.headers.get("range") {
        let (from, to) = range
            .strip_prefix("bytes=")
            .unwrap()
            .split_once('-')
            .unwrap();
        let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
        let to = to.min(whole - 1);
        bytes = &bytes[from..=to];
        answer = Answer::of(206).header("Content-Range", &format!("bytes {from}-{to}/{whole}"));
    }
    if request.method == "HEAD" {
        answer.length = Some(whole);
    } else {
        answer.body = bytes.to_vec();
    }
    if let Some(upload) = &object.upload {
        answer = answer.header("x-amz-meta-adapisupload", upload);
    }
    let modified = SystemTime::from(object.modified);
    let modified = httpdate::fmt_http_date(modified);
    answer
        .header("ETag", &object.tag())
        .header("Last-Modified", &modified)
}

fn delete(request: &Request, objects: &mut BTreeMap<String, Object>) -> Answer {
    let body = String::from_utf8(request.body.clone()).unwrap();
    let mut answer = Answer::of(200);
    let mut deleted = String::new();
    for rest in body.split("<Key>").skip(1) {
        let (key, _) = rest.split_once("</Key>").unwrap();
        objects.remove(key);
        deleted.push_str(&format!("<Deleted><Key>{key}</Key></Deleted>"));
    }
    answer.body = format!("<DeleteResult>{deleted}</DeleteResult>").into_bytes();
    answer
}

fn list(request: &Request, objects: &BTreeMap<String, Object>) -> Answer {
    let mut folders = std::collections::BTreeSet::new();
    let mut entries = String::new();
    for (key, object) in objects {
        let Some(rest) = key.strip_prefix(&request.key) else {
            continue;
        };
        match rest.split_once('/') {
            Some((folder, _)) if request.query.contains_key("delimiter") => {
                folders.insert(format!("{}{folder}/", request.key));
            }
            _ => entries.push_str(&format!(
                "<Contents><Key>{key}</Key><LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
                object.modified,
                object.tag().replace('"', "&quot;"),
                object.bytes.len()
            )),
        }
    }
    for folder in folders {
        entries.push_str(&format!(
            "<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>"
        ));
    }
    let body =
        format!("<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>");
    Answer {
        body: body.into_bytes(),
        ..Answer::of(200)
    }
}
