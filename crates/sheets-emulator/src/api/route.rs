//! Routes of the Sheets API.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/reference/rest>

use percent_encoding::percent_decode_str;

use crate::proto::query::CallKind;

/// API method with its path parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SheetsCall {
    /// `spreadsheets.create`
    Create,
    /// `spreadsheets.get`
    Get(String),
    /// `spreadsheets.batchUpdate`
    BatchUpdate(String),
    /// `spreadsheets.values.get`
    ValuesGet(String, String),
    /// `spreadsheets.values.update`
    ValuesUpdate(String, String),
    /// `spreadsheets.values.append`
    ValuesAppend(String, String),
    /// `spreadsheets.values.clear`
    ValuesClear(String, String),
    /// `spreadsheets.values.batchGet`
    ValuesBatchGet(String),
    /// `spreadsheets.values.batchUpdate`
    ValuesBatchUpdate(String),
    /// `spreadsheets.values.batchClear`
    ValuesBatchClear(String),
    /// `spreadsheets.values.batchGetByDataFilter`
    ValuesBatchGetByDataFilter(String),
    /// `spreadsheets.getByDataFilter`
    GetByDataFilter(String),
    /// `spreadsheets.sheets.copyTo`
    CopyTo(String, i32),
    /// `spreadsheets.developerMetadata.get`
    MetadataGet(String, String),
    /// `spreadsheets.developerMetadata.search`
    MetadataSearch(String),
    /// Unsupported method, with its name.
    Unsupported(&'static str),
}

impl SheetsCall {
    /// Method name and path pattern, for call counts and fault rules.
    pub fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Create => ("spreadsheets.create", "POST spreadsheets"),
            Self::Get(_) => ("spreadsheets.get", "GET spreadsheets"),
            Self::GetByDataFilter(_) => ("spreadsheets.getByDataFilter", "POST spreadsheets:getByDataFilter"),
            Self::BatchUpdate(_) => ("spreadsheets.batchUpdate", "POST spreadsheets:batchUpdate"),
            Self::ValuesGet(..) => ("spreadsheets.values.get", "GET spreadsheets.values"),
            Self::ValuesUpdate(..) => ("spreadsheets.values.update", "PUT spreadsheets.values"),
            Self::ValuesAppend(..) => ("spreadsheets.values.append", "POST spreadsheets.values:append"),
            Self::ValuesClear(..) => ("spreadsheets.values.clear", "POST spreadsheets.values:clear"),
            Self::ValuesBatchGet(_) => ("spreadsheets.values.batchGet", "GET spreadsheets.values:batchGet"),
            Self::ValuesBatchUpdate(_) => (
                "spreadsheets.values.batchUpdate",
                "POST spreadsheets.values:batchUpdate",
            ),
            Self::ValuesBatchClear(_) => ("spreadsheets.values.batchClear", "POST spreadsheets.values:batchClear"),
            Self::ValuesBatchGetByDataFilter(_) => (
                "spreadsheets.values.batchGetByDataFilter",
                "POST spreadsheets.values:batchGetByDataFilter",
            ),
            Self::CopyTo(..) => ("spreadsheets.sheets.copyTo", "POST spreadsheets.sheets:copyTo"),
            Self::MetadataGet(..) => (
                "spreadsheets.developerMetadata.get",
                "GET spreadsheets.developerMetadata",
            ),
            Self::MetadataSearch(_) => (
                "spreadsheets.developerMetadata.search",
                "POST spreadsheets.developerMetadata:search",
            ),
            Self::Unsupported(name) => (name, name),
        }
    }

    /// Kind of the method for quota and faults.
    pub fn kind(&self) -> CallKind {
        match self {
            Self::Get(_)
            | Self::GetByDataFilter(_)
            | Self::ValuesGet(..)
            | Self::ValuesBatchGet(_)
            | Self::ValuesBatchGetByDataFilter(_)
            | Self::MetadataGet(..)
            | Self::MetadataSearch(_) => CallKind::Read,
            _ => CallKind::Write,
        }
    }
}

/// Finds the method of a request; `None` for an unknown path. The path may be percent-encoded or not.
pub fn find(method: &str, path: &str) -> Option<SheetsCall> {
    let rest = path.strip_prefix("/v4/spreadsheets")?;
    if rest.is_empty() || rest == "/" {
        return (method == "POST").then_some(SheetsCall::Create);
    }
    let rest = rest.strip_prefix('/')?;
    let (first, rest) = match rest.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (rest, None),
    };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    match rest {
        None => of_spreadsheet(method, &decoded(first)),
        Some(rest) => {
            let id = decoded(first);
            if let Some(range) = rest.strip_prefix("values/") {
                return of_range(method, id, &decoded(range));
            }
            if let Some(verb) = decoded(rest).strip_prefix("values:") {
                return of_values(method, id, verb);
            }
            if let Some(sheet) = decoded(rest).strip_prefix("sheets/") {
                let sheet = sheet.strip_suffix(":copyTo")?.parse().ok()?;
                return (method == "POST").then_some(SheetsCall::CopyTo(id, sheet));
            }
            match (method, decoded(rest).strip_prefix("developerMetadata")?) {
                ("POST", ":search") => Some(SheetsCall::MetadataSearch(id)),
                ("GET", metadata) => Some(SheetsCall::MetadataGet(id, metadata.strip_prefix('/')?.to_owned())),
                _ => None,
            }
        }
    }
}

fn of_spreadsheet(method: &str, text: &str) -> Option<SheetsCall> {
    match (method, text.rsplit_once(':')) {
        ("GET", None) => Some(SheetsCall::Get(text.to_owned())),
        ("POST", Some((id, "batchUpdate"))) => Some(SheetsCall::BatchUpdate(id.to_owned())),
        ("POST", Some((id, "getByDataFilter"))) => Some(SheetsCall::GetByDataFilter(id.to_owned())),
        _ => None,
    }
}

fn of_range(method: &str, id: String, text: &str) -> Option<SheetsCall> {
    match (method, text.rsplit_once(':')) {
        ("GET", _) => Some(SheetsCall::ValuesGet(id, text.to_owned())),
        ("PUT", _) => Some(SheetsCall::ValuesUpdate(id, text.to_owned())),
        ("POST", Some((range, "append"))) => Some(SheetsCall::ValuesAppend(id, range.to_owned())),
        ("POST", Some((range, "clear"))) => Some(SheetsCall::ValuesClear(id, range.to_owned())),
        _ => None,
    }
}

fn of_values(method: &str, id: String, verb: &str) -> Option<SheetsCall> {
    match (method, verb) {
        ("GET", "batchGet") => Some(SheetsCall::ValuesBatchGet(id)),
        ("POST", "batchUpdate") => Some(SheetsCall::ValuesBatchUpdate(id)),
        ("POST", "batchClear") => Some(SheetsCall::ValuesBatchClear(id)),
        ("POST", "batchGetByDataFilter") => Some(SheetsCall::ValuesBatchGetByDataFilter(id)),
        ("POST", "batchUpdateByDataFilter") => {
            Some(SheetsCall::Unsupported("spreadsheets.values.batchUpdateByDataFilter"))
        }
        ("POST", "batchClearByDataFilter") => {
            Some(SheetsCall::Unsupported("spreadsheets.values.batchClearByDataFilter"))
        }
        _ => None,
    }
}
