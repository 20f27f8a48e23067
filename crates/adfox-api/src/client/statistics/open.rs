//! Results whose rows are read while they arrive, and requested again when they break.

use std::pin::Pin;
use std::sync::Arc;

use adcore::{Error, Request, StreamTime};
use adcore_json::{Digest, ResumingRows};
use futures_core::Stream;
use tokio::time::sleep;

use super::Statistics;
use crate::calls::statistics::{Column, OwnerId, TaskId};
use crate::wire::statistics::{self as wire, OpenTable, Part, Summary, TableReader};

const OPERATION: &str = "statistics.result";

/// The result of a task.
pub(super) struct OpenResult {
    pub(super) columns: Arc<[Column]>,
    /// Known at once for a short result.
    pub(super) summary: Option<Summary>,
    pub(super) parts: PartStream,
}

pub(super) type PartStream = Pin<Box<dyn Stream<Item = Result<Part, Error>> + Send>>;

impl Statistics {
    pub(super) async fn open(
        &self,
        id: &TaskId,
        owner: Option<OwnerId>,
    ) -> Result<OpenResult, Error> {
        let request = Arc::new(wire::encode_result(id, owner)?);
        let time = self.parts().pipeline.stream_time();
        let (table, digest) = self.open_once(&request, 0, &time).await?;
        let (columns, summary) = (table.columns(), table.summary());
        let (annotating, opening) = (self.clone(), self.clone());
        let annotate = move |error, breaks| annotating.broken(error, breaks + 1);
        let parts = ResumingRows::new((table, digest), annotate, move |error, breaks| {
            if time.is_over() {
                return None;
            }
            let wait = opening.parts().pipeline.pause(error, true, breaks)?;
            let (statistics, request, time) = (opening.clone(), Arc::clone(&request), time.clone());
            Some(async move {
                let opening = async {
                    sleep(wait).await;
                    statistics.open_once(&request, breaks, &time).await
                };
                let opened = time.run(opening).await;
                opened.map_err(|error| statistics.broken(error, breaks))
            })
        });
        Ok(OpenResult {
            columns,
            summary,
            parts: Box::pin(parts),
        })
    }

    /// Adds the operation and the number of attempts to an error among the rows.
    fn broken(&self, error: Error, attempts: u32) -> Error {
        let attempts = error.attempts().max(attempts);
        self.annotate(error, OPERATION).with_attempts(attempts)
    }

    /// Opens a result after `breaks` responses that broke.
    async fn open_once(
        &self,
        request: &Request,
        breaks: u32,
        time: &StreamTime,
    ) -> Result<(OpenTable, Digest), Error> {
        let pipeline = &self.parts().pipeline;
        let reader = TableReader {
            row_limit: pipeline.row_limit(),
            summing: self.settings().summing.clone(),
        };
        let credentials = &self.client.0.credentials;
        let table = pipeline
            .open_within(request, credentials, &reader, time)
            .await
            .map_err(|error| {
                let attempts = error.attempts() + breaks;
                error.with_attempts(attempts)
            })?;
        let digest = table.digest();
        Ok((table, digest))
    }
}
