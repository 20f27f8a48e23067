//! What the server attaches to a request before a vendor handles it.

use std::net::IpAddr;

/// Marks a request whose credential counts as expired, because a fault plan says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpiredToken;

/// The address that a request came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);
