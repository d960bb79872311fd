//! What was corrected: each change of a claim or an alias that the audit log tells, with its reason and its effect on the
//! standings of that moment.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        catalog_file::LoadedCatalog,
        credit::Ledger,
        desk::Settled,
        roll::Number,
        rows::{COMPANY, CSM, INTEGRATIONS, NOTE, SUBMISSIONS},
    },
    log::{Action, History, LogLine},
    unwinding::Unwinding,
};
use crate::{
    spelling::fold,
    store::{Content, TabRows},
};

/// Changes of one row by the same hand within this time are one correction.
const TOGETHER: SignedDuration = SignedDuration::from_secs(60);

/// One correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Correction {
    /// When it was made, or noticed.
    pub at: Timestamp,
    /// Who made it, as the log says.
    pub by: String,
    /// Title of the tab.
    pub tab: &'static str,
    /// Id of the row.
    pub row: String,
    /// Which claim it is about: `Manny, Acme: GitHub`; empty for other tabs.
    pub subject: String,
    /// What was changed, one entry a cell.
    pub what: Vec<CellChange>,
    /// The note beside the claim; empty when there is none.
    pub why: String,
    /// Whose points it changed, on the board of all time at that moment.
    pub effect: Vec<PointsEffect>,
}

/// One changed cell, or a row that came or went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CellChange {
    /// What was done.
    pub action: Action,
    /// Header of the cell; `None` for the whole row.
    pub column: Option<&'static str>,
    /// What it said before.
    pub old: String,
    /// What it says since.
    pub new: String,
}

/// `Manny 15 → 14`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PointsEffect {
    /// Name as the board showed it.
    pub csm: String,
    /// Points before.
    pub before: u32,
    /// Points after.
    pub after: u32,
}

/// How many corrections there are.
pub fn count(history: &History) -> usize {
    groups(&history.lines).len()
}

/// A part of the corrections, the newest first. Pure, but heavy for very many rows: each correction asks for a board.
pub fn corrections(history: &History, catalog: &LoadedCatalog, wanted: std::ops::Range<usize>) -> Vec<Correction> {
    let groups = groups(&history.lines);
    let mut unwindings: Vec<Unwinding<'_>> = history
        .tabs
        .iter()
        .map(|rows| Unwinding::new(rows, &history.lines))
        .collect();
    let mut taken = history.lines.len();
    let mut after: Option<Settled> = None;
    let mut found = Vec::new();
    for (place, group) in groups.iter().enumerate().take(wanted.end) {
        // Lines that are no corrections, such as a changed note, stand between the groups.
        take_back(&mut unwindings, &history.lines[group.end..taken]);
        taken = group.start;
        let lines: Vec<&LogLine> = group.lines.iter().map(|line| &history.lines[*line]).collect();
        let between = &history.lines[group.start..group.end];
        if place < wanted.start {
            take_back(&mut unwindings, between);
            continue;
        }
        let board_after = after.take().unwrap_or_else(|| board(&unwindings, history, catalog));
        let mut correction = told(&lines, history, &unwindings);
        take_back(&mut unwindings, between);
        let board_before = board(&unwindings, history, catalog);
        correction.subject = subject(&lines, &unwindings).unwrap_or(correction.subject);
        correction.effect = effect((&board_before.ledger, &board_after.ledger), correction.at);
        after = Some(board_before);
        found.push(correction);
    }
    found
}

fn take_back(unwindings: &mut [Unwinding<'_>], lines: &[LogLine]) {
    for line in lines.iter().rev() {
        unwindings.iter_mut().for_each(|unwinding| unwinding.take_back(line));
    }
}

fn board(unwindings: &[Unwinding<'_>], history: &History, catalog: &LoadedCatalog) -> Settled {
    let tabs: Vec<TabRows> = unwindings.iter().map(|unwinding| unwinding.tab(|_| false)).collect();
    Settled::of_tabs(&tabs, &history.zone, catalog)
}

/// Lines that are one correction, by place in the log: a range that holds them all, and which of it they are.
struct Group {
    start: usize,
    end: usize,
    lines: Vec<usize>,
}

/// The corrections, the newest first.
fn groups(lines: &[LogLine]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| is_correction(line)) {
        let joined = groups.last_mut().filter(|group| {
            let first = &lines[group.lines[0]];
            let is_same_row = first.tab.title == line.tab.title && first.row == line.row && first.by == line.by;
            // A foreign line in between keeps them apart, so that each range is one stretch of the log.
            group.end == place && is_same_row && line.at.duration_since(first.at) <= TOGETHER
        });
        match joined {
            Some(group) => {
                group.end = place + 1;
                group.lines.push(place);
            }
            None => groups.push(Group {
                start: place,
                end: place + 1,
                lines: vec![place],
            }),
        }
    }
    groups.reverse();
    groups
}

/// A note or an id alone changes nothing.
fn is_correction(line: &LogLine) -> bool {
    line.tab.title != SUBMISSIONS.title || !matches!(line.column, Some(NOTE | 0))
}

fn told(lines: &[&LogLine], history: &History, unwindings: &[Unwinding<'_>]) -> Correction {
    let first = lines[0];
    let change = |line: &&LogLine| CellChange {
        action: line.action,
        column: line.column.map(|column| line.tab.columns[column].header),
        old: line.old.as_cell().text(),
        new: line.new.as_cell().text(),
    };
    Correction {
        at: first.at,
        by: first.by.clone(),
        tab: first.tab.title,
        row: first.row.clone(),
        subject: subject(lines, unwindings).unwrap_or_default(),
        what: lines.iter().map(change).collect(),
        why: note(first, history, unwindings),
        effect: Vec::new(),
    }
}

/// The note as it is now; of a row that is gone, the last one.
fn note(line: &LogLine, history: &History, unwindings: &[Unwinding<'_>]) -> String {
    if line.tab.title != SUBMISSIONS.title {
        return String::new();
    }
    let now = history.tabs.iter().find(|rows| rows.tab().title == line.tab.title);
    let now = now.and_then(|rows| rows.rows().find(|row| row.cell(0).text() == line.row));
    let then = || cells(line, unwindings).and_then(|cells| cells.get(NOTE).map(|cell| cell.as_cell().text()));
    now.map(|row| row.cell(NOTE).text()).or_else(then).unwrap_or_default()
}

fn cells(line: &LogLine, unwindings: &[Unwinding<'_>]) -> Option<Vec<Content>> {
    unwindings
        .iter()
        .find(|unwinding| unwinding.is_of(line.tab))?
        .row(&line.row)
}

fn subject(lines: &[&LogLine], unwindings: &[Unwinding<'_>]) -> Option<String> {
    let line = lines.first().filter(|line| line.tab.title == SUBMISSIONS.title)?;
    let cells = cells(line, unwindings)?;
    let text = |column: usize| cells.get(column).map(|cell| cell.as_cell().text()).unwrap_or_default();
    Some(format!("{}, {}: {}", text(CSM), text(COMPANY), text(INTEGRATIONS)))
}

/// Whose points differ between two boards, counting the claims up to a moment.
fn effect((before, after): (&Ledger, &Ledger), at: Timestamp) -> Vec<PointsEffect> {
    let mut points: BTreeMap<String, PointsEffect> = BTreeMap::new();
    let mut note = |ledger: &Ledger, set: fn(&mut PointsEffect, u32)| {
        for (csm, amount) in ledger.points_until(at) {
            let effect = points.entry(fold(&csm)).or_insert_with(|| PointsEffect {
                csm,
                before: 0,
                after: 0,
            });
            set(effect, amount);
        }
    };
    note(after, |effect, amount| effect.after = amount);
    note(before, |effect, amount| effect.before = amount);
    points
        .into_values()
        .filter(|effect| effect.before != effect.after)
        .collect()
}

impl Ledger {
    /// What each CSM held at an instant, with claims up to it.
    fn points_until(&self, instant: Timestamp) -> Vec<(String, u32)> {
        let mut points = vec![0_u32; self.csm_count()];
        for (line, integration) in self.points(&self.order()[..self.lines_until(instant)]) {
            if let Some(csm) = self.line(line).csm.filter(|_| self.is_in_catalog(integration)) {
                points[csm.place()] += 1;
            }
        }
        let named = points.into_iter().enumerate();
        named
            .map(|(place, points)| (self.csm_shown(Number::of(place)).to_owned(), points))
            .collect()
    }
}
