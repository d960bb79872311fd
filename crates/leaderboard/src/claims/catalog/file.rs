//! Catalog file, reloaded on change without a restart.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use jiff::{SignedDuration, Timestamp};

use crate::claims::catalog::Catalog;

/// Minimum time between two checks of the file.
const CHECK_INTERVAL: SignedDuration = SignedDuration::from_secs(1);

/// The file behind the catalog.
pub struct CatalogFile {
    path: PathBuf,
    state: Mutex<CatalogFileState>,
}

/// A loaded catalog.
#[derive(Debug, Default)]
pub struct LoadedCatalog {
    /// Parsed contents of the file.
    pub catalog: Arc<Catalog>,
    /// Increases with every change of the file.
    pub version: u64,
    /// Why the file cannot be read; `catalog` is then the last one that was readable.
    pub problem: Option<String>,
}

#[derive(Default)]
struct CatalogFileState {
    loaded: Arc<LoadedCatalog>,
    stamp: Option<(SystemTime, u64)>,
    checked_at: Option<Timestamp>,
}

impl CatalogFile {
    /// Remembers the path; the file is read at first use.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            state: Mutex::default(),
        }
    }

    /// File name without its folder, which pages must not reveal.
    pub fn file_name(&self) -> String {
        self.path
            .file_name()
            .unwrap_or(self.path.as_os_str())
            .to_string_lossy()
            .into_owned()
    }

    /// The catalog as of `now`, at most one second behind the file.
    pub fn current(&self, now: Timestamp) -> Arc<LoadedCatalog> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = state
            .checked_at
            .is_none_or(|before| now.duration_since(before).abs() >= CHECK_INTERVAL);
        if is_due {
            state.checked_at = Some(now);
            self.reload_if_changed(&mut state);
        }
        Arc::clone(&state.loaded)
    }

    fn reload_if_changed(&self, state: &mut CatalogFileState) {
        match std::fs::metadata(&self.path).and_then(|metadata| Ok((metadata.modified()?, metadata.len()))) {
            Ok(stamp) if state.stamp == Some(stamp) => {}
            Ok(stamp) => match std::fs::read(&self.path) {
                Ok(bytes) => {
                    state.stamp = Some(stamp);
                    state.loaded = Arc::new(LoadedCatalog {
                        catalog: Arc::new(Catalog::parse(&String::from_utf8_lossy(&bytes))),
                        version: state.loaded.version + 1,
                        problem: None,
                    });
                    tracing::info!(path = %self.path.display(), problems = state.loaded.catalog.problems().len(), "the catalog was read");
                }
                Err(error) => self.keep_last(state, &error),
            },
            Err(error) => self.keep_last(state, &error),
        }
    }

    fn keep_last(&self, state: &mut CatalogFileState, error: &std::io::Error) {
        state.stamp = None;
        let problem = format!(
            "The catalog {} cannot be read: {error}. Put the file there, one integration a line, or set INTEGRATIONS_FILE.",
            self.file_name()
        );
        if state.loaded.problem.as_ref() != Some(&problem) {
            tracing::error!(path = %self.path.display(), "{problem}");
            state.loaded = Arc::new(LoadedCatalog {
                catalog: Arc::clone(&state.loaded.catalog),
                version: state.loaded.version + 1,
                problem: Some(problem),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_read_within_a_second_and_a_lost_one_leaves_the_last_catalog() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("integrations.txt");
        let file = CatalogFile::new(&path);
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().expect("instant");
        let after = |seconds| file.current(start + SignedDuration::from_secs(seconds));

        assert!(
            after(0)
                .problem
                .as_ref()
                .is_some_and(|problem| problem.contains("INTEGRATIONS_FILE"))
        );
        std::fs::write(&path, "GitHub").expect("written");
        let first = after(2);
        assert_eq!((first.catalog.integrations().len(), &first.problem), (1, &None));
        std::fs::write(&path, "GitHub\nCursor").expect("written");
        let second = after(4);
        assert_eq!(second.catalog.integrations().len(), 2);
        assert!(second.version > first.version);
        assert_eq!(after(6).version, second.version);
        std::fs::remove_file(&path).expect("removed");
        let lost = after(8);
        assert_eq!(lost.catalog.integrations().len(), 2);
        assert!(lost.problem.is_some());
    }

    #[test]
    fn names_of_a_file_in_another_encoding_are_problems_and_never_shown_broken() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("integrations.txt");
        std::fs::write(&path, b"# caf\xe9\nGitHub | Gith\xfcb\nZo\xe9\nCursor").expect("written");
        let read = CatalogFile::new(&path).current("2026-03-01T12:00:00Z".parse().expect("instant"));
        let offered: Vec<&str> = read
            .catalog
            .offered()
            .map(|integration| integration.name.as_str())
            .collect();
        assert_eq!(offered, ["GitHub", "Cursor"]);
        let problems: Vec<String> = read.catalog.problems().iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "line 2: “Gith\u{FFFD}b” is not UTF-8 text. Save the file as UTF-8. This alias is left out.",
                "line 3: “Zo\u{FFFD}” is not UTF-8 text. Save the file as UTF-8. The line is left out.",
            ]
        );
    }
}
