//! Unit tests of the matrix of companies and integrations.

use domain::period::Period;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::{
    claims::{
        fixture::{crowded_rows, ledger, march, row, with_status},
        ledger::Ledger,
        submission::SubmissionStatus,
    },
    standings::matrix::{MatrixFilter, MatrixOrder},
};

fn world() -> Ledger {
    ledger(vec![
        row(2, "02 09:00", "Kate", "Acme", "GitHub, Slack, Segment"),
        row(3, "02 10:00", "Bo", "Globex", "GitHub, Fax"),
        row(4, "02 11:00", "Bo", "ACME Inc.", "GitHub"),
        row(5, "02 12:00", "Kate", "Initech", "GitHub, Slack, Cursor"),
        with_status(
            SubmissionStatus::Rejected,
            row(6, "02 13:00", "Kate", "Umbrella", "GitHub"),
        ),
    ])
}

fn listed(filter: &MatrixFilter) -> Vec<(String, u32, u32)> {
    let ledger = world();
    let rows = ledger.matrix(filter).rows(0..100);
    rows.into_iter().map(|row| (row.company, row.won, row.open)).collect()
}

fn line(company: &str, won: u32, open: u32) -> (String, u32, u32) {
    (company.to_owned(), won, open)
}

#[test]
fn each_company_that_counts_shows_what_it_won_and_what_is_open() {
    // GitHub, Slack and Cursor are offered, Segment is retired, Fax is unknown, and Umbrella has only a rejected row.
    let everything = [line("Acme", 3, 1), line("Globex", 1, 2), line("Initech", 3, 0)];
    assert_eq!(listed(&MatrixFilter::default()), everything);
    let ledger = world();
    let matrix = ledger.matrix(&MatrixFilter::default());
    let columns = matrix
        .columns
        .iter()
        .map(|column| (column.integration.as_str(), column.open));
    assert_eq!(
        columns.collect::<Vec<_>>(),
        [("GitHub", 0), ("Slack", 1), ("Cursor", 2), ("Segment", 0)]
    );
    assert_eq!(matrix.open, 3);
    let holders: Vec<Option<String>> = matrix.rows(0..1).remove(0).cells;
    assert_eq!(
        holders.iter().map(Option::as_deref).collect::<Vec<_>>(),
        [Some("Kate"), Some("Kate"), None, Some("Kate")]
    );
}

#[test]
fn the_list_narrows_by_csm_name_and_what_is_missing_and_takes_any_order() {
    let ask = |change: fn(&mut MatrixFilter)| {
        let mut filter = MatrixFilter::default();
        change(&mut filter);
        listed(&filter)
            .into_iter()
            .map(|(company, _, _)| company)
            .collect::<Vec<_>>()
    };
    assert_eq!(ask(|filter| filter.csm = Some("bo".to_owned())), ["Acme", "Globex"]);
    assert_eq!(ask(|filter| filter.csm = Some("nobody".to_owned())), [""; 0]);
    assert_eq!(ask(|filter| filter.company = Some("ÉX".to_owned())), ["Globex"]);
    assert_eq!(
        ask(|filter| filter.missing = Some("Cursor".to_owned())),
        ["Acme", "Globex"]
    );
    assert_eq!(ask(|filter| filter.missing = Some("Segment".to_owned())), [""; 0]);
    assert_eq!(
        ask(|filter| filter.sort = MatrixOrder::MostOpen),
        ["Globex", "Acme", "Initech"]
    );
    assert_eq!(
        ask(|filter| filter.sort = MatrixOrder::FewestOpen),
        ["Initech", "Acme", "Globex"]
    );
    assert_eq!(
        ask(|filter| filter.sort = MatrixOrder::Latest),
        ["Initech", "Acme", "Globex"]
    );
}

proptest! {
    #[test]
    fn what_is_won_in_the_matrix_is_what_the_board_credits(rows in crowded_rows()) {
        let ledger = ledger(rows);
        let matrix = ledger.matrix(&MatrixFilter::default());
        let rows = matrix.rows(0..matrix.len());
        let board = ledger.standings(Period::default(), march("20 00:00"), &TimeZone::UTC);
        prop_assert_eq!(rows.iter().map(|row| row.won).sum::<u32>(), board.totals.integrations);
        let open: u32 = matrix.columns.iter().map(|column| column.open).sum();
        prop_assert_eq!(open, matrix.open);
        for row in rows {
            prop_assert_eq!(row.won as usize, row.cells.iter().flatten().count());
            prop_assert_eq!(row.open as usize, row.cells.iter().zip(&matrix.columns).filter(|(cell, column)| cell.is_none() && column.is_offered).count());
        }
    }
}
