//! Pulls from the emulator into folders.

mod adfox;
mod faults;
mod guards;
mod hybrid;
mod kill;
mod maintenance;
mod spots;
mod support;
