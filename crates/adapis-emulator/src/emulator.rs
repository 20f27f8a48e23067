//! A running emulator: its addresses, its state and its controls.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::builder::EmulatorBuilder;
use crate::credentials::Credentials;
use crate::error::EmulatorError;
use crate::faults::FaultPlan;
use crate::keitaro::Clicks;
use crate::ready::Ready;
use crate::request_log::Requests;
use crate::revisions::Revision;
use crate::settings::Settings;
use crate::totals::{Totals, TotalsBy, TotalsRow};
use crate::vendor::Vendor;
use crate::vendors::Vendors;

/// A running emulator: the four vendors on one port.
///
/// The server stops when this value is dropped. See the [crate documentation](crate) for examples.
pub struct Emulator {
    vendors: Arc<Vendors>,
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl Emulator {
    pub(crate) fn new(
        vendors: Arc<Vendors>,
        addr: SocketAddr,
        stop: watch::Sender<bool>,
        task: JoinHandle<()>,
    ) -> Self {
        Self {
            vendors,
            addr,
            stop,
            task: Some(task),
        }
    }

    /// Returns a builder with the default settings.
    #[must_use]
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::new()
    }

    /// Starts an emulator with the default data on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// Returns an error if the server cannot listen on any port.
    pub async fn start() -> Result<Self, EmulatorError> {
        Self::builder().start().await
    }

    /// Returns the address that the server listens on.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns `http://ADDRESS:PORT`, without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Returns the URL of the Keitaro tracker.
    #[must_use]
    pub fn keitaro_url(&self) -> String {
        self.ready().keitaro
    }

    /// Returns the URL of the JSON-RPC endpoint of SPOTS.
    #[must_use]
    pub fn spots_url(&self) -> String {
        self.ready().spots
    }

    /// Returns the base URL of the Hybrid API.
    #[must_use]
    pub fn hybrid_url(&self) -> String {
        self.ready().hybrid
    }

    /// Returns the URL of the XML endpoint of ADFOX.
    #[must_use]
    pub fn adfox_url(&self) -> String {
        self.ready().adfox
    }

    /// Returns the base URL of the statistics of ADFOX.
    #[must_use]
    pub fn adfox_reports_url(&self) -> String {
        format!("http://{}/api/v2/reports", self.addr)
    }

    /// Returns the credentials of the first account of each vendor.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.vendors.credentials
    }

    /// Returns one line of JSON with the four URLs and the credentials.
    ///
    /// A program prints it once the server is ready, for another process to read.
    #[must_use]
    pub fn ready_line(&self) -> String {
        serde_json::to_string(&self.ready()).unwrap_or_default()
    }

    fn ready(&self) -> Ready<'_> {
        Ready::new(&self.vendors, &self.addr.to_string())
    }

    /// Sets the fault plan of its operation, replacing an earlier one.
    ///
    /// # Errors
    ///
    /// Returns an error if the plan is invalid.
    pub fn faults(&self, plan: FaultPlan) -> Result<(), EmulatorError> {
        plan.check().map_err(EmulatorError::Faults)?;
        self.vendors.faults.set(plan);
        Ok(())
    }

    /// Returns what is left of the fault plans.
    ///
    /// Plans that never end are not included.
    #[must_use]
    pub fn unmet_faults(&self) -> Vec<FaultPlan> {
        self.vendors.faults.unmet()
    }

    /// Removes all fault plans.
    pub fn clear_faults(&self) {
        self.vendors.faults.clear();
    }

    /// Returns the counts per operation and the last requests.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.vendors.request_log.requests()
    }

    /// Returns the number of clicks and the last `last` of them, oldest first.
    #[must_use]
    pub fn clicks(&self, last: usize) -> Clicks {
        self.vendors.keitaro.clicks(last)
    }

    /// Returns the sums of the statistics that the vendors would return for these days.
    ///
    /// Both days are included.
    #[must_use]
    pub fn totals(&self, from: Date, to: Date) -> Totals {
        self.vendors.totals(from, to, None)
    }

    /// Returns the same sums as of an instant, whatever the clock says.
    ///
    /// Revisions count from the instant at which they are in effect.
    #[must_use]
    pub fn totals_at(&self, from: Date, to: Date, at: Timestamp) -> Totals {
        self.vendors.totals(from, to, Some(at))
    }

    /// Returns sums by vendor, account and further groups, now or as of an instant.
    #[must_use]
    pub fn totals_by(
        &self,
        from: Date,
        to: Date,
        by: TotalsBy,
        at: Option<Timestamp>,
    ) -> Vec<TotalsRow> {
        self.vendors.totals_by(from, to, by, at)
    }

    /// Returns the instant of the emulator's clock; `None` without one.
    #[must_use]
    pub fn now(&self) -> Option<Timestamp> {
        self.vendors.revisions.now()
    }

    /// Sets the emulator's clock, forward or back, or turns it off.
    pub fn set_now(&self, now: impl Into<Option<Timestamp>>) {
        self.vendors.revisions.set_now(now.into());
    }

    /// Advances the emulator's clock and returns its new instant.
    ///
    /// # Errors
    ///
    /// Returns an error if the clock is off or cannot go that far.
    pub fn advance(&self, by: Duration) -> Result<Timestamp, EmulatorError> {
        let now = self.vendors.revisions.advance(by);
        now.map_err(EmulatorError::Time)
    }

    /// Revises the statistics of one day.
    ///
    /// # Errors
    ///
    /// Returns an error if the revision is invalid, selects nothing that the data have, or has an
    /// instant while the clock is off.
    pub fn revise(&self, revision: Revision) -> Result<(), EmulatorError> {
        let revised = self.vendors.revise(vec![revision]);
        revised.map_err(EmulatorError::Time)
    }

    /// Returns all revisions by day, each with the instant from which it is in effect.
    #[must_use]
    pub fn revisions(&self) -> Vec<Revision> {
        self.vendors.revisions.revisions()
    }

    /// Removes all revisions.
    pub fn clear_revisions(&self) {
        self.vendors.revisions.clear();
    }

    /// Returns the current settings.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.vendors.settings()
    }

    /// Replaces the settings.
    ///
    /// `keitaro.mount` has no effect after the start.
    pub fn set_settings(&self, settings: Settings) {
        self.vendors.set_settings(settings);
    }

    /// Expires all access tokens of a vendor and returns their number.
    pub fn expire_tokens(&self, vendor: Vendor) -> usize {
        self.vendors.expire_tokens(vendor)
    }

    /// Discards clicks, tokens, changes, revisions, counts and fault plans, and keeps the settings and
    /// the clock.
    pub fn reset(&self) {
        self.vendors.reset();
    }

    /// Stops listening, waits up to two seconds for calls in progress, and closes all connections.
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
