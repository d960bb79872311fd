//! Response body and download tables of the standings.

use domain::period::Period;
use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::response::{CutList, ExportCell, ExportKind, ExportSheet};

use crate::{
    standings::{CsmStanding, ServiceKind, ServiceStanding, Standings, StandingsTotals, highlights::Highlights},
    ui::downloads::{local_time, period_file_name, typed_columns},
};

/// Response of `GET /leaderboard`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LeaderboardStandings")]
pub struct StandingsResponse<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Counted days.
    pub period: Period,
    /// Totals of the tables.
    pub totals: &'a StandingsTotals,
    /// Ranking by CSM, at most 1,000.
    pub by_csm: &'a [CsmStanding],
    /// Overview by integration, at most 1,000.
    pub by_service: &'a [ServiceStanding],
    /// Tables with more lines, `most_improved` for the CSMs with the largest gain; the next ones have `page=2`. CSV and Excel files have all.
    pub cut: Vec<CutList>,
    /// Highlights shown next to the ranking.
    pub highlights: &'a Highlights,
    /// Number of cells and lines that could not be read.
    pub findings: u32,
}

/// Download table of the ranking.
pub fn csm_sheet(standings: &Standings, as_of: Timestamp, zone: &TimeZone) -> ExportSheet {
    let columns = [
        ("rank", ExportKind::Integer),
        ("csm", ExportKind::Text),
        ("integrations", ExportKind::Integer),
        ("companies", ExportKind::Integer),
        ("submissions", ExportKind::Integer),
        ("outside_catalog", ExportKind::Integer),
        ("last_point_at", ExportKind::DateTime),
        ("movement", ExportKind::Integer),
    ];
    let row = |standing: &CsmStanding| {
        vec![
            ExportCell::from(standing.rank),
            ExportCell::from(standing.csm.as_str()),
            ExportCell::from(standing.integrations),
            ExportCell::from(standing.companies),
            ExportCell::from(standing.submissions),
            ExportCell::from(standing.outside_catalog),
            ExportCell::from(standing.last_point_at.map(|instant| local_time(instant, zone))),
            ExportCell::from(standing.movement),
        ]
    };
    ExportSheet {
        title: "By CSM".to_owned(),
        file_name: period_file_name("leaderboard-by-csm", standings.period),
        as_of: local_time(as_of, zone),
        columns: typed_columns(&columns),
        rows: standings.by_csm.iter().map(row).collect(),
    }
}

/// Download table of the overview by integration.
pub fn service_sheet(standings: &Standings, as_of: Timestamp, zone: &TimeZone) -> ExportSheet {
    let columns = [
        ("integration", ExportKind::Text),
        ("companies", ExportKind::Integer),
        ("claims", ExportKind::Integer),
        ("share_percent", ExportKind::Decimal),
        ("catalog", ExportKind::Text),
    ];
    let row = |service: &ServiceStanding| {
        vec![
            ExportCell::from(service.integration.as_str()),
            ExportCell::from(service.companies),
            ExportCell::from(service.claims),
            ExportCell::from(f64::from(service.share_permille) / 10.0),
            ExportCell::from(match service.kind {
                ServiceKind::Offered => "offered",
                ServiceKind::Retired => "retired",
                ServiceKind::OutsideCatalog => "outside the catalog",
            }),
        ]
    };
    ExportSheet {
        title: "By integration".to_owned(),
        file_name: period_file_name("leaderboard-by-integration", standings.period),
        as_of: local_time(as_of, zone),
        columns: typed_columns(&columns),
        rows: standings.by_service.iter().map(row).collect(),
    }
}

/// Table that a download holds; `table` in the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StandingsTable {
    /// Ranking by CSM.
    #[default]
    Csms,
    /// Overview by integration.
    Services,
}
