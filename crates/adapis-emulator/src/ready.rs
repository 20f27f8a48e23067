//! Where the vendors are, and the credentials of their first accounts.

use serde::Serialize;

use crate::credentials::Credentials;
use crate::vendors::Vendors;

/// The URLs of the four vendors and the credentials.
#[derive(Serialize)]
pub(crate) struct Ready<'a> {
    ready: bool,
    pub(crate) keitaro: String,
    pub(crate) spots: String,
    pub(crate) hybrid: String,
    pub(crate) adfox: String,
    credentials: &'a Credentials,
}

impl<'a> Ready<'a> {
    /// Returns the URLs below `http://HOST`.
    pub(crate) fn new(vendors: &'a Vendors, host: &str) -> Self {
        Self {
            ready: true,
            keitaro: format!("http://{host}{}", vendors.keitaro.mount()),
            spots: format!("http://{host}/api/v2/"),
            hybrid: format!("http://{host}"),
            adfox: format!("http://{host}/v1/API.php"),
            credentials: &vendors.credentials,
        }
    }
}
