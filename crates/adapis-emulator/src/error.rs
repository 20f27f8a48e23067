//! Errors of starting and controlling an emulator.

use std::io;
use std::net::SocketAddr;

/// The error of starting an emulator or setting a fault plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The server cannot listen on the address.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The data is invalid.
    #[error("invalid data: {0}")]
    Data(String),
    /// The fault plan is invalid.
    #[error("invalid fault plan: {0}")]
    Faults(String),
    /// The revision is invalid, or the clock cannot be advanced.
    #[error("{0}")]
    Time(String),
}
