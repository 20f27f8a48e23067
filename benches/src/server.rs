//! The server that the contestants call, in a separate process so that its CPU time does not count.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// A running `serve`, which is stopped on drop.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: String,
    secure: String,
}

impl Server {
    /// Starts the program `serve` from the directory of this one.
    ///
    /// # Errors
    /// When it has not been built or does not print its address.
    pub fn start() -> Result<Self> {
        let program = env::current_exe()?.with_file_name("serve");
        let mut child = Command::new(&program)
            .stdout(Stdio::piped())
            .spawn()
            .context(
                "cannot start `serve`: build it with `cargo build --release -p adapis-benches`",
            )?;
        let mut addresses = String::new();
        let output = child.stdout.take().context("no output of `serve`")?;
        BufReader::new(output).read_line(&mut addresses)?;
        let (address, secure) = addresses
            .trim()
            .split_once(' ')
            .context("no address of `serve`")?;
        Ok(Self {
            child,
            address: address.to_owned(),
            secure: secure.to_owned(),
        })
    }

    /// Like [`start`](Self::start), and pins both processes to one core if the system allows it.
    ///
    /// On a virtual machine, waking another core costs more than a call, sometimes in one
    /// contestant's turn and sometimes in another's.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn on_one_core() -> Result<Self> {
        #[cfg(target_os = "linux")]
        {
            use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
            let allowed = sched_getaffinity(None)?;
            let mut first = CpuSet::new();
            let cores = 0..CpuSet::MAX_CPU;
            if let Some(core) = cores.into_iter().find(|core| allowed.is_set(*core)) {
                first.set(core);
                sched_setaffinity(None, &first)?;
            }
        }
        Self::start()
    }

    /// Returns the address it listens on, `127.0.0.1:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the URL of a path, which must begin with `/`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns the URL of a path over TLS, with a certificate signed by `tests/tls/ca.pem`.
    #[must_use]
    pub fn https_url(&self, path: &str) -> String {
        format!("https://{}{path}", self.secure)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
