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

pub(crate) mod cells;
pub(crate) mod columns;
pub mod row_changes;

use sheets_store::Tab;

use crate::{
    alerts::snooze::rows::ALERT_SNOOZES,
    customer::{merge::rows::CUSTOMER_ALIASES, rows::UNIFIED_CUSTOMERS},
    health::{dismissals::CANCEL_DISMISSALS, history::HEALTH_SCORE_HISTORY},
    sync::rows::{events::CUSTOMER_EVENTS, metrics::REVENUE_METRICS, records::SOURCE_RECORDS, runs::SYNC_LOG},
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
    &ALERT_SNOOZES,
];
