//! What a client keeps for each owner of statistics: the vendor's limits are theirs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adcore::{Error, ErrorKind};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::Statistics;
use crate::calls::statistics::{Metadata, OwnerId};
use crate::wire::statistics as wire;

/// What is kept for each owner; that of the account itself has no id.
pub(super) struct Owners {
    concurrent_reports: usize,
    all: Mutex<BTreeMap<Option<OwnerId>, Arc<Owner>>>,
}

struct Owner {
    /// A permit for each report that the vendor may be making.
    tasks: Arc<Semaphore>,
    /// Filled by one call at a time, and replaced when it is to be requested again.
    metadata: Mutex<Arc<OnceCell<Arc<Metadata>>>>,
}

impl Owners {
    pub(super) fn new(concurrent_reports: usize) -> Self {
        Self {
            concurrent_reports: concurrent_reports.min(Semaphore::MAX_PERMITS),
            all: Mutex::default(),
        }
    }

    fn get(&self, owner: Option<OwnerId>) -> Arc<Owner> {
        let new = || Owner {
            tasks: Arc::new(Semaphore::new(self.concurrent_reports)),
            metadata: Mutex::default(),
        };
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(owner).or_insert_with(|| Arc::new(new())))
    }
}

impl Owner {
    fn metadata(&self) -> MutexGuard<'_, Arc<OnceCell<Arc<Metadata>>>> {
        self.metadata.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Statistics {
    /// Waits until fewer reports of an owner are being made than the vendor allows.
    pub(super) async fn permit(
        &self,
        owner: Option<OwnerId>,
    ) -> Result<Option<OwnedSemaphorePermit>, Error> {
        let owner = self.parts().shared.owners.get(owner);
        let limit = self.settings().queue_deadline;
        match timeout(limit, Arc::clone(&owner.tasks).acquire_owned()).await {
            // The semaphore is never closed.
            Ok(permit) => Ok(permit.ok()),
            Err(_) => {
                let message = format!(
                    "the report waited {limit:?} for others of its owner and was not requested; \
                     request fewer at once, or set a longer `queue_deadline`"
                );
                let error = Error::new(ErrorKind::Timeout, message).with_may_have_run(false);
                Err(self.annotate(error, "statistics.report"))
            }
        }
    }

    /// Returns the names of metrics, dimensions and filters.
    ///
    /// They are requested once per owner and then shared by all clones of the client;
    /// [`refresh_metadata`](Self::refresh_metadata) requests them again. Calls for the same owner wait for
    /// the one that requests them, each within its own deadline.
    ///
    /// # Errors
    /// [`ReportRefusal`](crate::ReportRefusal), `InvalidInput` without an OAuth token, or what went wrong
    /// on the way.
    pub async fn metadata(&self) -> Result<Arc<Metadata>, Error> {
        let owner = self.parts().shared.owners.get(self.owner);
        let known = Arc::clone(&owner.metadata());
        let limit = self.parts().pipeline.deadline();
        // The call that requests them says more about the same deadline, so its error goes first.
        let grace = limit.saturating_add(Duration::from_millis(200));
        let found = timeout(grace, known.get_or_try_init(|| self.request_metadata())).await;
        found
            .unwrap_or_else(|_| {
                let message = format!("no response within {limit:?}");
                let error = Error::new(ErrorKind::Timeout, message);
                Err(self.annotate(error, "statistics.metadata"))
            })
            .cloned()
    }

    /// Requests the names of metrics, dimensions and filters again, for all clones of the client.
    ///
    /// # Errors
    /// As [`metadata`](Self::metadata); what was known before is then kept.
    pub async fn refresh_metadata(&self) -> Result<Arc<Metadata>, Error> {
        let metadata = self.request_metadata().await?;
        let known = OnceCell::new_with(Some(Arc::clone(&metadata)));
        *self.parts().shared.owners.get(self.owner).metadata() = Arc::new(known);
        Ok(metadata)
    }

    async fn request_metadata(&self) -> Result<Arc<Metadata>, Error> {
        let request = wire::encode_metadata(self.owner);
        self.call(&request, wire::read_metadata).await.map(Arc::new)
    }
}
