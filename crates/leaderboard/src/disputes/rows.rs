//! Tab `disputes`, column by column.

use std::collections::HashSet;

use sheets_store::{
    ChangeHistory, Column, ColumnKind, Dataset, DecodeContext, IdSource, Tab, TabLink, TabRow, TabRows, finding::Effect,
};

use crate::disputes::dispute::{Dispute, DisputeStatus};

/// One row for each disputed claim; staff set `status` and `note`.
pub static DISPUTES: Tab = Tab {
    title: "disputes",
    columns: &[
        Column::new("id", ColumnKind::Text),
        Column::new("at", ColumnKind::DateTime),
        Column::new("claim", ColumnKind::Text),
        Column::new("csm", ColumnKind::Text),
        Column::new("company", ColumnKind::Text),
        Column::new("integration", ColumnKind::Text),
        Column::new("credited_to", ColumnKind::Text),
        Column::new("reason", ColumnKind::Text),
        Column::new("status", ColumnKind::Choice(&["open", "accepted", "refused"])),
        Column::new("note", ColumnKind::Text),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

const AT: usize = 1;
const CLAIM: usize = 2;
const CSM: usize = 3;
const COMPANY: usize = 4;
const INTEGRATION: usize = 5;
const CREDITED_TO: usize = 6;
const REASON: usize = 7;
const STATUS: usize = 8;
const NOTE: usize = 9;

/// All disputes.
#[derive(Debug)]
pub struct DisputeRows {
    /// In sheet order; duplicate rows are ignored.
    pub list: Vec<Dispute>,
    /// Addresses of the cells of the tab.
    pub link: TabLink,
}

impl Dataset for DisputeRows {
    const TABS: &'static [&'static Tab] = &[&DISPUTES];

    fn decode(mut tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let rows = tabs.remove(0);
        let mut known = HashSet::new();
        let all = rows.rows().map(|row| dispute(&row, rows.link(), decoding));
        Self {
            list: all.filter(|dispute| known.insert(dispute.id.clone())).collect(),
            link: rows.link().clone(),
        }
    }
}

fn dispute(row: &TabRow<'_>, link: &TabLink, decoding: &mut DecodeContext) -> Dispute {
    let text = |column: usize| row.cell(column).text();
    let status = DisputeStatus::parse(&text(STATUS)).unwrap_or_else(|reason| {
        decoding.findings.push(row.finding(STATUS, Effect::Counted, reason));
        DisputeStatus::Open
    });
    Dispute {
        id: text(0),
        at: row.cell(AT).instant(&decoding.zone).ok(),
        claim: text(CLAIM),
        csm: text(CSM),
        company: text(COMPANY),
        integration: text(INTEGRATION),
        credited_to: text(CREDITED_TO),
        reason: text(REASON),
        status,
        note: text(NOTE),
        link: link.row(row.number),
    }
}
