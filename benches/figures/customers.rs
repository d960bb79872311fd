//! Benchmark of 20,000 customers from three sources: first view of each page with a warm cache, and a full rescoring.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, body::Body, http::Request};
use customer_sources::{amount::Currency, email::Email, observation::SourcePage, subject::Subject};
use customers::{
    sample::generator::sample_pages,
    sync::{SyncParts, SyncService, schedule::SyncSchedule},
};
use deals::{DealRules, ReminderSettings};
use http_body_util::BodyExt;
use jiff::{Timestamp, tz::TimeZone};
use leaderboard::{
    claims::{catalog::file::CatalogFile, correction::signing::SigningKey},
    standings::weekly::{WeeklySettings, schedule::WeeklyMoment},
};
use sheets_emulator::Emulator;
use sheets_store::{
    SpreadsheetConnection, Store, clock::Clock, google::connection::Credentials, options::StoreOptions,
};
use tallyboard::app::{AppParts, STORE_IDENTITY, router, tabs};
use tower::ServiceExt;
use web::{delivery::Delivery, page::DataSource};

use crate::table::{Line, median};

/// Number of sample companies; each has forty customers.
const SEEDS: u64 = 500;
/// Sources of each customer: billing, support, product.
const SERVICES: [&str; 3] = ["stripe", "intercom", "dashboard"];
const ROUNDS: usize = 9;
/// Seeds added for each page measured after a change; each adds forty customers.
const CHANGES: u64 = 3;
/// Noon (UTC) on a Tuesday.
const NOW: &str = "2026-03-03T12:00:00Z";

struct Board {
    _emulator: Emulator,
    milliseconds: Arc<AtomicI64>,
    syncing: Arc<SyncService>,
    router: Router,
}

/// One line per page, two for scoring, and two for pages after a change.
pub async fn measure() -> Vec<Line> {
    let board = Board::open().await;
    let began = Instant::now();
    board
        .syncing
        .import_pages(pages(0..SEEDS), "bench")
        .await
        .expect("written");
    eprintln!("20,000 customers in the sheet after {:.0?}", began.elapsed());
    let mut lines = Vec::new();
    for path in [
        "/dashboard/summary",
        "/customers",
        "/customers/at-risk",
        "/customers/report",
    ] {
        for accept in ["text/html", "application/json"] {
            lines.push(board.page(path, accept).await);
        }
    }
    lines.push(board.customer().await);
    lines.extend(board.scores().await);
    for (place, path) in (0_u64..).zip(["/dashboard/summary", "/customers"]) {
        let first = SEEDS + place * CHANGES;
        lines.push(board.changed(path, first..first + CHANGES).await);
    }
    lines
}

/// Source pages of forty customers per seed.
fn pages(seeds: Range<u64>) -> Vec<SourcePage> {
    let (now, currency) = (NOW.parse().expect("a moment"), Currency::of("EUR").expect("a currency"));
    let all = seeds.flat_map(|seed| {
        let pages = sample_pages(seed, now, currency);
        pages.into_iter().map(move |page| (seed, page))
    });
    let wanted = |(_, page): &(u64, SourcePage)| {
        let source = page.observations.first().map(|one| one.source.as_str());
        source.is_some_and(|source| SERVICES.contains(&source))
    };
    all.filter(wanted).map(|(seed, page)| apart(seed, page)).collect()
}

/// Makes the ids and email addresses of a page unique to its seed.
fn apart(seed: u64, mut page: SourcePage) -> SourcePage {
    let rename = |subject: &mut Subject| subject.id = format!("{}_{seed}", subject.id);
    let readdress = |emails: &mut Vec<Email>| {
        let own = emails.iter().filter_map(|email| Email::of(&format!("{seed}.{email}")));
        *emails = own.collect();
    };
    for observation in &mut page.observations {
        rename(&mut observation.subject);
        readdress(&mut observation.emails);
    }
    for event in &mut page.events {
        event.id = format!("{}_{seed}", event.id);
        event.about.iter_mut().for_each(rename);
        readdress(&mut event.emails);
    }
    page
}

impl Board {
    async fn open() -> Self {
        let start: Timestamp = NOW.parse().expect("a moment");
        let milliseconds = Arc::new(AtomicI64::new(start.as_millisecond()));
        let clock = clock(&milliseconds);
        let emulator = Emulator::start(sheets_emulator::EmulatorOptions::default())
            .await
            .expect("an emulator");
        let connection = SpreadsheetConnection {
            spreadsheet_id: emulator.spreadsheet_id().to_owned(),
            api_url: Some(emulator.url()),
            spreadsheet_url: String::new(),
            credentials: Credentials::Bearer(emulator.owner_token().to_owned()),
            call_timeout: Duration::from_mins(2),
        };
        let options = StoreOptions {
            calls_per_minute: None,
            patience: Duration::from_mins(5),
            ..StoreOptions::for_google(clock.clone(), STORE_IDENTITY)
        };
        let store = Arc::new(Store::open(connection, options).await.expect("a store"));
        assert_eq!(store.prepare(&tabs()).await.problems, []);
        let syncing = Arc::new(SyncService::new(SyncParts {
            store: Arc::clone(&store),
            clock: clock.clone(),
            sources: Vec::new(),
            currency: Currency::of("EUR").expect("a currency"),
            schedule: SyncSchedule::off(),
        }));
        let router = router(AppParts {
            store,
            clock,
            catalog: CatalogFile::new("integrations.txt"),
            source: DataSource::EmbeddedSpreadsheet,
            requests: web::middleware::RequestSettings::unlimited(),
            callers: tallyboard::app::CallerLimits::default(),
            security_contact: None,
            team_goal: None,
            reminders: ReminderSettings::default(),
            rules: DealRules::default(),
            weekly: WeeklySettings {
                public_url: None,
                delivery: Delivery::default(),
                at: WeeklyMoment::parse("Monday 09:00").expect("a moment"),
            },
            signing: SigningKey::from_secret(b"a bench"),
            sync: Arc::clone(&syncing),
        });
        Self {
            _emulator: emulator,
            milliseconds,
            syncing,
            router,
        }
    }

    /// Server time in milliseconds of a response that is not in the response cache, and its size in bytes.
    async fn first_view(&self, path: &str, accept: &str) -> (f64, usize) {
        self.milliseconds.fetch_add(1_000, Ordering::SeqCst);
        let request = Request::get(path).header("host", "localhost").header("accept", accept);
        let request = request.body(Body::empty());
        let began = Instant::now();
        let answer = self
            .router
            .clone()
            .oneshot(request.expect("a request"))
            .await
            .expect("an answer");
        let status = answer.status();
        let bytes = answer.into_body().collect().await.expect("a body").to_bytes().len();
        assert!(status.is_success(), "{path}: {status}");
        (began.elapsed().as_secs_f64() * 1_000.0, bytes)
    }

    async fn page(&self, path: &str, accept: &str) -> Line {
        let (_, bytes) = self.first_view(path, accept).await;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            times.push(self.first_view(path, accept).await.0);
        }
        let time = median(times);
        let is_asked = ["/dashboard/summary", "/customers"].contains(&path);
        Line {
            what: format!("20,000 customers, first view of {path}, {accept}, {bytes} bytes"),
            figure: if is_asked { "single-digit ms" } else { "" },
            measured: format!("{time:.1} ms"),
            floor: String::new(),
            ratio: None,
            reached: is_asked.then_some(time < 10.0),
        }
    }

    /// Server time of the first view after rows were added and read, when all derived data is recomputed.
    async fn changed(&self, path: &str, seeds: Range<u64>) -> Line {
        let mut times = Vec::new();
        for seed in seeds {
            let added = self.syncing.import_pages(pages(seed..seed + 1), "bench").await;
            added.expect("written");
            self.syncing.scoring().load_inputs().await.expect("books");
            times.push(self.first_view(path, "text/html").await.0);
        }
        Line {
            what: format!("20,000 customers, the very first view of {path} after rows changed, text/html"),
            figure: "",
            measured: format!("{:.1} ms", median(times)),
            floor: String::new(),
            ratio: None,
            reached: None,
        }
    }

    async fn customer(&self) -> Line {
        let inputs = self.syncing.scoring().load_inputs().await.expect("books");
        let id = inputs.customers().current().next().expect("a customer").id.clone();
        let line = self.page(&format!("/customers/{id}"), "text/html").await;
        Line {
            what: "20,000 customers, first view of one of them, text/html".to_owned(),
            ..line
        }
    }

    async fn scores(&self) -> [Line; 2] {
        let scoring = self.syncing.scoring();
        let inputs = scoring.load_inputs().await.expect("books");
        let (mut scored, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let began = Instant::now();
            assert_eq!(scoring.score_all(&inputs).len(), 20_000);
            scored.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        for _ in 0..3 {
            let began = Instant::now();
            assert_eq!(scoring.recalculate().await.expect("scores").scored, 20_000);
            whole.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        let (scored, whole) = (median(scored), median(whole));
        let line = |what: &str, time: f64, is_asked: bool| Line {
            what: what.to_owned(),
            figure: if is_asked { "≤ 1,000 ms" } else { "" },
            measured: format!("{time:.0} ms"),
            floor: String::new(),
            ratio: None,
            reached: is_asked.then_some(time <= 1_000.0),
        };
        [
            line("20,000 customers, all scores anew", scored, true),
            line(
                "20,000 customers, all scores anew with reading the tabs again and comparing every row",
                whole,
                false,
            ),
        ]
    }
}

fn clock(milliseconds: &Arc<AtomicI64>) -> Clock {
    let milliseconds = Arc::clone(milliseconds);
    Clock::from_source(
        move || Timestamp::from_millisecond(milliseconds.load(Ordering::SeqCst)).expect("an instant"),
        TimeZone::get("Europe/Paris").expect("zone"),
    )
}
