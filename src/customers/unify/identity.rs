//! Which row a customer has had so far.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::clusters::Cluster;
use crate::customers::{
    customer::{Customer, CustomerId},
    email::Email,
};

/// The namespace of the ids of customers.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b0f_0f6e_3a52_4f7c_9d0e_7a1c_55d3_91b4);

/// The ids of customers.
#[derive(Debug, Default)]
pub struct Identities {
    /// Of each cluster, in the same order.
    pub of_clusters: Vec<CustomerId>,
    successors: HashMap<CustomerId, CustomerId>,
    places: HashMap<CustomerId, usize>,
}

impl Identities {
    /// The customer that a row is part of now.
    pub fn successor(&self, id: &CustomerId) -> Option<&CustomerId> {
        self.successors.get(id)
    }

    /// The row there was.
    pub fn before<'a>(&self, id: &CustomerId, before: &'a [Customer]) -> Option<&'a Customer> {
        self.places.get(id).map(|place| &before[*place])
    }
}

/// A cluster keeps the row that has its main address, else the oldest row that has one of its addresses as main address,
/// or that an account without address has had, else one that had an address of it beside its main one. Without such a row its id follows from the main address, so that two
/// programs make the same one.
pub fn ids(clusters: &[Cluster], before: &[Customer]) -> Identities {
    let mut identities = Identities {
        places: before
            .iter()
            .enumerate()
            .map(|(place, old)| (old.id.clone(), place))
            .collect(),
        ..Identities::default()
    };
    let mut rows: HashMap<&str, Vec<&Customer>> = HashMap::new();
    for old in before {
        let key = old.email.as_ref().map_or(old.id.as_str(), Email::key);
        rows.entry(key).or_default().push(old);
    }
    let claims: Vec<Vec<&Customer>> = clusters.iter().map(|cluster| claimants(cluster, &rows)).collect();
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
            None => fresh(cluster, &taken),
        };
        taken.insert(id.clone());
        identities.of_clusters.push(id);
    }
    // A row that another cluster took over, because a merge was taken back, has no successor.
    for (claims, id) in claims.iter().zip(&identities.of_clusters) {
        let others = claims.iter().skip(1).filter(|old| !spoken_for.contains(&old.id));
        identities
            .successors
            .extend(others.map(|old| (old.id.clone(), id.clone())));
    }
    identities
}

/// The oldest row that has an address beside its main one: whose main address was that of a merge which is taken back.
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

/// Rows that count come first, then older ones.
fn age(old: &Customer) -> (bool, bool, Option<Timestamp>, &CustomerId) {
    (!old.is_current(), old.created_at.is_none(), old.created_at, &old.id)
}

/// The rows with an address of the cluster, the one to keep first.
fn claimants<'a>(cluster: &Cluster, rows: &HashMap<&str, Vec<&'a Customer>>) -> Vec<&'a Customer> {
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

fn fresh(cluster: &Cluster, taken: &HashSet<CustomerId>) -> CustomerId {
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
