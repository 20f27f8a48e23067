//! Tests that cross crates, over real sockets, against the emulator.
