//! Open files that the system allows. Each connection is one.

use crate::config::CallerSettings;

/// Raises the soft limit of open files to the hard one, and lowers the numbers of connections and streams to what fits.
pub(crate) fn fit_callers(callers: CallerSettings) -> CallerSettings {
    let allowed = match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(allowed) => allowed,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            return callers;
        }
    };
    let fitting = callers.clone().within_open_files(allowed);
    if fitting.connections.in_all < callers.connections.in_all {
        tracing::warn!(
            allowed,
            connections = fitting.connections.in_all,
            streams = fitting.streams.in_all,
            "the system allows too few open files for MAX_CONNECTIONS; raise its hard limit"
        );
    } else {
        tracing::info!(allowed, "open files");
    }
    fitting
}
