//! Python interpreter with the foreign clients of `tests/python/requirements.txt`.

use std::path::{Path, PathBuf};

/// Interpreter named by `TALLYBOARD_PYTHON`, else the one in `target/python`. It may not exist.
pub fn interpreter() -> PathBuf {
    let named = std::env::var_os("TALLYBOARD_PYTHON").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python/bin/python"))
}

/// The interpreter, or another program beside it; `None`, with a message, if it is not there.
///
/// # Panics
/// With `CI=true`, if it is not there.
pub fn installed(program: &str, package: &str) -> Option<PathBuf> {
    let path = interpreter().with_file_name(program);
    if path.exists() {
        return Some(path);
    }
    report_missing(package);
    None
}

/// Says that a test is skipped because `package` is not installed.
///
/// # Panics
/// With `CI=true`.
pub fn report_missing(package: &str) {
    let python = interpreter();
    let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!is_ci, "no Python with {package} at {}", python.display());
    crate::print_skipped(&format!(
        "no Python with {package} at {}; see tests/python/requirements.txt",
        python.display()
    ));
}
