//! Serves the default data: `cargo run -p adapis-emulator --example serve [ADDRESS]`.
#![expect(clippy::print_stdout, reason = "the ready line is for another process")]

use adapis_emulator::Emulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Emulator::builder();
    if let Some(address) = std::env::args().nth(1) {
        builder = builder.listen(address.parse()?);
    }
    let emulator = builder.start().await?;
    println!("{}", emulator.ready_line());
    std::future::pending().await
}
