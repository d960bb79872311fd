//! Connection settings of one spreadsheet: id, addresses, credentials and call timeout.

use std::time::Duration;

/// Credentials for the Sheets API.
#[derive(Clone)]
pub enum Credentials {
    /// Ready-made access token, as issued by the embedded spreadsheet.
    Bearer(String),
    /// Service account, which signs for short-lived tokens.
    ServiceAccount(Box<yup_oauth2::ServiceAccountKey>),
}

impl Credentials {
    /// Email address with which the spreadsheet has to be shared; `None` for a ready-made token.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Bearer(_) => None,
            Self::ServiceAccount(key) => Some(&key.client_email),
        }
    }
}

/// Connection settings of one spreadsheet.
#[derive(Clone)]
pub struct SpreadsheetConnection {
    /// Id between `/d/` and `/edit` in the spreadsheet's address.
    pub spreadsheet_id: String,
    /// Root URL of the service; Google's own if `None`.
    pub api_url: Option<String>,
    /// Address of the spreadsheet in the Google Sheets editor.
    pub spreadsheet_url: String,
    /// Credentials of the calls.
    pub credentials: Credentials,
    /// Timeout of a single call, after which its outcome counts as unknown.
    pub call_timeout: Duration,
}
