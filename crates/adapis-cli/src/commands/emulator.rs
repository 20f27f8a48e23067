use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use adapis_emulator::{Data, Emulator, EmulatorError};

use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = address)]
    listen: SocketAddr,
    /// Play the accounts and rows of this JSON file
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Make up the generated rows from this number
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(crate) async fn run(args: Args) -> Result<(), CliError> {
    let mut stop = Stop::listen()?;
    let mut builder = Emulator::builder().listen(args.listen).seed(args.seed);
    if let Some(path) = &args.data {
        let text = std::fs::read_to_string(path).map_err(|error| {
            CliError::input(
                "data",
                format!("{} cannot be read: {error}", path.display()),
            )
        })?;
        let data = Data::from_json(&text).map_err(|error| CliError::input("data", error))?;
        builder = builder.data(data);
    }
    let emulator = builder.start().await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", emulator.ready_line())?;
    stdout.flush()?;
    stop.wait().await;
    emulator.shutdown().await;
    Ok(())
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.to_socket_addrs()
        .ok()
        .and_then(|mut found| found.next())
        .ok_or_else(|| "must be HOST:PORT, such as 127.0.0.1:8080".to_owned())
}

impl From<EmulatorError> for CliError {
    fn from(error: EmulatorError) -> Self {
        match error {
            EmulatorError::Listen { addr, source } => {
                Self::input("listen", format!("cannot be {addr}: {source}"))
            }
            EmulatorError::Data(_) => Self::input("data", error),
            other => Self::local("the emulator failed", std::io::Error::other(other)),
        }
    }
}

/// The wish of the person or the system to end the program, heard from the moment it is made.
struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Stop {
    #[cfg(unix)]
    fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let deaf = |error| CliError::local("cannot listen to signals", error);
        Ok(Self {
            signals: [
                signal(SignalKind::interrupt()).map_err(deaf)?,
                signal(SignalKind::terminate()).map_err(deaf)?,
            ],
        })
    }

    #[cfg(unix)]
    async fn wait(&mut self) {
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> Result<Self, CliError> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
