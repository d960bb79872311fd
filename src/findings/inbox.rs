//! What was found, in groups, as a value. Pure.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::view::LineProblem;
use crate::finding::{Effect, Finding, FindingKind, NearNames, SheetEdit};

/// Entries of a group beside the others; a group by itself shows [`MOST_ALONE`].
const MOST_AMONG_OTHERS: usize = 50;
/// Entries that one page shows at most; the files have all.
const MOST_ALONE: usize = 1_000;

/// Name of the group of names that look alike.
pub const NAMES: &str = "near_names";
/// Name of the group of lines of files.
pub const FILES: &str = "files";
/// Name of the group of changes outside the program.
pub const EDITS: &str = "edits";

/// Everything that was found, for programs and for the page.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Inbox<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Things to look at in all groups, whether listed or not; changes outside the program are not among them.
    pub count: u32,
    /// The groups that have something, in the order to show.
    pub groups: Vec<Group>,
    /// Cells of the spreadsheet, by group.
    pub cells: Vec<&'a Finding>,
    /// Lines of files.
    pub lines: &'a [LineProblem],
    /// Names that look alike.
    pub near_names: &'a [NearNames],
    /// Changes outside the program, the latest first.
    pub edits: &'a [SheetEdit],
    /// The group that is shown alone.
    #[serde(skip)]
    pub alone: Option<&'a str>,
}

/// How much there is of one sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Group {
    /// The word in addresses.
    pub name: &'static str,
    /// The heading.
    pub title: &'static str,
    /// Entries.
    pub count: u32,
    /// Rows among them that are left out of the totals until they are mended.
    pub rows_excluded: u32,
    /// Values among them that are counted apart.
    pub counted_apart: u32,
}

impl<'a> Inbox<'a> {
    /// Puts what was found in groups; `alone` names the only group to list.
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

    /// Entries of one group that a page shows.
    pub fn most(&self) -> usize {
        if self.alone.is_some() {
            MOST_ALONE
        } else {
            MOST_AMONG_OTHERS
        }
    }

    /// Whether a word names a group.
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
