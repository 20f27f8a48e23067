//! Programs that a benchmark starts, and the CPU time that they take.

use std::process::Child;

use anyhow::{Context, Result};
use tempfile::TempDir;

/// A program that ends with the benchmark.
#[derive(Debug)]
pub struct Program {
    child: Child,
    folder: Option<TempDir>,
}

impl Program {
    /// Takes charge of a program that has been started.
    #[must_use]
    pub fn new(child: Child) -> Self {
        Self {
            child,
            folder: None,
        }
    }

    /// Keeps a folder for as long as the program runs.
    #[must_use]
    pub fn with_folder(mut self, folder: TempDir) -> Self {
        self.folder = Some(folder);
        self
    }

    /// Returns the CPU time, in microseconds, that the program and its children have taken so far.
    ///
    /// # Errors
    /// When `/proc` does not say, as on systems other than Linux.
    pub fn cpu_micros(&self) -> Result<f64> {
        /// What Linux counts in, whatever the kernel's own clock is.
        const TICKS_PER_SECOND: f64 = 100.0;
        let id = self.child.id();
        let mut ticks = 0;
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let name = entry.file_name();
            let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            // One that has ended meanwhile is none of ours.
            let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
                continue;
            };
            let Some((parent, spent)) = read_stat(&stat) else {
                continue;
            };
            if process == id || parent == id {
                ticks += spent;
            }
        }
        anyhow::ensure!(ticks > 0, "the program took no CPU time");
        let ticks = u32::try_from(ticks).context("too much CPU time")?;
        Ok(f64::from(ticks) / TICKS_PER_SECOND * 1e6)
    }
}

impl Program {
    /// Returns the resident memory of the program in KiB.
    ///
    /// # Errors
    /// When `/proc` does not say, as on systems other than Linux.
    pub fn resident_kib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        crate::memory::field(&status, "VmRSS:")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The parent and the ticks of a process; its name, in parentheses, may hold anything.
fn read_stat(stat: &str) -> Option<(u32, u64)> {
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let parent = u32::try_from(number(1)?).ok()?;
    Some((parent, number(11)? + number(12)?))
}
