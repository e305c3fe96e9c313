//! The wall clock of function processes, told by a story: `told_time/library.rs` read through a file. Linux only.

use dsl::units::Moment;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

/// A clock of one floor. It stands still between two settings.
pub struct ToldTime {
    path: PathBuf,
    file: File,
    now_ms: Arc<AtomicI64>,
}

impl ToldTime {
    /// Whether processes can be told the time here.
    pub const fn is_supported() -> bool {
        cfg!(target_os = "linux")
    }

    /// A clock at 1970.
    pub fn start() -> Result<Self, String> {
        static CLOCKS: AtomicU32 = AtomicU32::new(0);
        if !Self::is_supported() {
            return Err("no process can be told the time on this system".to_owned());
        }
        let n = CLOCKS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("merit-told-time-{}-{n}", std::process::id()));
        let file = File::create(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let clock = Self { path, file, now_ms: Arc::new(AtomicI64::new(0)) };
        clock.set(Moment(0))?;
        Ok(clock)
    }

    /// It is this moment from now on.
    pub fn set(&self, now: Moment) -> Result<(), String> {
        self.now_ms.store(now.0, Ordering::SeqCst);
        self.file.write_all_at(&now.0.to_le_bytes(), 0).map_err(|e| e.to_string())
    }

    /// Milliseconds since 1970, for what must agree with it.
    pub fn now_ms(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.now_ms)
    }

    /// What a process's environment needs.
    pub fn env(&self) -> [(&'static str, String); 2] {
        [
            ("LD_PRELOAD", env!("TOLD_TIME_LIBRARY").to_owned()),
            ("TOLD_TIME", self.path.to_string_lossy().into_owned()),
        ]
    }
}

impl Drop for ToldTime {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
