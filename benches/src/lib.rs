//! Shared parts of the benchmarks: a server in another process, interleaved rounds, peak memory,
//! visitors, programs.

pub mod answers;
pub mod memory;
pub mod program;
pub mod rounds;
pub mod server;
pub mod visitor;
