//! Serves clicks, tokens and generated statistics of any size as fast as possible.
//!
//! The request contains the size: `64kb` anywhere in its target or body asks for about 64 KiB of
//! rows, `64kbgz` for the same compressed with gzip.

use std::io::Write;
use std::sync::Arc;

use adapis_benches::answers;
use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

struct Answers {
    click: Vec<u8>,
    click_page: Vec<u8>,
    site: Vec<u8>,
    spots: String,
    hybrid: String,
    hybrid_v3: String,
    table: String,
    adfox: String,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "prints its address")]
async fn main() -> Result<()> {
    let plain = TcpListener::bind("127.0.0.1:0").await?;
    let secure = TcpListener::bind("127.0.0.1:0").await?;
    let acceptor = acceptor()?;
    println!("{} {}", plain.local_addr()?, secure.local_addr()?);
    let answers = Arc::new(Answers {
        click: whole("application/json", answers::CLICK),
        click_page: whole("application/json", answers::CLICK_PAGE),
        site: whole("text/html", &answers::site()),
        spots: answers::spots_rows(),
        hybrid: answers::hybrid_rows(),
        hybrid_v3: answers::hybrid_v3_rows(),
        table: answers::table_rows(),
        adfox: answers::adfox_rows(),
    });
    loop {
        let answers = Arc::clone(&answers);
        tokio::select! {
            accepted = plain.accept() => {
                let (stream, _) = accepted?;
                stream.set_nodelay(true)?;
                tokio::spawn(serve(stream, answers));
            }
            accepted = secure.accept() => {
                let (stream, _) = accepted?;
                stream.set_nodelay(true)?;
                let stream = acceptor.accept(stream);
                tokio::spawn(async move { serve(stream.await?, answers).await });
            }
        }
    }
}

/// Serves as `localhost`, with a certificate that `SSL_CERT_FILE=tests/tls/ca.pem` trusts.
fn acceptor() -> Result<TlsAcceptor> {
    let identity = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/tls/localhost.pem");
    let chain = CertificateDer::pem_file_iter(identity)?.collect::<Result<_, _>>()?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(identity)?)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn whole(content_type: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn serve<S>(mut stream: S, answers: Arc<Answers>) -> Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut buffer = Vec::with_capacity(16 * 1024);
    loop {
        while !is_whole(&buffer) {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        let request = String::from_utf8_lossy(&buffer).into_owned();
        buffer.clear();
        answer(&mut stream, &request, &answers).await?;
    }
}

/// Returns whether a request is complete; contestants send one at a time.
fn is_whole(buffer: &[u8]) -> bool {
    let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse().ok())
        .unwrap_or(0);
    buffer.len() >= head + 4 + length
}

async fn answer<S>(stream: &mut S, request: &str, answers: &Answers) -> Result<()>
where
    S: AsyncWrite + Unpin,
{
    let target = request.split(' ').nth(1).unwrap_or_default();
    let size = number_before(request, "kb").unwrap_or(1) * 1024;
    if target.starts_with("/page/click_api/") {
        stream.write_all(&answers.click_page).await?;
    } else if target.starts_with("/site/") {
        stream.write_all(&answers.site).await?;
    } else if target.starts_with("/click_api/") {
        stream.write_all(&answers.click).await?;
    } else if target.starts_with("/token") {
        let token = r#"{"access_token":"bench","token_type":"bearer","expires_in":"86400"}"#;
        stream.write_all(&whole("application/json", token)).await?;
    } else if target.starts_with("/statistic/campaign/") {
        let head = r#"[{"CampaignId":"53df8633af55cd57805746f5","Stat":["#;
        long(stream, size, head, &answers.hybrid, "]}]").await?;
    } else if target.starts_with("/v3.0/") {
        let head = r#"{"Statistic":["#;
        // The page after the rows is empty.
        let is_first = number_after(target, "&page=").unwrap_or(0) == 0;
        if is_first {
            long(stream, size, head, &answers.hybrid_v3, "]}").await?;
        } else {
            let empty = whole("application/json", r#"{"Statistic":[]}"#);
            stream.write_all(&empty).await?;
        }
    } else if target.starts_with("/api/v2/reports") && target.ends_with("/result") {
        const HEAD: &str = r#"{"result":{"taskId":"t","columns":[{"name":"date","type":"string"},{"name":"banner_id","type":"integer"},{"name":"banner_name","type":"string"},{"name":"loads_total","type":"integer"},{"name":"loads_commercial","type":"integer"},{"name":"clicks_total","type":"integer"},{"name":"ctr","type":"number","format":"float","unit":"percent"},{"name":"income","type":"number"}],"rows":["#;
        long(stream, size, HEAD, &answers.table, "]}}").await?;
    } else if target.starts_with("/api/v2/reports") {
        let task = format!(
            r#"{{"result":{{"taskId":"{}kb","status":"SUCCESS"}}}}"#,
            size / 1024
        );
        stream.write_all(&whole("application/json", &task)).await?;
    } else if target.starts_with("/api/v2") {
        let id = number_after(request, "\"id\":").unwrap_or(1);
        let head = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"#);
        if request.contains("user.auth") {
            const TOKENS: &str = r#"{"access_token":"bench","refresh_token":"bench","access_ttl":1800,"refresh_ttl":5184000}}"#;
            let tokens = whole("application/json", &format!("{head}{TOKENS}"));
            stream.write_all(&tokens).await?;
        } else if request.contains("kbgz") {
            let packed = packed(size, &format!("{head}["), &answers.spots)?;
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
                packed.len()
            );
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&packed).await?;
        } else {
            long(stream, size, &format!("{head}["), &answers.spots, "]}").await?;
        }
    } else {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><status><code>0</code></status><result><data>";
        let tail = "</data></result></response>";
        long(stream, size, head, &answers.adfox, tail).await?;
    }
    Ok(())
}

/// Sends about `size` bytes of rows: those of `block` over and over, cut at a line end.
async fn long<S>(stream: &mut S, size: usize, head: &str, block: &str, tail: &str) -> Result<()>
where
    S: AsyncWrite + Unpin,
{
    let cut = block.get(..size % block.len()).unwrap_or_default();
    let cut = cut.rfind('\n').map_or("", |end| &cut[..=end]);
    let times = size / block.len();
    let last = if cut.is_empty() { block } else { cut };
    let last = last.trim_end_matches([',', '\n']);
    let times = if cut.is_empty() {
        times.saturating_sub(1)
    } else {
        times
    };
    if times == 0 {
        let body = format!("{head}{last}{tail}");
        stream.write_all(&whole("text/plain", &body)).await?;
        return Ok(());
    }
    const HEAD: &str =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(HEAD.as_bytes()).await?;
    stream.write_all(&chunk(head)).await?;
    let block = chunk(block);
    for _ in 0..times {
        stream.write_all(&block).await?;
    }
    stream.write_all(&chunk(last)).await?;
    stream.write_all(&chunk(tail)).await?;
    stream.write_all(b"0\r\n\r\n").await?;
    Ok(())
}

/// Compresses about `size` bytes of rows with gzip.
fn packed(size: usize, head: &str, block: &str) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(head.as_bytes())?;
    for _ in 1..size / block.len() {
        encoder.write_all(block.as_bytes())?;
    }
    encoder.write_all(block.trim_end_matches([',', '\n']).as_bytes())?;
    encoder.write_all(b"]}")?;
    Ok(encoder.finish()?)
}

fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}

fn number_after(text: &str, mark: &str) -> Option<u64> {
    let rest = text.split(mark).nth(1)?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn number_before(text: &str, mark: &str) -> Option<usize> {
    text.match_indices(mark).find_map(|(at, _)| {
        let before = &text[..at];
        let digits = before.rfind(|c: char| !c.is_ascii_digit())? + 1;
        before[digits..].parse().ok()
    })
}
