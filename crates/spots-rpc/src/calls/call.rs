use adcore::{Error, ErrorKind};
use adcore_json::RawJson;
use serde::Serialize;

use super::Statistics;
use crate::wire;

/// Any JSON-RPC method with its parameters: the untyped door.
///
/// ```
/// use spots_rpc::calls::Call;
///
/// let call = Call::new("platform.list").params(&[("page", 1)])?.idempotent(true);
/// assert_eq!(call.method, "platform.list");
/// # Ok::<(), spots_rpc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Call {
    /// The method's name, such as `platform.getStatistics`.
    pub method: String,
    /// The parameters, an object or an array; absent when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<RawJson>,
    /// Whether the call may be repeated after an ambiguous failure.
    ///
    /// `true` at first only for `platform.getStatistics`, which is known to change nothing.
    pub idempotent: bool,
}

impl Call {
    /// A call without parameters.
    #[must_use]
    pub fn new(method: impl Into<String>) -> Self {
        let method = method.into();
        Self {
            idempotent: method == wire::STATISTICS,
            method,
            params: None,
        }
    }

    /// Sets the parameters.
    ///
    /// # Errors
    /// `InvalidInput` naming `params` when they cannot be written as JSON.
    pub fn params(mut self, params: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        let wrong = || Error::invalid_input("params", "cannot be written as JSON");
        let text = serde_json::to_vec(params).map_err(|_| wrong())?;
        self.params = Some(adcore_json::decode(&text).map_err(|_| wrong())?);
        Ok(self)
    }

    /// Sets the parameters from JSON text.
    ///
    /// # Errors
    /// `InvalidInput` naming `params` when it is no JSON.
    pub fn params_json(mut self, json: &str) -> Result<Self, Error> {
        let params = adcore_json::decode(json.as_bytes()).map_err(|error| {
            error
                .with_kind(ErrorKind::InvalidInput)
                .with_field("params")
        });
        self.params = Some(params.map_err(|error: Error| {
            let message = format!("params must be JSON: {}", error.message());
            error.with_message(message)
        })?);
        Ok(self)
    }

    /// Says whether the call may be repeated after an ambiguous failure.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }
}

/// For a batch: the same call that [`Client::statistics`](crate::Client::statistics) makes.
impl TryFrom<&Statistics> for Call {
    type Error = Error;

    fn try_from(statistics: &Statistics) -> Result<Self, Error> {
        wire::statistics(statistics)
    }
}
