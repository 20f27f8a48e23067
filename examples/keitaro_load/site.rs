//! The site: axum with the layer, or axum behind the gateway.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use adapis::RetryPolicy;
use adapis::keitaro::layer::{ClickLayer, Monitor};
use adapis::keitaro::{Client, Credentials};
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::{Failure, Plan};

pub(crate) const PAGE: &str = "the site's own page";

pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    monitor: Option<Monitor>,
    gateway: Option<Child>,
}

impl Site {
    /// Starts a site whose visitors are routed through this tracker.
    pub(crate) async fn start(tracker: SocketAddr, plan: &Plan) -> Result<Self, Failure> {
        let site = Router::new()
            .route("/", get(|| async { PAGE }))
            .route("/a.css", get(|| async { PAGE }));
        let Some(program) = &plan.gateway else {
            let client = Client::builder(&format!("http://{tracker}"), Credentials::token("load"))
                .retry(RetryPolicy::never())
                .body_limit(256 * 1024)
                .build()?;
            let layer = ClickLayer::new(client).deadline(plan.deadline);
            let monitor = layer.monitor();
            return Ok(Self {
                address: listen(site.layer(layer)).await?,
                monitor: Some(monitor),
                gateway: None,
            });
        };
        let upstream = listen(site).await?;
        let mut gateway = Command::new(program)
            .args(["keitaro", "gateway", "--listen", "127.0.0.1:0"])
            .args(["--tracker", &format!("http://{tracker}")])
            .args(["--upstream", &format!("http://{upstream}")])
            .args(["--deadline", &plan.deadline.as_millis().to_string()])
            .env("ADAPIS_KEITARO_TOKEN", "load")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let stdout = gateway.stdout.take().ok_or("the gateway has no output")?;
        let mut ready = String::new();
        BufReader::new(stdout).read_line(&mut ready)?;
        let ready: serde_json::Value = serde_json::from_str(&ready)?;
        let url = ready["gateway"]
            .as_str()
            .ok_or("the gateway is not ready")?;
        Ok(Self {
            address: url.trim_start_matches("http://").parse()?,
            monitor: None,
            gateway: Some(gateway),
        })
    }

    /// Stops the gateway, and returns what the layer has counted.
    pub(crate) fn stop(self) -> String {
        if let Some(mut gateway) = self.gateway {
            let _ = gateway.kill();
            let _ = gateway.wait();
        }
        let counts = self.monitor.map(|monitor| monitor.counts());
        counts.map_or_else(String::new, |counts| format!(": {counts:?}"))
    }
}

async fn listen(site: Router) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, site).into_future());
    Ok(address)
}
