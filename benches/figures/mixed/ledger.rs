//! What was answered, and what the program promised to keep.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::mixed::{client::Answer, roles::Kind};

/// Answers by kind, and acknowledged rows.
#[derive(Default)]
pub struct Ledger {
    pages: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    answers: BTreeMap<Kind, Answers>,
    /// Ids of acknowledged submissions.
    submissions: HashSet<String>,
    /// Amount that was acknowledged last, by id of the deal.
    deals: HashMap<u64, u32>,
    /// Clients of deals that an acknowledged import wrote.
    imported: HashSet<String>,
}

/// Answers of one kind.
#[derive(Clone, Default)]
pub struct Answers {
    /// Number by status; 0 stands for no answer.
    pub statuses: BTreeMap<u16, usize>,
    /// Seconds until the whole answer was there.
    pub seconds: Vec<f64>,
    /// First answer that says more than that a rate was reached.
    pub first_failure: Option<String>,
}

impl Ledger {
    pub fn count(&self, kind: Kind, path: &str, answer: &Answer, time: Duration) {
        let status = answer.status.map_or(0, |status| status.as_u16());
        let mut pages = self.pages();
        let answers = pages.answers.entry(kind).or_default();
        *answers.statuses.entry(status).or_default() += 1;
        answers.seconds.push(time.as_secs_f64());
        let is_failure = status == 0 || (status >= 400 && status != 429);
        if is_failure && answers.first_failure.is_none() {
            let body = String::from_utf8_lossy(&answer.body);
            answers.first_failure = Some(format!(
                "{status} {path}: {}",
                body.chars().take(300).collect::<String>()
            ));
        }
    }

    pub fn keep_submission(&self, id: &str) {
        self.pages().submissions.insert(id.to_owned());
    }

    pub fn keep_deal(&self, id: u64, amount: u32) {
        self.pages().deals.insert(id, amount);
    }

    pub fn keep_imported(&self, clients: Vec<String>) {
        self.pages().imported.extend(clients);
    }

    /// Drops what a warm-up answered; what it promised is still to be kept.
    pub fn forget_answers(&self) {
        self.pages().answers.clear();
    }

    pub fn answers(&self) -> BTreeMap<Kind, Answers> {
        self.pages().answers.clone()
    }

    /// Number of acknowledged rows.
    pub fn promised(&self) -> usize {
        let pages = self.pages();
        pages.submissions.len() + pages.deals.len() + pages.imported.len()
    }

    /// Acknowledged rows that the two CSV files do not hold exactly once, or with another amount.
    pub fn missing_from(&self, claims: &str, deals: &str) -> Vec<String> {
        let pages = self.pages();
        let submissions: HashSet<String> = column(claims, "id").into_iter().collect();
        let clients = counted(column(deals, "client"));
        let ids = column(deals, "id");
        let ids_counted = counted(ids.clone());
        let amounts: HashMap<String, String> = ids.into_iter().zip(column(deals, "montant_brut")).collect();
        let mut missing: Vec<String> = Vec::new();
        missing.extend(
            pages
                .submissions
                .difference(&submissions)
                .map(|id| format!("submission {id}")),
        );
        let lost = pages.imported.iter().filter(|client| clients.get(*client) != Some(&1));
        missing.extend(lost.map(|client| format!("imported deal of {client}")));
        for (id, amount) in &pages.deals {
            let id = id.to_string();
            let found = amounts.get(&id).and_then(|text| text.parse::<f64>().ok());
            if ids_counted.get(&id) != Some(&1) || found != Some(f64::from(*amount)) {
                missing.push(format!("deal {id} of {amount}, found as {found:?}"));
            }
        }
        missing
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn counted(values: Vec<String>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
}

/// Values of a column of a CSV file.
fn column(file: &str, name: &str) -> Vec<String> {
    let text = file.trim_start_matches('\u{FEFF}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let headers = reader.headers().expect("headers").clone();
    let place = headers.iter().position(|header| header == name);
    let place = place.unwrap_or_else(|| panic!("no column {name} in {headers:?}"));
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| row.get(place).unwrap_or_default().to_owned()).collect()
}
