use adcore::{Error, ErrorKind};
use adcore_json::RawJson;
use serde::{Deserialize, Serialize};

use super::Statistics;

/// A call of any JSON-RPC method, for [`Client::call`](crate::Client::call) and
/// [`Client::batch`](crate::Client::batch).
///
/// ```
/// use std::collections::BTreeMap;
///
/// use spots_rpc::calls::Call;
///
/// let params = BTreeMap::from([("page", 1)]);
/// let call = Call::new("platform.list").params(&params)?.idempotent(true);
/// assert_eq!(call.method, "platform.list");
/// assert_eq!(call.params.unwrap().as_str(), r#"{"page":1}"#);
/// # Ok::<(), spots_rpc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Call {
    /// The method's name, such as `platform.getStatistics`.
    pub method: String,
    /// The parameters, a JSON object or array. With serde they are a text that holds the JSON.
    #[serde(default, with = "adcore_json::text::json")]
    pub params: Option<RawJson>,
    /// Whether the call may be repeated when it is unknown whether the server has run it.
    ///
    /// [`new`](Self::new) sets it for [`Statistics::METHOD`] only, which changes nothing.
    #[serde(default)]
    pub idempotent: bool,
}

impl Call {
    /// Creates a call without parameters.
    #[must_use]
    pub fn new(method: impl Into<String>) -> Self {
        let method = method.into();
        Self {
            idempotent: method == Statistics::METHOD,
            method,
            params: None,
        }
    }

    /// Sets the parameters.
    ///
    /// # Errors
    /// `InvalidInput` naming `params` when they cannot be written as JSON.
    pub fn params(mut self, params: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        let wrong = || Error::invalid_input("params", "must serialize as JSON");
        let text = serde_json::to_vec(params).map_err(|_| wrong())?;
        self.params = Some(adcore_json::decode(&text).map_err(|_| wrong())?);
        Ok(self)
    }

    /// Sets the parameters from JSON text.
    ///
    /// ```
    /// use spots_rpc::calls::Call;
    ///
    /// let call = Call::new("platform.list").params_json(r#"{"page": 1}"#)?;
    /// let error = Call::new("platform.list").params_json("{").unwrap_err();
    /// assert_eq!(error.field(), Some("params"));
    /// # Ok::<(), spots_rpc::Error>(())
    /// ```
    ///
    /// # Errors
    /// `InvalidInput` naming `params` when the text is not JSON.
    pub fn params_json(mut self, json: &str) -> Result<Self, Error> {
        let params = adcore_json::decode(json.as_bytes()).map_err(|error: Error| {
            let message = format!("params must be JSON: {}", error.message());
            error
                .with_kind(ErrorKind::InvalidInput)
                .with_field("params")
                .with_message(message)
        })?;
        self.params = Some(params);
        Ok(self)
    }

    /// Sets whether the call may be repeated when it is unknown whether the server has run it.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }
}
