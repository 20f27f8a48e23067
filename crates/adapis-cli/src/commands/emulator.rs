//! `adapis emulator`: serves the four vendors' APIs locally.

mod env;

use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use adapis_emulator::{Data, Emulator, EmulatorBuilder, EmulatorError};
use jiff::Timestamp;

use crate::context::Context;
use crate::error::CliError;
use crate::shutdown::Shutdown;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free port [default: 127.0.0.1:0, with --env 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", value_parser = address)]
    listen: Option<SocketAddr>,
    /// Serve the accounts and rows of this JSON file
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Seed for the generated rows
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Start the emulator's clock at this instant, such as 2025-12-01T03:00:00Z; later days have no
    /// statistics
    #[arg(long, value_name = "INSTANT")]
    now: Option<Timestamp>,
    /// Print lines for a shell that set the variables of this program to the emulator's accounts
    ///
    /// If no emulator listens on the address, one is started in the background, where it stays until it
    /// is stopped: kill $ADAPIS_EMULATOR_PID. The lines also set ADAPIS_EMULATOR_URL, set ADAPIS_CONFIG
    /// to the null device, and unset all other accounts, so that no call reaches a real one. On failure
    /// the only line is 'false'. For an emulator that was started with --data, give the same --data. In
    /// fish: adapis emulator --env=fish | source.
    #[arg(long, value_name = "SHELL", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "sh")]
    env: Option<env::Shell>,
}

impl Args {
    /// Whether the command runs until it is stopped.
    pub(crate) fn is_server(&self) -> bool {
        self.env.is_none()
    }
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    if let Some(shell) = args.env {
        return env::run(shell, &args, ctx).await;
    }
    let mut shutdown = Shutdown::listen()?;
    let any = SocketAddr::new(env::ADDRESS.ip(), 0);
    let emulator = builder(&args, args.listen.unwrap_or(any))?.start().await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", emulator.ready_line())?;
    stdout.flush()?;
    shutdown.wait().await;
    emulator.shutdown().await;
    Ok(())
}

fn builder(args: &Args, address: SocketAddr) -> Result<EmulatorBuilder, CliError> {
    let mut builder = Emulator::builder().listen(address).seed(args.seed);
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
    Ok(builder)
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
