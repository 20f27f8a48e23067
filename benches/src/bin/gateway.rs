//! How long a visitor waits for a page, and how much CPU time the program in between takes: the site
//! itself, `adapis keitaro gateway`, nginx and a bare hyper proxy before it, and PHP that asks the
//! tracker with curl, as sites do today. What is not installed is skipped.

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use adapis_benches::contestants::{gateway, nginx, proxy, wait_for};
use adapis_benches::program::Program;
use adapis_benches::rounds::median;
use adapis_benches::server::Server;
use adapis_benches::visitor::Visitor;
use anyhow::{Context, Result};
use clap::Parser;
use http::Request;

/// How many visitors there are, and how often they visit.
#[derive(Debug, Parser)]
struct Plan {
    /// Rounds; every site is visited once in each
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// Visits of one visitor in a round
    #[arg(long, default_value_t = 200)]
    count: usize,
    /// Visitors at a time
    #[arg(long, default_value_t = 4)]
    visitors: usize,
}

struct Site {
    name: &'static str,
    address: SocketAddr,
    target: &'static str,
    /// Which of the programs serves it; the site itself is not measured.
    program: Option<usize>,
    times: Vec<Duration>,
    rounds: Vec<Round>,
}

/// What one round of visits took.
struct Round {
    /// Median and 99th percentile of the waits, in microseconds.
    waits: [f64; 2],
    /// CPU time of the program per visit, in microseconds.
    cpu: Option<f64>,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
async fn main() -> Result<()> {
    let plan = Plan::parse();
    let server = Server::start()?;
    let upstream: SocketAddr = server.address().parse()?;
    let mut programs = Vec::new();
    let mut sites = vec![Site::new("direct", upstream, "/site/", None)];
    let mut skipped = Vec::new();
    let mut add = |started: Option<(Program, SocketAddr)>,
                   pages: &[(&'static str, &'static str)]| {
        let Some((program, address)) = started else {
            skipped.extend(pages.iter().map(|(name, _)| *name));
            return;
        };
        let at = Some(programs.len());
        programs.push(program);
        let pages = pages.iter();
        sites.extend(pages.map(|(name, target)| Site::new(name, address, target, at)));
    };
    add(nginx(&server)?, &[("nginx", "/site/")]);
    add(Some(proxy(&server)?), &[("hyper proxy", "/site/")]);
    add(
        Some(gateway(&server)?),
        &[
            ("gateway, no click", "/site/a.css"),
            ("gateway, click", "/site/"),
        ],
    );
    add(
        php(&server)?,
        &[("php -S, no click", "/?plain"), ("php -S, curl click", "/")],
    );
    for round in 0..=plan.rounds {
        for site in &mut sites {
            let program = site.program.map(|at| &programs[at]);
            let before = program.map(Program::cpu_micros).transpose();
            site.visit(&plan).await.context(site.name)?;
            let after = program.map(Program::cpu_micros).transpose();
            if round > 0 {
                let visits = u32::try_from(site.times.len().max(1))?;
                let cpu = before.ok().flatten().zip(after.ok().flatten());
                site.rounds.push(Round {
                    waits: [500, 990].map(|share| site.at(share)),
                    cpu: cpu.map(|(before, after)| (after - before) / f64::from(visits)),
                });
            }
            site.times.clear();
        }
    }
    println!(
        "{:<20} {:>10} {:>10} {:>12} {:>10}",
        "", "p50 µs", "p99 µs", "CPU µs", "of nginx"
    );
    let middle = |site: &Site, value: &dyn Fn(&Round) -> Option<f64>| {
        let values: Vec<f64> = site.rounds.iter().filter_map(value).collect();
        (!values.is_empty()).then(|| median(values))
    };
    let cpu = |site: &Site| middle(site, &|round| round.cpu);
    let base = sites.iter().find(|site| site.name == "nginx").and_then(cpu);
    for site in &sites {
        let [p50, p99] = [0, 1].map(|which| middle(site, &|round| Some(round.waits[which])));
        let column = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
        };
        let ratio = cpu(site).zip(base).map(|(own, base)| own / base);
        println!(
            "{:<20} {:>10} {:>10} {:>12} {:>10}",
            site.name,
            column(p50, 0),
            column(p99, 0),
            column(cpu(site), 1),
            column(ratio, 2),
        );
    }
    for name in skipped {
        println!("{name:<20} skipped: not installed");
    }
    Ok(())
}

impl Site {
    fn new(
        name: &'static str,
        address: SocketAddr,
        target: &'static str,
        program: Option<usize>,
    ) -> Self {
        Self {
            name,
            address,
            target,
            program,
            times: Vec::new(),
            rounds: Vec::new(),
        }
    }

    async fn visit(&mut self, plan: &Plan) -> Result<()> {
        let request = Request::get(self.target)
            .header("Host", "shop.example")
            .header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")
            .header("Accept-Language", "ru-RU,ru;q=0.9,en;q=0.8")
            .header("Cookie", "session=abc")
            .body(())?;
        let visitors = (0..plan.visitors).map(|_| async {
            let mut visitor = Visitor::new(self.address, &request);
            let mut times = Vec::with_capacity(plan.count);
            for _ in 0..plan.count {
                let started = Instant::now();
                visitor.visit().await?;
                times.push(started.elapsed());
            }
            anyhow::Ok(times)
        });
        for times in futures_util::future::try_join_all(visitors).await? {
            self.times.extend(times);
        }
        self.times.sort_unstable();
        Ok(())
    }

    /// Returns the time, in microseconds, within which `per_mille` of the visitors had the page.
    fn at(&self, per_mille: usize) -> f64 {
        let rank = self.times.len().saturating_sub(1) * per_mille / 1000;
        let time = self.times.get(rank).copied().unwrap_or_default();
        time.as_secs_f64() * 1e6
    }
}

/// Starts PHP's built-in server; `None` if PHP is not installed.
fn php(server: &Server) -> Result<Option<(Program, SocketAddr)>> {
    let has_curl = Command::new("php")
        .args(["-r", "exit(function_exists('curl_init') ? 0 : 1);"])
        .status();
    if !has_curl.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let child = Command::new("php")
        .args(["-S", &address.to_string(), "page.php"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/peers"))
        .env("TRACKER", server.url("/page/click_api/v3"))
        .env("PHP_CLI_SERVER_WORKERS", "4")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let program = Program::new(child);
    wait_for(address)?;
    Ok(Some((program, address)))
}
