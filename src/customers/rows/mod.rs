//! The tabs of the customers board, column by column, and what the program makes of their rows.
//!
//! | tab | holds | written by |
//! | --- | --- | --- |
//! | `source_records` | what each source says about a person, a company or an account ([`record_row`]) | syncs |
//! | `customer_events` | what happened: conversations, bookings, subscriptions … ([`event_row`]) | syncs |
//! | `revenue_metrics` | figures of the whole business by month, as a source computed them ([`metrics_row`]) | syncs |
//! | `sync_log` | one line for each run of a source ([`run_row`]) | syncs |
//! | `customer_aliases` | addresses that belong to the customer of another address ([`alias_row`]) | people |
//! | `unified_customers` | one row for each customer ([`customer_row`]), derived from all of the above | the program |
//! | `health_score_history` | the score of a customer, by day ([`history_row`]) | the program |
//! | `alert_snoozes` | customers about whom nobody is told for a while ([`super::alerting::book`]) | people |
//! | `cancel_dismissals` | sentences that are no cancellation ([`dismissal_row`]) | people |
//!
//! The first three keep what the sources said. So every figure can be traced to its source, a run only reads what
//! changed, and a merge of two customers is undone by deleting its line: nothing is lost with it.

pub mod alias_row;
pub mod cells;
pub mod customer_row;
pub mod dismissal_row;
pub mod event_row;
pub mod history_row;
pub mod ledger;
pub mod metrics_row;
pub mod record_row;
pub mod run_row;
pub mod source_tables;

use crate::store::{Column, History, Ids, Kind, Tab};

pub use alias_row::CUSTOMER_ALIASES;
pub use customer_row::UNIFIED_CUSTOMERS;
pub use dismissal_row::CANCEL_DISMISSALS;
pub use event_row::CUSTOMER_EVENTS;
pub use metrics_row::REVENUE_METRICS;
pub use record_row::SOURCE_RECORDS;
pub use run_row::SYNC_LOG;

/// The score of a customer, one row for each day on which it changed; append-only.
pub static HEALTH_SCORE_HISTORY: Tab = Tab {
    title: "health_score_history",
    columns: &[
        Column::new("id", Kind::Text),
        Column::new("customer", Kind::Text),
        Column::new("day", Kind::Date),
        Column::new("score", Kind::Integer),
        Column::new("status", Kind::Text),
        Column::new("coverage", Kind::Percent),
        Column::new("components", Kind::Text),
        Column::new("formula", Kind::Text),
    ],
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

/// Every tab of the board, for setting the spreadsheet up.
pub static TABS: &[&Tab] = &[
    &UNIFIED_CUSTOMERS,
    &SOURCE_RECORDS,
    &CUSTOMER_EVENTS,
    &CUSTOMER_ALIASES,
    &REVENUE_METRICS,
    &SYNC_LOG,
    &HEALTH_SCORE_HISTORY,
    &CANCEL_DISMISSALS,
    &super::alerting::snooze::ALERT_SNOOZES,
];

/// Place of the column with this header; a header that is not there does not compile where a constant is made of it.
const fn place(columns: &[Column], header: &str) -> usize {
    let mut index = 0;
    while index < columns.len() {
        if is_same(columns[index].header, header) {
            return index;
        }
        index += 1;
    }
    panic!("no such column")
}

const fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
