//! Responses that are requested again when they break.

use std::sync::Arc;

use adcore::{Error, Request, ResponseReader, StreamTime};
use adcore_json::{Digest, ResumingRows};
use futures_core::Stream;
use tokio::time::sleep;

use super::Client;
use super::stream::RowStream;
use crate::wire::Digested;

impl Client {
    /// Opens a response whose rows are decoded while they arrive; if it breaks, it is resumed.
    ///
    /// `name` adds to an error which days were requested.
    pub(super) async fn open<T, J>(
        self,
        request: Request,
        reader: J,
        name: impl Fn(Error) -> Error + Send + Sync + 'static,
    ) -> Result<RowStream<T>, Error>
    where
        T: Send + 'static,
        J: ResponseReader + Send + 'static,
        J::Output: Stream<Item = Result<T, Error>> + Digested + Unpin + Send + 'static,
    {
        let time = self.shared.pipeline.stream_time();
        let call = Arc::new((self, request, reader));
        let first = open_once(&call, 0, &time).await.map_err(&name)?;
        let annotating = Arc::clone(&call);
        let annotate_row = move |error, breaks| name(annotate(&annotating, error, breaks + 1));
        let rows = ResumingRows::new(first, annotate_row, move |error, breaks| {
            if time.is_over() {
                return None;
            }
            let wait = call.0.shared.pipeline.pause(error, true, breaks)?;
            tracing::debug!(breaks, "the response broke, sending the request again");
            let (call, time) = (Arc::clone(&call), time.clone());
            Some(async move {
                let opening = async {
                    sleep(wait).await;
                    open_once(&call, breaks, &time).await
                };
                let opened = time.run(opening).await;
                opened.map_err(|error| annotate(&call, error, breaks))
            })
        });
        Ok(Box::pin(rows))
    }
}

/// Adds the operation to an error that occurred outside of the pipeline, and redacts it.
fn annotate<J>(call: &(Client, Request, J), error: Error, breaks: u32) -> Error {
    let (client, request, _) = call;
    let pipeline = &client.shared.pipeline;
    let attempts = error.attempts().max(breaks);
    pipeline
        .annotate(error, request.operation(), &client.tokens)
        .with_attempts(attempts)
}

/// Opens a response after `breaks` others that broke.
async fn open_once<J>(
    call: &(Client, Request, J),
    breaks: u32,
    time: &StreamTime,
) -> Result<(J::Output, Digest), Error>
where
    J: ResponseReader,
    J::Output: Digested,
{
    let (client, request, reader) = call;
    let pipeline = &client.shared.pipeline;
    let rows = pipeline
        .open_within(request, &client.tokens, reader, time)
        .await;
    let rows = rows.map_err(|error| {
        let attempts = error.attempts() + breaks;
        error.with_attempts(attempts)
    })?;
    let digest = rows.digest();
    Ok((rows, digest))
}
