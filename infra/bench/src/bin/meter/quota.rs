//! The CPU share that Lambda gives to a memory size: memory / 1769 MB of one processor, by the kernel's own quota.
//!
//! What it never does: outlive the meter, or touch a group it did not make.

use std::path::{Path, PathBuf};
use std::{fs, io};

const PERIOD_US: u64 = 20_000;
const ONE_PROCESSOR_MB: u64 = 1_769;

/// A control group of its own.
pub struct Quota {
    folder: PathBuf,
    /// What was asked of the kernel.
    pub how: String,
}

impl Quota {
    /// The share of a function with that much memory.
    pub fn of_memory(megabytes: usize) -> io::Result<Self> {
        let quota_us = PERIOD_US * megabytes as u64 / ONE_PROCESSOR_MB;
        let name = format!("merit-meter-{}-{megabytes}", std::process::id());
        let (root, version) = if Path::new("/sys/fs/cgroup/cgroup.controllers").exists() {
            ("/sys/fs/cgroup", 2)
        } else {
            ("/sys/fs/cgroup/cpu", 1)
        };
        let folder = Path::new(root).join(name);
        fs::create_dir(&folder)?;
        let quota = Self { folder, how: format!("cgroup v{version}, {quota_us} of every {PERIOD_US} us") };
        if version == 2 {
            fs::write(quota.folder.join("cpu.max"), format!("{quota_us} {PERIOD_US}"))?;
        } else {
            fs::write(quota.folder.join("cpu.cfs_period_us"), PERIOD_US.to_string())?;
            fs::write(quota.folder.join("cpu.cfs_quota_us"), quota_us.to_string())?;
        }
        Ok(quota)
    }

    /// Puts a process under the quota, with all its threads.
    pub fn hold(&self, pid: u32) -> io::Result<()> {
        fs::write(self.folder.join("cgroup.procs"), pid.to_string())
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // the last process may still be leaving
        for _ in 0..50 {
            if fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}
