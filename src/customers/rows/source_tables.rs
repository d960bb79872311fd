//! What the sources said and what people merged, read together: what customers are derived from.

use super::{
    CUSTOMER_ALIASES, CUSTOMER_EVENTS, REVENUE_METRICS, SOURCE_RECORDS,
    alias_row::{self, Alias},
    event_row, metrics_row,
    record_row::{self, SourceRecord},
};
use crate::{
    customers::sources::{event::Event, record::MonthMetrics},
    store::{Dataset, Decoding, Tab, TabRows},
};

/// Everything that customers are derived from.
#[derive(Debug)]
pub struct SourceTables {
    /// What the sources say about people, companies and accounts.
    pub records: Vec<SourceRecord>,
    /// What happened with them.
    pub events: Vec<Event>,
    /// Merges by people.
    pub aliases: Vec<Alias>,
    /// Figures of the whole business by month.
    pub metrics: Vec<MonthMetrics>,
    /// The rows of `source_records` as they are.
    pub record_rows: TabRows,
    /// The rows of `customer_events` as they are.
    pub event_rows: TabRows,
    /// The rows of `revenue_metrics` as they are.
    pub metric_rows: TabRows,
}

impl Dataset for SourceTables {
    const TABS: &'static [&'static Tab] = &[&SOURCE_RECORDS, &CUSTOMER_EVENTS, &CUSTOMER_ALIASES, &REVENUE_METRICS];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [record_rows, event_rows, aliases, metric_rows] =
            <[TabRows; 4]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        Self {
            records: record_rows
                .rows()
                .filter_map(|row| record_row::read(row, decoding))
                .collect(),
            events: event_rows
                .rows()
                .filter_map(|row| event_row::read(row, decoding))
                .collect(),
            aliases: aliases
                .rows()
                .filter_map(|row| alias_row::read(row, decoding))
                .collect(),
            metrics: metric_rows
                .rows()
                .filter_map(|row| metrics_row::read(row, decoding))
                .collect(),
            record_rows,
            event_rows,
            metric_rows,
        }
    }
}
