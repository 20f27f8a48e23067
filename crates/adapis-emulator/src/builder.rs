//! An emulator before its start.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

use crate::data::Data;
use crate::emulator::{Emulator, EmulatorError};
use crate::server::{self, Front};
use crate::settings::Settings;
use crate::world::World;
use crate::{adfox, control, hybrid, keitaro, spots};

/// Settles what an emulator plays and where.
#[derive(Clone, Debug)]
pub struct EmulatorBuilder {
    listen: SocketAddr,
    seed: u64,
    data: Data,
    settings: Settings,
}

impl EmulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            data: Data::default(),
            settings: Settings::default(),
        }
    }

    /// Listens here; `127.0.0.1:0` unless set.
    #[must_use]
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.listen = addr;
        self
    }

    /// Seed of all made-up data and choices; 1 unless set.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Plays these accounts and rows; a vendor absent from them plays the default data.
    #[must_use]
    pub fn data(mut self, data: Data) -> Self {
        self.data = data;
        self
    }

    /// Behaves like this at the start.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Starts to listen; the server runs on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or the data cannot be played.
    pub async fn start(self) -> Result<Emulator, EmulatorError> {
        let Self {
            listen,
            seed,
            data,
            settings,
        } = self;
        let world = World::new(data, settings, seed).map_err(EmulatorError::Data)?;
        let world = Arc::new(world);
        let mount = world.keitaro.mount();
        let front = Front {
            vendors: keitaro::router(Arc::clone(&world.keitaro))
                .merge(spots::router(Arc::clone(&world.spots)))
                .merge(hybrid::router(Arc::clone(&world.hybrid)))
                .merge(adfox::router(Arc::clone(&world.adfox))),
            control: control::router(Arc::clone(&world)),
            faults: Arc::clone(&world.faults),
            ledger: Arc::clone(&world.ledger),
            mount: mount.to_owned(),
        };
        let refused = |source| EmulatorError::Listen {
            addr: listen,
            source,
        };
        let listener = listener(listen).map_err(refused)?;
        let addr = listener.local_addr().map_err(refused)?;
        let (stop, stopped) = watch::channel(false);
        tracing::info!(%addr, "emulator listens");
        let task = tokio::spawn(server::serve(listener, front, stopped));
        Ok(Emulator::new(world, addr, stop, task))
    }
}

/// Room for many who connect at once: beyond the usual 128 they would wait a second.
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
