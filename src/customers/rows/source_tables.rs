//! Source tables: the tabs from which customers are derived, read together.

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

/// Everything from which customers are derived.
#[derive(Debug)]
pub struct SourceTables {
    /// People, companies and accounts from the sources.
    pub records: Vec<SourceRecord>,
    /// Events from the sources.
    pub events: Vec<Event>,
    /// Merges made by people.
    pub aliases: Vec<Alias>,
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
