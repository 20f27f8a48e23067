//! `adapis emulator`: serves the four vendors' APIs locally.

use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use adapis_emulator::{Data, Emulator, EmulatorError};
use jiff::Timestamp;

use crate::error::CliError;
use crate::shutdown::Shutdown;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = address)]
    listen: SocketAddr,
    /// Serve the accounts and rows of this JSON file
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Seed for the generated rows
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Start the emulator's clock at this instant, such as 2025-12-01T03:00:00Z: later days have no
    /// statistics
    #[arg(long, value_name = "INSTANT")]
    now: Option<Timestamp>,
}

pub(crate) async fn run(args: Args) -> Result<(), CliError> {
    let mut shutdown = Shutdown::listen()?;
    let mut builder = Emulator::builder().listen(args.listen).seed(args.seed);
    if let Some(path) = &args.data {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let path = path.display();
            CliError::input("data", format!("cannot read the data file {path}: {error}"))
        })?;
        let data = Data::from_json(&text).map_err(|error| {
            let path = path.display();
            CliError::input("data", format!("invalid data file {path}: {error}"))
        })?;
        builder = builder.data(data);
    }
    if let Some(now) = args.now {
        builder = builder.now(now);
    }
    let emulator = builder.start().await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", emulator.ready_line())?;
    stdout.flush()?;
    shutdown.wait().await;
    emulator.shutdown().await;
    Ok(())
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.to_socket_addrs()
        .ok()
        .and_then(|mut found| found.next())
        .ok_or_else(|| "expected HOST:PORT, such as 127.0.0.1:8080".to_owned())
}

impl From<EmulatorError> for CliError {
    fn from(error: EmulatorError) -> Self {
        match error {
            EmulatorError::Listen { addr, source } => {
                Self::input("listen", format!("cannot listen on {addr}: {source}"))
            }
            EmulatorError::Data(_) => Self::input("data", error.to_string()),
            other => Self::local("the emulator failed", std::io::Error::other(other)),
        }
    }
}
