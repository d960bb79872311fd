//! What the store tells of its reading.

use jiff::SignedDuration;
use tokio::sync::watch;

use super::{super::tabs_read::TabsRead, Reader};

impl Reader {
    /// Age up to which data is handed out without asking again.
    pub(in crate::store) fn fresh_for(&self) -> SignedDuration {
        self.fresh_for
    }

    /// Tells each time that tabs were read whose content had changed.
    pub(in crate::store) fn renewed(&self) -> watch::Receiver<u64> {
        self.renewed.subscribe()
    }

    /// What is known of each tab since it was read last.
    pub(in crate::store) fn tabs_read(&self) -> &TabsRead {
        &self.tabs_read
    }
}
