//! Data issues of all boards in groups. Pure.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::view::LineProblem;
use crate::finding::{Effect, Finding, FindingKind, NearNames, SheetEdit};

/// Entries per group on the page with all groups; a single group shows [`MOST_ALONE`].
const MOST_AMONG_OTHERS: usize = 50;
/// Entries on the page of a single group; the downloads have all.
const MOST_ALONE: usize = 1_000;

/// Group of possible duplicate names.
pub const NAMES: &str = "near_names";
/// Group of rejected lines of files.
pub const FILES: &str = "files";
/// Group of edits in the spreadsheet itself.
pub const EDITS: &str = "edits";

/// All data issues, for programs and for the page.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Inbox<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Number of issues in all groups, whether listed or not, without the edits in the spreadsheet.
    pub count: u32,
    /// Groups with entries, in display order.
    pub groups: Vec<Group>,
    /// Issues in cells of the spreadsheet, sorted by group.
    pub cells: Vec<&'a Finding>,
    /// Rejected lines of files.
    pub lines: &'a [LineProblem],
    /// Possible duplicate names.
    pub near_names: &'a [NearNames],
    /// Edits in the spreadsheet itself, newest first.
    pub edits: &'a [SheetEdit],
    /// Name of the single group to list; `None` lists all.
    #[serde(skip)]
    pub alone: Option<&'a str>,
}

/// Summary of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Group {
    /// Value of `kind=`.
    pub name: &'static str,
    /// Heading.
    pub title: &'static str,
    /// Number of entries.
    pub count: u32,
    /// Rows that are excluded from the totals until they are corrected.
    pub rows_excluded: u32,
    /// Values that are counted separately.
    pub counted_apart: u32,
}

impl<'a> Inbox<'a> {
    /// Groups the issues; `alone` names the single group to list.
    pub fn of(found: &'a super::pages::Found, alone: Option<&'a str>) -> Self {
        let mut cells: Vec<&Finding> = found.cells.iter().collect();
        let urgency = |kind: FindingKind| FindingKind::ALL.iter().position(|known| *known == kind);
        cells.sort_by_key(|cell| urgency(cell.kind));
        let mut groups: Vec<Group> = cells.chunk_by(|one, other| one.kind == other.kind).map(group).collect();
        groups.push(plain(NAMES, "Names that look alike", found.near_names.len()));
        groups.push(plain(FILES, "Lines of files that were left out", found.lines.len()));
        let count = groups.iter().map(|group| group.count).sum();
        groups.push(plain(EDITS, "Changed in the spreadsheet itself", found.edits.len()));
        groups.retain(|group| group.count > 0);
        cells.retain(|cell| alone.is_none_or(|alone| cell.kind.name() == alone));
        let asked = |name| alone.is_none_or(|alone| alone == name);
        Self {
            as_of: found.as_of.timestamp(),
            count,
            groups,
            cells,
            lines: if asked(FILES) { &found.lines } else { &[] },
            near_names: if asked(NAMES) { &found.near_names } else { &[] },
            edits: if asked(EDITS) { &found.edits } else { &[] },
            alone,
        }
    }

    /// Maximum number of entries per group on the page.
    pub fn most(&self) -> usize {
        if self.alone.is_some() {
            MOST_ALONE
        } else {
            MOST_AMONG_OTHERS
        }
    }

    /// Whether `name` is a group.
    pub fn is_group(name: &str) -> bool {
        [NAMES, FILES, EDITS].contains(&name) || FindingKind::ALL.iter().any(|kind| kind.name() == name)
    }
}

fn group(cells: &[&Finding]) -> Group {
    let kind = cells.first().map_or(FindingKind::Unreadable, |cell| cell.kind);
    let mut rows: Vec<(&str, u32)> = cells
        .iter()
        .filter(|cell| cell.effect == Effect::RowExcluded)
        .map(|cell| (cell.tab, cell.row))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    let apart = cells.iter().filter(|cell| cell.effect == Effect::CountedApart).count();
    Group {
        rows_excluded: number(rows.len()),
        counted_apart: number(apart),
        ..plain(kind.name(), kind.title(), cells.len())
    }
}

fn plain(name: &'static str, title: &'static str, count: usize) -> Group {
    Group {
        name,
        title,
        count: number(count),
        rows_excluded: 0,
        counted_apart: 0,
    }
}

fn number(amount: usize) -> u32 {
    u32::try_from(amount).unwrap_or(u32::MAX)
}
