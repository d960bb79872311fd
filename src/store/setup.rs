//! Makes missing tabs and headers, and names the exact cure for everything that stands in the way.

use serde_json::Value;

use super::{
    Store,
    call_error::CallError,
    google::{Connection, TabProperties, ValueRange},
    requests,
    tab::{HeaderProblem, Layout, Tab, quoted},
};

/// What was found and done.
#[derive(Clone, Debug, Default)]
pub struct SetupReport {
    /// What was made, in sentences.
    pub made: Vec<String>,
    /// What a person has to do.
    pub problems: Vec<SetupProblem>,
}

/// Something that only a person can mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupProblem {
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
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
        Self::new(problem.to_string(), problem.cure())
    }
}

pub(super) async fn prepare(store: &Store, tabs: &[&'static Tab]) -> SetupReport {
    let mut report = SetupReport::default();
    if let Err(error) = prepare_tabs(store, tabs, &mut report).await {
        report.problems.push(explain(&error, store, Doing::Reading));
    }
    report
}

async fn prepare_tabs(store: &Store, tabs: &[&'static Tab], report: &mut SetupReport) -> Result<(), CallError> {
    let present = store.spreadsheet.tabs().await?;
    let (existing, missing): (Vec<&'static Tab>, Vec<&'static Tab>) = tabs
        .iter()
        .partition(|tab| present.iter().any(|found| found.title == tab.title));
    let mut changes = Vec::new();
    let mut made = Vec::new();
    for tab in missing {
        changes.extend(requests::new_tab(tab, unused_sheet_id(&present, changes.len())));
        made.push(format!("Made the tab “{}”.", tab.title));
    }
    if !existing.is_empty() {
        // Two rows: whether there is data decides what a missing header may mean.
        let ranges: Vec<String> = existing
            .iter()
            .map(|tab| format!("{}!1:2", quoted(tab.title)))
            .collect();
        let found = store.spreadsheet.values(&ranges).await?;
        for (tab, top) in existing.iter().zip(&found) {
            if let Some(properties) = present.iter().find(|found| found.title == tab.title) {
                let added = missing_headers(tab, top, report);
                made.extend(
                    added
                        .iter()
                        .map(|header| format!("Added the header “{header}” to the tab “{}”.", tab.title)),
                );
                changes.extend(requests::new_headers(tab, properties, first_free_column(top), &added));
            }
        }
    }
    write(store, changes, made, &present, report).await;
    store.reader.forget_tabs().await;
    if report.problems.is_empty() {
        store.reader.learn_tabs().await?;
    }
    Ok(())
}

/// Writes what is missing; when nothing is, a write that changes nothing tells whether writing is allowed.
async fn write(
    store: &Store,
    mut changes: Vec<super::google::SheetRequest>,
    made: Vec<String>,
    present: &[TabProperties],
    report: &mut SetupReport,
) {
    if changes.is_empty() {
        let Some(first) = present.first() else { return };
        changes.push(requests::same_title(first));
    }
    match store.spreadsheet.apply(changes).await {
        Ok(_) => report.made.extend(made),
        Err(error) => report.problems.push(explain(&error, store, Doing::Writing)),
    }
}

/// Headers that can be added without risk. One that may stand there under another name is a problem for a person: an
/// empty second column would silently hide what the renamed one holds.
fn missing_headers(tab: &'static Tab, top: &ValueRange, report: &mut SetupReport) -> Vec<&'static str> {
    let rows = top.values.as_deref().unwrap_or_default();
    let header_row: &[Value] = rows.first().map_or(&[], Vec::as_slice);
    let Err(problems) = Layout::find(tab, header_row) else {
        return Vec::new();
    };
    let has_data = rows.len() > 1;
    let unknown = tab.unknown_headers(header_row);
    let mut added = Vec::new();
    for problem in &problems {
        match problem {
            HeaderProblem::Missing { wanted, nearest: None, .. } if !has_data || unknown.is_empty() => added.push(*wanted),
            HeaderProblem::Missing { wanted, nearest: None, .. } => report.problems.push(SetupProblem::new(
                problem.to_string(),
                format!(
                    "If one of the columns {} holds it, rename that column to “{wanted}”; otherwise write “{wanted}” into a free cell of row 1 of the tab {}.",
                    unknown.iter().map(|header| format!("“{header}”")).collect::<Vec<_>>().join(", "),
                    tab.title
                ),
            )),
            _ => report.problems.push(SetupProblem::from(problem)),
        }
    }
    added
}

fn first_free_column(top: &ValueRange) -> usize {
    top.values
        .as_deref()
        .unwrap_or_default()
        .iter()
        .map(Vec::len)
        .max()
        .unwrap_or(0)
}

fn unused_sheet_id(present: &[TabProperties], nth: usize) -> i32 {
    let highest = present.iter().map(|tab| tab.sheet_id).max().unwrap_or(0);
    // Ids are positive 31-bit numbers; Google's own are random, so the next one up is free.
    highest
        .checked_add(1 + requests::signed(nth))
        .unwrap_or(1 + requests::signed(nth))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Reading,
    Writing,
}

impl SetupProblem {
    /// What keeps `connection` from being opened at all.
    pub fn of_connection(error: &CallError, connection: &Connection) -> Self {
        explain_token(&error.to_string(), connection.credentials.address())
    }
}

fn explain(error: &CallError, store: &Store, doing: Doing) -> SetupProblem {
    let address = store.address.as_deref().unwrap_or("the program's account");
    let url = store.url();
    match error {
        CallError::Rejected { reason, message, .. }
            if reason == "SERVICE_DISABLED" || message.contains("has not been used in project") =>
        {
            SetupProblem::new(
                "The Google Sheets API is not enabled in the project of the service account.",
                "Open https://console.cloud.google.com/apis/library/sheets.googleapis.com, choose the project that the service account belongs to, press Enable and wait a minute.",
            )
        }
        CallError::Rejected { code: 403, .. } if doing == Doing::Writing => SetupProblem::new(
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
            "Set SPREADSHEET_ID to the part of the spreadsheet's address between /d/ and /edit.",
        ),
        CallError::Rejected { code: 400, message, .. } if message.contains("not supported for this document") => {
            SetupProblem::new(
                "The document is an Excel file, not a Google spreadsheet.",
                "Open it in Google Sheets, choose File → Save as Google Sheets, and set SPREADSHEET_ID to the new document.",
            )
        }
        CallError::Rejected { code: 401, message, .. } => explain_token(message, store.address.as_deref()),
        CallError::Token(message) => explain_token(message, store.address.as_deref()),
        CallError::Throttled => SetupProblem::new(
            "Google's quota for this account is used up for the moment.",
            "Wait a minute. If it happens often, look for another program that uses the same service account.",
        ),
        CallError::Unreachable(message) | CallError::Unavailable(message) => SetupProblem::new(
            format!("The spreadsheet cannot be reached: {message}"),
            "Check the network, SHEETS_API_URL if it is set, and https://www.google.com/appsstatus.",
        ),
        other @ CallError::Rejected { .. } => SetupProblem::new(
            format!("Google refuses: {other}"),
            "Compare the set-up with the chapter “Connect a Google spreadsheet” of the README.",
        ),
    }
}

/// Token errors as Google's OAuth service words them
/// (<https://developers.google.com/identity/protocols/oauth2/service-account#error-codes>).
fn explain_token(message: &str, address: Option<&str>) -> SetupProblem {
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
