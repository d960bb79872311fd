//! Download tables of the contest pages.

use jiff::{civil::DateTime, tz::TimeZone};

use super::contests::settling::{ContestStanding, Earning, Settlement};
use crate::answer::{Cell, Column, Kind, Sheet};

/// Download table of a result; `title` says which result, `name` is the contest.
pub fn result_sheet(settlement: &Settlement, (title, name): (&str, &str), as_of: DateTime, zone: &TimeZone) -> Sheet {
    let row = |standing: &ContestStanding| {
        let reached = standing.reached_at.map(|at| at.to_zoned(zone.clone()).datetime());
        vec![
            Cell::from(standing.rank),
            Cell::from(standing.csm.as_str()),
            Cell::from(standing.points.decimal()),
            Cell::from(standing.points.exact()),
            Cell::from(standing.integrations),
            Cell::from(standing.companies),
            Cell::from(reached),
        ]
    };
    Sheet {
        title: title.to_owned(),
        file_name: file_name("contest", name),
        as_of,
        columns: named(&[
            ("rank", Kind::Integer),
            ("csm", Kind::Text),
            ("points", Kind::Decimal),
            ("points_exact", Kind::Text),
            ("integrations", Kind::Integer),
            ("companies", Kind::Integer),
            ("reached_at", Kind::DateTime),
        ]),
        rows: settlement.standings.iter().map(row).collect(),
    }
}

/// Download table of the claims that earned a CSM's points; `link` maps a row number to its address in the sheet.
pub fn earnings_sheet(
    earnings: &[Earning],
    link: impl Fn(u32) -> String,
    name: &str,
    (as_of, zone): (DateTime, &TimeZone),
) -> Sheet {
    let row = |earning: &Earning| {
        vec![
            Cell::from(earning.points.decimal()),
            Cell::from(earning.points.exact()),
            Cell::from(earning.company.as_str()),
            Cell::from(earning.integration.as_str()),
            Cell::from(earning.submitted_at.to_zoned(zone.clone()).datetime()),
            Cell::from(earning.shared_with.join(", ")),
            Cell::from(earning.row),
            Cell::from(earning.id.as_str()),
            Cell::from(link(earning.row)),
        ]
    };
    Sheet {
        title: "Points".to_owned(),
        file_name: file_name("points", name),
        as_of,
        columns: named(&[
            ("points", Kind::Decimal),
            ("points_exact", Kind::Text),
            ("company", Kind::Text),
            ("integration", Kind::Text),
            ("submitted_at", Kind::DateTime),
            ("shared_with", Kind::Text),
            ("row", Kind::Integer),
            ("id", Kind::Text),
            ("link", Kind::Text),
        ]),
        rows: earnings.iter().map(row).collect(),
    }
}

pub(super) fn named(columns: &[(&str, Kind)]) -> Vec<Column> {
    columns
        .iter()
        .map(|(header, kind)| Column::new(*header, *kind))
        .collect()
}

/// File name of letters, digits and hyphens.
fn file_name(stem: &str, name: &str) -> String {
    let plain: String = crate::spelling::fold(name)
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
