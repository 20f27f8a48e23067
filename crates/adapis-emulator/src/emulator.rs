//! The emulator as a value: built, started, asked, stopped.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::adfox::{self, Adfox};
use crate::control;
use crate::credentials::{AdfoxCredentials, Credentials};
use crate::data::Data;
use crate::faults::{FaultPlan, Faults};
use crate::generate;
use crate::hybrid::{self, Hybrid};
use crate::keitaro::{self, Clicks, Keitaro};
use crate::ledger::{Ledger, Requests};
use crate::server::{self, Front};
use crate::settings::Settings;
use crate::spots::{self, Spots};

/// A vendor whose tokens can be ended.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// SPOTS
    Spots,
    /// Hybrid
    Hybrid,
}

/// Why an emulator did not start or refused an order.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The data cannot be played.
    #[error("the data cannot be played: {0}")]
    Data(String),
    /// The fault plan cannot be carried out.
    #[error("the fault plan cannot be carried out: {0}")]
    Faults(String),
}

/// The four vendors, their plans and their ledger.
pub(crate) struct World {
    pub(crate) keitaro: Arc<Keitaro>,
    pub(crate) spots: Arc<Spots>,
    pub(crate) hybrid: Arc<Hybrid>,
    pub(crate) adfox: Arc<Adfox>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) ledger: Arc<Ledger>,
}

impl World {
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            keitaro: self.keitaro.settings(),
            spots: self.spots.settings(),
            hybrid: self.hybrid.settings(),
            adfox: self.adfox.settings(),
        }
    }

    pub(crate) fn set_settings(&self, settings: Settings) {
        self.keitaro.set_settings(settings.keitaro);
        self.spots.set_settings(settings.spots);
        self.hybrid.set_settings(settings.hybrid);
        self.adfox.set_settings(settings.adfox);
    }

    pub(crate) fn reset(&self) {
        self.faults.clear();
        self.keitaro.reset();
        self.spots.reset();
        self.hybrid.reset();
        self.adfox.reset();
        self.ledger.reset();
    }

    pub(crate) fn expire_tokens(&self, vendor: Vendor) -> usize {
        match vendor {
            Vendor::Spots => self.spots.expire_tokens(),
            Vendor::Hybrid => self.hybrid.expire_tokens(),
        }
    }

    fn credentials(&self, adfox: AdfoxCredentials) -> Credentials {
        Credentials {
            keitaro: self.keitaro.credentials(),
            spots: self.spots.credentials(),
            hybrid: self.hybrid.credentials(),
            adfox,
        }
    }
}

/// Settles what an emulator plays and where.
#[derive(Clone, Debug)]
pub struct EmulatorBuilder {
    listen: SocketAddr,
    seed: u64,
    data: Data,
    settings: Settings,
}

impl EmulatorBuilder {
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
        let mount = settings.keitaro.mount.trim_end_matches('/').to_owned();
        if !mount.is_empty() && !mount.starts_with('/') {
            return Err(EmulatorError::Data(
                "keitaro.mount: no leading /".to_owned(),
            ));
        }
        let keitaro = data
            .keitaro
            .map_or_else(generate::keitaro, Ok)
            .map_err(EmulatorError::Data)?;
        let spots = data
            .spots
            .map_or_else(generate::spots, Ok)
            .map_err(EmulatorError::Data)?;
        let hybrid = data
            .hybrid
            .map_or_else(generate::hybrid, Ok)
            .map_err(EmulatorError::Data)?;
        let adfox = data.adfox.unwrap_or_default();
        let adfox_credentials = adfox_credentials(&adfox);
        let world = Arc::new(World {
            keitaro: Arc::new(
                Keitaro::new(keitaro, settings.keitaro, seed).map_err(EmulatorError::Data)?,
            ),
            spots: Arc::new(Spots::new(spots, settings.spots, seed).map_err(EmulatorError::Data)?),
            hybrid: Arc::new(
                Hybrid::new(hybrid, settings.hybrid, seed).map_err(EmulatorError::Data)?,
            ),
            adfox: Arc::new(Adfox::new(adfox, settings.adfox)),
            faults: Arc::default(),
            ledger: Arc::default(),
        });
        let front = Front {
            vendors: keitaro::router(Arc::clone(&world.keitaro), &mount)
                .merge(spots::router(Arc::clone(&world.spots)))
                .merge(hybrid::router(Arc::clone(&world.hybrid)))
                .merge(adfox::router(Arc::clone(&world.adfox))),
            control: control::router(Arc::clone(&world)),
            faults: Arc::clone(&world.faults),
            ledger: Arc::clone(&world.ledger),
            mount: mount.clone(),
        };
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|source| EmulatorError::Listen {
                addr: listen,
                source,
            })?;
        let addr = listener
            .local_addr()
            .map_err(|source| EmulatorError::Listen {
                addr: listen,
                source,
            })?;
        let (stop, stopped) = watch::channel(false);
        tracing::info!(%addr, "emulator listens");
        Ok(Emulator {
            credentials: world.credentials(adfox_credentials),
            world,
            addr,
            mount,
            stop,
            task: Some(tokio::spawn(server::serve(listener, front, stopped))),
        })
    }
}

fn adfox_credentials(data: &adfox::AdfoxData) -> AdfoxCredentials {
    let account = data.accounts.first();
    AdfoxCredentials {
        login: account
            .map(|account| account.login.clone())
            .unwrap_or_default(),
        password: account
            .and_then(|account| account.password.clone())
            .unwrap_or_default(),
    }
}

#[derive(Serialize)]
struct ReadyLine<'a> {
    ready: bool,
    keitaro: String,
    spots: String,
    hybrid: String,
    adfox: String,
    credentials: &'a Credentials,
}

/// The four vendors on one port; stops when dropped.
pub struct Emulator {
    world: Arc<World>,
    credentials: Credentials,
    addr: SocketAddr,
    mount: String,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Settles what to play before the start.
    #[must_use]
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            data: Data::default(),
            settings: Settings::default(),
        }
    }

    /// The default data on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When no port can be listened on.
    pub async fn start() -> Result<Self, EmulatorError> {
        Self::builder().start().await
    }

    /// The address that is listened on.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://ADDRESS:PORT`, without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The root of the Keitaro tracker.
    #[must_use]
    pub fn keitaro_url(&self) -> String {
        format!("http://{}{}", self.addr, self.mount)
    }

    /// The JSON-RPC endpoint of SPOTS.
    #[must_use]
    pub fn spots_url(&self) -> String {
        format!("http://{}/api/v2/", self.addr)
    }

    /// The root of the Hybrid API.
    #[must_use]
    pub fn hybrid_url(&self) -> String {
        self.url()
    }

    /// The XML endpoint of ADFOX.
    #[must_use]
    pub fn adfox_url(&self) -> String {
        format!("http://{}/v1/API.php", self.addr)
    }

    /// Credentials of the first account of each vendor.
    #[must_use]
    pub const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// One line of JSON with the four URLs and the credentials, for another process to read.
    #[must_use]
    pub fn ready_line(&self) -> String {
        let line = ReadyLine {
            ready: true,
            keitaro: self.keitaro_url(),
            spots: self.spots_url(),
            hybrid: self.hybrid_url(),
            adfox: self.adfox_url(),
            credentials: &self.credentials,
        };
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Sets the fault plan of its operation, in place of an earlier one.
    ///
    /// # Errors
    ///
    /// When a fault of the plan cannot be carried out.
    pub fn faults(&self, plan: FaultPlan) -> Result<(), EmulatorError> {
        plan.check().map_err(EmulatorError::Faults)?;
        self.world.faults.set(plan);
        Ok(())
    }

    /// What is left of the plans that come to an end.
    #[must_use]
    pub fn unmet_faults(&self) -> Vec<FaultPlan> {
        self.world.faults.unmet()
    }

    /// Drops all fault plans.
    pub fn clear_faults(&self) {
        self.world.faults.clear();
    }

    /// Counts per operation and the last requests.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.world.ledger.requests()
    }

    /// The count of clicks and the last `last` of them, oldest first.
    #[must_use]
    pub fn clicks(&self, last: usize) -> Clicks {
        self.world.keitaro.clicks(last)
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.world.settings()
    }

    /// Behaves like this from now on; `keitaro.mount` stays as it was.
    pub fn set_settings(&self, settings: Settings) {
        self.world.set_settings(settings);
    }

    /// Ends all access tokens of a vendor and says how many.
    pub fn expire_tokens(&self, vendor: Vendor) -> usize {
        self.world.expire_tokens(vendor)
    }

    /// Forgets clicks, tokens, changes, counts and plans; settings stay.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// Stops listening, lets calls under way finish for two seconds, closes the rest.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("addr", &self.addr)
            .finish_non_exhaustive()
    }
}
