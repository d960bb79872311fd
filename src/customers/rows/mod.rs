//! Tabs of the customers board.
//!
//! | tab | holds | written by |
//! | --- | --- | --- |
//! | `source_records` | people, companies and accounts from the sources | syncs |
//! | `customer_events` | conversations, bookings, subscriptions and other events | syncs |
//! | `revenue_metrics` | monthly figures of the whole business, as computed by a source | syncs |
//! | `sync_log` | one row per sync run | syncs |
//! | `customer_aliases` | merges of customers by email address | people |
//! | `unified_customers` | one row per customer, derived from all of the above | the program |
//! | `health_score_history` | scores of each customer by day | the program |
//! | `alert_snoozes` | customers without alerts until a day | people |
//! | `cancel_dismissals` | dismissed mentions of cancellation | people |
//!
//! The first three keep the data of the sources. Every figure can therefore be traced to its source, a sync fetches
//! changes only, and a merge is undone by deleting its row, without losing data.

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

/// Scores of customers, one row per day with a change; append-only.
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

/// Every tab of the board, for spreadsheet setup.
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

/// Column index of a header. In a constant, an unknown header is a compile error.
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
