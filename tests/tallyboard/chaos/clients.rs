//! Clients of the chaos test: submit claims, update deals, and retry as users do.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::{StreamExt, stream};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::chaos::{CLIENT_PATIENCE, CLIENTS, Deals};

/// Attempts per request before a client gives up.
const TRIES: usize = 8;

/// Two instances of the program; requests are spread over both.
pub struct Apps {
    client: Client,
    addresses: Mutex<[String; 2]>,
    answered: AtomicUsize,
    progress: Notify,
}

/// A submitted claim and its outcome.
pub struct Submitted {
    pub company: String,
    pub csm: String,
    pub acknowledged: bool,
    /// Whether the claim was sent more than once.
    pub repeated: bool,
}

/// An update of one cell of a deal and its outcome.
pub struct Updated {
    pub deal: u64,
    pub column: &'static str,
    pub value: Value,
    pub acknowledged: bool,
    /// Number of conflict responses received.
    pub conflicts: usize,
}

impl Apps {
    pub fn new(addresses: [String; 2]) -> Self {
        Self {
            client: Client::builder().timeout(CLIENT_PATIENCE).build().expect("client"),
            addresses: Mutex::new(addresses),
            answered: AtomicUsize::new(0),
            progress: Notify::new(),
        }
    }

    pub fn replace_second(&self, address: String) {
        self.addresses.lock().expect("addresses")[1] = address;
    }

    /// Waits until `count` claims have been answered.
    pub async fn until_answered(&self, count: usize) {
        while self.answered.load(Ordering::SeqCst) < count {
            self.progress.notified().await;
        }
    }

    fn address(&self, chance: usize) -> String {
        self.addresses.lock().expect("addresses")[chance % 2].clone()
    }

    fn count_answer(&self) {
        self.answered.fetch_add(1, Ordering::SeqCst);
        self.progress.notify_one();
    }
}

/// Creates the deals to be updated, before any fault is injected.
pub async fn create_deals(apps: &Apps, count: usize) -> Deals {
    let create = async |number: usize| {
        let client = format!("Client {number:03}");
        let body = json!({"client": client, "statut": "Prospect", "montant_brut": 1000 + number, "key": format!("deal-{number}")});
        let request = apps.client.post(format!("{}/deals", apps.address(number)));
        let answer = request.json(&body).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::CREATED);
        let deal: Value = answer.json().await.expect("JSON");
        assert_eq!(deal["client"], client, "{deal}");
        (deal["id"].as_u64().expect("id"), client)
    };
    let deals: Deals = stream::iter(0..count).map(create).buffer_unordered(20).collect().await;
    assert_eq!(deals.len(), count, "each deal has an id of its own");
    deals
}

pub async fn submit_all(apps: Arc<Apps>, count: usize) -> Vec<Submitted> {
    stream::iter(0..count)
        .map(|number| submit(&apps, number))
        .buffer_unordered(CLIENTS)
        .collect()
        .await
}

async fn submit(apps: &Apps, number: usize) -> Submitted {
    let company = format!("Company {number:05}");
    let csm = format!("CSM {}", number % 12);
    let body =
        json!({"csm": csm, "company": company, "integrations": ["GitHub", "Cursor"], "key": format!("key-{number}")});
    let mut acknowledged = false;
    let mut tries = 0;
    while !acknowledged && tries < TRIES {
        let request = apps
            .client
            .post(format!("{}/leaderboard/submissions", apps.address(number + tries)));
        let answer = request.json(&body).send().await;
        acknowledged = answer.is_ok_and(|answer| answer.status().is_success());
        tries += 1;
    }
    apps.count_answer();
    Submitted {
        company,
        csm,
        acknowledged,
        repeated: tries > 1,
    }
}

pub async fn update_all(apps: Arc<Apps>, deals: Deals, count: usize) -> Vec<Updated> {
    let ids: Vec<u64> = deals.keys().copied().collect();
    let change = |number: usize| {
        let (column, value) = match number / ids.len() % 3 {
            0 => ("notes", json!(format!("note {number}"))),
            1 => ("secteur", json!(format!("sector {number}"))),
            _ => ("montant_brut", json!(5000 + number)),
        };
        let update = Updated {
            deal: ids[number % ids.len()],
            column,
            value,
            acknowledged: false,
            conflicts: 0,
        };
        try_to_update(&apps, number, update)
    };
    stream::iter((0..count).map(change))
        .buffer_unordered(CLIENTS / 4)
        .collect()
        .await
}

async fn try_to_update(apps: &Apps, number: usize, mut update: Updated) -> Updated {
    let body = json!({update.column: update.value});
    for attempt in 0..TRIES {
        let address = format!("{}/deals/{}", apps.address(number + attempt), update.deal);
        let answer = apps.client.patch(address).json(&body).send().await;
        match answer.map(|answer| answer.status()) {
            Ok(status) if status.is_success() => {
                update.acknowledged = true;
                break;
            }
            Ok(StatusCode::CONFLICT) => update.conflicts += 1,
            _ => {}
        }
    }
    update
}
