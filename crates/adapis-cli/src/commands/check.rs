//! `adapis check`: tries each configured account and says what to do about each problem.

mod account;
mod network;
mod probe;
mod watch;

use std::io::{self, Write};

use adapis::Error;
use clap::builder::PossibleValue;

use crate::accounts::accounts;
use crate::context::Context;
use crate::error::{CliError, one_line};
use crate::format::Format;
use crate::output::{Columns, Row, note};
use crate::vendor::Vendor;
use account::{Plan, plan};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only the accounts of these vendors
    #[arg(value_enum, value_name = "VENDOR")]
    vendors: Vec<Vendor>,
    /// Try the tokens of Keitaro too, each of which counts a click
    #[arg(long)]
    click: bool,
}

impl clap::ValueEnum for Vendor {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// One thing that was tried.
struct Finding {
    check: &'static str,
    result: Result<String, Problem>,
}

/// What is wrong, and what to do unless the error says so itself.
struct Problem {
    error: CliError,
    hint: Option<String>,
}

impl From<CliError> for Problem {
    fn from(error: CliError) -> Self {
        Self { error, hint: None }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        CliError::from(error).into()
    }
}

impl Problem {
    fn hint(error: impl Into<CliError>, hint: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            hint: Some(hint.into()),
        }
    }
}

impl Finding {
    fn new(check: &'static str, result: Result<impl Into<String>, Problem>) -> Self {
        Self {
            check,
            result: result.map(Into::into),
        }
    }
}

/// What was found about one account.
struct Report {
    profile: Option<String>,
    vendor: Option<Vendor>,
    findings: Vec<Finding>,
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    let mut reports = vec![Report {
        profile: None,
        vendor: None,
        findings: vec![config_file(ctx)],
    }];
    let mut running = Vec::new();
    let accounts = accounts(ctx)?;
    let wanted = |vendor| args.vendors.is_empty() || args.vendors.contains(&vendor);
    for account in accounts {
        if account.vendor.is_some_and(|vendor| !wanted(vendor)) {
            continue;
        }
        let mut report = Report {
            profile: Some(account.name),
            vendor: account.vendor,
            findings: Vec::new(),
        };
        let plan = match (account.profile, account.vendor) {
            (Ok(profile), Some(vendor)) => {
                let ctx = ctx.with_profile(profile);
                plan(vendor, args.click, &ctx, &mut report.findings)
            }
            (Ok(_), None) => continue,
            (Err(error), _) => Err(error.into()),
        };
        match plan {
            Ok(plan) => running.push((report, Some(tokio::spawn(Plan::run(plan))))),
            Err(problem) => {
                report
                    .findings
                    .push(Finding::new("settings", Err::<String, _>(problem)));
                running.push((report, None));
            }
        }
    }
    let count = running.len();
    for (mut report, probing) in running {
        if let Some(probing) = probing {
            report.findings.extend(probing.await.map_err(|error| {
                CliError::local("the check was stopped", io::Error::other(error))
            })?);
        }
        reports.push(report);
    }
    print(&reports, ctx)?;
    if count == 0 {
        note(format_args!(
            "no account is configured; {}",
            ctx.location().hint()
        ));
    }
    ctx.output_is_whole();
    verdict(reports)
}

fn config_file(ctx: &Context) -> Finding {
    let location = ctx.location();
    let reason = location.reason;
    let message = match &location.path {
        None => format!("none ({reason})"),
        Some(path) if path.exists() => format!("{} ({reason})", path.display()),
        Some(path) => format!("{} ({reason}) does not exist", path.display()),
    };
    Finding::new("config", Ok::<_, Problem>(message))
}

fn print(reports: &[Report], ctx: &Context) -> Result<(), CliError> {
    const COLUMNS: [&str; 6] = ["profile", "vendor", "check", "ok", "message", "hint"];
    let mut output = ctx.output();
    let columns = Columns::fixed(&COLUMNS).in_tables(&COLUMNS[..5]);
    let mut rows = output.rows(columns);
    for report in reports {
        for finding in &report.findings {
            let (message, hint) = match &finding.result {
                Ok(message) => (message.clone(), None),
                Err(problem) => (problem.error.describe(), problem.hint.clone()),
            };
            rows.push(
                &Row::new()
                    .with("profile", report.profile.clone())
                    .with("vendor", report.vendor.map(Vendor::name))
                    .with("check", finding.check)
                    .with("ok", finding.result.is_ok())
                    .with("message", message)
                    .with("hint", hint),
            )?;
        }
    }
    rows.finish()?;
    if ctx.format() == Format::Table {
        for report in reports {
            for finding in &report.findings {
                if let Err(problem) = &finding.result {
                    explain(report, finding.check, problem);
                }
            }
        }
    }
    Ok(())
}

/// Prints one problem and what to do about it as a line on stderr.
fn explain(report: &Report, check: &str, problem: &Problem) {
    let name = name(report, check);
    let mut line = format!("problem: {name}: {}", one_line(&problem.error.describe()));
    if let Some(hint) = &problem.hint {
        line.push_str("; ");
        line.push_str(hint);
    }
    line.push('\n');
    // Ignored: if stderr is closed, the line cannot be printed anywhere.
    let _ = io::stderr().write_all(line.as_bytes());
}

fn name(report: &Report, check: &str) -> String {
    let vendor = report.vendor.map(Vendor::name);
    let words = [report.profile.as_deref(), vendor, Some(check)];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Fails as the worst check did: with the highest exit code.
fn verdict(reports: Vec<Report>) -> Result<(), CliError> {
    let mut total = 0;
    let mut failed = 0;
    let mut worst: Option<(CliError, String)> = None;
    for mut report in reports {
        for finding in std::mem::take(&mut report.findings) {
            total += 1;
            let Err(Problem { error, .. }) = finding.result else {
                continue;
            };
            failed += 1;
            let code = worst.as_ref().map(|(error, _)| error.exit_code());
            if code.is_none_or(|code| error.exit_code() > code) {
                worst = Some((error, name(&report, finding.check)));
            }
        }
    }
    let Some((error, name)) = worst else {
        return Ok(());
    };
    let text = format!("{failed} of {total} checks failed, the worst is {name}");
    Err(match error {
        CliError::Call(error) => {
            let error = Error::new(error.kind(), text);
            error.with_may_have_run(false).into()
        }
        CliError::Local { .. } => CliError::local("the check failed", io::Error::other(text)),
        _ => CliError::Input {
            field: None,
            message: text,
        },
    })
}
