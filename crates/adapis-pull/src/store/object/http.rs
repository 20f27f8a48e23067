//! Requests of the crate `object_store` over the transport of adcore-http.
//!
//! So the rules of this workspace hold for stores too: no redirect is followed, no proxy of the environment is used, and
//! plain `http://` leads to loopback only. The services from which machines in a cloud get their credentials are the
//! exception: they are reached by plain HTTP at addresses that no router passes on.

use std::net::IpAddr;

use adcore::{Transport, TransportError, TransportErrorKind};
use adcore_http::HyperTransport;
use http_body_util::BodyExt;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};

/// The largest answer: that of a state file. Rows are read in small ranges.
const LARGEST: usize = 512 << 20;

/// Gives each builder the same transport.
#[derive(Debug, Clone)]
pub(super) struct Connector(HyperTransport);

impl Connector {
    pub(super) fn new() -> Result<Self, adcore::Error> {
        Ok(Self(HyperTransport::new()?.allow_http_to(is_metadata)))
    }
}

/// Returns whether machines in a cloud get credentials from this address: of AWS, Azure and Google, or of AWS's
/// containers.
fn is_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => matches!(
            address.octets(),
            [169, 254, 169, 254] | [169, 254, 170, 2 | 23]
        ),
        IpAddr::V6(address) => matches!(
            address.segments(),
            [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x23 | 0x254]
        ),
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[adcore::async_trait]
impl HttpService for Connector {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let request = http::Request::from_parts(head, body);
        let response = self.0.send(request).await.map_err(failed)?;
        let (head, body) = response.into_parts();
        let body = body.collect(LARGEST).await.map_err(failed)?;
        Ok(http::Response::from_parts(head, body.into()))
    }
}

fn failed(error: TransportError) -> HttpError {
    let kind = match error.kind() {
        TransportErrorKind::Connect => HttpErrorKind::Connect,
        TransportErrorKind::Timeout => HttpErrorKind::Timeout,
        TransportErrorKind::Interrupted => HttpErrorKind::Interrupted,
        TransportErrorKind::TooLarge | TransportErrorKind::Malformed => HttpErrorKind::Decode,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_services_of_clouds_are_reached_by_plain_http() {
        let is = |text: &str| is_metadata(text.parse().unwrap());
        assert!(is("169.254.169.254") && is("169.254.170.2") && is("fd00:ec2::254"));
        assert!(!is("169.254.169.253") && !is("10.0.0.1") && !is("fd00:ec2::253"));
    }
}
