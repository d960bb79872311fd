//! Identity: keeps the row ids of customers stable.

use std::collections::{HashMap, HashSet};

use customer_sources::email::Email;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    customer::{Customer, CustomerId},
    unify::clusters::Cluster,
};

/// UUID namespace of customer ids.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b0f_0f6e_3a52_4f7c_9d0e_7a1c_55d3_91b4);

/// Ids of all customers.
#[derive(Debug, Default)]
pub struct Identities {
    /// Id of each cluster, in the same order.
    pub by_cluster: Vec<CustomerId>,
    successors: HashMap<CustomerId, CustomerId>,
    by_id: HashMap<CustomerId, usize>,
}

impl Identities {
    /// Customer into which a row was merged.
    pub fn successor(&self, id: &CustomerId) -> Option<&CustomerId> {
        self.successors.get(id)
    }

    /// Existing row with this id.
    pub fn before<'a>(&self, id: &CustomerId, before: &'a [Customer]) -> Option<&'a Customer> {
        self.by_id.get(id).map(|index| &before[*index])
    }
}

/// A cluster keeps the row with its main email address; otherwise the oldest row whose main address is one of its
/// addresses, or that belonged to an account without an address; otherwise the oldest row with one of its addresses as
/// a further one. Without such a row the id is derived from the main address, so that two instances make the same id.
pub fn assign_ids(clusters: &[Cluster], before: &[Customer]) -> Identities {
    let mut identities = Identities {
        by_id: before
            .iter()
            .enumerate()
            .map(|(index, old)| (old.id.clone(), index))
            .collect(),
        ..Identities::default()
    };
    let mut rows: HashMap<&str, Vec<&Customer>> = HashMap::new();
    for old in before {
        let key = old.email.as_ref().map_or(old.id.as_str(), Email::key);
        rows.entry(key).or_default().push(old);
    }
    let claims: Vec<Vec<&Customer>> = clusters.iter().map(|cluster| candidate_rows(cluster, &rows)).collect();
    let mut spoken_for: HashSet<&CustomerId> = claims
        .iter()
        .filter_map(|rows| rows.first())
        .map(|old| &old.id)
        .collect();
    let by_other_address = by_other_address(before);
    let mut taken: HashSet<CustomerId> = before.iter().map(|old| old.id.clone()).collect();
    for (cluster, claims) in clusters.iter().zip(&claims) {
        let others = cluster
            .emails
            .iter()
            .filter_map(|email| by_other_address.get(email.key()));
        let left = others
            .copied()
            .filter(|old| !spoken_for.contains(&old.id))
            .min_by_key(|old| age(old));
        let id = match claims.first().copied().or(left) {
            Some(old) => {
                spoken_for.insert(&old.id);
                old.id.clone()
            }
            None => new_id(cluster, &taken),
        };
        taken.insert(id.clone());
        identities.by_cluster.push(id);
    }
    // A row that another cluster took over, because a merge was undone, has no successor.
    for (claims, id) in claims.iter().zip(&identities.by_cluster) {
        let others = claims.iter().skip(1).filter(|old| !spoken_for.contains(&old.id));
        identities
            .successors
            .extend(others.map(|old| (old.id.clone(), id.clone())));
    }
    identities
}

/// Oldest row with an address as a further one: its main address came from a merge that was undone.
fn by_other_address(before: &[Customer]) -> HashMap<&str, &Customer> {
    let mut rows: HashMap<&str, &Customer> = HashMap::new();
    for old in before {
        for email in &old.other_emails {
            let row = rows.entry(email.key()).or_insert(old);
            if age(old) < age(row) {
                *row = old;
            }
        }
    }
    rows
}

/// Sort key: active rows first, then older ones.
fn age(old: &Customer) -> (bool, bool, Option<Timestamp>, &CustomerId) {
    (!old.is_current(), old.created_at.is_none(), old.created_at, &old.id)
}

/// Existing rows with an address of the cluster, best match first.
fn candidate_rows<'a>(cluster: &Cluster, rows: &HashMap<&str, Vec<&'a Customer>>) -> Vec<&'a Customer> {
    let with = |key: &str| rows.get(key).into_iter().flatten().copied();
    let mut claimants: Vec<&Customer> = cluster.emails.iter().flat_map(|email| with(email.key())).collect();
    claimants.extend(
        cluster
            .accounts
            .iter()
            .flat_map(|account| with(id_of(account).as_str())),
    );
    let is_main = |old: &Customer| old.email.is_some() && old.email == cluster.main;
    claimants.sort_by(|left, right| (!is_main(left), age(left)).cmp(&(!is_main(right), age(right))));
    claimants
}

fn id_of(name: &str) -> CustomerId {
    CustomerId::new(Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string())
}

fn new_id(cluster: &Cluster, taken: &HashSet<CustomerId>) -> CustomerId {
    let account = || cluster.accounts.first().cloned().unwrap_or_default();
    let mut name = cluster
        .main
        .as_ref()
        .map_or_else(account, |email| email.key().to_owned());
    loop {
        let id = id_of(&name);
        if !taken.contains(&id) {
            return id;
        }
        name.push('\n');
    }
}
