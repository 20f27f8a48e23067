//! Tests that cross crates, over real sockets, against the emulator.

/// The samples of the repository's README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
