//! Configuration and start of an emulator.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

use crate::data::Data;
use crate::emulator::Emulator;
use crate::error::EmulatorError;
use crate::server::{self, Server};
use crate::settings::Settings;
use crate::vendors::Vendors;
use crate::{adfox, control, hybrid, keitaro, spots};

/// Configures and starts an [`Emulator`].
#[derive(Clone, Debug)]
pub struct EmulatorBuilder {
    listen: SocketAddr,
    seed: u64,
    data: Data,
    settings: Settings,
    now: Option<Timestamp>,
}

impl EmulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            data: Data::default(),
            settings: Settings::default(),
            now: None,
        }
    }

    /// Sets the address to listen on, `127.0.0.1:0` by default.
    #[must_use]
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.listen = addr;
        self
    }

    /// Sets the seed of all generated data and random choices, 1 by default.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets accounts and rows; vendors that are absent from `data` use the default data.
    #[must_use]
    pub fn data(mut self, data: Data) -> Self {
        self.data = data;
        self
    }

    /// Sets the initial settings.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Starts the emulator's clock, which only moves on request.
    ///
    /// Days after this instant have no statistics, and the current day has a part of them. Without a
    /// clock, the data are what they are.
    #[must_use]
    pub fn now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Starts the server on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns an error if the server cannot listen on the address or the data is invalid.
    pub async fn start(self) -> Result<Emulator, EmulatorError> {
        let Self {
            listen,
            seed,
            data,
            settings,
            now,
        } = self;
        let vendors = Vendors::new(data, settings, seed, now).map_err(EmulatorError::Data)?;
        let vendors = Arc::new(vendors);
        let mount = vendors.keitaro.mount();
        let server = Server {
            vendors: keitaro::router(Arc::clone(&vendors.keitaro))
                .merge(spots::router(Arc::clone(&vendors.spots)))
                .merge(hybrid::router(Arc::clone(&vendors.hybrid)))
                .merge(adfox::router(Arc::clone(&vendors.adfox))),
            control: control::router(Arc::clone(&vendors)),
            faults: Arc::clone(&vendors.faults),
            request_log: Arc::clone(&vendors.request_log),
            revisions: Arc::clone(&vendors.revisions),
            mount: mount.to_owned(),
        };
        let listen_error = |source| EmulatorError::Listen {
            addr: listen,
            source,
        };
        let listener = listener(listen).map_err(listen_error)?;
        let addr = listener.local_addr().map_err(listen_error)?;
        let (stop, stopped) = watch::channel(false);
        tracing::info!(%addr, "listening");
        let task = tokio::spawn(server::serve(listener, server, stopped));
        Ok(Emulator::new(vendors, addr, stop, task))
    }
}

/// Listens with a larger backlog than the usual 128.
///
/// Beyond the backlog, clients that connect at the same time would wait a second.
fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    const BACKLOG: u32 = 4096;
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(cfg!(unix))?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
