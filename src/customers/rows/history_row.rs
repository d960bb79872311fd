//! Tab `health_score_history`: scores of customers, one row per day with a change.
//!
//! The column `components` holds the points of each part, such as `activity 25; sentiment 15.85; cancel_mention -30`.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{HEALTH_SCORE_HISTORY, cells::Cells, ledger::RowCells, place};
use crate::{
    customers::{
        customer::CustomerId,
        health::{Band, Component, Penalty, Points, Snapshot},
    },
    store::{Column, Dataset, Decoding, Entry, Row, Tab, TabRows},
};

const COLUMNS: &[Column] = HEALTH_SCORE_HISTORY.columns;
const CUSTOMER: usize = place(COLUMNS, "customer");
const DAY: usize = place(COLUMNS, "day");
const SCORE: usize = place(COLUMNS, "score");
const STATUS: usize = place(COLUMNS, "status");
const COVERAGE: usize = place(COLUMNS, "coverage");
const COMPONENTS: usize = place(COLUMNS, "components");
const FORMULA: usize = place(COLUMNS, "formula");

/// Score history of all customers.
#[derive(Debug)]
pub struct ScoreHistory {
    /// Raw rows.
    pub rows: TabRows,
    by_customer: HashMap<CustomerId, Vec<Snapshot>>,
}

impl ScoreHistory {
    /// Scores of one customer, oldest first.
    pub fn of(&self, customer: &CustomerId) -> &[Snapshot] {
        self.by_customer.get(customer).map_or(&[], Vec::as_slice)
    }
}

impl Dataset for ScoreHistory {
    const TABS: &'static [&'static Tab] = &[&HEALTH_SCORE_HISTORY];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [rows] =
            <[TabRows; 1]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let mut by_customer: HashMap<CustomerId, Vec<Snapshot>> = HashMap::new();
        for row in rows.rows() {
            if let Some((customer, snapshot)) = read(row, decoding) {
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
pub fn row_id(customer: &CustomerId, day: Date) -> String {
    format!("{customer}:{day}")
}

/// Cells of a score.
pub fn cells_of(customer: &CustomerId, snapshot: &Snapshot) -> RowCells {
    let percent = snapshot.coverage.decimal() / Decimal::ONE_HUNDRED;
    vec![
        (CUSTOMER, Entry::Text(customer.to_string())),
        (DAY, Entry::Date(snapshot.date)),
        (SCORE, Entry::Number(f64::from(snapshot.score))),
        (STATUS, Entry::Text(snapshot.band.word().to_owned())),
        (COVERAGE, percent.to_f64().map_or(Entry::Empty, Entry::Number)),
        (COMPONENTS, Entry::Text(parts_text(snapshot))),
        (FORMULA, Entry::Text(snapshot.formula.clone())),
    ]
}

fn parts_text(snapshot: &Snapshot) -> String {
    let earned = snapshot.components.iter();
    let earned = earned.map(|(component, points)| format!("{} {points}", component.word()));
    let lost = snapshot.penalties.iter();
    let lost = lost.map(|(penalty, points)| format!("{} {}", penalty.word(), -*points));
    earned.chain(lost).collect::<Vec<_>>().join("; ")
}

fn read(row: Row<'_>, decoding: &mut Decoding) -> Option<(CustomerId, Snapshot)> {
    let mut cells = Cells::of(row, decoding);
    let customer = CustomerId::new(cells.text(CUSTOMER)?);
    let score = cells
        .number_in(SCORE)
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
    let mut snapshot = Snapshot {
        date,
        score,
        band: Band::of(score),
        coverage: Points::new(cells.number_in(COVERAGE).unwrap_or_default() * Decimal::ONE_HUNDRED),
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
        if let Some(component) = Component::parse(word) {
            snapshot.components.insert(component, Points::new(points));
        } else if let Some(penalty) = Penalty::parse(word) {
            snapshot.penalties.insert(penalty, Points::new(-points));
        }
    }
    Some((customer, snapshot))
}
