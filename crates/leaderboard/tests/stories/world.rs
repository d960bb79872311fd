//! Test world: the leaderboard alone over an emulated spreadsheet, with a manual clock.

use std::{ops::Deref, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use domain::language::Language;
use jiff::SignedDuration;
use leaderboard::{
    Leaderboard, LeaderboardParts,
    claims::{catalog::file::CatalogFile, correction::signing::SigningKey},
    routes::{BOARD, SUBMIT},
    standings::{
        goal::Goal,
        weekly::{WeeklySettings, schedule::WeeklyMoment},
    },
    tabs::TABS,
};
use reqwest::{Response, StatusCode};
use sheets_store::{Store, clock::Clock};
use tempfile::TempDir;
use test_support::{Page, SheetWorld, SiteWorld, StoreSettings, site_world::serve};
use web::{
    delivery::{Delivery, alert_history::ALERT_HISTORY},
    findings::counts::FindingCounts,
    middleware::{MAX_BODY_BYTES, RequestGuard, RequestSettings, guard_request},
    openapi,
    page::{DataSource, Frame, NavLink},
    server::seats::SeatLimits,
};

pub const CATALOG: &str = "GitHub | GH\nCursor\nClickHouse\nDatadog\nOpenAI\n~ Segment\n";

pub struct World {
    site: SiteWorld,
    folder: TempDir,
}

impl Deref for World {
    type Target = SiteWorld;

    fn deref(&self) -> &SiteWorld {
        &self.site
    }
}

/// Settings of a test world.
pub struct Plan {
    pub patience: Duration,
    pub source: DataSource,
    /// Goal of the team.
    pub team_goal: Option<Goal>,
    /// Number of live streams.
    pub viewers: SeatLimits,
    /// Settings of the weekly delivery of the standings.
    pub weekly: Arc<dyn Fn() -> WeeklySettings + Send + Sync>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(20),
            source: DataSource::EmbeddedSpreadsheet,
            team_goal: None,
            viewers: SeatLimits::default(),
            weekly: Arc::new(|| WeeklySettings {
                delivery: Delivery::default(),
                at: WeeklyMoment::parse("Monday 09:00").expect("a moment"),
                public_url: None,
            }),
        }
    }
}

impl World {
    pub async fn new() -> Self {
        Self::of(Plan::default()).await
    }

    pub async fn of(plan: Plan) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("integrations.txt"), CATALOG).expect("catalog");
        let sheets = SheetWorld::with(
            &[TABS, &[&ALERT_HISTORY]].concat(),
            StoreSettings::with_patience(plan.patience),
        )
        .await;
        let router = board(&plan, Arc::clone(&sheets.store), sheets.clock(), &folder);
        Self {
            site: SiteWorld::new(sheets, router).await,
            folder,
        }
    }

    /// Starts a second instance on the same spreadsheet and returns its address.
    pub async fn another_instance(&self, plan: &Plan) -> String {
        let store = self.another_store(StoreSettings::with_patience(plan.patience)).await;
        serve(board(plan, store, self.clock(), &self.folder)).await
    }

    /// Submits the form as a browser does and follows the redirect to the receipt.
    ///
    /// Advances the clock by 1 ms first, because claims of the same instant are ordered by their random ids.
    pub async fn claim(&self, csm: &str, company: &str, integrations: &[&str]) -> Page {
        self.pass(SignedDuration::from_millis(1));
        let response = self.send_form(&form(csm, company, integrations, "")).await;
        assert_eq!(
            response.status(),
            StatusCode::SEE_OTHER,
            "{}",
            response.text().await.unwrap_or_default()
        );
        let receipt = response.headers()["location"].to_str().expect("text").to_owned();
        self.page(&receipt).await
    }

    pub async fn send_form(&self, fields: &[(String, String)]) -> Response {
        let request = self
            .post("/leaderboard/submissions")
            .header("accept", "text/html,*/*;q=0.8");
        request.form(fields).send().await.expect("answer")
    }
}

fn board(plan: &Plan, store: Arc<Store>, clock: Clock, folder: &TempDir) -> Router {
    let frame = Frame {
        navigation: vec![NavLink::new("Leaderboard", BOARD).with_french_label("Classement")],
        action: NavLink::new("Claim integrations", SUBMIT).with_french_label("Déclarer une intégration"),
        freshness: None,
        language: Language::English,
        board: None,
    };
    let around_errors = frame.clone();
    let guard = RequestGuard::new(
        RequestSettings::unlimited(),
        Box::new(move |_, _| around_errors.clone()),
    );
    let board = Leaderboard::new(LeaderboardParts {
        store,
        clock,
        catalog: CatalogFile::new(folder.path().join("integrations.txt")),
        source: plan.source,
        frame,
        goal: plan.team_goal,
        viewers: plan.viewers,
        tally: Arc::<FindingCounts>::default(),
        signing: SigningKey::from_secret(b"the secret of a small world"),
        weekly: (plan.weekly)(),
    });
    let (router, _) = openapi::build_document(leaderboard::router(Arc::new(board)), &[]);
    router.layer((
        middleware::from_fn_with_state(Arc::new(guard), guard_request),
        DefaultBodyLimit::max(MAX_BODY_BYTES),
    ))
}

pub fn form(csm: &str, company: &str, integrations: &[&str], key: &str) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut fields = vec![pair("csm", csm), pair("company", company)];
    fields.extend(integrations.iter().map(|name| pair("integrations", name)));
    fields.push(pair("key", key));
    fields
}
