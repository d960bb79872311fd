//! Slides of the TV page: rankings, split so that each part fits on one screen.

pub(crate) mod document;
pub(crate) mod page;
pub(crate) mod view;

use jiff::Timestamp;

use crate::{
    claims::{list::OutcomeFilter, storage::saturating_u32},
    contests::{report::ContestReport, scoring::ContestStanding},
    standings::{ServiceKind, ServiceStanding, Standings},
};

/// Maximum lines in a column that stay readable across a room.
const MAX_LINES: usize = 20;
/// Number of lines up to which one column is used.
const FEW_LINES: usize = 12;
/// Maximum columns next to each other.
const MAX_COLUMNS: usize = 3;

/// A ranking on the TV page: of the board or of a contest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TvTable {
    /// Kind of ranking.
    pub kind: TvTableKind,
    /// Title, such as `By CSM`.
    pub title: String,
    /// Further information, such as the time left; may be empty.
    pub subtitle: String,
    /// Unit of the figures, such as `integrations`.
    pub unit: &'static str,
    /// Moment of the claims behind the figures; `None` for now.
    pub as_of: Option<Timestamp>,
    /// Best first.
    pub lines: Vec<TvRow>,
}

/// A name and the figure that it is ranked by.
#[derive(Clone, Copy, Debug)]
pub struct TvFigure<'a> {
    /// CSM or integration.
    pub name: &'a str,
    /// Figure.
    pub value: u32,
}

/// Kind of ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TvTableKind {
    /// CSMs by credits.
    Csms,
    /// Integrations by companies.
    Services,
    /// CSMs by contest points.
    Contest,
}

/// One row of a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TvRow {
    /// Rank from 1; equal figures share a rank.
    pub rank: u32,
    /// Whether another row has the same rank.
    pub is_tied: bool,
    /// CSM or integration.
    pub name: String,
    /// Figure as displayed.
    pub figure: String,
    /// Share of the highest figure, in thousandths.
    pub thousandths: u32,
    /// Outcome of the claims behind the figure.
    pub outcome: OutcomeFilter,
}

/// A part of a ranking that fits on one screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TvSlide<'a> {
    /// Ranking.
    pub table: &'a TvTable,
    /// Number of this part, from 1.
    pub part: u32,
    /// Number of parts.
    pub parts: u32,
    /// Columns from left to right; the first one is the longest.
    pub columns: Vec<&'a [TvRow]>,
}

impl TvTable {
    /// Rankings of a board: by CSM, then by integration.
    pub fn of(standings: &Standings) -> Vec<Self> {
        let csms = standings.by_csm.iter().map(|line| TvFigure {
            name: &line.csm,
            value: line.integrations,
        });
        let claimed = |service: &&ServiceStanding| service.companies > 0;
        let services = standings.by_service.iter().filter(claimed);
        let is_apart = |name: &str| {
            let found = standings.by_service.iter().find(|service| service.integration == name);
            found.is_some_and(|service| service.kind == ServiceKind::OutsideCatalog)
        };
        let mut by_service = Self::new(
            TvTableKind::Services,
            "By service",
            "companies",
            services
                .map(|service| TvFigure {
                    name: &service.integration,
                    value: service.companies,
                })
                .collect(),
        );
        for line in by_service.lines.iter_mut().filter(|line| is_apart(&line.name)) {
            line.outcome = OutcomeFilter::CountedApart;
        }
        vec![
            Self::new(TvTableKind::Csms, "By CSM", "integrations", csms.collect()),
            by_service,
        ]
    }

    /// Ranking of a contest, frozen or current.
    pub fn of_contest(report: &ContestReport, subtitle: String) -> Self {
        let frozen = report.frozen.as_ref();
        let standings = &frozen.map_or(&report.current, |frozen| &frozen.scores).standings;
        let as_of = frozen.map(|frozen| frozen.frozen_at);
        let highest = standings.first().map(|best| best.points.clone()).unwrap_or_default();
        let tie_count = |rank: u32| standings.iter().filter(|standing| standing.rank == rank).count();
        let line = |standing: &ContestStanding| TvRow {
            rank: standing.rank,
            is_tied: tie_count(standing.rank) > 1,
            name: standing.csm.clone(),
            figure: standing.points.to_string(),
            thousandths: standing.points.share_of(&highest) / 10,
            outcome: OutcomeFilter::Credited,
        };
        Self {
            kind: TvTableKind::Contest,
            title: report.contest.name.clone(),
            subtitle,
            unit: "points",
            as_of,
            lines: standings.iter().map(line).collect(),
        }
    }

    /// Ranking of names by figures, in any order; ties keep the given order.
    pub fn new(kind: TvTableKind, title: &str, unit: &'static str, mut figures: Vec<TvFigure<'_>>) -> Self {
        figures.sort_by_key(|figure| std::cmp::Reverse(figure.value));
        let rank = |points: u32| 1 + figures.partition_point(|other| other.value > points);
        let highest = figures.first().map_or(0, |first| first.value);
        let tie_count = |points: u32| figures.iter().filter(|other| other.value == points).count();
        Self {
            kind,
            title: title.to_owned(),
            subtitle: String::new(),
            unit,
            as_of: None,
            lines: figures
                .iter()
                .map(|figure| TvRow {
                    rank: saturating_u32(rank(figure.value)),
                    is_tied: tie_count(figure.value) > 1,
                    name: figure.name.to_owned(),
                    figure: figure.value.to_string(),
                    thousandths: share(figure.value, highest),
                    outcome: OutcomeFilter::Credited,
                })
                .collect(),
        }
    }
}

/// Share of the highest figure in thousandths, rounded down.
fn share(part: u32, highest: u32) -> u32 {
    let thousandths = u64::from(part) * 1_000 / u64::from(highest.max(1));
    u32::try_from(thousandths).unwrap_or(1_000)
}

/// Slides of the rankings, in order. An empty ranking has one slide that says so.
pub fn slides(tables: &[TvTable]) -> Vec<TvSlide<'_>> {
    tables.iter().flat_map(slides_of).collect()
}

fn slides_of(table: &TvTable) -> Vec<TvSlide<'_>> {
    let lines = table.lines.as_slice();
    // Equal numbers of lines on all parts except the last.
    let parts = lines.len().div_ceil(MAX_LINES * MAX_COLUMNS).max(1);
    let on_each = lines.len().div_ceil(parts).max(1);
    let chunks: Vec<&[TvRow]> = if lines.is_empty() {
        vec![lines]
    } else {
        lines.chunks(on_each).collect()
    };
    let parts = saturating_u32(chunks.len());
    (1..)
        .zip(chunks)
        .map(|(part, lines)| TvSlide {
            table,
            part,
            parts,
            columns: columns(lines),
        })
        .collect()
}

fn columns(lines: &[TvRow]) -> Vec<&[TvRow]> {
    let columns = if lines.len() <= FEW_LINES {
        1
    } else {
        lines.len().div_ceil(MAX_LINES).max(2)
    };
    let in_each = lines.len().div_ceil(columns).max(1);
    lines.chunks(in_each).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn figures<'a>(figures: &[(&'a str, u32)]) -> Vec<TvFigure<'a>> {
        let figures = figures.iter();
        figures.map(|(name, value)| TvFigure { name, value: *value }).collect()
    }

    pub(crate) fn table(lines: usize) -> TvTable {
        let names: Vec<String> = (0..lines).map(|number| format!("CSM {number}")).collect();
        let figures = names.iter().map(|name| TvFigure { name, value: 7 }).collect();
        TvTable::new(TvTableKind::Csms, "By CSM", "integrations", figures)
    }

    /// Number of lines in each column of each slide.
    pub(crate) fn shape(lines: usize) -> Vec<Vec<usize>> {
        let table = table(lines);
        let slides = slides(std::slice::from_ref(&table));
        slides
            .iter()
            .map(|slide| slide.columns.iter().map(|column| column.len()).collect())
            .collect()
    }

    #[test]
    fn few_lines_are_large_and_many_stand_beside_each_other() {
        for (lines, expected) in [
            (0, vec![vec![]]),
            (1, vec![vec![1]]),
            (3, vec![vec![3]]),
            (12, vec![vec![12]]),
            (13, vec![vec![7, 6]]),
            (40, vec![vec![20, 20]]),
            (41, vec![vec![14, 14, 13]]),
            (60, vec![vec![20, 20, 20]]),
            (61, vec![vec![16, 15], vec![15, 15]]),
        ] {
            assert_eq!(shape(lines), expected, "{lines}");
        }
    }

    #[test]
    fn equal_figures_share_a_rank_and_stay_in_their_order() {
        let table = TvTable::new(
            TvTableKind::Services,
            "By service",
            "companies",
            figures(&[("A", 1), ("B", 3), ("C", 3), ("D", 2)]),
        );
        let summary: Vec<String> = table
            .lines
            .iter()
            .map(|line| format!("{}{} {}", line.rank, if line.is_tied { "=" } else { "" }, line.name))
            .collect();
        assert_eq!(summary, ["1= B", "1= C", "3 D", "4 A"]);
        let shares: Vec<u32> = table.lines.iter().map(|line| line.thousandths).collect();
        assert_eq!(shares, [1_000, 1_000, 666, 333]);
        let nothing = TvTable::new(TvTableKind::Csms, "", "", figures(&[("A", 0)]));
        assert_eq!((nothing.lines[0].rank, nothing.lines[0].thousandths), (1, 0));
    }

    proptest! {
        #[test]
        fn every_line_is_on_one_slide_in_its_place_and_none_is_too_full(lines in 0_usize..500) {
            let table = table(lines);
            let slides = slides(std::slice::from_ref(&table));
            let shown: Vec<&TvRow> = slides.iter().flat_map(|slide| slide.columns.concat_lines()).collect();
            prop_assert_eq!(shown, table.lines.iter().collect::<Vec<_>>());
            for (number, slide) in (1..).zip(&slides) {
                prop_assert_eq!((slide.part, slide.parts as usize), (number, slides.len()));
                prop_assert!(slide.columns.len() <= MAX_COLUMNS);
                for column in &slide.columns {
                    prop_assert!(column.len() <= MAX_LINES && column.len() <= slide.columns[0].len());
                }
            }
        }
    }

    pub(crate) trait Lines<'a> {
        fn concat_lines(&self) -> Vec<&'a TvRow>;
    }

    impl<'a> Lines<'a> for Vec<&'a [TvRow]> {
        fn concat_lines(&self) -> Vec<&'a TvRow> {
            self.iter().flat_map(|column| column.iter()).collect()
        }
    }
}
