//! Tab `revenue_metrics`: monthly figures of the whole business, as computed by a source.

use customer_sources::{amount::Currency, observation::MonthMetrics};
use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::Decimal;
use sheets_store::{CellEntry, ChangeHistory, Column, ColumnKind, DecodeContext, IdSource, Tab, TabRow};

use crate::tabs::{
    cells::{self, CellReader},
    columns::column_index,
    row_changes::RowCells,
};

const COLUMNS: &[Column] = &[
    Column::new("id", ColumnKind::Text),
    Column::new("source", ColumnKind::Text),
    Column::new("date", ColumnKind::Date),
    Column::new("currency", ColumnKind::Text),
    Column::new("mrr", ColumnKind::Amount),
    Column::new("arr", ColumnKind::Amount),
    Column::new("arpa", ColumnKind::Amount),
    Column::new("ltv", ColumnKind::Amount),
    Column::new("customers", ColumnKind::Integer),
    Column::new("customer_churn_rate", ColumnKind::Amount),
    Column::new("mrr_churn_rate", ColumnKind::Amount),
    Column::new("synced_at", ColumnKind::DateTime),
];

/// One row per month and source. The two rates are in percent.
pub static REVENUE_METRICS: Tab = Tab {
    title: "revenue_metrics",
    columns: COLUMNS,
    ids: IdSource::Given,
    history: ChangeHistory::NotKept,
    updated_at: None,
};

const SOURCE: usize = column_index(COLUMNS, "source");
const DATE: usize = column_index(COLUMNS, "date");
const CURRENCY: usize = column_index(COLUMNS, "currency");
const MRR: usize = column_index(COLUMNS, "mrr");
const ARR: usize = column_index(COLUMNS, "arr");
const ARPA: usize = column_index(COLUMNS, "arpa");
const LTV: usize = column_index(COLUMNS, "ltv");
const CUSTOMERS: usize = column_index(COLUMNS, "customers");
const CUSTOMER_CHURN: usize = column_index(COLUMNS, "customer_churn_rate");
const MRR_CHURN: usize = column_index(COLUMNS, "mrr_churn_rate");
/// Column of `synced_at`: time at which a sync last changed the row.
pub const SYNCED_AT: usize = column_index(COLUMNS, "synced_at");

/// Row id of a month.
pub fn metrics_row_id(metrics: &MonthMetrics) -> String {
    format!("{}:{}", metrics.source, metrics.date)
}

/// Cells of a month.
pub fn metrics_cells(metrics: &MonthMetrics, synced_at: Timestamp, zone: &TimeZone) -> RowCells {
    let number = |known: Option<Decimal>| cells::number(known);
    vec![
        (SOURCE, cells::text(&metrics.source)),
        (DATE, CellEntry::Date(metrics.date)),
        (CURRENCY, cells::text_of(metrics.currency.as_ref().map(Currency::code))),
        (MRR, number(metrics.mrr)),
        (ARR, number(metrics.arr)),
        (ARPA, number(metrics.arpa)),
        (LTV, number(metrics.ltv)),
        (CUSTOMERS, number(metrics.customers)),
        (CUSTOMER_CHURN, number(metrics.customer_churn_rate)),
        (MRR_CHURN, number(metrics.mrr_churn_rate)),
        (SYNCED_AT, cells::instant(Some(synced_at), zone)),
    ]
}

/// Decodes a row; `None`, with a finding, without source or day.
pub fn decode_metrics(row: TabRow<'_>, decoding: &mut DecodeContext) -> Option<MonthMetrics> {
    let zone = decoding.zone.clone();
    let mut cells = CellReader::of(row, decoding);
    let source = cells.text(SOURCE);
    let date = cells.instant(DATE).map(|at| at.to_zoned(zone).date());
    let (Some(source), Some(date)) = (source, date) else {
        cells.exclude(
            DATE,
            "A source and the last day of a month belong here; until then the row does not count.",
        );
        return None;
    };
    let currency = cells.text(CURRENCY).and_then(|code| Currency::of(&code));
    Some(MonthMetrics {
        source,
        date,
        currency,
        mrr: cells.number(MRR),
        arr: cells.number(ARR),
        arpa: cells.number(ARPA),
        ltv: cells.number(LTV),
        customers: cells.number(CUSTOMERS),
        customer_churn_rate: cells.number(CUSTOMER_CHURN),
        mrr_churn_rate: cells.number(MRR_CHURN),
    })
}
