//! One line per request, for those who read logs.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Buf;
use clap::ValueEnum;
use http::header::{HeaderName, HeaderValue, REFERER, USER_AGENT};
use http::request::Parts;
use http::{Response, Version};
use hyper::body::{Body, Frame, SizeHint};
use keitaro_click::layer::ClickResult;
use serde::Deserialize;
use serde_json::json;

use crate::error::CliError;

/// The format of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// The combined format of Apache and nginx, then outcome and seconds
    Common,
    /// One JSON object per line
    Json,
}

/// Lines that the disk has not taken yet; further ones are counted and dropped.
const MAX_WAITING: usize = 8192;

/// Longest part of a request in a line.
const MAX_LENGTH: usize = 2048;

/// For the thread that writes.
enum Message {
    Line(String),
    /// Somebody has moved the file away.
    Reopen,
}

/// Writes lines on a separate thread, so that no visitor waits for a disk.
pub(super) struct AccessLog {
    format: LogFormat,
    lines: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

impl AccessLog {
    /// A log that is appended to `file`, or written to stdout.
    pub(super) fn open(format: LogFormat, file: Option<&Path>) -> Result<Arc<Self>, CliError> {
        let path = file.map(Path::to_owned);
        let out = open(path.as_deref()).map_err(|error| {
            let path = path.as_deref().unwrap_or(Path::new("stdout")).display();
            CliError::input("access-log-file", format!("cannot write {path}: {error}"))
        })?;
        let (lines, waiting) = sync_channel(MAX_WAITING);
        let dropped = Arc::new(AtomicU64::new(0));
        let lost = Arc::clone(&dropped);
        std::thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || write_lines(&waiting, out, path.as_deref(), &lost))
            .map_err(|error| CliError::local("cannot start the access log", error))?;
        Ok(Arc::new(Self {
            format,
            lines,
            dropped,
        }))
    }

    /// Lines that were lost because the disk was full or too slow.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Opens the file again, as log rotation expects after SIGHUP.
    pub(super) fn reopen(&self) {
        let _ = self.lines.send(Message::Reopen);
    }

    /// Writes the line of a request whose visitor has left before the response, with nginx's 499.
    pub(super) fn write_abandoned(&self, entry: &mut Entry) {
        entry.status = 499;
        entry.first_byte = entry.started.elapsed();
        self.write(entry, 0);
    }

    fn write(&self, entry: &Entry, sent: u64) {
        let line = match self.format {
            LogFormat::Common => entry.common(sent),
            LogFormat::Json => entry.json(sent),
        };
        if self.lines.try_send(Message::Line(line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn open(path: Option<&Path>) -> io::Result<Box<dyn Write + Send>> {
    let Some(path) = path else {
        return Ok(Box::new(io::stdout()));
    };
    let file = std::fs::File::options()
        .append(true)
        .create(true)
        .open(path)?;
    Ok(Box::new(file))
}

/// Writes until the log is dropped; what the disk does not take is counted as `lost`.
fn write_lines(
    waiting: &Receiver<Message>,
    out: Box<dyn Write + Send>,
    path: Option<&Path>,
    lost: &AtomicU64,
) {
    let mut out = io::BufWriter::new(out);
    let mut fails = false;
    while let Ok(mut message) = waiting.recv() {
        loop {
            match message {
                Message::Line(line) => {
                    if out.write_all(line.as_bytes()).is_err() {
                        lost.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Message::Reopen => {
                    let _ = out.flush();
                    match open(path) {
                        Ok(file) => out = io::BufWriter::new(file),
                        Err(error) => tracing::warn!(%error, "cannot reopen the access log"),
                    }
                }
            }
            match waiting.try_recv() {
                Ok(next) => message = next,
                Err(_) => break,
            }
        }
        let flushed = out.flush();
        if let Err(error) = &flushed
            && !fails
        {
            tracing::warn!(%error, "cannot write the access log");
        }
        fails = flushed.is_err();
    }
}

/// What a line says; the response is added when it is there.
pub(super) struct Entry {
    started: Instant,
    time: jiff::Timestamp,
    address: Option<String>,
    method: String,
    target: String,
    version: Version,
    host: Option<String>,
    referrer: Option<String>,
    user_agent: Option<String>,
    status: u16,
    outcome: Option<&'static str>,
    sub_id: Option<String>,
    error: Option<&'static str>,
    tracker: Option<Duration>,
    first_byte: Duration,
}

impl Entry {
    pub(super) fn new(parts: &Parts, address: Option<std::net::IpAddr>) -> Self {
        let header = |name: HeaderName| parts.headers.get(name).map(text);
        let target = match parts.uri.path_and_query() {
            Some(target) => cut(target.as_str()).to_owned(),
            None => cut(&parts.uri.to_string()).to_owned(),
        };
        Self {
            started: Instant::now(),
            time: jiff::Timestamp::now(),
            address: address.map(|address| address.to_string()),
            method: parts.method.to_string(),
            target,
            version: parts.version,
            host: header(http::header::HOST),
            referrer: header(REFERER),
            user_agent: header(USER_AGENT),
            status: 0,
            outcome: None,
            sub_id: None,
            error: None,
            tracker: None,
            first_byte: Duration::ZERO,
        }
    }

    fn respond<B>(&mut self, response: &Response<B>) {
        self.first_byte = self.started.elapsed();
        self.status = response.status().as_u16();
        if let Some(click) = response.extensions().get::<ClickResult>() {
            self.outcome = Some(click.outcome().as_str());
            self.sub_id = click.sub_id().map(str::to_owned);
            self.error = click.error().map(|error| error.kind().as_str());
            self.tracker = click.call_time();
        }
    }

    fn common(&self, sent: u64) -> String {
        let mut line = String::with_capacity(256);
        let quoted = |value: &Option<String>| escape(value.as_deref().unwrap_or("-"));
        let _ = writeln!(
            line,
            "{} - - [{}] \"{} {} {:?}\" {} {sent} \"{}\" \"{}\" outcome={} tracker={} first_byte={:.3} total={:.3}",
            self.address.as_deref().unwrap_or("-"),
            self.time.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            self.method,
            escape(&self.target),
            self.version,
            self.status,
            quoted(&self.referrer),
            quoted(&self.user_agent),
            self.outcome.unwrap_or("-"),
            self.tracker.map_or_else(
                || "-".to_owned(),
                |time| format!("{:.3}", time.as_secs_f64())
            ),
            self.first_byte.as_secs_f64(),
            self.started.elapsed().as_secs_f64(),
        );
        line
    }

    fn json(&self, sent: u64) -> String {
        let millis = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
        let mut line = json!({
            "time": self.time.to_string(),
            "address": self.address,
            "method": self.method,
            "host": self.host,
            "target": self.target,
            "status": self.status,
            "bytes": sent,
            "referrer": self.referrer,
            "user_agent": self.user_agent,
            "outcome": self.outcome,
            "sub_id": self.sub_id,
            "error": self.error,
            "tracker_ms": self.tracker.map(millis),
            "first_byte_ms": millis(self.first_byte),
            "total_ms": millis(self.started.elapsed()),
        })
        .to_string();
        line.push('\n');
        line
    }
}

fn text(value: &HeaderValue) -> String {
    cut(&String::from_utf8_lossy(value.as_bytes())).to_owned()
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_LENGTH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Escapes what could end a quoted part or a line.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if c.is_control() => {
                let _ = write!(escaped, "\\x{:02x}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A response whose line is written when it has been sent, or given up.
pub(super) struct Logged<B> {
    body: B,
    sent: u64,
    line: Option<(Arc<AccessLog>, Box<Entry>)>,
}

impl<B> Logged<B> {
    pub(super) fn new(
        response: Response<B>,
        line: Option<(Arc<AccessLog>, Box<Entry>)>,
    ) -> Response<Self> {
        let line = line.map(|(log, mut entry)| {
            entry.respond(&response);
            (log, entry)
        });
        response.map(|body| Self {
            body,
            sent: 0,
            line,
        })
    }
}

impl<B: Body + Unpin> Body for Logged<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.sent += data.remaining() as u64;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Logged<B> {
    fn drop(&mut self) {
        if let Some((log, entry)) = self.line.take() {
            log.write(&entry, self.sent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_writes_no_line_of_the_log() {
        assert_eq!(escape("a\"b\\c\r\nd\u{1b}"), "a\\\"b\\\\c\\x0d\\x0ad\\x1b");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let long = "ы".repeat(MAX_LENGTH);
        assert_eq!(cut(&long).len(), MAX_LENGTH);
        assert_eq!(cut("short"), "short");
    }
}
