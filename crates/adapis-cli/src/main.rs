//! The program `adapis`.
fn main() {}
