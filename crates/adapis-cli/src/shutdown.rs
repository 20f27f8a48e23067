//! The signals that end a server command.

use crate::error::CliError;

/// Ctrl-C or SIGTERM, caught from the moment [`Shutdown::listen`] returns.
pub(crate) struct Shutdown {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Shutdown {
    /// Starts to catch the signals.
    #[cfg(unix)]
    pub(crate) fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error| CliError::local("cannot install signal handlers", error);
        Ok(Self {
            signals: [
                signal(SignalKind::interrupt()).map_err(failed)?,
                signal(SignalKind::terminate()).map_err(failed)?,
            ],
        })
    }

    /// Returns when the next signal arrives.
    #[cfg(unix)]
    pub(crate) async fn wait(&mut self) {
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }

    /// Starts to catch the signals.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> Result<Self, CliError> {
        Ok(Self {})
    }

    /// Returns when the next signal arrives.
    #[cfg(not(unix))]
    pub(crate) async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// SIGHUP, caught from the moment [`Hangup::listen`] returns.
pub(crate) struct Hangup {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Hangup {
    /// Starts to catch the signal.
    #[cfg(unix)]
    pub(crate) fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error| CliError::local("cannot install signal handlers", error);
        Ok(Self {
            signal: signal(SignalKind::hangup()).map_err(failed)?,
        })
    }

    /// Returns when the next signal arrives.
    #[cfg(unix)]
    pub(crate) async fn wait(&mut self) {
        self.signal.recv().await;
    }

    /// There is no such signal here.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> Result<Self, CliError> {
        Ok(Self {})
    }

    /// Never returns.
    #[cfg(not(unix))]
    pub(crate) async fn wait(&mut self) {
        std::future::pending::<()>().await;
    }
}
