//! Status of each tab at its last read, for the status page.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

use super::status::TabStatus;
use crate::finding::Finding;

/// Tabs that were read so far.
#[derive(Default)]
pub(super) struct TabsRead(Mutex<BTreeMap<&'static str, TabStatus>>);

impl TabsRead {
    /// Records a read of `tabs`, each a title with its number of rows, and its findings.
    pub(super) fn note(
        &self,
        tabs: impl IntoIterator<Item = (&'static str, usize)>,
        findings: &[Finding],
        read_at: Timestamp,
    ) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (tab, rows) in tabs {
            let findings = findings.iter().filter(|finding| finding.tab == tab).count();
            known.insert(
                tab,
                TabStatus {
                    tab,
                    rows,
                    findings,
                    read_at,
                },
            );
        }
    }

    /// Statuses by title.
    pub(super) fn list(&self) -> Vec<TabStatus> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().cloned().collect()
    }
}
