//! List of the spreadsheet's tabs: requested once, and again if a needed tab is missing.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{
    ReadError,
    call_error::CallError,
    google::{Spreadsheet, TabProperties},
    tab::Tab,
};

pub(super) struct TabList {
    spreadsheet: Arc<Spreadsheet>,
    known: Mutex<Option<Arc<Vec<TabProperties>>>>,
}

impl TabList {
    pub(super) fn new(spreadsheet: Arc<Spreadsheet>) -> Self {
        Self {
            spreadsheet,
            known: Mutex::new(None),
        }
    }

    /// All tabs, including those that are `needed`.
    pub(super) async fn with(&self, needed: &[&'static Tab]) -> Result<Arc<Vec<TabProperties>>, ReadError> {
        let mut known = self.known.lock().await;
        let missing_in = |tabs: &[TabProperties]| {
            needed
                .iter()
                .find(|tab| !tabs.iter().any(|found| found.title == tab.title))
                .copied()
        };
        if let Some(tabs) = known.as_ref().filter(|tabs| missing_in(tabs).is_none()) {
            return Ok(Arc::clone(tabs));
        }
        let tabs = Arc::new(self.spreadsheet.tabs().await?);
        if let Some(missing) = missing_in(&tabs) {
            return Err(ReadError::TabMissing(missing.title));
        }
        *known = Some(Arc::clone(&tabs));
        Ok(tabs)
    }

    /// Requests the list before it is needed.
    pub(super) async fn learn(&self) -> Result<(), CallError> {
        *self.known.lock().await = Some(Arc::new(self.spreadsheet.tabs().await?));
        Ok(())
    }

    /// Invalidates the list, after the spreadsheet responded that a tab does not exist or is shorter.
    pub(super) async fn forget(&self) {
        *self.known.lock().await = None;
    }

    /// Records the current number of grid rows of a tab.
    pub(super) async fn has_rows(&self, tab: &Tab, rows: u32) {
        let mut known = self.known.lock().await;
        let Some(tabs) = known.as_mut() else { return };
        let is_other = |found: &TabProperties| found.title == tab.title && found.row_count != rows;
        if tabs.iter().any(is_other)
            && let Some(found) = Arc::make_mut(tabs).iter_mut().find(|found| is_other(found))
        {
            found.row_count = rows;
        }
    }
}
