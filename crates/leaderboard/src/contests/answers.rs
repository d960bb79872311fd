//! Download tables of the contest pages.

use jiff::{civil::DateTime, tz::TimeZone};
use web::response::{ExportCell, ExportKind, ExportSheet};

use crate::{
    contests::{
        contest::Contest,
        scoring::{ContestScores, ContestStanding, PointsEntry},
    },
    ui::downloads::typed_columns,
};

/// Download table of a result of a contest; `title` says which result.
pub fn result_sheet(scores: &ContestScores, title: &str, contest: &Contest, as_of: DateTime) -> ExportSheet {
    let row = |standing: &ContestStanding| {
        let reached = standing
            .reached_at
            .map(|at| at.to_zoned(contest.zone.clone()).datetime());
        vec![
            ExportCell::from(standing.rank),
            ExportCell::from(standing.csm.as_str()),
            ExportCell::from(standing.points.decimal()),
            ExportCell::from(standing.points.exact()),
            ExportCell::from(standing.integrations),
            ExportCell::from(standing.companies),
            ExportCell::from(reached),
        ]
    };
    ExportSheet {
        title: title.to_owned(),
        file_name: file_name("contest", &contest.name),
        as_of,
        columns: typed_columns(&[
            ("rank", ExportKind::Integer),
            ("csm", ExportKind::Text),
            ("points", ExportKind::Decimal),
            ("points_exact", ExportKind::Text),
            ("integrations", ExportKind::Integer),
            ("companies", ExportKind::Integer),
            ("reached_at", ExportKind::DateTime),
        ]),
        rows: scores.standings.iter().map(row).collect(),
    }
}

/// Download table of the claims that earned a CSM's points; `link` maps a row number to its address in the sheet.
pub fn earnings_sheet(
    earnings: &[PointsEntry],
    link: impl Fn(u32) -> String,
    csm: &str,
    as_of: DateTime,
    zone: &TimeZone,
) -> ExportSheet {
    let row = |earning: &PointsEntry| {
        vec![
            ExportCell::from(earning.points.decimal()),
            ExportCell::from(earning.points.exact()),
            ExportCell::from(earning.company.as_str()),
            ExportCell::from(earning.integration.as_str()),
            ExportCell::from(earning.submitted_at.to_zoned(zone.clone()).datetime()),
            ExportCell::from(earning.shared_with.join(", ")),
            ExportCell::from(earning.row),
            ExportCell::from(earning.id.as_str()),
            ExportCell::from(link(earning.row)),
        ]
    };
    ExportSheet {
        title: "Points".to_owned(),
        file_name: file_name("points", csm),
        as_of,
        columns: typed_columns(&[
            ("points", ExportKind::Decimal),
            ("points_exact", ExportKind::Text),
            ("company", ExportKind::Text),
            ("integration", ExportKind::Text),
            ("submitted_at", ExportKind::DateTime),
            ("shared_with", ExportKind::Text),
            ("row", ExportKind::Integer),
            ("id", ExportKind::Text),
            ("link", ExportKind::Text),
        ]),
        rows: earnings.iter().map(row).collect(),
    }
}

/// File name of letters, digits and hyphens.
fn file_name(stem: &str, name: &str) -> String {
    let plain: String = domain::normalize::normalize(name)
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .collect();
    format!("leaderboard-{stem}-{}", plain.trim_matches('-'))
}
