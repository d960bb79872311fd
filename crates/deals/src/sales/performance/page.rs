//! `GET /deals/performance`: sales figures by assignee, in a period and in the preceding one.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use domain::{language::Language, money::Money, period::Period};
use jiff::{Timestamp, civil::DateTime};
use schemars::JsonSchema;
use serde::Serialize;
use web::{
    error::Error,
    response::{ExportCell, ExportColumn, ExportDialect, ExportKind, ExportSheet, Format, RenderedResponse},
};

use crate::{
    deal::Deal,
    list::{filter::DealFilter, query_params::DealQueryParams},
    sales::{
        page::{self, SalesContext, SalesRequest},
        performance::{PerformanceLine, SalesPerformance, performance_by_assignee, view::PerformancePage},
    },
    state::Deals,
};

/// Performance by assignee.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DealsPerformance")]
pub(crate) struct PerformanceResponse {
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

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<DealQueryParams>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = SalesRequest {
        common: &common,
        headers: &headers,
        uri: &uri,
    };
    page::respond(&deals, sent, Format::TABLE, render).await
}

fn render(scene: &SalesContext<'_>) -> Result<RenderedResponse, Error> {
    let answer = build_response(scene);
    let request = scene.request;
    let sheet = || performance_table(&answer, request.language, scene.current.as_of().datetime());
    match request.format {
        Format::Json | Format::Pdf => RenderedResponse::json(&answer).map_err(Error::internal),
        Format::Csv => Ok(RenderedResponse::csv_in(&sheet(), ExportDialect::of(request.language))),
        Format::Xlsx => RenderedResponse::xlsx_in(&sheet(), ExportDialect::of(request.language)),
        Format::Html => {
            let page = PerformancePage {
                language: request.language,
                filter: scene.filter,
                before: answer.period_before,
                hidden_undated: answer.hidden_undated,
                total: &answer.total,
                lines: &answer.assignees,
            };
            let frame = scene.deals.frame(scene.current, request.language);
            Ok(RenderedResponse::html(page.document(&frame, &request.address)))
        }
    }
}

fn build_response(scene: &SalesContext<'_>) -> PerformanceResponse {
    let (filter, history, rows) = (scene.filter, scene.history, &scene.current.rows);
    let now = filter.select(&rows.deals, || rows.search_texts());
    let chosen = now.deals(&rows.deals);
    let period_before = filter.due.before();
    let before: Vec<&Deal> = period_before.map_or_else(Vec::new, |due| {
        let earlier = DealFilter { due, ..filter.clone() };
        earlier.select(&rows.deals, || rows.search_texts()).deals(&rows.deals)
    });
    PerformanceResponse {
        as_of: scene.current.read_at,
        filter: filter.to_query(),
        period: filter.due,
        period_before,
        hidden_undated: now.hidden_undated,
        total: PerformanceLine {
            assignee: None,
            now: SalesPerformance::of(&chosen, history),
            before: (!before.is_empty()).then(|| SalesPerformance::of(&before, history)),
        },
        assignees: performance_by_assignee(&chosen, &before, history),
    }
}

fn performance_table(answer: &PerformanceResponse, language: Language, as_of: DateTime) -> ExportSheet {
    let mut columns = vec![ExportColumn::new("assignee", ExportKind::Text)];
    for (french, english, kind) in [
        ("affaires", "deals", ExportKind::Integer),
        ("montant", "amount", ExportKind::Decimal),
        ("pondéré", "weighted", ExportKind::Decimal),
        ("gagnées", "won", ExportKind::Integer),
        ("montant gagné", "won amount", ExportKind::Decimal),
        ("conversion %", "conversion %", ExportKind::Decimal),
        ("panier moyen", "average basket", ExportKind::Decimal),
        ("cycle moyen (jours)", "average cycle (days)", ExportKind::Decimal),
        (
            "affaires, période précédente",
            "deals, period before",
            ExportKind::Integer,
        ),
        (
            "montant, période précédente",
            "amount, period before",
            ExportKind::Decimal,
        ),
        (
            "montant gagné, période précédente",
            "won amount, period before",
            ExportKind::Decimal,
        ),
    ] {
        columns.push(ExportColumn::new(language.choose(french, english), kind));
    }
    ExportSheet {
        title: language.choose("Performance", "Performance").to_owned(),
        file_name: "performance".to_owned(),
        as_of,
        columns,
        rows: answer.assignees.iter().map(|line| cells(line, language)).collect(),
    }
}

fn cells(line: &PerformanceLine, language: Language) -> Vec<ExportCell> {
    let count = |count: usize| ExportCell::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let money = |amount: Money| ExportCell::Decimal(amount.rounded().to_cell());
    let number =
        |number: Option<rust_decimal::Decimal>| number.map_or(ExportCell::Empty, |number| money(Money::new(number)));
    let now = &line.now;
    let before = line.before.as_ref();
    let nobody = language.choose("Non renseigné", "Not given");
    vec![
        ExportCell::from(line.assignee.as_deref().unwrap_or(nobody)),
        count(now.deals),
        money(now.amount),
        money(now.weighted),
        count(now.won),
        money(now.won_amount),
        number(
            now.conversion_rate
                .map(|rate| rate.of_one() * rust_decimal::Decimal::ONE_HUNDRED),
        ),
        now.average_basket.map_or(ExportCell::Empty, money),
        number(now.cycle.average_days),
        before.map_or(ExportCell::Empty, |before| count(before.deals)),
        before.map_or(ExportCell::Empty, |before| money(before.amount)),
        before.map_or(ExportCell::Empty, |before| money(before.won_amount)),
    ]
}
