//! Builds the wall clock that is told the time (`told_time/library.rs`) with the compiler that builds the tests.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=told_time/library.rs");
    let get = |name: &str| env::var(name).map_err(|e| format!("{name}: {e}"));
    let library = Path::new(&get("OUT_DIR")?).join("libtold_time.so");
    println!("cargo::rustc-env=TOLD_TIME_LIBRARY={}", library.display());
    if get("CARGO_CFG_TARGET_OS")? != "linux" {
        return Ok(());
    }
    let mut compiler = Command::new(get("RUSTC")?);
    compiler.args(["--crate-type", "cdylib", "--crate-name", "told_time", "--edition", "2024", "-O"]);
    compiler.args(["--target", &get("TARGET")?, "told_time/library.rs", "-o"]).arg(&library);
    let output = compiler.output().map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}
