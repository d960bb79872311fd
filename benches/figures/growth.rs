//! Benchmark of the first board view by row count, against fetching the rows alone.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use customer_sources::amount::Currency;
use customers::sync::{self, SyncService, schedule::SyncSchedule};
use http_body_util::BodyExt;
use leaderboard::{claims::catalog::file::CatalogFile, tabs::TABS};
use sheets_emulator::Emulator;
use tallyboard::app::{AppParts, router};
use tower::ServiceExt;
use web::page::DataSource;

use crate::{
    spreadsheet,
    table::{Line, median},
};

/// Rounds per size: fewer for sizes where a round takes seconds.
const fn rounds(count: u32) -> usize {
    if count > 500_000 { 3 } else { 7 }
}

/// One line per size.
pub async fn measure() -> Vec<Line> {
    let mut lines = Vec::new();
    let sizes = [
        (1_000, ""),
        (10_000, ""),
        (100_000, "≤ 3 × google-sheets4 alone"),
        (1_000_000, ""),
    ];
    for (count, figure) in sizes {
        lines.push(first_view(count, figure).await);
    }
    lines
}

async fn first_view(count: u32, figure: &'static str) -> Line {
    let folder = spreadsheet::filled(count as usize).await;
    let emulator = spreadsheet::opened(folder.path()).await;
    let (mut views, mut fetches) = (Vec::new(), Vec::new());
    for round in 0..=rounds(count) {
        let fetch = fetch(&emulator, count).await;
        let view = view(&emulator).await;
        // The first round is a warm-up.
        if round > 0 {
            views.push(view);
            fetches.push(fetch);
        }
    }
    emulator.stop().await;
    let ratio = median(views.iter().zip(&fetches).map(|(view, fetch)| view / fetch).collect());
    let told = |milliseconds: Vec<f64>| {
        let middle = median(milliseconds);
        format!("{middle:.1} ms, {:.2} µs a row", middle * 1e3 / f64::from(count))
    };
    Line {
        what: format!("first view of the board over {count} rows"),
        figure,
        measured: told(views),
        floor: told(fetches),
        ratio: Some(ratio),
        reached: (!figure.is_empty()).then_some(ratio <= 3.0),
    }
}

async fn fetch(emulator: &Emulator, count: u32) -> f64 {
    let start = Instant::now();
    let rows = spreadsheet::fetched_alone(emulator).await;
    let time = start.elapsed();
    // Each tab also has a header row.
    assert_eq!(rows, count as usize + TABS.len());
    time.as_secs_f64() * 1e3
}

async fn view(emulator: &Emulator) -> f64 {
    let store = spreadsheet::store(emulator).await;
    let router = router(AppParts {
        store: Arc::clone(&store),
        clock: spreadsheet::clock(),
        catalog: CatalogFile::new(concat!(env!("CARGO_MANIFEST_DIR"), "/integrations.txt")),
        source: DataSource::GoogleSheets,
        requests: web::middleware::RequestSettings::unlimited(),
        callers: tallyboard::app::CallerLimits::default(),
        security_contact: None,
        team_goal: None,
        reminders: deals::ReminderSettings::default(),
        rules: deals::DealRules::default(),
        weekly: leaderboard::standings::weekly::WeeklySettings {
            delivery: web::delivery::Delivery::default(),
            at: leaderboard::standings::weekly::schedule::WeeklyMoment::parse("Monday 09:00").expect("moment"),
            public_url: None,
        },
        signing: leaderboard::claims::correction::signing::SigningKey::from_secret(b"bench"),
        sync: Arc::new(SyncService::new(sync::SyncParts {
            store: Arc::clone(&store),
            clock: spreadsheet::clock(),
            sources: Vec::new(),
            currency: Currency::of("EUR").expect("a code"),
            schedule: SyncSchedule::off(),
        })),
    });
    let request = Request::get("/leaderboard").header(header::HOST, "localhost");
    let request = request.header(header::ACCEPT, "text/html");
    let request = request.body(Body::empty()).expect("a request");
    let start = Instant::now();
    let response = router.oneshot(request).await.expect("infallible");
    let status = response.status();
    response.into_body().collect().await.expect("a body");
    let time = start.elapsed();
    assert_eq!(status, StatusCode::OK);
    store.finish().await;
    time.as_secs_f64() * 1e3
}
