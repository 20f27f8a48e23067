//! `adapis emulator --env`: an emulator for the commands of a shell.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use adapis_emulator::Emulator;
use clap::ValueEnum;

use super::Args;
use crate::config::NULL_DEVICE;
use crate::context::Context;
use crate::error::CliError;
use crate::output::note;
use crate::vendor::Vendor;

/// Where the emulator is looked for and started, unless `--listen` says otherwise.
pub(super) const ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// The language of the lines.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Shell {
    /// sh, bash, zsh and the like
    Sh,
    Fish,
    Powershell,
}

pub(super) async fn run(shell: Shell, args: &Args, ctx: &Context) -> Result<(), CliError> {
    let printed = print(shell, args, ctx).await;
    if printed.is_err() && matches!(shell, Shell::Sh | Shell::Fish) {
        // Otherwise `eval` would succeed with nothing to do, and the next command would reach a real account.
        ctx.output().line("false")?;
    }
    printed
}

async fn print(shell: Shell, args: &Args, ctx: &Context) -> Result<(), CliError> {
    let mut address = args.listen.unwrap_or(ADDRESS);
    if !address.ip().is_loopback() {
        let message =
            "with --env the emulator listens on an address of this machine, such as 127.0.0.1";
        return Err(CliError::input("listen", message));
    }
    // An emulator in this process supplies the accounts, and checks the data file.
    let own = super::builder(args, SocketAddr::new(ADDRESS.ip(), 0))?;
    let own = own.start().await?;
    let pid = if address.port() != 0 && is_emulator(address)? {
        note(format_args!("using the emulator at http://{address}"));
        None
    } else if cfg!(windows) {
        // There the emulator would inherit the pipe that the shell reads until it is closed, and the shell would hang.
        let message = format!(
            "no emulator runs at {address}; start it in another window: adapis emulator --listen {address}"
        );
        return Err(CliError::input("listen", message));
    } else {
        address = free(address)?;
        let pid = start(args, address)?;
        note(format_args!(
            "the emulator runs at http://{address} until it is stopped by: kill {pid}"
        ));
        Some(pid)
    };
    let script = script(shell, &variables(&own, address, pid));
    own.shutdown().await;
    ctx.output().line(script.trim_end())
}

/// Whether an emulator listens there; an error if something else does.
fn is_emulator(address: SocketAddr) -> Result<bool, CliError> {
    const PATIENCE: Duration = Duration::from_secs(2);
    let Ok(mut stream) = TcpStream::connect_timeout(&address, PATIENCE) else {
        return Ok(false);
    };
    let ask = |stream: &mut TcpStream| -> io::Result<String> {
        stream.set_read_timeout(Some(PATIENCE))?;
        let request = format!(
            "GET /_emulator/requests HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes())?;
        let mut response = String::new();
        stream.take(1 << 20).read_to_string(&mut response)?;
        Ok(response)
    };
    match ask(&mut stream) {
        Ok(response)
            if response.starts_with("HTTP/1.1 200") && response.contains("\"operations\"") =>
        {
            Ok(true)
        }
        _ => {
            let message = format!("another program listens on {address}; choose another --listen");
            Err(CliError::input("listen", message))
        }
    }
}

/// The address, with a free port in place of port 0.
fn free(address: SocketAddr) -> Result<SocketAddr, CliError> {
    TcpListener::bind(address)
        .and_then(|listener| listener.local_addr())
        .map_err(|error| CliError::input("listen", format!("cannot listen on {address}: {error}")))
}

/// Starts this program as an emulator that outlives it, and returns the process ID.
fn start(args: &Args, address: SocketAddr) -> Result<u32, CliError> {
    let failed = |error| CliError::local("cannot start the emulator", error);
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command
        .args(["emulator", "--listen", &address.to_string()])
        .args(["--seed", &args.seed.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // A shell that reads stderr would wait until it is closed.
        .stderr(Stdio::null());
    if let Some(path) = &args.data {
        command.arg("--data").arg(path);
    }
    if let Some(now) = args.now {
        command.args(["--now", &now.to_string()]);
    }
    // Ctrl-C in the shell must not stop it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(failed)?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout)
            .read_line(&mut line)
            .map_err(failed)?;
    }
    if line.is_empty() {
        // It has exited, so this does not block.
        let _ = child.wait();
        let hint = format!("run 'adapis emulator --listen {address}' to see why");
        return Err(failed(io::Error::other(hint)));
    }
    Ok(child.id())
}

/// A variable and its value; `None` unsets it.
type Variable = (String, Option<String>);

/// The accounts of the emulator and no others, neither from the config file nor from other variables.
fn variables(emulator: &Emulator, address: SocketAddr, pid: Option<u32>) -> Vec<Variable> {
    let url = format!("http://{address}");
    let at = |own: String| own.replacen(&emulator.url(), &url, 1);
    let accounts = emulator.credentials();
    let set = [
        (Vendor::Keitaro, "tracker", at(emulator.keitaro_url())),
        (Vendor::Keitaro, "token", accounts.keitaro.token.clone()),
        (
            Vendor::Keitaro,
            "postback_key",
            accounts.keitaro.postback_key.clone(),
        ),
        (Vendor::Spots, "endpoint", at(emulator.spots_url())),
        (Vendor::Spots, "login", accounts.spots.login.clone()),
        (Vendor::Spots, "password", accounts.spots.password.clone()),
        (Vendor::Hybrid, "endpoint", at(emulator.hybrid_url())),
        (
            Vendor::Hybrid,
            "client_id",
            accounts.hybrid.client_id.clone(),
        ),
        (
            Vendor::Hybrid,
            "client_secret",
            accounts.hybrid.client_secret.clone(),
        ),
        (Vendor::Adfox, "endpoint", at(emulator.adfox_url())),
        (Vendor::Adfox, "login", accounts.adfox.login.clone()),
        (Vendor::Adfox, "password", accounts.adfox.password.clone()),
        // Statistics need a token. Without one it is empty, which counts as none.
        (Vendor::Adfox, "oauth_token", accounts.adfox.token.clone()),
    ]
    .map(|(vendor, setting, value)| (vendor.variable(setting), value));
    let mut variables: Vec<Variable> = Vec::new();
    let is_set = |name: &String| set.iter().any(|(set, _)| set == name);
    for vendor in Vendor::ALL {
        let plain = vendor
            .plain()
            .iter()
            .map(|setting| vendor.variable(setting));
        let secret = vendor.secret().iter().flat_map(|setting| {
            ["", "_file", "_command"].map(|way| vendor.variable(&format!("{setting}{way}")))
        });
        let others = plain.chain(secret).filter(|name| !is_set(name));
        variables.extend(others.map(|name| (name, None)));
    }
    variables.push(("ADAPIS_PROFILE".to_owned(), None));
    variables.push(("ADAPIS_CONFIG".to_owned(), Some(NULL_DEVICE.to_owned())));
    variables.push(("ADAPIS_EMULATOR_URL".to_owned(), Some(url)));
    // If the emulator was already running, the variable keeps its value.
    if let Some(pid) = pid {
        variables.push(("ADAPIS_EMULATOR_PID".to_owned(), Some(pid.to_string())));
    }
    variables.extend(set.into_iter().map(|(name, value)| (name, Some(value))));
    variables
}

/// One line per variable. In `sh` each ends with a semicolon, for an `eval` without quotes.
fn script(shell: Shell, variables: &[Variable]) -> String {
    let lines = variables.iter().map(|(name, value)| match (shell, value) {
        (Shell::Sh, Some(value)) => {
            format!("export {name}='{}';\n", value.replace('\'', "'\\''"))
        }
        (Shell::Sh, None) => format!("unset {name};\n"),
        (Shell::Fish, Some(value)) => {
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            format!("set -gx {name} '{value}'\n")
        }
        (Shell::Fish, None) => format!("set -e {name}\n"),
        (Shell::Powershell, Some(value)) => {
            format!("$env:{name} = '{}'\n", value.replace('\'', "''"))
        }
        (Shell::Powershell, None) => {
            format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue\n")
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_for_each_shell() {
        let variables = [
            ("A".to_owned(), Some(r"it's \$x".to_owned())),
            ("B".to_owned(), None),
        ];
        for (shell, expected) in [
            (Shell::Sh, "export A='it'\\''s \\$x';\nunset B;\n"),
            (Shell::Fish, "set -gx A 'it\\'s \\\\$x'\nset -e B\n"),
            (
                Shell::Powershell,
                "$env:A = 'it''s \\$x'\nRemove-Item Env:B -ErrorAction SilentlyContinue\n",
            ),
        ] {
            assert_eq!(script(shell, &variables), expected);
        }
    }
}
