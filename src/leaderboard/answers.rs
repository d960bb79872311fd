//! What the board answers, as values that programs and spreadsheets read too.

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

/// `GET /leaderboard` for programs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LeaderboardStandings")]
pub struct BoardAnswer<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// The days that are counted.
    pub period: Period,
    /// What the tables add up to.
    pub totals: &'a Totals,
    /// The ranking.
    pub by_csm: &'a [CsmStanding],
    /// The overview by integration.
    pub by_service: &'a [ServiceStanding],
    /// What is worth telling beside the ranking.
    pub highlights: &'a Highlights,
    /// How many cells and lines could not be read.
    pub findings: u32,
}

/// `GET /leaderboard/you` for programs.
#[derive(Serialize, JsonSchema)]
pub struct OwnLineAnswer<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// The days that are counted.
    pub period: Period,
    /// Name of the CSM as the board shows it; `None` when nobody of that name has a claim.
    pub csm: Option<&'a str>,
    /// The line with its neighbours; `None` when the CSM has no claim in the period.
    pub own_line: Option<OwnLine<'a>>,
}

/// `GET /leaderboard/claims` for programs.
#[derive(Serialize, JsonSchema)]
pub struct ClaimsAnswer<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Which rows are listed.
    pub filter: &'a ClaimsFilter,
    /// The rows, latest first.
    pub claims: &'a [ClaimLine],
}

/// One event of `GET /leaderboard/live`.
#[derive(Serialize)]
pub struct LiveAnswer<'a> {
    /// Names the state of the board, to ask later what is new since then.
    pub edition: &'a str,
    /// Claims that are new to the caller, earliest first; a state may be new without any.
    pub claims: Vec<ToldClaim>,
    /// How many claims are new beside these.
    pub others: u32,
}

/// A new claim, with a sentence about it.
#[derive(Serialize)]
pub struct ToldClaim {
    /// The claim.
    #[serde(flatten)]
    pub claim: NewClaim,
    /// The same in a sentence.
    pub message: String,
}

impl<'a> LiveAnswer<'a> {
    /// What is new in an edition.
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

/// `POST /leaderboard/submissions` and `GET /leaderboard/submissions/{id}` for programs.
#[derive(Serialize, JsonSchema)]
pub struct SubmissionAnswer<'a> {
    /// Always true: what is not recorded is answered as an error.
    pub recorded: bool,
    /// What the submission did.
    #[serde(flatten)]
    pub effect: &'a SubmissionEffect,
    /// Where whoever sent it can correct it for a quarter of an hour; only in the answer to the submission itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correct_at: Option<String>,
    /// The same in a sentence.
    pub message: String,
}

/// The answer when a submission is in the sheet and nothing more can be told.
#[derive(Serialize, JsonSchema)]
pub struct EffectUnknown<'a> {
    /// Always true.
    pub recorded: bool,
    /// Id of the submission.
    pub id: &'a str,
    /// The same in a sentence.
    pub message: &'static str,
}

/// `GET /leaderboard/credited` for the form's script.
#[derive(Serialize, JsonSchema)]
pub struct CreditedAnswer {
    /// What the company is credited with.
    pub credited: Vec<CreditedIntegration>,
}

/// One integration that a company is credited with.
#[derive(Serialize, JsonSchema)]
pub struct CreditedIntegration {
    /// Name of the integration.
    pub integration: String,
    /// Who holds the credit.
    pub csm: String,
    /// Since when.
    pub at: Timestamp,
    /// The day as people write it, such as `3 March`.
    pub on: String,
    /// Where the credit can be disputed.
    pub dispute: String,
}

/// The ranking as a table to download.
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

/// The overview by integration as a table to download.
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

/// The rows behind a number as a table to download, one line for each claim.
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
