//! Benchmark of API calls per page view and per submission, counted by the emulator instead of timed.

use std::sync::Arc;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{table::Line, world::World};

const VIEWS: usize = 200;
const SUBMISSIONS: usize = 100;
/// Faults of a write: refused, or applied with the response lost.
const FAULTS: [&str; 6] = [
    "429",
    "503",
    "commit-then-503",
    "commit-then-timeout",
    "commit-then-truncate",
    "reset",
];

/// Lines for page views, for submissions, and for submissions with each fault.
pub async fn measure() -> Vec<Line> {
    let mut lines = vec![views(0).await, views(100).await, submissions(None).await];
    for fault in FAULTS {
        lines.push(submissions(Some(fault)).await);
    }
    lines
}

/// Calls for page views on a cold cache, after `writes_before` writes to the sheet.
async fn views(writes_before: usize) -> Line {
    let world = Arc::new(World::new().await);
    for number in 0..writes_before {
        assert_eq!(
            world.claim(&format!("Company {number}"), "").await,
            StatusCode::SEE_OTHER
        );
        for _ in 0..20 {
            world.site.page("/leaderboard").await;
        }
    }
    world.site.store.refresh();
    world.site.forget_calls().await;
    let views = (0..VIEWS).map(|_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.site.page("/leaderboard").await.status })
    });
    for view in views.collect::<Vec<_>>() {
        assert_eq!(view.await.expect("viewed"), StatusCode::OK);
    }
    let reads = world.site.calls().await["reads"].as_u64().expect("a count");
    let after = match writes_before {
        0 => String::new(),
        writes => format!(", after {writes} writes"),
    };
    Line {
        what: format!("Google calls for {VIEWS} page views on a cold cache{after}"),
        figure: "1 read",
        measured: format!("{reads} reads"),
        floor: String::new(),
        ratio: None,
        reached: Some(reads == 1),
    }
}

async fn submissions(fault: Option<&str>) -> Line {
    let world = Arc::new(World::new().await);
    if let Some(fault) = fault {
        let fault = json!({"match": "batchUpdate", "times": 2, "fault": fault, "delay_ms": 2_500});
        world.site.fault(fault).await;
    }
    let sent = (0..SUBMISSIONS).map(|number| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            world
                .claim(&format!("Company {number}"), &format!("key-{number:03}"))
                .await
        })
    });
    let mut accepted = 0;
    for sent in sent.collect::<Vec<_>>() {
        accepted += usize::from(sent.await.expect("sent") == StatusCode::SEE_OTHER);
    }
    let writes = world.site.calls().await["writes"].as_u64().expect("a count");
    let rows = world.site.rows("submissions").await;
    let mut ids: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.first().and_then(Value::as_str))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let once = rows.len() == SUBMISSIONS && ids.len() == SUBMISSIONS && accepted == SUBMISSIONS;
    let through = fault.map_or_else(String::new, |fault| format!(", two times {fault}"));
    Line {
        what: format!("Google calls for {SUBMISSIONS} submissions at once{through}"),
        figure: "≤ 4 writes, every row once",
        measured: format!("{writes} writes, {} rows, {} ids", rows.len(), ids.len()),
        floor: String::new(),
        ratio: None,
        reached: Some(writes <= 4 && once),
    }
}
