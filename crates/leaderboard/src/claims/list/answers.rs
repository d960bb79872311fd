//! Response body and download table of the claims list.

use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;
use web::response::{CutList, ExportCell, ExportKind, ExportSheet};

use crate::{
    claims::list::{ClaimOutcome, ClaimRow, link::ClaimsLink},
    ui::downloads::{local_time, typed_columns},
};

/// Response of `GET /leaderboard/claims`.
#[derive(Serialize, JsonSchema)]
pub struct ClaimsResponse<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Filter that selected the rows.
    pub filter: &'a ClaimsLink,
    /// Rows, latest first, at most 500.
    pub claims: &'a [ClaimRow],
    /// `claims`, if there are more of them; the next ones have `page=2`. CSV and Excel files have all.
    pub cut: Vec<CutList>,
}

/// Download table of the claims list, one row for each claim.
pub fn claims_sheet(lines: &[ClaimRow], as_of: Timestamp, zone: &TimeZone) -> ExportSheet {
    let columns = [
        ("row", ExportKind::Integer),
        ("id", ExportKind::Text),
        ("submitted_at", ExportKind::DateTime),
        ("csm", ExportKind::Text),
        ("company", ExportKind::Text),
        ("company_typed", ExportKind::Text),
        ("integration", ExportKind::Text),
        ("outcome", ExportKind::Text),
        ("credited_to", ExportKind::Text),
        ("status", ExportKind::Text),
        ("note", ExportKind::Text),
        ("link", ExportKind::Text),
    ];
    let rows = lines.iter().flat_map(|line| {
        line.integrations.iter().map(move |claim| {
            let (outcome, holder) = match &claim.outcome {
                ClaimOutcome::Credited => ("credited", line.csm.as_str()),
                ClaimOutcome::Repeated => ("repeated", line.csm.as_str()),
                ClaimOutcome::CreditedTo(holder) => ("credited to somebody else", holder.csm.as_str()),
                ClaimOutcome::NotCounted => ("set aside", ""),
            };
            vec![
                ExportCell::from(line.row),
                ExportCell::from(line.id.as_str()),
                ExportCell::from(local_time(line.submitted_at, zone)),
                ExportCell::from(line.csm.as_str()),
                ExportCell::from(line.company.as_str()),
                ExportCell::from(line.company_typed.as_str()),
                ExportCell::from(claim.name.as_str()),
                ExportCell::from(outcome),
                ExportCell::from(holder),
                ExportCell::from(line.status.as_str()),
                ExportCell::from(line.note.as_str()),
                ExportCell::from(line.link.as_str()),
            ]
        })
    });
    ExportSheet {
        title: "Claims".to_owned(),
        file_name: "leaderboard-claims".to_owned(),
        as_of: local_time(as_of, zone),
        columns: typed_columns(&columns),
        rows: rows.collect(),
    }
}
