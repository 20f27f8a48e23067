//! The bounds of the gateway as a server, and what of them a reload leaves alone.

use std::time::Duration;

use super::Settings;
use crate::error::CliError;
use crate::gateway::limits::{Limits, MIN_HEADER, default_connections};

impl Settings {
    /// Refuses times that are over at once, or so long that no clock shows their end.
    fn check_times(&self) -> Result<(), CliError> {
        const YEAR: u64 = 365 * 24 * 60 * 60;
        let seconds = self.deadline.map(|millis| millis.div_ceil(1000));
        for (flag, seconds) in [
            ("deadline", seconds),
            ("upstream-timeout", self.upstream_timeout),
            ("receive-timeout", self.receive_timeout),
            ("send-timeout", self.send_timeout),
            ("tunnel-timeout", self.tunnel_timeout),
        ] {
            if seconds.is_some_and(|seconds| !(1..=YEAR).contains(&seconds)) {
                let message = format!("--{flag} must be more than 0, and at most a year");
                return Err(CliError::input(flag, message));
            }
        }
        Ok(())
    }

    /// The bounds of the gateway as a server.
    pub(in crate::gateway) fn limits(&self) -> Result<Limits, CliError> {
        self.check_times()?;
        let header = self.header_limit.map_or(32 * 1024, |bytes| bytes as usize);
        if header < MIN_HEADER {
            let message = format!("--header-limit must be at least {MIN_HEADER}");
            return Err(CliError::input("header-limit", message));
        }
        let seconds = |seconds: Option<u64>, usual| Duration::from_secs(seconds.unwrap_or(usual));
        Ok(Limits {
            connections: self
                .max_connections
                .map_or_else(default_connections, |number| number.max(1) as usize),
            header,
            request: self.request_limit.unwrap_or(64 * 1024 * 1024),
            receive: seconds(self.receive_timeout, 60),
            send: seconds(self.send_timeout, 60),
            tunnel: seconds(self.tunnel_timeout, 600),
        })
    }

    /// What stays as it was when the settings are loaded again, by flag.
    pub(in crate::gateway) fn fixed(&self) -> Result<[(&'static str, String); 11], CliError> {
        let limits = self.limits()?;
        let log = self.access_log_file.as_deref();
        Ok([
            ("--access-log", format!("{:?}", self.access_log)),
            ("--access-log-file", format!("{log:?}")),
            ("--grace", format!("{:?}", self.grace())),
            ("--header-limit", limits.header.to_string()),
            ("--listen", self.listen().to_owned()),
            ("--max-connections", limits.connections.to_string()),
            ("--metrics", self.metrics().to_owned()),
            ("--receive-timeout", format!("{:?}", limits.receive)),
            ("--request-limit", limits.request.to_string()),
            ("--send-timeout", format!("{:?}", limits.send)),
            ("--tunnel-timeout", format!("{:?}", limits.tunnel)),
        ])
    }
}
