//! The programs between visitors and a site that are compared.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::program::Program;
use crate::server::Server;

/// Starts the gateway in front of the site of `serve`, with `serve` as its tracker.
///
/// # Errors
/// When it has not been built, or does not start.
pub fn gateway(server: &Server) -> Result<(Program, SocketAddr)> {
    let program = std::env::current_exe()?.with_file_name("adapis");
    let mut child = Command::new(&program)
        .args(["keitaro", "gateway", "--listen", "127.0.0.1:0"])
        .args(["--tracker", &server.url("/page")])
        .args(["--upstream", &server.url("")])
        .env("ADAPIS_KEITARO_TOKEN", "bench")
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start `adapis`: build it with `cargo build --release -p adapis-cli`")?;
    let output = child.stdout.take().context("no output of `adapis`")?;
    let program = Program::new(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let ready: serde_json::Value = serde_json::from_str(&line)?;
    let url = ready["gateway"].as_str().context("not ready")?;
    let address = url.trim_start_matches("http://").parse()?;
    Ok((program, address))
}

/// Starts a reverse proxy of hyper alone.
///
/// # Errors
/// When it has not been built, or does not start.
pub fn proxy(server: &Server) -> Result<(Program, SocketAddr)> {
    let mut child = Command::new(std::env::current_exe()?.with_file_name("proxy"))
        .arg(server.address())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start `proxy`: build it with `cargo build --release -p adapis-benches`")?;
    let output = child.stdout.take().context("no output of `proxy`")?;
    let program = Program::new(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    Ok((program, line.trim().parse()?))
}

/// Starts nginx as a reverse proxy; `None` if it is not installed.
///
/// # Errors
/// When it does not start.
pub fn nginx(server: &Server) -> Result<Option<(Program, SocketAddr)>> {
    let known = Command::new("nginx")
        .arg("-v")
        .stderr(Stdio::null())
        .status();
    if !known.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let folder = tempfile::tempdir()?;
    let upstream = server.address();
    let shown = folder.path().display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {shown}/{kind};\n"))
        .concat();
    let config = format!(
        "daemon off; master_process off; pid {shown}/pid; error_log {shown}/error.log;
        events {{ worker_connections 10000; }}
        http {{
            access_log off; proxy_max_temp_file_size 0; {temporary}
            keepalive_requests 10000000;
            upstream site {{ server {upstream}; keepalive 128; keepalive_requests 10000000; }}
            server {{
                listen {address};
                location / {{
                    proxy_pass http://site;
                    proxy_http_version 1.1;
                    proxy_set_header Connection '';
                    proxy_set_header Host $host;
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Real-IP $remote_addr;
                }}
            }}
        }}"
    );
    let path = folder.path().join("nginx.conf");
    std::fs::write(&path, config)?;
    let child = Command::new("nginx")
        .arg("-e")
        .arg(folder.path().join("error.log"))
        .arg("-c")
        .arg(&path)
        .stderr(Stdio::null())
        .spawn()?;
    let program = Program::new(child).with_folder(folder);
    wait_for(address)?;
    Ok(Some((program, address)))
}

/// Waits until a program accepts connections.
///
/// # Errors
/// When it does not within five seconds.
pub fn wait_for(address: SocketAddr) -> Result<()> {
    let started = Instant::now();
    while TcpStream::connect(address).is_err() {
        anyhow::ensure!(
            started.elapsed() < Duration::from_secs(5),
            "{address} is silent"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
