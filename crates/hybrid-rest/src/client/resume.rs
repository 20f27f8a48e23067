//! Responses that are requested again when they break.

use std::sync::Arc;

use adcore::{Error, Request, ResponseReader, StreamTime};
use adcore_json::ResumingRows;
use futures_core::Stream;

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
        Ok(Box::pin(self.resume(request, reader, name).await?))
    }

    /// As [`open`](Self::open), for rows that are looked at before they are returned.
    pub(super) async fn resume<T, J>(
        self,
        request: Request,
        reader: J,
        name: impl Fn(Error) -> Error + Send + Sync + 'static,
    ) -> Result<ResumingRows<J::Output>, Error>
    where
        T: Send + 'static,
        J: ResponseReader + Send + 'static,
        J::Output: Stream<Item = Result<T, Error>> + Digested + Unpin + Send + 'static,
    {
        let pipeline = self.shared.pipeline.clone();
        let time = pipeline.stream_time();
        let call = Arc::new((self, request, reader));
        let annotating = Arc::clone(&call);
        let open = move |time: StreamTime| {
            let call = Arc::clone(&call);
            async move {
                let (client, request, reader) = &*call;
                let pipeline = &client.shared.pipeline;
                let rows = pipeline
                    .open_within(request, &client.tokens, reader, &time)
                    .await?;
                let digest = rows.digest();
                Ok((rows, digest))
            }
        };
        let first = open(time.clone()).await.map_err(&name)?;
        let annotate = move |error| {
            let (client, request, _) = &*annotating;
            let pipeline = &client.shared.pipeline;
            name(pipeline.annotate(error, request.operation(), &client.tokens))
        };
        Ok(ResumingRows::reopening(
            first, pipeline, time, open, annotate,
        ))
    }
}
