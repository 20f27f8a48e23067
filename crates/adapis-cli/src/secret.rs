//! How a secret is read from where it comes from.

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use secrecy::SecretString;

use crate::config::Source;
use crate::deadline::Deadline;
use crate::error::CliError;
use crate::owner::is_accessible_by_others;

/// The largest secret, in bytes.
const LIMIT: usize = 64 * 1024;

impl Source {
    /// Reads the secret, by the `deadline`.
    pub(crate) fn read(
        self,
        field: &str,
        deadline: Option<Deadline>,
    ) -> Result<SecretString, CliError> {
        use secrecy::ExposeSecret;
        match self {
            Self::Value(secret) => first_line(field, "", secret.expose_secret()),
            Self::File(path) => {
                let shown = path.display();
                let wrong = |problem: &dyn std::fmt::Display| {
                    let message = format!("cannot read {field} from {shown}: {problem}");
                    CliError::input(field, message)
                };
                let file = path.clone();
                let what = format!("{field} from {shown}");
                let read = Deadline::read(deadline, &what, move || {
                    let mut text = String::new();
                    let file = File::open(file)?;
                    file.take(LIMIT as u64 + 1).read_to_string(&mut text)?;
                    Ok(text)
                })?;
                let text = read.map_err(|error: io::Error| wrong(&error))?;
                if text.len() > LIMIT {
                    return Err(wrong(&"the file is larger than 64 KiB"));
                }
                // Only a warning: secrets mounted into containers often have these permissions.
                if is_accessible_by_others(&path) {
                    let note = format!(
                        "warning: other users can read {field} in {shown}: run chmod 600 {shown}"
                    );
                    let _ = writeln!(io::stderr(), "{note}");
                }
                first_line(field, &format!(" in {shown}"), &text)
            }
            Self::Command(line) => {
                let text = run(field, &line, deadline)?;
                first_line(field, " from the command", &text)
            }
        }
    }
}

/// The first line, without a byte order mark: `pass show` prints notes below the secret.
fn first_line(field: &str, origin: &str, text: &str) -> Result<SecretString, CliError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let wrong = |problem| Err(CliError::input(field, format!("{field}{origin} {problem}")));
    if line.is_empty() {
        return wrong("is empty");
    }
    if line.contains(['\r', '\0']) {
        return wrong("contains a carriage return or a NUL");
    }
    Ok(line.into())
}

#[cfg(not(windows))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    command
}

/// `cmd` reads its line as it is. The quotes of an argument, `\"`, would reach the command.
#[cfg(windows)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    // With /S, only the first and the last quote are removed.
    std::os::windows::process::CommandExt::raw_arg(&mut command, format!("/S /C \"{line}\""));
    command
}

/// Runs a command and returns what it prints.
fn run(field: &str, line: &str, deadline: Option<Deadline>) -> Result<String, CliError> {
    let wrong =
        |problem: String| CliError::input(field, format!("the command for {field} {problem}"));
    let mut command = shell(line);
    // With a terminal, the command stays in the foreground, where it can ask for a passphrase.
    #[cfg(unix)]
    if !io::IsTerminal::is_terminal(&io::stdin()) {
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    let mut child = command
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| {
            let message = format!("cannot start the command for {field}: {error}");
            CliError::input(field, message)
        })?;
    let late = |child: &mut Child, deadline: Deadline| {
        stop(child);
        let error = deadline.error(&format!("the command for {field} did not end"));
        CliError::from(error.with_may_have_run(false))
    };
    let output = match (printed(&mut child), deadline) {
        (output, None) => output.recv().ok(),
        (output, Some(deadline)) => match output.recv_timeout(deadline.remaining()) {
            Err(RecvTimeoutError::Timeout) => return Err(late(&mut child, deadline)),
            other => other.ok(),
        },
    };
    let output = output
        .unwrap_or_else(|| Err(io::Error::other("its output was lost")))
        .map_err(|error| wrong(format!("failed: {error}")))?;
    if output.len() > LIMIT {
        stop(&mut child);
        return Err(wrong("printed more than 64 KiB".to_owned()));
    }
    let status = match deadline {
        None => child.wait(),
        Some(deadline) => match wait(&mut child, deadline) {
            Ok(None) => return Err(late(&mut child, deadline)),
            other => other.map(Option::unwrap_or_default),
        },
    };
    let status = status.map_err(|error| wrong(format!("failed: {error}")))?;
    if !status.success() {
        return Err(wrong(format!("failed ({status})")));
    }
    String::from_utf8(output).map_err(|_| wrong("did not print UTF-8".to_owned()))
}

/// Ends a command with all that it has started.
fn stop(child: &mut Child) {
    #[cfg(unix)]
    if !io::IsTerminal::is_terminal(&io::stdin()) {
        use rustix::process::{Pid, Signal, kill_process_group};
        // Ignored: the command may have ended by now.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    // Ignored for the same reason.
    let _ = child.kill();
}

/// What the command prints, up to one byte more than the limit.
fn printed(child: &mut Child) -> mpsc::Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.take(LIMIT as u64 + 1).read_to_end(&mut bytes);
            // Ignored: nobody waits for it after the deadline.
            let _ = sender.send(read.map(|_| bytes));
        });
    }
    receiver
}

/// Waits for the end of a command, or returns `None` at the deadline.
fn wait(child: &mut Child, deadline: Deadline) -> io::Result<Option<ExitStatus>> {
    const POLL: Duration = Duration::from_millis(5);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let left = deadline.remaining();
        if left.is_zero() {
            return Ok(None);
        }
        thread::sleep(POLL.min(left));
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(text: &str) -> Result<String, CliError> {
        let secret = Source::Value(text.into()).read("password", None)?;
        Ok(secret.expose_secret().to_owned())
    }

    #[test]
    fn the_first_line_is_the_secret() {
        for (text, secret) in [
            ("s", "s"),
            ("s\n", "s"),
            ("s\r\n", "s"),
            ("s\r", "s"),
            ("\u{feff}s\n", "s"),
            ("s\nlogin: me\nurl: x\n", "s"),
            ("s\n\n", "s"),
            (" s \n", " s "),
            ("a\tb", "a\tb"),
            ("\u{feff}\u{feff}s", "\u{feff}s"),
        ] {
            assert_eq!(read(text).unwrap(), secret, "{text:?}");
        }
        for text in [
            "", "\n", "\r\n", "\nsecret", "\u{feff}", "se\rcret", "s\r\r\n", "s\0",
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{text:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_command_is_bounded_in_time_and_output() {
        let command = |line: &str| Source::Command(line.to_owned());
        let limit = Duration::from_millis(300);
        for line in [
            "sleep 20",
            "sleep 20 &",
            "exec >&-; sleep 20",
            "echo secret; sleep 20",
        ] {
            let started = std::time::Instant::now();
            let deadline = Some(Deadline::after(limit));
            let error = command(line).read("password", deadline).unwrap_err();
            assert_eq!(error.exit_code(), 4, "{line}");
            assert!(started.elapsed() < Duration::from_secs(5), "{line}");
        }
        let error = command("yes").read("password", None).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let deadline = Some(Deadline::after(Duration::from_secs(20)));
        let secret = command("echo secret").read("password", deadline).unwrap();
        assert_eq!(secret.expose_secret(), "secret");
        assert!(command("exit 3").read("password", deadline).is_err());
    }
}
