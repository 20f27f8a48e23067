//! How long a visitor waits for a page: from the site itself, through `adapis keitaro gateway`, and
//! from PHP that asks the tracker with curl, as sites do today.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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

/// A program that ends with this one.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Site {
    name: &'static str,
    address: SocketAddr,
    target: &'static str,
    times: Vec<Duration>,
    /// Median and 99th percentile of each round.
    rounds: Vec<[f64; 2]>,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
async fn main() -> Result<()> {
    let plan = Plan::parse();
    let server = Server::start()?;
    let upstream: SocketAddr = server.address().parse()?;
    let (_gateway, gateway) = gateway(&server)?;
    let mut sites = vec![
        ("direct", upstream, "/site/"),
        ("gateway, no click", gateway, "/site/a.css"),
        ("gateway, click", gateway, "/site/"),
    ];
    let php = php(&server)?;
    if let Some((_, address)) = &php {
        sites.push(("php -S, no click", *address, "/?plain"));
        sites.push(("php -S, curl click", *address, "/"));
    }
    let mut sites: Vec<Site> = sites
        .into_iter()
        .map(|(name, address, target)| Site {
            name,
            address,
            target,
            times: Vec::new(),
            rounds: Vec::new(),
        })
        .collect();
    for round in 0..=plan.rounds {
        for site in &mut sites {
            site.visit(&plan).await.context(site.name)?;
            if round > 0 {
                let [p50, p99] = [500, 990].map(|share| site.at(share));
                site.rounds.push([p50, p99]);
            }
            site.times.clear();
        }
    }
    println!(
        "{:<20} {:>10} {:>10} {:>12} {:>12}",
        "", "p50 µs", "p99 µs", "p50 - direct", "p99 - direct"
    );
    let middle = |site: &Site, which: usize| {
        let values = site.rounds.iter().map(|round| round[which]).collect();
        median(values)
    };
    for site in &sites {
        let [p50, p99] = [0, 1].map(|which| middle(site, which));
        let [base50, base99] = [0, 1].map(|which| middle(&sites[0], which));
        println!(
            "{:<20} {p50:>10.0} {p99:>10.0} {:>12.0} {:>12.0}",
            site.name,
            p50 - base50,
            p99 - base99
        );
    }
    if php.is_none() {
        println!("php -S               skipped: php with curl is not installed");
    }
    Ok(())
}

impl Site {
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

/// Starts the gateway in front of the site of `serve`, with `serve` as its tracker.
fn gateway(server: &Server) -> Result<(Program, SocketAddr)> {
    let program = std::env::current_exe()?.with_file_name("adapis");
    let mut child = Command::new(&program)
        .args(["keitaro", "gateway", "--listen", "127.0.0.1:0"])
        .args(["--tracker", &server.url("/page")])
        .args(["--upstream", &server.url("")])
        .env("ADAPIS_KEITARO_TOKEN", "bench")
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start `adapis`: build it with `cargo build --release -p adapis-cli`")?;
    let output = child.stdout.take().context("no output of `adapis`")?;
    let program = Program(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let ready: serde_json::Value = serde_json::from_str(&line)?;
    let url = ready["gateway"].as_str().context("not ready")?;
    let address = url.trim_start_matches("http://").parse()?;
    Ok((program, address))
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
    let program = Program(child);
    let started = Instant::now();
    while std::net::TcpStream::connect(address).is_err() {
        anyhow::ensure!(started.elapsed() < Duration::from_secs(5), "php is silent");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(Some((program, address)))
}
