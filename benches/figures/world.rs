//! The whole app over an emulated spreadsheet, for figures that are counted.

use std::sync::Arc;

use customer_sources::amount::Currency;
use customers::sync::{SyncParts, SyncService, schedule::SyncSchedule};
use deals::{DealRules, ReminderSettings};
use leaderboard::{
    claims::{catalog::file::CatalogFile, correction::signing::SigningKey},
    standings::weekly::{WeeklySettings, schedule::WeeklyMoment},
};
use reqwest::StatusCode;
use tallyboard::app::{AppParts, router, tabs};
use tempfile::TempDir;
use test_support::{SheetWorld, SiteWorld};
use web::{delivery::Delivery, page::DataSource};

/// Served app with the folder of its catalog.
pub struct World {
    pub site: SiteWorld,
    _folder: TempDir,
}

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let catalog = folder.path().join("integrations.txt");
        std::fs::write(&catalog, "GitHub | GH\nCursor\n").expect("catalog");
        let sheets = SheetWorld::new(&tabs()).await;
        let router = router(AppParts {
            store: Arc::clone(&sheets.store),
            clock: sheets.clock(),
            catalog: CatalogFile::new(catalog),
            source: DataSource::EmbeddedSpreadsheet,
            requests: web::middleware::RequestSettings::unlimited(),
            callers: tallyboard::app::CallerLimits::default(),
            security_contact: None,
            team_goal: None,
            reminders: ReminderSettings::default(),
            rules: DealRules::default(),
            weekly: WeeklySettings {
                delivery: Delivery::default(),
                at: WeeklyMoment::parse("Monday 09:00").expect("a moment"),
                public_url: None,
            },
            signing: SigningKey::from_secret(b"the secret of a benchmark"),
            sync: Arc::new(SyncService::new(SyncParts {
                store: Arc::clone(&sheets.store),
                clock: sheets.clock(),
                sources: Vec::new(),
                currency: Currency::of("EUR").expect("a code"),
                schedule: SyncSchedule::parse(customers::sync::schedule::DEFAULT_SCHEDULE, |_| true)
                    .expect("a schedule"),
            })),
        });
        Self {
            site: SiteWorld::new(sheets, router).await,
            _folder: folder,
        }
    }

    /// Submits a claim as a browser does.
    pub async fn claim(&self, company: &str, key: &str) -> StatusCode {
        let request = self
            .site
            .post("/leaderboard/submissions")
            .header("accept", "text/html,*/*;q=0.8");
        let fields = [
            ("csm", "Kate"),
            ("company", company),
            ("integrations", "GitHub"),
            ("key", key),
        ];
        request.form(&fields).send().await.expect("answer").status()
    }
}
