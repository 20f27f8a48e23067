//! Pulls from the emulator into folders.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod adfox;
mod faults;
mod guards;
mod hybrid;
mod kill;
mod maintenance;
mod reports;
mod settled;
mod simulation;
mod spots;
mod support;
mod torture;
