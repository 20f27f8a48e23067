//! The emulator as a value: built, started, asked, stopped.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::builder::EmulatorBuilder;
use crate::credentials::Credentials;
use crate::faults::FaultPlan;
use crate::keitaro::Clicks;
use crate::ledger::Requests;
use crate::settings::Settings;
use crate::totals::Totals;
use crate::world::World;

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
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl Emulator {
    pub(crate) fn new(
        world: Arc<World>,
        addr: SocketAddr,
        stop: watch::Sender<bool>,
        task: JoinHandle<()>,
    ) -> Self {
        Self {
            world,
            addr,
            stop,
            task: Some(task),
        }
    }

    /// Settles what to play before the start.
    #[must_use]
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::new()
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
        format!("http://{}{}", self.addr, self.world.keitaro.mount())
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
    pub fn credentials(&self) -> &Credentials {
        &self.world.credentials
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
            credentials: &self.world.credentials,
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

    /// Sums of the statistics of these days, both included, as the vendors would answer.
    #[must_use]
    pub fn totals(&self, from: Date, to: Date) -> Totals {
        self.world.totals(from, to)
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
