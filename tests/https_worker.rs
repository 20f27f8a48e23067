//! Sends one click with one transport; `https.rs` starts it with the certificates that it may
//! trust.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it reports to the test that started it"
)]

use std::sync::Arc;

use adcore::{Error, Transport};
use adcore_http::{HyperTransport, ReqwestTransport};
use keitaro_click::calls::Click;
use keitaro_click::{Client, Credentials};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    match click().await {
        Ok(status) => {
            println!("{status}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{} {error:?}", error.kind().as_str());
            std::process::ExitCode::FAILURE
        }
    }
}

/// Clicks at the URL in the second argument with the transport in the first.
async fn click() -> Result<String, Error> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().unwrap_or_default();
    let transport: Arc<dyn Transport> = match argument().as_str() {
        "hyper" => Arc::new(HyperTransport::new()?),
        "reqwest" => Arc::new(ReqwestTransport::new()?),
        _ => return Err(Error::invalid_input("transport", "is hyper or reqwest")),
    };
    let client = Client::builder(&argument(), Credentials::token("canary-token"))
        .transport(transport)
        .build()?;
    let output = client.click(&Click::new()).await?;
    Ok(format!("{:?}", output.status))
}
