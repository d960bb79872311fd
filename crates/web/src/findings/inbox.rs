//! Data issues of all boards in groups. Pure.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::finding::{Effect, Finding, FindingKind};

use crate::{
    findings::{
        board_findings::{BoardFindings, LineProblem, NearNames},
        sheet_edits::SheetEdit,
    },
    response::{CutList, ListPage},
};

/// Entries per group on the page with all groups; a single group has pages of [`ENTRIES_PER_PAGE`].
const MAX_IN_OVERVIEW: usize = 50;
/// Entries of each list on a page of a single group and in JSON; the downloads have all. Two long names that look alike
/// take two kilobytes.
pub const ENTRIES_PER_PAGE: usize = 200;

/// Group of possible duplicate names.
pub const NEAR_NAMES: &str = "near_names";
/// Group of rejected lines of files.
pub const FILE_LINES: &str = "files";
/// Group of edits in the spreadsheet itself.
pub const SHEET_EDITS: &str = "edits";

/// All data issues, for programs and for the page.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FindingsInbox<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Number of issues in all groups, whether listed or not, without the edits in the spreadsheet.
    pub count: u32,
    /// Groups with entries, in display order.
    pub groups: Vec<FindingGroup>,
    /// Issues in cells of the spreadsheet, sorted by group. This and the lists below have at most 200 entries each.
    pub cells: Vec<&'a Finding>,
    /// Rejected lines of files.
    pub lines: &'a [LineProblem],
    /// Possible duplicate names.
    pub near_names: &'a [NearNames],
    /// How a decision about two names is stored.
    #[serde(skip)]
    pub near_names_hint: &'static str,
    /// Edits in the spreadsheet itself, newest first.
    pub edits: &'a [SheetEdit],
    /// Lists with more entries; the next ones have `page=2`. CSV and Excel files have all.
    pub cut: Vec<CutList>,
    /// Name of the single group to list; `None` lists all.
    #[serde(skip)]
    pub alone: Option<&'a str>,
    /// Page of the lists.
    #[serde(skip)]
    pub page: ListPage,
}

/// Summary of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingGroup {
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

impl<'a> FindingsInbox<'a> {
    /// Groups the issues; `alone` names the single group to list.
    pub fn of(findings: &'a BoardFindings, alone: Option<&'a str>) -> Self {
        let mut cells: Vec<&Finding> = findings.cells.iter().collect();
        let urgency = |kind: FindingKind| FindingKind::ALL.iter().position(|known| *known == kind);
        cells.sort_by_key(|cell| urgency(cell.kind));
        let mut groups: Vec<FindingGroup> = cells.chunk_by(|one, other| one.kind == other.kind).map(group).collect();
        groups.push(plain(NEAR_NAMES, "Names that look alike", findings.near_names.len()));
        groups.push(plain(
            FILE_LINES,
            "Lines of files that were left out",
            findings.lines.len(),
        ));
        let count = groups.iter().map(|group| group.count).sum();
        groups.push(plain(
            SHEET_EDITS,
            "Changed in the spreadsheet itself",
            findings.edits.len(),
        ));
        groups.retain(|group| group.count > 0);
        cells.retain(|cell| alone.is_none_or(|alone| cell.kind.name() == alone));
        let is_listed = |name| alone.is_none_or(|alone| alone == name);
        Self {
            as_of: findings.as_of.timestamp(),
            count,
            groups,
            cells,
            lines: if is_listed(FILE_LINES) { &findings.lines } else { &[] },
            near_names_hint: findings.near_names_hint,
            near_names: if is_listed(NEAR_NAMES) {
                &findings.near_names
            } else {
                &[]
            },
            edits: if is_listed(SHEET_EDITS) { &findings.edits } else { &[] },
            cut: Vec::new(),
            page: ListPage::new(None, ENTRIES_PER_PAGE),
            alone,
        }
    }

    /// The same with one page of each list. `address` is path and query of the request.
    #[must_use]
    pub fn on_page(mut self, page: ListPage, address: &str) -> Self {
        let lists = [
            ("cells", self.cells.len()),
            ("lines", self.lines.len()),
            ("near_names", self.near_names.len()),
            ("edits", self.edits.len()),
        ];
        let cut = lists.map(|(list, total)| page.cut(list, total, address));
        self.cells = page.of(&self.cells).to_vec();
        Self {
            cut: cut.into_iter().flatten().collect(),
            lines: page.of(self.lines),
            near_names: page.of(self.near_names),
            edits: page.of(self.edits),
            page,
            ..self
        }
    }

    /// Maximum number of entries per group on the page.
    pub fn max_listed(&self) -> usize {
        if self.alone.is_some() {
            ENTRIES_PER_PAGE
        } else {
            MAX_IN_OVERVIEW
        }
    }

    /// Whether `name` is a group.
    pub fn is_group(name: &str) -> bool {
        Self::groups().any(|group| group == name)
    }

    /// Names of the groups.
    pub fn groups() -> impl Iterator<Item = &'static str> {
        let of_cells = FindingKind::ALL.iter().map(|kind| kind.name());
        [NEAR_NAMES, FILE_LINES, SHEET_EDITS].into_iter().chain(of_cells)
    }
}

fn group(cells: &[&Finding]) -> FindingGroup {
    let kind = cells.first().map_or(FindingKind::Unreadable, |cell| cell.kind);
    let mut rows: Vec<(&str, u32)> = cells
        .iter()
        .filter(|cell| cell.effect == Effect::RowExcluded)
        .map(|cell| (cell.tab, cell.row))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    let apart = cells.iter().filter(|cell| cell.effect == Effect::CountedApart).count();
    FindingGroup {
        rows_excluded: number(rows.len()),
        counted_apart: number(apart),
        ..plain(kind.name(), heading(kind), cells.len())
    }
}

fn plain(name: &'static str, title: &'static str, count: usize) -> FindingGroup {
    FindingGroup {
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

/// Heading of the group of findings of this kind.
fn heading(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Header => "Headers that were renamed",
        FindingKind::Unreadable => "Cells that cannot be read",
        FindingKind::FormulaError => "Formulas that end in an error",
        FindingKind::UnknownValue => "Words that are not on the list",
        FindingKind::Id => "Ids that are missing or stand twice",
        FindingKind::Alias => "Aliases that are not applied",
        FindingKind::Future => "Dates in the future",
        FindingKind::FormulaLike => "Text that begins like a formula",
        FindingKind::Burst => "Many rows within minutes",
    }
}
