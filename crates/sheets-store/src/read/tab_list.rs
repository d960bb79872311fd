//! List of the spreadsheet's tabs: requested once, and again if a needed tab is missing.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::{
    google::{call_error::CallError, client::SpreadsheetClient, wire_types::TabProperties},
    read::read_error::ReadError,
    schema::tab::Tab,
};

pub(crate) struct TabList {
    spreadsheet: Arc<SpreadsheetClient>,
    known: Mutex<Option<Arc<Vec<TabProperties>>>>,
}

impl TabList {
    pub(crate) fn new(spreadsheet: Arc<SpreadsheetClient>) -> Self {
        Self {
            spreadsheet,
            known: Mutex::new(None),
        }
    }

    /// All tabs, including those that are `needed`.
    pub(crate) async fn with(&self, needed: &[&'static Tab]) -> Result<Arc<Vec<TabProperties>>, ReadError> {
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
    pub(crate) async fn learn(&self) -> Result<(), CallError> {
        *self.known.lock().await = Some(Arc::new(self.spreadsheet.tabs().await?));
        Ok(())
    }

    /// Invalidates the list, after the spreadsheet responded that a tab does not exist or is shorter.
    pub(crate) async fn forget(&self) {
        *self.known.lock().await = None;
    }

    /// Records the current number of grid rows of a tab.
    pub(crate) async fn set_row_count(&self, tab: &Tab, rows: u32) {
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
