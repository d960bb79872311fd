//! Unit tests of earlier boards, rebuilt from the audit log.

mod edits;

use std::collections::{BTreeMap, BTreeSet};

use domain::{normalize::normalize, period::Period};
use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};
use proptest::prelude::*;
use serde_json::{Value, json};
use sheets_store::{Dataset, DecodeContext, Tab, TabRows};
use web::audit_log::AUDIT_LOG;

use crate::{
    claims::{
        catalog::{Catalog, file::LoadedCatalog},
        fixture::march,
        rows::SUBMISSIONS,
    },
    history::{
        as_of::{AsOf, LogEdge},
        audit_log::AuditHistory,
        corrections::{LoggedCorrection, corrections},
        rollback::TimeTravel,
        snapshots::tabs_at,
        tests::edits::{EditedSheet, edits, merges},
    },
    names::rows::{COMPANY_ALIASES, CSM_ALIASES, DISTINCT_NAMES},
    snapshot::LeaderboardData,
    standings::Standings,
};

const CATALOG: &str = "GitHub\nSlack\nCursor";

/// One row of the sheet, by column.
type SheetRow = [String; 7];

fn sheet_row(id: &str, when: Timestamp, [csm, company, integrations, status]: [&str; 4]) -> SheetRow {
    [id, &when.to_string(), csm, company, integrations, status, ""].map(str::to_owned)
}

fn tab(tab: &'static Tab, rows: &[Vec<Value>]) -> TabRows {
    let headers: Vec<Value> = tab.columns.iter().map(|column| json!(column.header)).collect();
    TabRows::of_answer(tab, [headers].into_iter().chain(rows.iter().cloned()).collect())
}

/// Aliases with their canonical names.
type Aliases<'a> = &'a [(&'a str, &'a str)];

fn history(rows: &[SheetRow], aliases: Aliases<'_>, log: &[[&str; 7]]) -> AuditHistory {
    history_of(rows, aliases, &[], log)
}

fn history_of(rows: &[SheetRow], companies: Aliases<'_>, csms: Aliases<'_>, log: &[[&str; 7]]) -> AuditHistory {
    let cells = |cells: &[String]| cells.iter().map(|cell| json!(cell)).collect::<Vec<Value>>();
    let submissions: Vec<Vec<Value>> = rows.iter().map(|row| cells(row)).collect();
    let aliases = |lines: &[(&str, &str)]| -> Vec<Vec<Value>> {
        lines.iter().map(|(from, to)| vec![json!(from), json!(to)]).collect()
    };
    let lines: Vec<Vec<Value>> = (0..)
        .zip(log)
        .map(|(number, [at, tab, row, action, column, old, new])| {
            [
                &format!("l{number}"),
                *at,
                "edited in the sheet",
                tab,
                row,
                action,
                column,
                old,
                new,
            ]
            .map(|cell| json!(cell))
            .to_vec()
        })
        .collect();
    let mut decoding = DecodeContext {
        zone: TimeZone::UTC,
        findings: Vec::new(),
    };
    let tabs = vec![
        tab(&SUBMISSIONS, &submissions),
        tab(&COMPANY_ALIASES, &aliases(companies)),
        tab(&CSM_ALIASES, &aliases(csms)),
        tab(&DISTINCT_NAMES, &[]),
        tab(&AUDIT_LOG, &lines),
    ];
    AuditHistory::decode(tabs, &mut decoding)
}

fn catalog() -> LoadedCatalog {
    LoadedCatalog {
        catalog: std::sync::Arc::new(Catalog::parse(CATALOG)),
        version: 1,
        problem: None,
    }
}

fn board(history: &AuditHistory, instant: Timestamp, now: Timestamp) -> Standings {
    let data = LeaderboardData::of_tabs(&tabs(history, AsOf::at(instant), now), &TimeZone::UTC, &catalog());
    data.ledger.standings(Period::default(), instant, &TimeZone::UTC)
}

fn tabs(history: &AuditHistory, as_of: AsOf, now: Timestamp) -> Vec<TabRows> {
    let known = history.known_at(as_of).expect("a line of the log");
    tabs_at(
        history,
        known,
        TimeTravel {
            moment: as_of.instant,
            now,
        },
    )
}

fn points(standings: &Standings) -> Vec<String> {
    let lines = standings.by_csm.iter();
    lines
        .map(|line| format!("{} {}", line.csm, line.integrations))
        .collect()
}

#[test]
fn a_moment_is_the_end_of_a_day_or_an_instant() {
    let zone = TimeZone::get("Europe/Paris").expect("bundled");
    let parse = |text| AsOf::parse("as_of", text, &zone);
    assert_eq!(
        parse("2026-03-31").map(|as_of| (as_of.instant.to_string(), as_of.day)),
        Ok(("2026-03-31T21:59:59.999Z".to_owned(), Some(date(2026, 3, 31))))
    );
    assert_eq!(
        parse(" 2026-03-31T10:00:00+02:00 ").map(|as_of| as_of.instant.to_string()),
        Ok("2026-03-31T08:00:00Z".to_owned())
    );
    assert_eq!(
        parse("2026-03-31T10:00:00Z_before_17").map(|as_of| (as_of.edge, as_of.parameter())),
        Ok((Some(LogEdge::Before(17)), "2026-03-31T10:00:00Z_before_17".to_owned()))
    );
    for wrong in [
        "yesterday",
        "2026-03-31T10:00:00Z_after_",
        "2026-03-31_after_17",
        "31/03/2026",
        "2026-02-30",
        "20260331",
        "2026-3-1",
    ] {
        let summary = parse(wrong).expect_err(wrong).to_string();
        assert!(
            summary.contains(wrong) && summary.contains("“as_of”") && summary.contains("2026-03-31"),
            "{summary}"
        );
    }
}

#[test]
fn the_board_is_as_it_was_before_each_change_of_staff() {
    let rows = [
        sheet_row("a", march("02 09:00"), ["Kate", "Acme", "GitHub", "rejected"]),
        sheet_row("b", march("02 10:00"), ["Bo", "Globex", "GitHub, Slack", ""]),
        sheet_row("c", march("06 10:00"), ["Zoé", "Initech", "GitHub", ""]),
    ];
    let history = history(
        &rows,
        &[("Globexx", "Globex")],
        &[
            [
                "2026-03-03T12:00:00Z",
                "submissions",
                "a",
                "changed",
                "status",
                "",
                "rejected",
            ],
            [
                "2026-03-04T12:00:00Z",
                "submissions",
                "b",
                "changed",
                "integrations",
                "GitHub",
                "GitHub, Slack",
            ],
            [
                "2026-03-05T12:00:00Z",
                "submissions",
                "d",
                "removed",
                "",
                "submitted_at: 2026-03-02T11:00:00; csm: Manny; company: Umbrella; Co; integrations: Cursor; status: validated",
                "",
            ],
            [
                "2026-03-07T12:00:00Z",
                "company_aliases",
                "Globexx",
                "added",
                "",
                "",
                "canonical: Globex",
            ],
        ],
    );
    let now = march("09 00:00");
    for (when, expected) in [
        ("02 09:30", vec!["Kate 1"]),
        ("03 11:59", vec!["Kate 1", "Bo 1", "Manny 1"]),
        ("03 12:00", vec!["Bo 1", "Manny 1"]),
        ("04 12:00", vec!["Bo 2", "Manny 1"]),
        ("05 12:00", vec!["Bo 2"]),
        ("06 10:00", vec!["Bo 2", "Zoé 1"]),
        ("09 00:00", vec!["Bo 2", "Zoé 1"]),
    ] {
        assert_eq!(points(&board(&history, march(when), now)), expected, "{when}");
    }
    let early = tabs(&history, AsOf::at(march("05 00:00")), now);
    let restored = early[0].rows().last().expect("row");
    assert_eq!(restored.cell(3).text(), "Umbrella; Co");
    assert!(early[1].is_empty(), "the alias came later");
}

#[test]
fn a_row_that_was_unreadable_for_a_while_counts_before_and_after() {
    let rows = [sheet_row("a", march("02 09:00"), ["Kate", "Acme", "GitHub", ""])];
    let history = history(
        &rows,
        &[],
        &[
            [
                "2026-03-03T12:00:00Z",
                "submissions",
                "a",
                "changed",
                "company",
                "Acme",
                "",
            ],
            [
                "2026-03-04T12:00:00Z",
                "submissions",
                "a",
                "changed",
                "company",
                "",
                "Acme",
            ],
        ],
    );
    let seen: Vec<Vec<String>> = ["03 00:00", "04 00:00", "05 00:00"]
        .map(|when| points(&board(&history, march(when), march("09 00:00"))))
        .to_vec();
    assert_eq!(seen, [vec!["Kate 1".to_owned()], vec![], vec!["Kate 1".to_owned()]]);
}

#[test]
fn a_correction_tells_what_why_and_whose_points_it_changed() {
    let mut rejected = sheet_row("a", march("02 09:00"), ["Manny", "Acme", "GitHub", "rejected"]);
    rejected[6] = "No such customer".to_owned();
    let rows = [
        rejected,
        sheet_row("b", march("02 10:00"), ["Kate", "Acme", "GitHub", ""]),
        sheet_row("c", march("02 11:00"), ["Manny", "Beta", "GitHub, Slack", ""]),
        sheet_row("d", march("05 11:00"), ["Manny", "Gamma", "GitHub", ""]),
    ];
    let history = history(
        &rows,
        &[],
        &[
            [
                "2026-03-03T12:00:00Z",
                "submissions",
                "a",
                "changed",
                "status",
                "",
                "rejected",
            ],
            [
                "2026-03-03T12:00:00Z",
                "submissions",
                "a",
                "changed",
                "note",
                "",
                "No such customer",
            ],
            [
                "2026-03-04T12:00:00Z",
                "submissions",
                "c",
                "changed",
                "company",
                "Betta",
                "Beta",
            ],
        ],
    );
    let now = march("09 00:00");
    let summary = corrections(&history, &catalog(), 0..10, now);
    assert_eq!(summary.len(), 2);
    assert_eq!((summary[0].what[0].old.as_str(), summary[0].effect.len()), ("Betta", 0));
    assert_eq!(summary[0].subject, "Manny, Betta: GitHub, Slack");
    assert_eq!(summary[1].why, "No such customer");
    assert_eq!(summary[1].what.len(), 1);
    let effect: Vec<String> = (summary[1].effect.iter())
        .map(|effect| format!("{} {} → {}", effect.csm, effect.before, effect.after))
        .collect();
    assert_eq!(effect, ["Kate 0 → 1", "Manny 3 → 2"]);
    assert_eq!(corrections(&history, &catalog(), 1..2, now), summary[1..]);
}

fn rows() -> impl Strategy<Value = Vec<SheetRow>> {
    let row = (
        0_i64..400,
        prop::sample::select(vec!["Kate", "KATE", "Bo", "Zoé", ""]),
        prop::sample::select(vec!["Acme", "ACME Inc.", "Globex", "", "?"]),
        prop::sample::select(vec!["GitHub", "GitHub, Slack", "Cursor", "Fax", ""]),
        prop::sample::select(vec!["", "received", "validated", "rejected", "withdrawn", "maybe"]),
    );
    prop::collection::vec(row, 0..16).prop_map(|rows| {
        (0..)
            .zip(rows)
            .map(|(number, (hours, csm, company, integrations, status))| {
                let when = march("02 00:00") + SignedDuration::from_hours(hours);
                sheet_row(&format!("r{number}"), when, [csm, company, integrations, status])
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn looking_back_to_now_is_the_board(rows in rows()) {
        let history = history(&rows, &[], &[]);
        // Includes rows with later dates: staff may type any date.
        let now = march("10 00:00");
        let (values, _) = AuditHistory::rows_of(&history.tabs, &TimeZone::UTC);
        let today = LeaderboardData::of_rows(std::sync::Arc::new(values), Vec::new(), &catalog(), None);
        let today = today.ledger.standings(Period::default(), now, &TimeZone::UTC);
        prop_assert_eq!(board(&history, now, now), today);
    }

    /// Staff change cells one after the other; a historical view shows the board exactly as it was displayed at that
    /// moment.
    #[test]
    fn every_board_that_was_seen_can_be_seen_again(
        first in rows(),
        edits in prop::collection::vec((0_usize..16, 2_usize..6, prop::sample::select(vec!["", "Kate", "Bo", "Acme", "Globex", "GitHub", "Slack, Cursor", "rejected"])), 0..12),
    ) {
        let now = march("28 00:00");
        let mut rows = first;
        let mut log: Vec<[String; 7]> = Vec::new();
        let mut seen = vec![(march("20 00:00"), rows.clone())];
        for (minute, (row, column, value)) in (1..).zip(edits) {
            let Some(row) = rows.get_mut(row) else { continue };
            let at = march("20 00:00") + SignedDuration::from_mins(minute);
            let header = SUBMISSIONS.columns[column].header;
            log.push([at.to_string(), "submissions".into(), row[0].clone(), "changed".into(), header.into(), row[column].clone(), value.to_owned()]);
            row[column] = value.to_owned();
            seen.push((at, rows.clone()));
        }
        let lines: Vec<[&str; 7]> = log.iter().map(|line| line.each_ref().map(String::as_str)).collect();
        let history = history(&rows, &[], &lines);
        for (at, rows) in seen {
            let then = self::history(&rows, &[], &[]);
            prop_assert_eq!(board(&history, at, now), board(&then, at, now));
        }
    }
    /// Many corrections share one detection instant. Each must report the all-time points just before and just after
    /// it, and CSMs that it does not report must be unchanged.
    #[test]
    fn each_correction_tells_exactly_the_points_of_the_boards_before_and_after_it(
        rows in rows(),
        aliases in prop::collection::vec(merges(), 0..3),
        edits in prop::collection::vec(edits(), 1..10),
    ) {
        let now = march("28 00:00");
        let mut sheet = EditedSheet { rows, companies: Vec::new(), csms: Vec::new(), log: Vec::new() };
        for edit in aliases.into_iter().chain(edits) {
            sheet.apply(edit);
        }
        let history = sheet.history();
        let summary = corrections(&history, &catalog(), 0..100, now);
        for correction in &summary {
            let rows = correction.log_rows;
            let points = |edge| {
                let tabs = tabs(&history, AsOf::at_edge(correction.at, edge), now);
                let standings = LeaderboardData::of_tabs(&tabs, &TimeZone::UTC, &catalog());
                let standings = standings.ledger.standings(Period::default(), now, &TimeZone::UTC);
                standings.by_csm.into_iter().map(|line| (normalize(&line.csm), line.integrations)).collect::<BTreeMap<_, _>>()
            };
            let (before, after) = (points(LogEdge::Before(rows.first)), points(LogEdge::After(rows.last)));
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            let held = |board: &BTreeMap<String, u32>, name| board.get(name).copied().unwrap_or(0);
            let expected: Vec<_> = names.into_iter()
                .map(|name| (name.clone(), held(&before, name), held(&after, name)))
                .filter(|(_, before, after)| before != after)
                .collect();
            prop_assert_eq!(effect(correction), expected, "{:?}", correction);
        }
        for (place, correction) in summary.iter().enumerate() {
            let alone = &corrections(&history, &catalog(), place..place + 1, now)[0];
            prop_assert_eq!((effect(alone), &alone.what), (effect(correction), &correction.what));
        }
    }
}

/// CSMs whose points a correction changed, by normalised name.
fn effect(correction: &LoggedCorrection) -> Vec<(String, u32, u32)> {
    let effects = correction.effect.iter();
    effects
        .map(|effect| (normalize(&effect.csm), effect.before, effect.after))
        .collect()
}
