//! A visitor of a site, on one connection that is kept alive if the site allows it.

use std::fmt::Write;
use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends the same request repeatedly.
#[derive(Debug)]
pub struct Visitor {
    site: SocketAddr,
    request: Vec<u8>,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Visitor {
    /// Creates a visitor who sends this request, without a body.
    #[must_use]
    pub fn new(site: SocketAddr, request: &Request<()>) -> Self {
        let mut head = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri());
        for (name, value) in request.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        Self {
            site,
            request: head.into_bytes(),
            stream: None,
            buffer: Vec::with_capacity(64 * 1024),
        }
    }

    /// Makes one visit, from the request to the last byte of a page with status 200.
    ///
    /// # Errors
    /// When the site does not return such a page.
    pub async fn visit(&mut self) -> Result<()> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.site).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(&self.request).await?;
        self.buffer.clear();
        let mut page = None;
        loop {
            let closed = stream.read_buf(&mut self.buffer).await? == 0;
            if page.is_none() {
                page = Page::read(&self.buffer)?;
            }
            match &page {
                Some(page) if page.is_whole(&self.buffer, closed) => {
                    if page.kept {
                        self.stream = Some(stream);
                    }
                    return Ok(());
                }
                _ if closed => bail!("the site broke off"),
                _ => {}
            }
        }
    }
}

#[derive(Debug)]
struct Page {
    begins: usize,
    length: Option<usize>,
    chunked: bool,
    kept: bool,
}

impl Page {
    fn read(buffer: &[u8]) -> Result<Option<Self>> {
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
        let status = head.get(9..12).context("no status")?;
        anyhow::ensure!(status == "200", "status {status}");
        let value = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(':'));
            lines.find_map(|(other, value)| (other == name).then(|| value.trim().to_owned()))
        };
        Ok(Some(Self {
            begins: end + 4,
            length: value("content-length").and_then(|length| length.parse().ok()),
            chunked: value("transfer-encoding").is_some(),
            kept: value("connection").is_none_or(|connection| connection != "close"),
        }))
    }

    fn is_whole(&self, buffer: &[u8], closed: bool) -> bool {
        match self.length {
            Some(length) => buffer.len() >= self.begins + length,
            None if self.chunked => buffer.ends_with(b"0\r\n\r\n"),
            None => closed,
        }
    }
}
