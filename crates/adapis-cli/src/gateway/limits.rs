//! What a visitor, or the site, may take of the gateway.

use std::time::Duration;

/// The bounds of the gateway as a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Visitors that are connected at the same time; others wait in the backlog.
    pub(super) connections: usize,
    /// Those of one address, if it is no trusted proxy.
    pub(super) per_address: Option<usize>,
    /// Bytes of the header of a request or a response, and of each buffer of a connection.
    pub(super) header: usize,
    /// Bytes of the body of a request.
    pub(super) request: u64,
    /// How long a visitor may pause while sending a body.
    pub(super) receive: Duration,
    /// How long a visitor may read nothing while a response is sent.
    pub(super) send: Duration,
    /// How long nothing may happen in a tunnel, such as a websocket.
    pub(super) tunnel: Duration,
}

/// How many headers a request or a response may have; hyper makes room for all of them each time.
pub(super) const MAX_HEADERS: usize = 160;

/// The smallest header limit that hyper accepts.
pub(super) const MIN_HEADER: usize = 8 * 1024;

/// Descriptors for the tracker, the log, the listeners and the metrics.
const RESERVED: usize = 64;

/// A visitor needs a descriptor, the site another one, and the tracker a share.
const PER_VISITOR: usize = 3;

/// As many connections as there are file descriptors for.
pub(super) fn default_connections() -> usize {
    (open_files().saturating_sub(RESERVED) / PER_VISITOR).clamp(16, 20_000)
}

impl Limits {
    /// The files that may be open and the limit of the process, if that is too low.
    pub(super) fn missing_files(&self) -> Option<(usize, usize)> {
        let (needed, limit) = (self.connections * PER_VISITOR + RESERVED, open_files());
        (needed > limit && self.connections > default_connections()).then_some((needed, limit))
    }
}

/// The limit of open files of this process.
fn open_files() -> usize {
    const USUAL: usize = 1024;
    std::fs::read_to_string("/proc/self/limits")
        .ok()
        .and_then(|limits| soft_limit(&limits))
        .unwrap_or(USUAL)
}

fn soft_limit(limits: &str) -> Option<usize> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(usize::MAX),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max processes             95000                95000                processes\n\
                      Max open files            1024                 524288               files\n";
        assert_eq!(soft_limit(limits), Some(1024));
        assert_eq!(
            soft_limit("Max open files  unlimited unlimited files"),
            Some(usize::MAX)
        );
        assert_eq!(soft_limit(""), None);
        assert!((16..=20_000).contains(&default_connections()));
    }
}
