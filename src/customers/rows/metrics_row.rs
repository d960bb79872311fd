//! Tab `revenue_metrics`: monthly figures of the whole business, as computed by a source.

use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::Decimal;

use super::{
    cells::{self, Cells},
    ledger::RowCells,
    place,
};
use crate::{
    customers::{amount::Currency, sources::record::MonthMetrics},
    store::{Column, Decoding, Entry, History, Ids, Kind, Row, Tab},
};

const COLUMNS: &[Column] = &[
    Column::new("id", Kind::Text),
    Column::new("source", Kind::Text),
    Column::new("date", Kind::Date),
    Column::new("currency", Kind::Text),
    Column::new("mrr", Kind::Amount),
    Column::new("arr", Kind::Amount),
    Column::new("arpa", Kind::Amount),
    Column::new("ltv", Kind::Amount),
    Column::new("customers", Kind::Integer),
    Column::new("customer_churn_rate", Kind::Amount),
    Column::new("mrr_churn_rate", Kind::Amount),
    Column::new("synced_at", Kind::DateTime),
];

/// One row per month and source. The two rates are in percent.
pub static REVENUE_METRICS: Tab = Tab {
    title: "revenue_metrics",
    columns: COLUMNS,
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

const SOURCE: usize = place(COLUMNS, "source");
const DATE: usize = place(COLUMNS, "date");
const CURRENCY: usize = place(COLUMNS, "currency");
const MRR: usize = place(COLUMNS, "mrr");
const ARR: usize = place(COLUMNS, "arr");
const ARPA: usize = place(COLUMNS, "arpa");
const LTV: usize = place(COLUMNS, "ltv");
const CUSTOMERS: usize = place(COLUMNS, "customers");
const CUSTOMER_CHURN: usize = place(COLUMNS, "customer_churn_rate");
const MRR_CHURN: usize = place(COLUMNS, "mrr_churn_rate");
/// Column of `synced_at`: time at which a sync last changed the row.
pub const SYNCED_AT: usize = place(COLUMNS, "synced_at");

/// Row id of a month.
pub fn row_id(metrics: &MonthMetrics) -> String {
    format!("{}:{}", metrics.source, metrics.date)
}

/// Cells of a month.
pub fn cells_of(metrics: &MonthMetrics, synced_at: Timestamp, zone: &TimeZone) -> RowCells {
    let number = |known: Option<Decimal>| cells::number(known);
    vec![
        (SOURCE, cells::text(&metrics.source)),
        (DATE, Entry::Date(metrics.date)),
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
pub fn read(row: Row<'_>, decoding: &mut Decoding) -> Option<MonthMetrics> {
    let zone = decoding.zone.clone();
    let mut cells = Cells::of(row, decoding);
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
        mrr: cells.number_in(MRR),
        arr: cells.number_in(ARR),
        arpa: cells.number_in(ARPA),
        ltv: cells.number_in(LTV),
        customers: cells.number_in(CUSTOMERS),
        customer_churn_rate: cells.number_in(CUSTOMER_CHURN),
        mrr_churn_rate: cells.number_in(MRR_CHURN),
    })
}
