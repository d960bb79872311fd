//! Tab `health_score_history`: scores of customers, one row per day with a change.
//!
//! The column `components` holds the points of each part, such as `activity 25; sentiment 15.85; cancel_mention -30`.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sheets_store::{
    CellEntry, Dataset, DecodeContext, TabRow, TabRows,
    schema::tab::{ChangeHistory, Column, ColumnKind, IdSource, Tab},
};

use crate::{
    customer::CustomerId,
    health::rules::{HealthBand, ScoreComponent, ScorePenalty, ScorePoints, ScoreSnapshot},
    tabs::{cells::CellReader, columns::column_index, row_changes::RowCells},
};

const COLUMNS: &[Column] = HEALTH_SCORE_HISTORY.columns;
const CUSTOMER: usize = column_index(COLUMNS, "customer");
const DAY: usize = column_index(COLUMNS, "day");
const SCORE: usize = column_index(COLUMNS, "score");
const STATUS: usize = column_index(COLUMNS, "status");
const COVERAGE: usize = column_index(COLUMNS, "coverage");
const COMPONENTS: usize = column_index(COLUMNS, "components");
const FORMULA: usize = column_index(COLUMNS, "formula");

/// Score history of all customers.
#[derive(Debug)]
pub struct ScoreHistory {
    /// Raw rows.
    pub rows: TabRows,
    by_customer: HashMap<CustomerId, Vec<ScoreSnapshot>>,
}

impl ScoreHistory {
    /// Scores of one customer, oldest first.
    pub fn of(&self, customer: &CustomerId) -> &[ScoreSnapshot] {
        self.by_customer.get(customer).map_or(&[], Vec::as_slice)
    }
}

impl Dataset for ScoreHistory {
    const TABS: &'static [&'static Tab] = &[&HEALTH_SCORE_HISTORY];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let [rows] =
            <[TabRows; 1]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let mut by_customer: HashMap<CustomerId, Vec<ScoreSnapshot>> = HashMap::new();
        for row in rows.rows() {
            if let Some((customer, snapshot)) = decode_history(row, decoding) {
                by_customer.entry(customer).or_default().push(snapshot);
            }
        }
        for snapshots in by_customer.values_mut() {
            snapshots.sort_by_key(|snapshot| snapshot.date);
        }
        Self { rows, by_customer }
    }
}

/// Row id for a customer and a day.
pub fn history_row_id(customer: &CustomerId, day: Date) -> String {
    format!("{customer}:{day}")
}

/// Cells of a score.
pub fn history_cells(customer: &CustomerId, snapshot: &ScoreSnapshot) -> RowCells {
    let percent = snapshot.coverage.decimal() / Decimal::ONE_HUNDRED;
    vec![
        (CUSTOMER, CellEntry::Text(customer.to_string())),
        (DAY, CellEntry::Date(snapshot.date)),
        (SCORE, CellEntry::Number(f64::from(snapshot.score))),
        (STATUS, CellEntry::Text(snapshot.band.word().to_owned())),
        (COVERAGE, percent.to_f64().map_or(CellEntry::Empty, CellEntry::Number)),
        (COMPONENTS, CellEntry::Text(parts_text(snapshot))),
        (FORMULA, CellEntry::Text(snapshot.formula.clone())),
    ]
}

fn parts_text(snapshot: &ScoreSnapshot) -> String {
    let earned = snapshot.components.iter();
    let earned = earned.map(|(component, points)| format!("{} {points}", component.word()));
    let lost = snapshot.penalties.iter();
    let lost = lost.map(|(penalty, points)| format!("{} {}", penalty.word(), -*points));
    earned.chain(lost).collect::<Vec<_>>().join("; ")
}

fn decode_history(row: TabRow<'_>, decoding: &mut DecodeContext) -> Option<(CustomerId, ScoreSnapshot)> {
    let mut cells = CellReader::of(row, decoding);
    let customer = CustomerId::new(cells.text(CUSTOMER)?);
    let score = cells
        .number(SCORE)
        .and_then(|score| score.to_u8())
        .filter(|score| *score <= 100);
    let Some(score) = score else {
        cells.exclude(
            SCORE,
            "A whole number from 0 to 100 belongs here; until then the day does not count.",
        );
        return None;
    };
    let date = cells.day(DAY)?;
    let mut snapshot = ScoreSnapshot {
        date,
        score,
        band: HealthBand::of(score),
        coverage: ScorePoints::new(cells.number(COVERAGE).unwrap_or_default() * Decimal::ONE_HUNDRED),
        components: Default::default(),
        penalties: Default::default(),
        formula: cells.text(FORMULA).unwrap_or_default(),
    };
    for part in cells.text(COMPONENTS).unwrap_or_default().split(';') {
        let Some((word, points)) = part.trim().split_once(' ') else {
            continue;
        };
        let Ok(points) = points.parse::<Decimal>() else {
            continue;
        };
        if let Some(component) = ScoreComponent::parse(word) {
            snapshot.components.insert(component, ScorePoints::new(points));
        } else if let Some(penalty) = ScorePenalty::parse(word) {
            snapshot.penalties.insert(penalty, ScorePoints::new(-points));
        }
    }
    Some((customer, snapshot))
}

/// Scores of customers, one row per day with a change; append-only.
pub static HEALTH_SCORE_HISTORY: Tab = Tab {
    title: "health_score_history",
    columns: &[
        Column::new("id", ColumnKind::Text),
        Column::new("customer", ColumnKind::Text),
        Column::new("day", ColumnKind::Date),
        Column::new("score", ColumnKind::Integer),
        Column::new("status", ColumnKind::Text),
        Column::new("coverage", ColumnKind::Percent),
        Column::new("components", ColumnKind::Text),
        Column::new("formula", ColumnKind::Text),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::NotKept,
    updated_at: None,
};
