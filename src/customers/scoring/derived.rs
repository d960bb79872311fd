//! What follows from what the sources said and from nothing else: whom each record belongs to, and what customers said.
//! It is worked out once for each version of the tabs.

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

/// What the sources told, and whom it is about.
pub struct Derived {
    /// The tabs.
    pub tables: Arc<SourceTables>,
    /// Every customer.
    pub clusters: Clusters,
    /// What customers said in each event, in the order of the events.
    pub heard: Vec<Vec<Heard>>,
    by_email: HashMap<String, usize>,
    /// By source and the vendor’s id.
    by_record: HashMap<(String, String), usize>,
}

impl Derived {
    /// Works it out.
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

    /// The tabs, as customers are derived from them.
    pub fn known(&self) -> Known<'_> {
        known(&self.tables)
    }

    /// What belongs to a customer; `None` when no source knows them any more.
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

/// What was worked out last.
pub struct Derivation(WorkedOut<u64, Derived>);

impl Default for Derivation {
    fn default() -> Self {
        Self(WorkedOut::most(1))
    }
}

impl Derivation {
    /// What follows from the tabs as they were read. It takes a while with many conversations, so it keeps no other
    /// request waiting.
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
