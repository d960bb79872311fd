//! Clustering: records that belong to one customer.

use std::collections::{BTreeSet, HashMap, HashSet};

use customer_sources::{
    email::Email,
    event::CustomerEvent,
    observation::Presence,
    subject::{Subject, SubjectKind},
};

use crate::{
    customer::merge::rows::CustomerAlias,
    sync::rows::records::SourceRecord,
    unify::{
        UnifyInput,
        precedence::{self, FieldKey},
    },
};

/// Records, events and email addresses of one customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// Main email address; `None` for a billed account without one.
    pub main: Option<Email>,
    /// All email addresses, sorted.
    pub emails: BTreeSet<Email>,
    /// Indices of person and account records, in order of their row ids.
    pub records: Vec<usize>,
    /// Row ids of the billed accounts among them.
    pub accounts: Vec<String>,
    /// Indices of the company records to which they belong.
    pub companies: Vec<usize>,
    /// Indices of their events.
    pub events: Vec<usize>,
    /// Indices of the events that name this customer first; only these count in the customer's figures.
    pub primary_events: Vec<usize>,
}

/// All clusters.
#[derive(Debug, Default)]
pub struct Clusters {
    /// Clusters in the order of their first record ids.
    pub all: Vec<Cluster>,
}

/// Source, kind and vendor id.
type VendorKey<'a> = (&'a str, SubjectKind, &'a str);

impl Clusters {
    /// Clusters the records. The result does not depend on the order of records, events and aliases.
    pub fn of(input: UnifyInput<'_>) -> Self {
        let mut order: Vec<usize> = (0..input.records.len())
            .filter(|index| input.records[*index].observation.presence == Presence::Present)
            .collect();
        order.sort_by_cached_key(|index| input.records[*index].id());
        order.dedup_by_key(|index| input.records[*index].id());
        let names = RecordIndex::of(input.records, &order);
        let mut joining = UnionFind::of(input, &order);
        joining.join_records(&names);
        joining.join_aliases(input.aliases);
        let mut clusters = joining.clusters();
        clusters.retain(|cluster| is_customer(input.records, cluster));
        for cluster in &mut clusters {
            cluster.companies = names.companies(input.records, cluster);
            cluster.main = main_address(input, cluster);
            let records = cluster.records.iter().map(|index| &input.records[*index]);
            let accounts = records.filter(|record| record.observation.subject.kind == SubjectKind::Account);
            cluster.accounts = accounts.map(SourceRecord::id).collect();
        }
        assign_events(input.events, &names, &mut clusters);
        Self { all: clusters }
    }
}

/// A person with an email address, or a billed account.
fn is_customer(records: &[SourceRecord], cluster: &Cluster) -> bool {
    let is_account = |index: &usize| records[*index].observation.subject.kind == SubjectKind::Account;
    !cluster.records.is_empty() && (!cluster.emails.is_empty() || cluster.records.iter().any(is_account))
}

/// Records by every current and former vendor id.
struct RecordIndex<'a>(HashMap<VendorKey<'a>, usize>);

impl<'a> RecordIndex<'a> {
    fn of(records: &'a [SourceRecord], order: &[usize]) -> Self {
        let mut names = HashMap::with_capacity(order.len());
        for index in order {
            let observation = &records[*index].observation;
            names.insert(
                (
                    observation.source.as_str(),
                    observation.subject.kind,
                    observation.subject.id.as_str(),
                ),
                *index,
            );
        }
        for index in order {
            let observation = &records[*index].observation;
            for former in &observation.former_ids {
                names
                    .entry((observation.source.as_str(), observation.subject.kind, former.as_str()))
                    .or_insert(*index);
            }
        }
        Self(names)
    }

    fn find(&self, source: &str, subject: &Subject) -> Option<usize> {
        self.0.get(&(source, subject.kind, subject.id.as_str())).copied()
    }

    fn companies(&self, records: &[SourceRecord], cluster: &Cluster) -> Vec<usize> {
        let mut companies: Vec<usize> = Vec::new();
        for index in &cluster.records {
            let observation = &records[*index].observation;
            let of_company = observation
                .belongs_to
                .iter()
                .filter(|subject| subject.kind == SubjectKind::Company);
            for company in of_company.filter_map(|subject| self.find(&observation.source, subject)) {
                if !companies.contains(&company) {
                    companies.push(company);
                }
            }
        }
        companies
    }
}

/// Union-find over records, then email addresses; joined nodes have the same root.
struct UnionFind<'a> {
    known: UnifyInput<'a>,
    order: &'a [usize],
    roots: Vec<usize>,
    addresses: HashMap<&'a str, usize>,
    written: Vec<&'a Email>,
}

impl<'a> UnionFind<'a> {
    fn of(input: UnifyInput<'a>, order: &'a [usize]) -> Self {
        let mut joining = Self {
            known: input,
            order,
            roots: (0..input.records.len()).collect(),
            addresses: HashMap::new(),
            written: Vec::new(),
        };
        for index in order {
            for email in &input.records[*index].observation.emails {
                joining.node(email);
            }
        }
        joining
    }

    fn node(&mut self, email: &'a Email) -> usize {
        let next = self.roots.len();
        let node = *self.addresses.entry(email.key()).or_insert(next);
        if node == next {
            self.roots.push(next);
            self.written.push(email);
        }
        node
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.roots[node] != node {
            self.roots[node] = self.roots[self.roots[node]];
            node = self.roots[node];
        }
        node
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        let (first, last) = (left.min(right), left.max(right));
        self.roots[last] = first;
    }

    fn join_records(&mut self, names: &RecordIndex<'_>) {
        for index in self.order {
            let observation = &self.known.records[*index].observation;
            if observation.subject.kind == SubjectKind::Company {
                continue;
            }
            for email in &observation.emails {
                let node = self.node(email);
                self.join(*index, node);
            }
            let accounts = observation
                .belongs_to
                .iter()
                .filter(|subject| subject.kind == SubjectKind::Account);
            for account in accounts.filter_map(|subject| names.find(&observation.source, subject)) {
                self.join(*index, account);
            }
        }
    }

    fn join_aliases(&mut self, aliases: &'a [CustomerAlias]) {
        for alias in aliases {
            let (from, to) = (self.node(&alias.alias), self.node(&alias.canonical));
            self.join(from, to);
        }
    }

    fn clusters(mut self) -> Vec<Cluster> {
        let mut places: HashMap<usize, usize> = HashMap::new();
        let mut clusters: Vec<Cluster> = Vec::new();
        let order = self.order;
        for index in order {
            if self.known.records[*index].observation.subject.kind == SubjectKind::Company {
                continue;
            }
            let root = self.root(*index);
            let at = *places.entry(root).or_insert_with(|| {
                clusters.push(Cluster::default());
                clusters.len() - 1
            });
            clusters[at].records.push(*index);
        }
        let first = self.known.records.len();
        for index in 0..self.written.len() {
            let root = self.root(first + index);
            if let Some(at) = places.get(&root) {
                clusters[*at].emails.insert(self.written[index].clone());
            }
        }
        clusters
    }
}

/// Main email address: chosen by a merge, otherwise the first address of the source with the highest precedence,
/// accounts before persons.
fn main_address(input: UnifyInput<'_>, cluster: &Cluster) -> Option<Email> {
    let given_up: HashSet<&str> = input.aliases.iter().map(|alias| alias.alias.key()).collect();
    let chosen = input.aliases.iter().map(|alias| &alias.canonical);
    let chosen = chosen.filter(|email| cluster.emails.contains(email) && !given_up.contains(email.key()));
    if let Some(chosen) = chosen.min() {
        return Some(chosen.clone());
    }
    let ranked = cluster.records.iter().filter_map(|index| {
        let observation = &input.records[*index].observation;
        let rank = precedence::rank(FieldKey::Email, &observation.source);
        let is_person = observation.subject.kind == SubjectKind::Person;
        Some((
            (rank, is_person, observation.subject.id.as_str()),
            observation.emails.first()?,
        ))
    });
    let best = ranked.min_by_key(|(rank, _)| *rank);
    best.map(|(_, email)| email.clone())
        .or_else(|| cluster.emails.first().cloned())
}

/// Assigns an event to every customer it names. If it names only companies, to all customers who belong to them.
fn assign_events(events: &[CustomerEvent], names: &RecordIndex<'_>, clusters: &mut [Cluster]) {
    let mut of_record: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut of_address: HashMap<String, usize> = HashMap::new();
    for (at, cluster) in clusters.iter().enumerate() {
        for index in cluster.records.iter().chain(&cluster.companies) {
            of_record.entry(*index).or_default().push(at);
        }
        for email in &cluster.emails {
            of_address.insert(email.key().to_owned(), at);
        }
    }
    for (index, event) in events.iter().enumerate() {
        let of_kind = |is_company: bool| {
            let about = event
                .about
                .iter()
                .filter(move |subject| (subject.kind == SubjectKind::Company) == is_company);
            about
                .filter_map(|subject| of_record.get(&names.find(&event.source, subject)?))
                .flatten()
                .copied()
        };
        let by_address = event
            .emails
            .iter()
            .filter_map(|email| of_address.get(email.key()).copied());
        let mut named: Vec<usize> = of_kind(false).chain(by_address).collect();
        if named.is_empty() {
            named.extend(of_kind(true));
        }
        let mut seen = HashSet::new();
        named.retain(|at| seen.insert(*at));
        if let Some(first) = named.first() {
            clusters[*first].primary_events.push(index);
        }
        for at in named {
            clusters[at].events.push(index);
        }
    }
}
