//! How many clicks the emulator serves per second of CPU time: tests must not have to wait for it.
//!
//! It runs in a child process, on one thread, and prints its CPU time for each line it reads.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

use adapis_benches::rounds::median;
use adapis_emulator::Emulator;
use adcore::{Endpoint, Transport};
use adcore_http::HyperTransport;
use anyhow::{Context, Result};
use clap::Parser;
use cpu_time::ProcessTime;
use futures_util::{StreamExt, TryStreamExt, stream};
use keitaro_click::calls::Click;
use keitaro_click::{ClickEncoding, Client, Credentials};

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Clicks in a round
    #[arg(long, default_value_t = 5000)]
    count: usize,
    /// Clicks in flight
    #[arg(long, default_value_t = 32)]
    flying: usize,
    #[arg(long, hide = true)]
    child: bool,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.child {
        return emulate().await;
    }
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--child")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut orders = child.stdin.take().context("no input")?;
    let mut answers = BufReader::new(child.stdout.take().context("no output")?).lines();
    let mut answer = || {
        answers
            .next()
            .context("the emulator ended")?
            .context("unread")
    };
    let (url, token) = (answer()?, answer()?);
    let transport: Arc<dyn Transport> =
        Arc::new(HyperTransport::for_endpoint(&Endpoint::parse(&url)?)?);
    let client = Client::builder(&url, Credentials::token(token))
        .transport(transport)
        .click_encoding(ClickEncoding::Form)
        .build()?;
    let mut spent = || -> Result<f64> {
        writeln!(orders)?;
        Ok(answer()?.parse()?)
    };
    let click = &Click::new().ip([203, 0, 113, 7].into()).user_agent("bench");
    let mut rates = Vec::new();
    for round in 0..=arguments.rounds {
        let before = spent()?;
        let clicks = stream::iter(0..arguments.count).map(|_| client.click(click));
        let mut clicks = clicks.buffer_unordered(arguments.flying);
        while clicks.try_next().await?.is_some() {}
        let rate = arguments.count as f64 / (spent()? - before);
        if round > 0 {
            rates.push(rate);
        }
    }
    println!("{:.0} clicks in a second of CPU time", median(rates));
    drop(orders);
    child.wait()?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what the parent reads")]
async fn emulate() -> Result<()> {
    let emulator = Emulator::start().await?;
    println!("{}", emulator.keitaro_url());
    println!("{}", emulator.credentials().keitaro.token);
    let orders = tokio::task::spawn_blocking(|| -> Result<()> {
        let started = ProcessTime::now();
        for order in std::io::stdin().lines() {
            order?;
            println!("{}", started.elapsed().as_secs_f64());
        }
        Ok(())
    });
    orders.await??;
    emulator.shutdown().await;
    Ok(())
}
