//! `GET /deals/performance`: sales figures by assignee, in a period and in the preceding one.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::{Timestamp, civil::DateTime};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        deal::Deal,
        desk::Deals,
        filter::DealFilter,
        performance::{Performance, PerformanceLine, performance},
        view::performance::PerformancePage,
    },
    question::Common,
    sales::{self, Scene, Sent},
};
use crate::{
    answer::{Cell, Column, Dialect, Face, Kind, Rendered, Sheet},
    error::Error,
    language::Language,
    money::Money,
    period::Period,
};

/// Performance by assignee.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DealsPerformance")]
pub(super) struct Answer {
    as_of: Timestamp,
    /// Filter as a query string.
    filter: String,
    /// Range of due dates.
    period: Period,
    /// Preceding period of the same length; `None` when the period is open-ended.
    period_before: Option<Period>,
    /// Number of deals hidden by the period because they have no due date.
    hidden_undated: usize,
    /// All assignees together.
    total: PerformanceLine,
    assignees: Vec<PerformanceLine>,
}

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<Common>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = Sent {
        common: &common,
        headers: &headers,
        uri: &uri,
    };
    sales::answer(&deals, sent, Face::TABLE, render).await
}

fn render(scene: &Scene<'_>) -> Result<Rendered, Error> {
    let answer = answer(scene);
    let asked = scene.asked;
    let sheet = || sheet(&answer, asked.language, scene.current.as_of().datetime());
    match asked.face {
        Face::Json | Face::Pdf => Rendered::json(&answer).map_err(Error::internal),
        Face::Csv => Ok(Rendered::csv_in(&sheet(), Dialect::of(asked.language))),
        Face::Xlsx => Rendered::xlsx_in(&sheet(), Dialect::of(asked.language)).map_err(Error::internal),
        Face::Html => {
            let page = PerformancePage {
                language: asked.language,
                filter: scene.filter,
                before: answer.period_before,
                hidden_undated: answer.hidden_undated,
                total: &answer.total,
                lines: &answer.assignees,
            };
            let frame = scene.deals.frame(scene.current, asked.language);
            Ok(Rendered::html(page.document(&frame, &asked.address)))
        }
    }
}

fn answer(scene: &Scene<'_>) -> Answer {
    let (filter, history, rows) = (scene.filter, scene.history, &scene.current.rows);
    let now = filter.select(&rows.deals, || rows.search_texts());
    let chosen = now.deals(&rows.deals);
    let period_before = filter.due.before();
    let before: Vec<&Deal> = period_before.map_or_else(Vec::new, |due| {
        let earlier = DealFilter { due, ..filter.clone() };
        earlier.select(&rows.deals, || rows.search_texts()).deals(&rows.deals)
    });
    Answer {
        as_of: scene.current.read_at,
        filter: filter.to_query(),
        period: filter.due,
        period_before,
        hidden_undated: now.hidden_undated,
        total: PerformanceLine {
            assignee: None,
            now: Performance::of(&chosen, history),
            before: (!before.is_empty()).then(|| Performance::of(&before, history)),
        },
        assignees: performance(&chosen, &before, history),
    }
}

fn sheet(answer: &Answer, language: Language, as_of: DateTime) -> Sheet {
    let mut columns = vec![Column::new("assignee", Kind::Text)];
    for (french, english, kind) in [
        ("affaires", "deals", Kind::Integer),
        ("montant", "amount", Kind::Decimal),
        ("pondéré", "weighted", Kind::Decimal),
        ("gagnées", "won", Kind::Integer),
        ("montant gagné", "won amount", Kind::Decimal),
        ("conversion %", "conversion %", Kind::Decimal),
        ("panier moyen", "average basket", Kind::Decimal),
        ("cycle moyen (jours)", "average cycle (days)", Kind::Decimal),
        ("affaires, période précédente", "deals, period before", Kind::Integer),
        ("montant, période précédente", "amount, period before", Kind::Decimal),
        (
            "montant gagné, période précédente",
            "won amount, period before",
            Kind::Decimal,
        ),
    ] {
        columns.push(Column::new(language.choose(french, english), kind));
    }
    Sheet {
        title: language.choose("Performance", "Performance").to_owned(),
        file_name: "performance".to_owned(),
        as_of,
        columns,
        rows: answer.assignees.iter().map(|line| cells(line, language)).collect(),
    }
}

fn cells(line: &PerformanceLine, language: Language) -> Vec<Cell> {
    let count = |count: usize| Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let money = |amount: Money| Cell::Decimal(amount.rounded().to_cell());
    let number = |number: Option<rust_decimal::Decimal>| number.map_or(Cell::Empty, |number| money(Money::new(number)));
    let now = &line.now;
    let before = line.before.as_ref();
    let nobody = language.choose("Non renseigné", "Not given");
    vec![
        Cell::from(line.assignee.as_deref().unwrap_or(nobody)),
        count(now.deals),
        money(now.amount),
        money(now.weighted),
        count(now.won),
        money(now.won_amount),
        number(
            now.conversion_rate
                .map(|rate| rate.of_one() * rust_decimal::Decimal::ONE_HUNDRED),
        ),
        now.average_basket.map_or(Cell::Empty, money),
        number(now.cycle.average_days),
        before.map_or(Cell::Empty, |before| count(before.deals)),
        before.map_or(Cell::Empty, |before| money(before.amount)),
        before.map_or(Cell::Empty, |before| money(before.won_amount)),
    ]
}
