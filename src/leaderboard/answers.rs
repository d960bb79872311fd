//! Response body and download tables of the standings.

use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    claims::{ClaimLine, Outcome},
    effect::SubmissionEffect,
    highlights::Highlights,
    new_claims::{NewClaim, NewClaims},
    own_line::OwnLine,
    period::Period,
    standings::{CsmStanding, ServiceKind, ServiceStanding, Standings, Totals},
    view::{ClaimsFilter, sentences},
};
use crate::answer::{Cell, Column, Kind, Sheet};

/// Response of `GET /leaderboard`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LeaderboardStandings")]
pub struct BoardAnswer<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Counted days.
    pub period: Period,
    /// Totals of the tables.
    pub totals: &'a Totals,
    /// Ranking by CSM.
    pub by_csm: &'a [CsmStanding],
    /// Overview by integration.
    pub by_service: &'a [ServiceStanding],
    /// Highlights shown next to the ranking.
    pub highlights: &'a Highlights,
    /// Number of cells and lines that could not be read.
    pub findings: u32,
}

/// Response of `GET /leaderboard/you`.
#[derive(Serialize, JsonSchema)]
pub struct OwnLineAnswer<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Counted days.
    pub period: Period,
    /// Display name of the CSM; `None` when no claim has that name.
    pub csm: Option<&'a str>,
    /// The CSM's row with its neighbours; `None` when the CSM has no claim in the period.
    pub own_line: Option<OwnLine<'a>>,
}

/// Response of `GET /leaderboard/claims`.
#[derive(Serialize, JsonSchema)]
pub struct ClaimsAnswer<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Filter that selected the rows.
    pub filter: &'a ClaimsFilter,
    /// Rows, latest first.
    pub claims: &'a [ClaimLine],
}

/// One event of `GET /leaderboard/live`.
#[derive(Serialize)]
pub struct LiveAnswer<'a> {
    /// Id of the edition; a client that reconnects sends it back to receive what it missed.
    pub edition: &'a str,
    /// Claims that are new to the client, earliest first; an edition may have none.
    pub claims: Vec<ToldClaim>,
    /// Number of further new claims that are not listed.
    pub others: u32,
}

/// A new claim with a message about it.
#[derive(Serialize)]
pub struct ToldClaim {
    /// The claim.
    #[serde(flatten)]
    pub claim: NewClaim,
    /// The claim as a sentence.
    pub message: String,
}

impl<'a> LiveAnswer<'a> {
    /// Builds the event of an edition.
    pub fn new(edition: &'a str, new: NewClaims) -> Self {
        let told = |claim: NewClaim| ToldClaim {
            message: sentences::new_claim(&claim),
            claim,
        };
        Self {
            edition,
            claims: new.latest.into_iter().map(told).collect(),
            others: new.others,
        }
    }
}

/// Response of `POST /leaderboard/submissions` and `GET /leaderboard/submissions/{id}`.
#[derive(Serialize, JsonSchema)]
pub struct SubmissionAnswer<'a> {
    /// Always true: a failed write is an error response.
    pub recorded: bool,
    /// Outcome of the submission.
    #[serde(flatten)]
    pub effect: &'a SubmissionEffect,
    /// Signed address for corrections, valid for 15 minutes; only in the response to the submission itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correct_at: Option<String>,
    /// The outcome as a sentence.
    pub message: String,
}

/// Response when a submission was written but its outcome cannot be read back.
#[derive(Serialize, JsonSchema)]
pub struct EffectUnknown<'a> {
    /// Always true.
    pub recorded: bool,
    /// Id of the submission.
    pub id: &'a str,
    /// The outcome as a sentence.
    pub message: &'static str,
}

/// Response of `GET /leaderboard/credited`, used by the form's script.
#[derive(Serialize, JsonSchema)]
pub struct CreditedAnswer {
    /// Credited integrations of the company.
    pub credited: Vec<CreditedIntegration>,
}

/// A credited integration of a company.
#[derive(Serialize, JsonSchema)]
pub struct CreditedIntegration {
    /// Name of the integration.
    pub integration: String,
    /// Who holds the credit.
    pub csm: String,
    /// Instant of the credit.
    pub at: Timestamp,
    /// Day of the credit in words, such as `3 March`.
    pub on: String,
    /// Address of the form that disputes the credit.
    pub dispute: String,
}

/// Download table of the ranking.
pub fn csm_sheet(standings: &Standings, as_of: Timestamp, zone: &TimeZone) -> Sheet {
    let columns = [
        ("rank", Kind::Integer),
        ("csm", Kind::Text),
        ("integrations", Kind::Integer),
        ("companies", Kind::Integer),
        ("submissions", Kind::Integer),
        ("outside_catalog", Kind::Integer),
        ("last_point_at", Kind::DateTime),
        ("movement", Kind::Integer),
    ];
    let row = |standing: &CsmStanding| {
        vec![
            Cell::from(standing.rank),
            Cell::from(standing.csm.as_str()),
            Cell::from(standing.integrations),
            Cell::from(standing.companies),
            Cell::from(standing.submissions),
            Cell::from(standing.outside_catalog),
            Cell::from(standing.last_point_at.map(|instant| local(instant, zone))),
            Cell::from(standing.movement),
        ]
    };
    Sheet {
        title: "By CSM".to_owned(),
        file_name: file_name("leaderboard-by-csm", standings.period),
        as_of: local(as_of, zone),
        columns: named(&columns),
        rows: standings.by_csm.iter().map(row).collect(),
    }
}

/// Download table of the overview by integration.
pub fn service_sheet(standings: &Standings, as_of: Timestamp, zone: &TimeZone) -> Sheet {
    let columns = [
        ("integration", Kind::Text),
        ("companies", Kind::Integer),
        ("claims", Kind::Integer),
        ("share_percent", Kind::Decimal),
        ("catalog", Kind::Text),
    ];
    let row = |service: &ServiceStanding| {
        vec![
            Cell::from(service.integration.as_str()),
            Cell::from(service.companies),
            Cell::from(service.claims),
            Cell::from(f64::from(service.share_permille) / 10.0),
            Cell::from(match service.kind {
                ServiceKind::Offered => "offered",
                ServiceKind::Retired => "retired",
                ServiceKind::OutsideCatalog => "outside the catalog",
            }),
        ]
    };
    Sheet {
        title: "By integration".to_owned(),
        file_name: file_name("leaderboard-by-integration", standings.period),
        as_of: local(as_of, zone),
        columns: named(&columns),
        rows: standings.by_service.iter().map(row).collect(),
    }
}

/// Download table of the claims list, one row for each claim.
pub fn claims_sheet(lines: &[ClaimLine], as_of: Timestamp, zone: &TimeZone) -> Sheet {
    let columns = [
        ("row", Kind::Integer),
        ("id", Kind::Text),
        ("submitted_at", Kind::DateTime),
        ("csm", Kind::Text),
        ("company", Kind::Text),
        ("company_typed", Kind::Text),
        ("integration", Kind::Text),
        ("outcome", Kind::Text),
        ("credited_to", Kind::Text),
        ("status", Kind::Text),
        ("note", Kind::Text),
        ("link", Kind::Text),
    ];
    let rows = lines.iter().flat_map(|line| {
        line.integrations.iter().map(move |claim| {
            let (outcome, holder) = match &claim.outcome {
                Outcome::Credited => ("credited", line.csm.as_str()),
                Outcome::Repeated => ("repeated", line.csm.as_str()),
                Outcome::CreditedTo(holder) => ("credited to somebody else", holder.csm.as_str()),
                Outcome::SetAside => ("set aside", ""),
            };
            vec![
                Cell::from(line.row),
                Cell::from(line.id.as_str()),
                Cell::from(local(line.submitted_at, zone)),
                Cell::from(line.csm.as_str()),
                Cell::from(line.company.as_str()),
                Cell::from(line.company_typed.as_str()),
                Cell::from(claim.name.as_str()),
                Cell::from(outcome),
                Cell::from(holder),
                Cell::from(line.status.as_str()),
                Cell::from(line.note.as_str()),
                Cell::from(line.link.as_str()),
            ]
        })
    });
    Sheet {
        title: "Claims".to_owned(),
        file_name: "leaderboard-claims".to_owned(),
        as_of: local(as_of, zone),
        columns: named(&columns),
        rows: rows.collect(),
    }
}

fn named(columns: &[(&str, Kind)]) -> Vec<Column> {
    columns
        .iter()
        .map(|(header, kind)| Column::new(*header, *kind))
        .collect()
}

fn local(instant: Timestamp, zone: &TimeZone) -> jiff::civil::DateTime {
    instant.to_zoned(zone.clone()).datetime()
}

fn file_name(stem: &str, period: Period) -> String {
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| format!("-{day}"));
    format!("{stem}{}{}", day(period.from), day(period.to))
}
