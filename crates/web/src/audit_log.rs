//! Audit log of the program: the tab that the store writes and the boards read.

use sheets_store::{Tab, audit::audit_log_tab};

/// Audit log of the spreadsheet.
pub static AUDIT_LOG: Tab = audit_log_tab("audit_log");

/// Author of what the program changes by itself: repairs and automatic corrections.
pub const PROGRAM_AUTHOR: &str = "tallyboard";
