//! Fixtures of the rule tests: deals, rows, dates, and a generator of random deals.

use std::sync::Arc;

use domain::money::Money;
use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};
use sheets_store::{Dataset, DecodeContext, TabRows, finding::Finding};

use crate::deal::{
    Deal,
    columns::{DEAL_SNOOZES, DEALS},
    rows::DealRows,
    stage::DealStage,
};

/// Today in every test, a Saturday.
pub(crate) fn today() -> Date {
    date(2026, 11, 21)
}

/// Parses a date such as `2026-11-21`.
pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("day")
}

/// Noon UTC of a date such as `2026-11-21`, or a full timestamp.
pub(crate) fn at(text: &str) -> Timestamp {
    let full = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T12:00:00Z")
    };
    full.parse().expect("instant")
}

/// Deal with row and id `number` and an amount in euros such as `12500.50`.
pub(crate) fn deal(number: u32, stage: DealStage, euros: &str) -> Deal {
    Deal {
        row: number,
        id: Some(number.into()),
        client: format!("Client {number}").into(),
        stage,
        amount: money(euros),
        sector: None,
        due: None,
        assignee: None,
        notes: "".into(),
        created_at: None,
        updated_at: None,
    }
}

pub(crate) fn money(euros: &str) -> Money {
    Money::new(euros.parse().expect("euros"))
}

pub(crate) fn of_sector(sector: &str, deal: Deal) -> Deal {
    let sector = (!sector.is_empty()).then(|| sector.into());
    Deal { sector, ..deal }
}

pub(crate) fn of_assignee(assignee: &str, deal: Deal) -> Deal {
    let assignee = (!assignee.is_empty()).then(|| assignee.into());
    Deal { assignee, ..deal }
}

pub(crate) fn due(due: &str, deal: Deal) -> Deal {
    Deal {
        due: Some(day(due)),
        ..deal
    }
}

pub(crate) fn created(when: &str, deal: Deal) -> Deal {
    Deal {
        created_at: Some(at(when)),
        ..deal
    }
}

pub(crate) fn updated(when: &str, deal: Deal) -> Deal {
    Deal {
        updated_at: Some(at(when)),
        ..deal
    }
}

pub(crate) fn all(deals: &[Deal]) -> Vec<&Deal> {
    deals.iter().collect()
}

/// Row of the tab `deals`: id, client, statut, montant, probabilite, `valeur_ponderee`; the rest is empty.
pub(crate) fn short_row(cells: [Value; 6]) -> Vec<Value> {
    cells.to_vec()
}

/// Decoded rows of the tab `deals`, and the findings.
pub(crate) fn decode(rows: Vec<Vec<Value>>, snoozes: Vec<Vec<Value>>) -> (DealRows, Vec<Finding>) {
    let with_headers = |tab: &'static sheets_store::Tab, rows: Vec<Vec<Value>>| {
        let headers = tab.columns.iter().map(|column| json!(column.header)).collect();
        TabRows::of_answer(tab, [headers].into_iter().chain(rows).collect())
    };
    let mut decoding = DecodeContext {
        zone: TimeZone::get("Europe/Paris").expect("bundled time zone"),
        findings: Vec::new(),
    };
    let tabs = vec![with_headers(&DEALS, rows), with_headers(&DEAL_SNOOZES, snoozes)];
    let rows = DealRows::decode(tabs, &mut decoding);
    (rows, decoding.findings)
}

/// Random deals with few distinct clients, sectors, assignees and dates, in several spellings.
pub(crate) fn crowded_deals() -> impl Strategy<Value = Vec<Deal>> {
    vec(crowded_deal(), 0..30).prop_map(|mut deals| {
        for (number, deal) in (2..).zip(&mut deals) {
            deal.row = number;
            deal.id = Some(number.into());
        }
        deals
    })
}

fn crowded_deal() -> impl Strategy<Value = Deal> {
    let text = |words: &[&'static str]| {
        select(words.to_vec()).prop_map(|word| (!word.is_empty()).then(|| Arc::<str>::from(word)))
    };
    let moment = || {
        option::weighted(
            0.8,
            (-60_i64..60).prop_map(|days| at("2026-11-21") - jiff::SignedDuration::from_hours(24 * days)),
        )
    };
    (
        select(vec!["Acme", "Énergie SA", "Boulanger"]),
        select(DealStage::ALL.to_vec()),
        1_i64..100_000_000,
        text(&["", "Banque", "BANQUE", "Santé", "sante", "Énergie"]),
        option::weighted(
            0.7,
            (-40_i32..60).prop_map(|days| today() + jiff::Span::new().days(days)),
        ),
        text(&["", "Zoé", "zoe", "Kate"]),
        select(vec!["", "à relancer", "appeler Acme"]),
        moment(),
        moment(),
    )
        .prop_map(
            |(client, stage, cents, sector, due, assignee, notes, created_at, updated_at)| Deal {
                row: 0,
                id: None,
                client: client.into(),
                stage,
                amount: Money::cents(cents),
                sector,
                due,
                assignee,
                notes: notes.into(),
                created_at,
                updated_at,
            },
        )
}
