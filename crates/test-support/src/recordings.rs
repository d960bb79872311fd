//! Recordings of real services, from outside the repository.

use std::path::PathBuf;

/// Folder of the recordings, from `TALLYBOARD_SHARED`. `None`, with a message that counts, if that variable is not set or
/// is `none`.
///
/// # Panics
/// If the folder does not exist, and with `CI=true` if the variable is not set.
#[track_caller]
pub fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("TALLYBOARD_SHARED").filter(|value| !value.is_empty());
    match named {
        Some(path) if path != "none" => {
            let path = PathBuf::from(path);
            assert!(
                path.is_dir(),
                "TALLYBOARD_SHARED={}: there is no such folder",
                path.display()
            );
            Some(path)
        }
        None if std::env::var_os("CI").is_some_and(|value| value == "true") => panic!(
            "This test compares with recordings: set TALLYBOARD_SHARED to their folder, or to `none` to skip such tests."
        ),
        _ => {
            crate::print_skipped("no recordings");
            None
        }
    }
}
