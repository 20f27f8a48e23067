use serde::{Deserialize, Serialize};

/// A call of any path under the endpoint, for what no other method of the client covers.
///
/// The path is checked when the call is sent: it cannot lead outside the endpoint.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
/// use hybrid_rest::calls::Call;
///
/// let json = client.call(&Call::get("/v2.0/campaign/day?id=53df8633af55cd57805746f5")).await?;
/// println!("{}", json.as_str());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Call {
    /// The path under the endpoint, with its query.
    pub path: String,
}

impl Call {
    /// Creates a GET call of `path`, such as `/campaign/get`, with its query.
    pub fn get(path: impl Into<String>) -> Self {
        Self { path: path.into() }
    }
}
