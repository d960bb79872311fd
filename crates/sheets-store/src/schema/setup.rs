//! Setup: creates missing tabs and headers, and explains how to fix everything that prevents it.

use std::time::Instant;

use serde_json::Value;

use crate::{
    Store,
    cell::Cell,
    google::{
        call_error::CallError,
        connection::SpreadsheetConnection,
        wire_types::{SheetRequest, TabProperties},
    },
    schema::{
        header_requests,
        tab::{ColumnLayout, HeaderProblem, Tab, column_letters, quoted_title},
    },
};

/// Number of rows that are inspected for data, and for columns without a header.
const ROWS_INSPECTED: usize = 50;

/// Result of the setup.
#[derive(Clone, Debug, Default)]
pub struct SetupReport {
    /// What was created, in sentences.
    pub made: Vec<String>,
    /// Problems that a person has to fix.
    pub problems: Vec<SetupProblem>,
}

/// Problem that only a person can fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupProblem {
    /// Description of the problem.
    pub problem: String,
    /// Instruction for fixing it.
    pub cure: String,
}

impl SetupProblem {
    fn new(problem: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            cure: cure.into(),
        }
    }
}

impl From<&HeaderProblem> for SetupProblem {
    fn from(problem: &HeaderProblem) -> Self {
        Self::new(format!("{problem}."), problem.cure())
    }
}

/// Prepares `tabs`.
pub(crate) async fn prepare(store: &Store, tabs: &[&'static Tab]) -> SetupReport {
    let mut report = SetupReport::default();
    let deadline = Instant::now() + store.patience;
    let mut again = true;
    for delay in crate::backoff::retry_delays(store.first_pause) {
        let (error, doing) = match prepare_tabs(store, tabs, &mut report).await {
            Ok(()) => break,
            Err(failure) => failure,
        };
        if error.is_transient() && Instant::now() + delay < deadline {
            tokio::time::sleep(delay).await;
        } else if again && matches!(error, CallError::Rejected { code: 400, .. }) {
            // Another instance may have created the same tab a moment ago.
            again = false;
        } else {
            report.problems.push(explain_call_error(&error, store, doing));
            break;
        }
    }
    report
}

async fn prepare_tabs(
    store: &Store,
    tabs: &[&'static Tab],
    report: &mut SetupReport,
) -> Result<(), (CallError, SetupPhase)> {
    *report = SetupReport::default();
    let reading = |error| (error, SetupPhase::Reading);
    let present = store.spreadsheet.tabs().await.map_err(reading)?;
    let (existing, missing): (Vec<&'static Tab>, Vec<&'static Tab>) = tabs
        .iter()
        .partition(|tab| present.iter().any(|found| found.title == tab.title));
    let mut changes = Vec::new();
    let mut made = Vec::new();
    for tab in missing {
        changes.extend(header_requests::new_tab_requests(tab, random_sheet_id()));
        made.push(format!("Made the tab “{}”.", tab.title));
    }
    if !existing.is_empty() {
        let ranges: Vec<String> = existing
            .iter()
            .map(|tab| format!("{}!1:{ROWS_INSPECTED}", quoted_title(tab.title)))
            .collect();
        let found = store.spreadsheet.values(&ranges).await.map_err(reading)?;
        for (tab, top) in existing.iter().zip(&found) {
            if let Some(properties) = present.iter().find(|found| found.title == tab.title) {
                let rows = top.values.as_deref().unwrap_or_default();
                let added = missing_headers(tab, rows, report);
                let sentence = |header: &&str| format!("Added the header “{header}” to the tab “{}”.", tab.title);
                made.extend(added.iter().map(sentence));
                let free = rows.iter().map(Vec::len).max().unwrap_or(0);
                changes.extend(header_requests::new_header_requests(tab, properties, free, &added));
            }
        }
    }
    write(store, changes, &present)
        .await
        .map_err(|error| (error, SetupPhase::Writing))?;
    report.made = made;
    store.reader.invalidate_tab_list().await;
    if report.problems.is_empty() {
        store.reader.preload_tabs().await.map_err(reading)?;
    }
    Ok(())
}

/// Writes what is missing; if nothing is, a no-op write shows whether the program may write.
async fn write(store: &Store, mut changes: Vec<SheetRequest>, present: &[TabProperties]) -> Result<(), CallError> {
    if changes.is_empty() {
        let Some(first) = present.first() else { return Ok(()) };
        changes.push(header_requests::no_op_request(first));
    }
    store.spreadsheet.apply(&changes).await
}

/// Headers that can be added safely. If the column may exist under another header, or without one, a person has to
/// decide: an empty second column would silently hide the values of the first one.
fn missing_headers(tab: &'static Tab, rows: &[Vec<Value>], report: &mut SetupReport) -> Vec<&'static str> {
    let header_row: &[Value] = rows.first().map_or(&[], Vec::as_slice);
    let Err(problems) = ColumnLayout::find(tab, header_row) else {
        return Vec::new();
    };
    let nameless = columns_without_header(rows);
    let is_certain = problems.iter().all(HeaderProblem::has_no_candidate) && nameless.is_empty();
    if rows.len() <= 1 || is_certain {
        let is_missing = |problem: &HeaderProblem| matches!(problem, HeaderProblem::Missing { nearest: None, .. });
        let (missing, others): (Vec<_>, Vec<_>) = problems.iter().partition(|problem| is_missing(problem));
        report.problems.extend(others.into_iter().map(SetupProblem::from));
        return missing.into_iter().map(HeaderProblem::required).collect();
    }
    for problem in &problems {
        let mut explained = SetupProblem::from(problem);
        if let (
            Some(column),
            HeaderProblem::Missing {
                required,
                nearest: None,
                ..
            },
        ) = (nameless.first(), problem)
        {
            let letters = column_letters(*column);
            explained.cure = format!(
                "Column {letters} of the tab {} holds values but has no header. If it is this one, write “{required}” into {letters}1.",
                tab.title
            );
        }
        report.problems.push(explained);
    }
    Vec::new()
}

/// Columns with values below an empty header.
fn columns_without_header(rows: &[Vec<Value>]) -> Vec<usize> {
    let is_empty = |row: &Vec<Value>, column: usize| Cell::of(row.get(column)) == Cell::Empty;
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let Some((header, data)) = rows.split_first() else {
        return Vec::new();
    };
    (0..width)
        .filter(|column| is_empty(header, *column) && !data.iter().all(|row| is_empty(row, *column)))
        .collect()
}

/// Sheet ids are positive 31-bit numbers; Google's own are random too, so that two programs do not choose the same.
fn random_sheet_id() -> i32 {
    rand::random_range(1..i32::MAX)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SetupPhase {
    Reading,
    Writing,
}

impl SetupProblem {
    /// Explains why `connection` cannot be opened.
    pub fn of_connection(error: &CallError, connection: &SpreadsheetConnection) -> Self {
        match error {
            CallError::NoCertificates(reason) => missing_certificates(reason),
            other => explain_token_error(&other.to_string(), connection.credentials.address()),
        }
    }
}

fn missing_certificates(reason: &str) -> SetupProblem {
    SetupProblem::new(
        format!("This machine has no root certificates, so that Google cannot be recognised: {reason}."),
        "Install them (on Debian: `apt-get install ca-certificates`), or point SSL_CERT_FILE to a file of them.",
    )
}

fn explain_call_error(error: &CallError, store: &Store, doing: SetupPhase) -> SetupProblem {
    let address = store.address.as_deref().unwrap_or("the program's account");
    let (url, settings) = (store.url(), store.identity.settings);
    match error {
        CallError::Rejected { reason, message, .. }
            if reason == "SERVICE_DISABLED" || message.contains("has not been used in project") =>
        {
            SetupProblem::new(
                "The Google Sheets API is not enabled in the project of the service account.",
                "Open https://console.cloud.google.com/apis/library/sheets.googleapis.com, choose the project that the service account belongs to, press Enable and wait a minute.",
            )
        }
        CallError::Rejected { code: 403, .. } if doing == SetupPhase::Writing => SetupProblem::new(
            format!("{address} may look at the spreadsheet, but not change it."),
            format!(
                "Open {url}, press Share and change {address} from Viewer to Editor. If the tab is protected, allow {address} to edit it."
            ),
        ),
        CallError::Rejected { code: 403, .. } => SetupProblem::new(
            format!("The spreadsheet is not shared with {address}."),
            format!("Open {url}, press Share and add {address} as Editor."),
        ),
        CallError::Rejected { code: 404, .. } => SetupProblem::new(
            format!("There is no spreadsheet with the id “{}”.", store.spreadsheet.id()),
            format!(
                "Set {} to the part of the spreadsheet's address between /d/ and /edit.",
                settings.spreadsheet_id
            ),
        ),
        CallError::Rejected { code: 400, message, .. } if message.contains("not supported for this document") => {
            SetupProblem::new(
                "The document is an Excel file, not a Google spreadsheet.",
                format!(
                    "Open it in Google Sheets, choose File → Save as Google Sheets, and set {} to the new document.",
                    settings.spreadsheet_id
                ),
            )
        }
        CallError::Rejected { code: 401, message, .. } => explain_token_error(message, store.address.as_deref()),
        CallError::Token(message) => explain_token_error(message, store.address.as_deref()),
        CallError::NoCertificates(reason) => missing_certificates(reason),
        CallError::Throttled => SetupProblem::new(
            "Google's quota for this account is used up for the moment.",
            "Wait a minute. If it happens often, look for another program that uses the same service account.",
        ),
        CallError::NotStored(problem) => SetupProblem::new(
            format!("Nothing can be written: {problem}."),
            "Free some space on the disk, or make the folder of the data writable; writing then goes on by itself.",
        ),
        CallError::Unreachable(message) | CallError::HeldBack(message) | CallError::Unavailable(message) => {
            SetupProblem::new(
                format!("The spreadsheet cannot be reached: {}.", first_line_of(message)),
                format!(
                    "Check the network, {} if it is set, and https://www.google.com/appsstatus.",
                    settings.api_url
                ),
            )
        }
        other @ CallError::Rejected { .. } => SetupProblem::new(
            format!("Google refuses: {other}"),
            format!("Compare the set-up with {}.", settings.guide),
        ),
    }
}

/// First line of a message, at most 200 characters: a proxy may respond with a whole page.
fn first_line_of(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    line.chars().take(200).collect()
}

/// Explains token errors by the wording of Google's OAuth service
/// (<https://developers.google.com/identity/protocols/oauth2/service-account#error-codes>).
fn explain_token_error(message: &str, address: Option<&str>) -> SetupProblem {
    let account = address.unwrap_or("the service account");
    let lower = message.to_lowercase();
    if lower.contains("short-lived")
        || lower.contains("reasonable timeframe")
        || lower.contains("iat") && lower.contains("exp")
    {
        SetupProblem::new(
            "The clock of this machine is wrong: Google refuses signatures from another time.",
            "Set the clock (on Linux: `timedatectl set-ntp true`) and start again.",
        )
    } else if lower.contains("account not found")
        || lower.contains("invalid_client")
        || lower.contains("account disabled")
    {
        SetupProblem::new(
            format!("Google does not know the service account {account}."),
            "It was deleted or disabled. In the Google Cloud console, under IAM → Service accounts, restore it or make a new one with a new key.",
        )
    } else if lower.contains("signature") || lower.contains("private key") || lower.contains("invalid_grant") {
        SetupProblem::new(
            format!("The key of {account} is not valid: {message}"),
            "In the Google Cloud console, under IAM → Service accounts → Keys, make a new JSON key and use it unchanged, with its line breaks.",
        )
    } else {
        SetupProblem::new(
            format!("Google issues no access token for {account}: {message}"),
            "Make a new JSON key for the service account; if that does not help, check the clock of this machine.",
        )
    }
}
