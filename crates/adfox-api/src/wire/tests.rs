mod calls;
mod chunks;
mod reference;
mod responses;
mod well_formed;

use adcore::{Body, Error, ResponseReader};
use futures_util::FutureExt;
use http::Response;
use serde::de::DeserializeOwned;

use super::{Envelope, EnvelopeReader};

fn read<T: DeserializeOwned + Send>(response: Response<Body>) -> Result<Envelope<T>, Error> {
    let reader = EnvelopeReader::new(1 << 20);
    reader.read(response).now_or_never().unwrap()
}

fn list(data: &str) -> String {
    format!("<response><status><code>0</code></status><result>{data}</result></response>")
}
