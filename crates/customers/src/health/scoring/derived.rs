//! Data derived from the source tables alone: clusters of records and analysed messages. Cached by version of the tabs.

use std::{collections::HashMap, sync::Arc};

use sheets_store::Reading;
use web::response::DerivedCache;

use crate::{
    customer::Customer,
    health::scoring::message_analysis::{AnalyzedMessage, analyze_messages},
    sync::rows::source_tables::SourceTables,
    unify::{
        UnifyInput,
        clusters::{Cluster, Clusters},
    },
};

/// Source tables with the data derived from them.
pub struct DerivedRecords {
    /// Source tables.
    pub tables: Arc<SourceTables>,
    /// Clusters of records, one per customer.
    pub clusters: Clusters,
    /// Analysed messages by event, in event order.
    pub analyzed_messages: Vec<Vec<AnalyzedMessage>>,
    by_email: HashMap<String, usize>,
    /// By source and vendor id.
    by_record: HashMap<(String, String), usize>,
}

impl DerivedRecords {
    /// Derives the data.
    pub fn of(tables: Arc<SourceTables>) -> Self {
        let clusters = Clusters::of(unify_input(&tables));
        let (mut by_email, mut by_record) = (HashMap::new(), HashMap::new());
        for (index, cluster) in clusters.all.iter().enumerate() {
            for email in &cluster.emails {
                by_email.entry(email.key().to_owned()).or_insert(index);
            }
            for record in &cluster.records {
                let observation = &tables.records[*record].observation;
                let name = (observation.source.clone(), observation.subject.id.clone());
                by_record.entry(name).or_insert(index);
            }
        }
        Self {
            analyzed_messages: analyze_messages(&tables.events),
            clusters,
            by_email,
            by_record,
            tables,
        }
    }

    /// Source tables as the input of unification.
    pub fn unify_input(&self) -> UnifyInput<'_> {
        unify_input(&self.tables)
    }

    /// Cluster of a customer; `None` when no source has a record any more.
    pub fn cluster(&self, customer: &Customer) -> Option<&Cluster> {
        let by_email = customer
            .emails()
            .find_map(|email| self.by_email.get(email.key()).copied());
        let linked_sources = customer.sources.iter().flat_map(|linked_source| {
            let ids = linked_source.ids.iter();
            ids.map(move |id| (linked_source.source.clone(), id.clone()))
        });
        let mut names = linked_sources;
        let index = by_email.or_else(|| names.find_map(|name| self.by_record.get(&name).copied()))?;
        self.clusters.all.get(index)
    }
}

fn unify_input(tables: &SourceTables) -> UnifyInput<'_> {
    UnifyInput {
        records: &tables.records,
        events: &tables.events,
        aliases: &tables.aliases,
    }
}

/// Cache of the derived data.
pub struct DerivedRecordsCache(DerivedCache<u64, DerivedRecords>);

impl Default for DerivedRecordsCache {
    fn default() -> Self {
        Self(DerivedCache::most(1))
    }
}

impl DerivedRecordsCache {
    /// Derived data of these tabs. Many conversations take a while, so the work runs on a blocking thread.
    pub async fn of(&self, reading: &Reading<SourceTables>) -> Arc<DerivedRecords> {
        let tables = &reading.snapshot.data;
        let work = async {
            let (there, here) = (Arc::clone(tables), Arc::clone(tables));
            let derived = tokio::task::spawn_blocking(move || DerivedRecords::of(there)).await;
            Arc::new(derived.unwrap_or_else(|_| DerivedRecords::of(here)))
        };
        self.0.get_or_compute(reading.snapshot.version, work).await
    }
}
