//! Source tables: the tabs from which customers are derived, read together.

use customer_sources::{event::CustomerEvent, observation::MonthMetrics};
use sheets_store::{Dataset, DecodeContext, Tab, TabRows};

use crate::{
    customer::merge::rows::{self, CUSTOMER_ALIASES, CustomerAlias},
    sync::rows::{
        events::{self, CUSTOMER_EVENTS},
        metrics::{self, REVENUE_METRICS},
        records::{self, SOURCE_RECORDS, SourceRecord},
    },
};

/// Everything from which customers are derived.
#[derive(Debug)]
pub struct SourceTables {
    /// People, companies and accounts from the sources.
    pub records: Vec<SourceRecord>,
    /// Events from the sources.
    pub events: Vec<CustomerEvent>,
    /// Merges made by people.
    pub aliases: Vec<CustomerAlias>,
    /// Monthly figures of the whole business.
    pub metrics: Vec<MonthMetrics>,
    /// Raw rows of `source_records`.
    pub record_rows: TabRows,
    /// Raw rows of `customer_events`.
    pub event_rows: TabRows,
    /// Raw rows of `revenue_metrics`.
    pub metric_rows: TabRows,
}

impl Dataset for SourceTables {
    const TABS: &'static [&'static Tab] = &[&SOURCE_RECORDS, &CUSTOMER_EVENTS, &CUSTOMER_ALIASES, &REVENUE_METRICS];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let [record_rows, event_rows, aliases, metric_rows] =
            <[TabRows; 4]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        Self {
            records: record_rows
                .rows()
                .filter_map(|row| records::decode_record(row, decoding))
                .collect(),
            events: event_rows
                .rows()
                .filter_map(|row| events::decode_event(row, decoding))
                .collect(),
            aliases: aliases
                .rows()
                .filter_map(|row| rows::decode_alias(row, decoding))
                .collect(),
            metrics: metric_rows
                .rows()
                .filter_map(|row| metrics::decode_metrics(row, decoding))
                .collect(),
            record_rows,
            event_rows,
            metric_rows,
        }
    }
}
