//! Tests of decoding rows, corrections and findings.

use domain::money::Money;
use jiff::{civil::date, tz::TimeZone};
use proptest::prelude::*;
use serde_json::{Value, json};
use sheets_store::{CellEntry, NewId, RowChange, cell::CellContent, finding::Finding};

use crate::{
    deal::{
        Deal,
        columns::{AMOUNT, CLIENT, ID, PROBABILITY, STAGE, WEIGHTED, snooze_column},
        corrections::CorrectedValue,
        fixture::{at, crowded_deals, day, decode, money, short_row},
        row_codec::ExcludedRow,
        rows::corrections,
        snooze::DealSnooze,
        stage::DealStage,
    },
    editing::{
        auto_correct::correction_updates,
        changes::{DealFields, DealUpdate, NewDeal, delete_row, save_snooze},
    },
};

fn good(id: u32) -> Vec<Value> {
    short_row([
        json!(id),
        json!("Acme"),
        json!("Prospect"),
        json!(1000),
        json!(0.1),
        json!(100),
    ])
}

/// `row column effect` of each finding.
fn told(findings: &[Finding]) -> Vec<String> {
    let lines = findings.iter();
    lines
        .map(|finding| format!("{} {} {}", finding.row, finding.column, finding.effect.name()))
        .collect()
}

#[test]
fn a_full_row_is_read_cell_by_cell() {
    let (rows, findings) = decode(
        vec![vec![
            json!(12),
            json!("Énergie & Fils"),
            json!("Négociation"),
            json!(12500.5),
            json!(0.7),
            json!(8750.35),
            json!("Énergie"),
            json!(46347),
            json!("Zoé"),
            json!("à relancer"),
            json!(46327.5),
            json!("2026-11-20T09:00:00Z"),
        ]],
        vec![],
    );
    assert_eq!(findings, []);
    assert_eq!(corrections(&rows), []);
    assert_eq!(
        rows.deals[..],
        [Deal {
            row: 2,
            id: Some(12),
            client: "Énergie & Fils".into(),
            stage: DealStage::Negotiation,
            amount: Money::cents(1_250_050),
            sector: Some("Énergie".into()),
            due: Some(date(2026, 11, 21)),
            assignee: Some("Zoé".into()),
            notes: "à relancer".into(),
            created_at: Some(at("2026-11-01T11:00:00Z")),
            updated_at: Some(at("2026-11-20T09:00:00Z")),
        }]
    );
    assert_eq!(rows.deal(12), rows.deals.first());
}

#[test]
fn what_the_figures_depend_on_and_cannot_be_read_leaves_the_row_out() {
    for (cells, column, amount) in [
        (json!([1, "", "Prospect", 1000]), "client", Some("1000")),
        (json!([1, "#REF!", "Prospect", 1000]), "client", Some("1000")),
        (json!([1, "Acme", "Peut-être", 1000]), "statut", Some("1000")),
        (json!([1, "Acme", "", 1000]), "statut", Some("1000")),
        (json!([1, "Acme", "Prospect", ""]), "montant_brut", None),
        (json!([1, "Acme", "Prospect", "abc"]), "montant_brut", None),
        (json!([1, "Acme", "Prospect", true]), "montant_brut", None),
        (json!([1, "Acme", "Prospect", 0]), "montant_brut", None),
        (json!([1, "Acme", "Prospect", 0.004]), "montant_brut", None),
        (json!([1, "Acme", "Prospect", -5]), "montant_brut", None),
        (json!([1, "Acme", "Prospect", 1e13]), "montant_brut", None),
        (json!([1, "Acme", "Prospect", 1e300]), "montant_brut", None),
    ] {
        let row = cells.as_array().expect("cells").clone();
        let (rows, findings) = decode(vec![good(7), row], vec![]);
        assert_eq!(told(&findings), [format!("3 {column} row excluded")], "{cells}");
        let amount = amount.map(money);
        assert_eq!(rows.excluded, [ExcludedRow { row: 3, amount }], "{cells}");
        assert_eq!(rows.deals.len(), 1);
    }
}

#[test]
fn rows_that_do_not_count_tell_what_they_would_add() {
    let bad = |client: &str, stage: &str, amount: Value| vec![json!(""), json!(client), json!(stage), amount];
    let (rows, findings) = decode(
        vec![
            bad("", "Prospect", json!(20_000)),
            bad("Acme", "?", json!("4500")),
            bad("Acme", "Prospect", json!("mille")),
            bad("", "", json!("")),
        ],
        vec![],
    );
    assert_eq!((rows.excluded.len(), rows.excluded_amount()), (3, money("24500")));
    assert_eq!(findings.len(), 3);
}

#[test]
fn other_cells_that_cannot_be_read_leave_the_row_counting() {
    let mut row = good(1);
    row.extend(["#N/A", "31 février", "#REF!", "ok", "hier", ""].map(|text| json!(text)));
    let (rows, findings) = decode(vec![row], vec![]);
    let mut told = told(&findings);
    told.sort();
    assert_eq!(
        told,
        [
            "2 assignee counted",
            "2 created_at counted",
            "2 date_echeance counted",
            "2 secteur counted"
        ]
    );
    let deal = &rows.deals[0];
    assert_eq!(
        (&deal.sector, deal.due, &deal.assignee, deal.created_at),
        (&None, None, &None, None)
    );
}

#[test]
fn parts_of_a_cent_are_rounded_and_told_but_not_the_noise_of_a_formula() {
    for (cell, amount, is_told) in [
        (json!(12.345), "12.35", true),
        (json!("1234.567"), "1234.57", true),
        (json!(0.1 + 0.2), "0.30", false),
        (json!(1.1 * 3.0), "3.30", false),
        (json!(12.3), "12.30", false),
    ] {
        let (rows, findings) = decode(
            vec![vec![json!(1), json!("Acme"), json!("Gagné"), cell.clone()]],
            vec![],
        );
        assert_eq!(rows.deals[0].amount, money(amount), "{cell}");
        assert_eq!(!findings.is_empty(), is_told, "{cell}");
    }
}

#[test]
fn an_id_that_is_none_leaves_the_row_counting() {
    for (cell, id, findings_count) in [
        (json!(""), None, 1),
        (json!(3), Some(3), 0),
        (json!("3"), Some(3), 0),
        (json!("D-3"), None, 1),
        (json!(1.5), None, 1),
        (json!(0), None, 1),
        (json!(-4), None, 1),
        (json!(1e20), None, 1),
    ] {
        let mut row = good(1);
        row[0] = cell.clone();
        let (rows, findings) = decode(vec![row], vec![]);
        assert_eq!((rows.deals[0].id, findings.len()), (id, findings_count), "{cell}");
    }
}

#[test]
fn a_copy_counts_once_and_two_rows_with_one_id_both() {
    let mut other = good(1);
    other[1] = json!("Globex");
    let (rows, findings) = decode(vec![good(1), good(1), other, good(2)], vec![]);
    assert_eq!(told(&findings), ["3 id row excluded", "4 id counted"]);
    assert_eq!(rows.deals.iter().map(|deal| deal.row).collect::<Vec<_>>(), [2, 4, 5]);
    assert_eq!(rows.deal(1).map(|deal| deal.row), Some(2));
    assert_eq!(rows.excluded, [ExcludedRow { row: 3, amount: None }]);
}

#[test]
fn probability_and_weighted_value_follow_status_and_amount() {
    for (row, expected) in [
        (json!([1, "Acme", "Qualifié", 1000, 0.3, 300]), vec![]),
        // A formula by staff with the same result.
        (
            json!([1, "Acme", "Qualifié", 1000, 0.1 + 0.2, 299.999_999_999_9]),
            vec![],
        ),
        (
            json!([1, "Acme", "Gagné", 1000, 0.3, 300]),
            vec![
                (PROBABILITY, CellEntry::Number(1.0)),
                (WEIGHTED, CellEntry::Number(1000.0)),
            ],
        ),
        (
            json!([1, "Acme", "Qualifié", 1000, "30 %", ""]),
            vec![
                (PROBABILITY, CellEntry::Number(0.3)),
                (WEIGHTED, CellEntry::Number(300.0)),
            ],
        ),
        (
            json!([1, "Acme", "Prospect", 0.15, 0.1, 0.01]),
            vec![(WEIGHTED, CellEntry::Number(0.02))],
        ),
        (
            json!([1, "Acme", "Perdu", 10]),
            vec![
                (PROBABILITY, CellEntry::Number(0.0)),
                (WEIGHTED, CellEntry::Number(0.0)),
            ],
        ),
    ] {
        let (rows, findings) = decode(vec![row.as_array().expect("cells").clone()], vec![]);
        assert_eq!(findings, [], "{row}");
        let found: Vec<(usize, CellEntry)> = corrections(&rows)
            .iter()
            .filter_map(|correction| match &correction.to {
                CorrectedValue::Value(entry) => Some((correction.column, entry.clone())),
                CorrectedValue::NextId => None,
            })
            .collect();
        assert_eq!(found, expected, "{row}");
        let written: Vec<CellEntry> = correction_updates(corrections(&rows))
            .into_iter()
            .flat_map(|update| update.cells)
            .map(|cell| cell.to)
            .collect();
        assert_eq!(written.len(), expected.len());
    }
}

#[test]
fn a_row_without_id_waits_for_one_and_rows_that_share_an_id_are_left_alone() {
    let typed = short_row([
        json!(""),
        json!("Acme"),
        json!("gagné"),
        json!(10),
        json!(""),
        json!(""),
    ]);
    let mut shared = good(5);
    shared[4] = json!(0.9);
    let (rows, _) = decode(vec![typed, good(5), shared], vec![]);
    let columns: Vec<(u32, usize)> = corrections(&rows).iter().map(|line| (line.row, line.column)).collect();
    assert_eq!(columns, [(2, ID), (2, PROBABILITY), (2, WEIGHTED)]);
    assert_eq!(corrections(&rows)[0].to, CorrectedValue::NextId);
    assert!(correction_updates(corrections(&rows)).is_empty());
}

#[test]
fn all_rows_without_an_id_are_one_finding_with_a_number_that_is_free() {
    let blank = || {
        let mut row = good(1);
        row[0] = json!("");
        row
    };
    let (rows, findings) = decode(vec![good(7), blank(), blank()], vec![]);
    assert_eq!(
        (rows.deals.len(), told(&findings)),
        (3, vec!["3 id counted".to_owned()])
    );
    assert!(
        findings[0].reason.starts_with("2 rows have no id"),
        "{}",
        findings[0].reason
    );
    assert!(findings[0].reason.ends_with("such as 8."), "{}", findings[0].reason);
}

#[test]
fn pauses_are_read_and_the_longest_counts() {
    let (rows, findings) = decode(
        vec![],
        vec![
            vec![json!("12"), json!(46347), json!("vacances"), json!("Zoé")],
            vec![json!(12), json!("2026-11-20")],
            vec![json!("x"), json!("2026-11-20")],
            vec![json!("13"), json!("bientôt")],
        ],
    );
    let known = rows.snoozes.of_deal(12).expect("pause");
    assert_eq!(
        (known.until, &*known.reason, &*known.by),
        (day("2026-11-21"), "vacances", "Zoé")
    );
    assert!(rows.snoozes.active(12, day("2026-11-21")).is_some());
    assert!(rows.snoozes.active(12, day("2026-11-22")).is_none());
    assert_eq!(told(&findings), ["4 id row excluded", "5 until row excluded"]);
}

#[test]
fn a_new_deal_needs_a_client_a_status_and_an_amount_and_gets_the_rest() {
    let new = NewDeal {
        key: "k1".to_owned(),
        fields: DealFields {
            client: "Acme".into(),
            stage: DealStage::Negotiation,
            amount: money("12500.50"),
            sector: None,
            due: Some(day("2026-12-31")),
            assignee: None,
            notes: "".into(),
        },
        created_at: at("2026-11-21").to_zoned(TimeZone::UTC),
    };
    let now = CellEntry::DateTime(date(2026, 11, 21).at(12, 0, 0, 0));
    let insert = new.into_insert();
    assert_eq!(
        insert.id,
        NewId::Counted {
            key: "k1".to_owned(),
            content: None
        }
    );
    assert_eq!(
        insert.cells,
        [
            CellEntry::Text("Acme".to_owned()),
            CellEntry::Text("Négociation".to_owned()),
            CellEntry::Number(12500.5),
            CellEntry::Number(0.7),
            CellEntry::Number(8750.35),
            CellEntry::Empty,
            CellEntry::Date(day("2026-12-31")),
            CellEntry::Empty,
            CellEntry::Empty,
            now.clone(),
            now
        ]
    );
}

#[test]
fn a_change_writes_what_differs_and_knows_how_staff_had_written_it() {
    let row = short_row([
        json!(1),
        json!("Acme"),
        json!("QUALIFIE"),
        json!("1000"),
        json!(0.9),
        json!(""),
    ]);
    let (rows, _) = decode(vec![row], vec![]);
    let seen = rows.deals[0].clone();
    let wanted = DealFields {
        stage: DealStage::Won,
        ..DealFields::of(&seen)
    };
    let change = DealUpdate {
        seen: &seen,
        wanted: &wanted,
    };
    let cells = change.into_update(&rows).expect("a change").cells;
    let cells: Vec<(usize, CellContent, CellEntry)> = cells
        .into_iter()
        .map(|cell| (cell.column, cell.from, cell.to))
        .collect();
    assert_eq!(
        cells,
        [
            (
                STAGE,
                CellContent::Text("QUALIFIE".to_owned()),
                CellEntry::Text("Gagné".to_owned())
            ),
            (PROBABILITY, CellContent::Number(0.9), CellEntry::Number(1.0)),
            (WEIGHTED, CellContent::Empty, CellEntry::Number(1000.0)),
        ]
    );
    let same = DealFields::of(&seen);
    let nothing = DealUpdate {
        seen: &seen,
        wanted: &same,
    };
    assert!(nothing.into_update(&rows).is_none());
    let seen_cells = delete_row(&seen, &rows).expect("an id").seen;
    assert!(seen_cells.contains(&(AMOUNT, CellContent::Text("1000".to_owned()))));
}

#[test]
fn a_deal_that_was_seen_before_somebody_changed_it_says_what_was_seen() {
    let (rows, _) = decode(vec![good(1)], vec![]);
    let seen = Deal {
        client: "Old name".into(),
        ..rows.deals[0].clone()
    };
    assert_eq!(
        rows.content_seen(&seen, CLIENT),
        CellContent::Text("Old name".to_owned())
    );
}

#[test]
fn a_second_pause_changes_the_first() {
    let now = at("2026-11-21").to_zoned(TimeZone::UTC);
    let first = DealSnooze {
        deal: 12,
        until: day("2026-11-30"),
        reason: String::new(),
        by: "Zoé".to_owned(),
        at: None,
    };
    let RowChange::Insert(insert) = save_snooze(None, &first, &now) else {
        panic!("a new row")
    };
    assert_eq!((insert.id, insert.cells.len()), (NewId::Given("12".to_owned()), 4));
    let longer = DealSnooze {
        until: day("2026-12-31"),
        ..first.clone()
    };
    let RowChange::Update(update) = save_snooze(Some(&first), &longer, &now) else {
        panic!("a change")
    };
    let columns: Vec<usize> = update.cells.iter().map(|cell| cell.column).collect();
    assert_eq!(
        (&*update.id, columns),
        ("12", vec![snooze_column::UNTIL, snooze_column::AT])
    );
}

proptest! {
    #[test]
    fn what_is_written_reads_back_as_the_same_deal(deals in crowded_deals()) {
        let value = |entry: &CellEntry| match entry.content() {
            CellContent::Empty => json!(""),
            CellContent::Text(text) => json!(text),
            CellContent::Number(number) => json!(number),
            CellContent::Bool(bool) => json!(bool),
        };
        let rows = deals.iter().map(|deal| {
            let new = NewDeal {
                key: "k".to_owned(),
                fields: DealFields::of(deal),
                created_at: at("2026-11-21").to_zoned(TimeZone::UTC),
            };
            [json!(deal.id)].into_iter().chain(new.into_insert().cells.iter().map(value)).collect()
        });
        let (read, findings) = decode(rows.collect(), vec![]);
        prop_assert_eq!(findings, []);
        prop_assert_eq!(corrections(&read), []);
        prop_assert!(read.original_contents.is_empty());
        prop_assert_eq!(read.deals.len(), deals.len());
        for (read, deal) in read.deals.iter().zip(&deals) {
            prop_assert_eq!(DealFields::of(read), DealFields::of(deal));
        }
    }
}
