//! Shared parts of the benchmarks: a server in another process, interleaved rounds, peak memory,
//! visitors, the programs between
//! them and a site.

pub mod answers;
pub mod contestants;
pub mod memory;
pub mod program;
pub mod rounds;
pub mod server;
pub mod visitor;
