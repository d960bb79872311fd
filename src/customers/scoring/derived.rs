//! Data derived from the source tables alone: clusters of records and analysed messages. Cached by version of the tabs.

use std::{collections::HashMap, sync::Arc};

use super::hearing::{Heard, heard_in};
use crate::{
    answer::WorkedOut,
    customers::{
        customer::Customer,
        rows::source_tables::SourceTables,
        unify::{
            Known,
            clusters::{Cluster, Clusters},
        },
    },
    store::Reading,
};

/// Source tables with the data derived from them.
pub struct Derived {
    /// Source tables.
    pub tables: Arc<SourceTables>,
    /// Clusters of records, one per customer.
    pub clusters: Clusters,
    /// Analysed messages by event, in event order.
    pub heard: Vec<Vec<Heard>>,
    by_email: HashMap<String, usize>,
    /// By source and vendor id.
    by_record: HashMap<(String, String), usize>,
}

impl Derived {
    /// Derives the data.
    pub fn of(tables: Arc<SourceTables>) -> Self {
        let clusters = Clusters::of(known(&tables));
        let (mut by_email, mut by_record) = (HashMap::new(), HashMap::new());
        for (place, cluster) in clusters.all.iter().enumerate() {
            for email in &cluster.emails {
                by_email.entry(email.key().to_owned()).or_insert(place);
            }
            for record in &cluster.records {
                let said = &tables.records[*record].said;
                let name = (said.source.clone(), said.subject.id.clone());
                by_record.entry(name).or_insert(place);
            }
        }
        Self {
            heard: heard_in(&tables.events),
            clusters,
            by_email,
            by_record,
            tables,
        }
    }

    /// Source tables as the input of unification.
    pub fn known(&self) -> Known<'_> {
        known(&self.tables)
    }

    /// Cluster of a customer; `None` when no source has a record any more.
    pub fn cluster(&self, customer: &Customer) -> Option<&Cluster> {
        let by_email = customer
            .emails()
            .find_map(|email| self.by_email.get(email.key()).copied());
        let marks = customer.sources.iter().flat_map(|mark| {
            let ids = mark.ids.iter();
            ids.map(move |id| (mark.source.clone(), id.clone()))
        });
        let mut names = marks;
        let place = by_email.or_else(|| names.find_map(|name| self.by_record.get(&name).copied()))?;
        self.clusters.all.get(place)
    }
}

fn known(tables: &SourceTables) -> Known<'_> {
    Known {
        records: &tables.records,
        events: &tables.events,
        aliases: &tables.aliases,
    }
}

/// Cache of the derived data.
pub struct Derivation(WorkedOut<u64, Derived>);

impl Default for Derivation {
    fn default() -> Self {
        Self(WorkedOut::most(1))
    }
}

impl Derivation {
    /// Derived data of these tabs. Many conversations take a while, so the work runs on a blocking thread.
    pub async fn of(&self, told: &Reading<SourceTables>) -> Arc<Derived> {
        let tables = &told.snapshot.data;
        let work = async {
            let (there, here) = (Arc::clone(tables), Arc::clone(tables));
            let worked_out = tokio::task::spawn_blocking(move || Derived::of(there)).await;
            Arc::new(worked_out.unwrap_or_else(|_| Derived::of(here)))
        };
        self.0.or_work_out(told.snapshot.version, work).await
    }
}
