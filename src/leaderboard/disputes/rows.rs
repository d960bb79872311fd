//! Tab `disputes`, column by column.

use std::collections::HashSet;

use super::dispute::{Dispute, DisputeStatus};
use crate::{
    finding::Effect,
    store::{Column, Dataset, Decoding, History, Ids, Kind, Row, Tab, TabLink, TabRows},
};

/// One row for each disputed claim; staff set `status` and `note`.
pub static DISPUTES: Tab = Tab {
    title: "disputes",
    columns: &[
        Column::new("id", Kind::Text),
        Column::new("at", Kind::DateTime),
        Column::new("claim", Kind::Text),
        Column::new("csm", Kind::Text),
        Column::new("company", Kind::Text),
        Column::new("integration", Kind::Text),
        Column::new("credited_to", Kind::Text),
        Column::new("reason", Kind::Text),
        Column::new("status", Kind::Choice(&["open", "accepted", "refused"])),
        Column::new("note", Kind::Text),
    ],
    ids: Ids::Given,
    history: History::Kept,
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
pub struct Disputes {
    /// In sheet order; duplicate rows are ignored.
    pub list: Vec<Dispute>,
    /// Addresses of the cells of the tab.
    pub link: TabLink,
}

impl Dataset for Disputes {
    const TABS: &'static [&'static Tab] = &[&DISPUTES];

    fn decode(mut tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let rows = tabs.remove(0);
        let mut known = HashSet::new();
        let all = rows.rows().map(|row| dispute(&row, rows.link(), decoding));
        Self {
            list: all.filter(|dispute| known.insert(dispute.id.clone())).collect(),
            link: rows.link().clone(),
        }
    }
}

fn dispute(row: &Row<'_>, link: &TabLink, decoding: &mut Decoding) -> Dispute {
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
