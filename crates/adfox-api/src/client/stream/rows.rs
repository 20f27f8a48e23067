use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Error, ErrorKind};
use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::calls::{Call, Counters, PartialSuccess, Row};
use crate::client::{Client, VENDOR};
use crate::credentials::Prepared;
use crate::wire::{self, OpenRows, RowsReader};

/// The rows of one response while it arrives; memory holds a chunk and a row.
///
/// Nothing is sent before the first row is asked for. Until the first row has arrived, errors are
/// handled and reads retried as for any other call. Rows come in the order of the response. The
/// stream ends after an error, such as that of a truncated response or of a status after the rows that
/// refuses the call; the rows before it are valid.
///
/// It is a [`Stream`], and [`next`](Self::next) works without any trait in scope.
///
/// ```no_run
/// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
/// use adfox_api::{Action, Call, Context, Object, Row};
///
/// let call = Call::new(Context::Account, Action::List).object(Object::Zone);
/// let mut rows = client.rows::<Row>(&call);
/// while let Some(row) = rows.next().await {
///     println!("{:?}", row?.text("name"));
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before a row is asked for"]
pub struct RowStream<T> {
    client: Client,
    /// With the secrets among the parameters of the call.
    credentials: Arc<Prepared>,
    operation: String,
    /// Whether a success has an element for rows.
    is_list: bool,
    state: State<T>,
    over: bool,
}

type Asked<T> = Pin<Box<dyn Future<Output = Result<OpenRows<T>, Error>> + Send>>;

enum State<T> {
    Asked(Asked<T>),
    Open(Box<OpenRows<T>>),
}

impl<T: DeserializeOwned + Send + 'static> RowStream<T> {
    pub(in crate::client) fn new(client: Client, call: &Call) -> Self {
        let request = wire::encode_call(call, &client.0.settings);
        let credentials = client.0.credentials.and_secrets_of(&call.params);
        let credentials = Arc::new(credentials.into_owned());
        let asked = {
            let client = client.clone();
            let credentials = Arc::clone(&credentials);
            async move {
                let inner = &*client.0;
                let request = request?;
                let pipeline = &inner.pipeline;
                let reader = RowsReader::new(pipeline.row_limit());
                pipeline.open(&request, &*credentials, &reader).await
            }
        };
        Self {
            client,
            credentials,
            operation: call.name(),
            is_list: call.action.returns_rows(),
            state: State::Asked(Box::pin(asked)),
            over: false,
        }
    }

    /// Returns the next row, or `None` after the last row and after an error.
    ///
    /// # Errors
    /// As [`Client::call`], and `Decode` for a row that does not fit `T`.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let row = ready!(self.poll_row(cx));
        self.over = !matches!(row, Ok(Some(_)));
        Poll::Ready(row.transpose())
    }

    fn poll_row(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<T>, Error>> {
        if let State::Asked(asked) = &mut self.state {
            let rows = ready!(asked.as_mut().poll(cx));
            let rows =
                rows.map_err(|error| error.with_operation(VENDOR, self.operation.clone()))?;
            self.state = State::Open(Box::new(rows));
        }
        let State::Open(rows) = &mut self.state else {
            return Poll::Pending;
        };
        let inner = &*self.client.0;
        let is_list = self.is_list;
        let row = ready!(rows.poll_next(cx));
        let row = row.and_then(|row| {
            if row.is_none() && is_list && rows.lacks_rows() {
                let error = Error::new(ErrorKind::Decode, "result.data is missing");
                return Err(error.with_may_have_run(false));
            }
            Ok(row)
        });
        Poll::Ready(row.map_err(|error| {
            let pipeline = &inner.pipeline;
            let error = error.with_attempts(1);
            pipeline.annotate(error, &self.operation, &*self.credentials)
        }))
    }
}

impl<T> RowStream<T> {
    fn rows(&self) -> Option<&OpenRows<T>> {
        match &self.state {
            State::Open(rows) => Some(rows),
            State::Asked(_) => None,
        }
    }

    /// Returns the counters that have arrived; at the end of the rows all of them.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.rows()
            .map_or_else(Counters::default, OpenRows::counters)
    }

    /// Returns the vendor's message beside success, if it has arrived; it has at the end of the rows.
    #[must_use]
    pub fn partial(&self) -> Option<PartialSuccess> {
        let partial = self.rows()?.partial()?;
        Some(self.credentials.redacted(&partial))
    }

    /// Returns the members of the result besides rows and counters that have arrived.
    #[must_use]
    pub fn members(&self) -> Option<&Row> {
        self.rows().map(OpenRows::members)
    }
}

impl<T: DeserializeOwned + Send + Unpin + 'static> Stream for RowStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl<T> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream")
            .field("call", &self.operation)
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}
