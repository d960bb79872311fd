//! My rank: a CSM's row of the board, with its neighbours.

pub(crate) mod page;
pub(crate) mod view;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    claims::{
        receipt::outcome::{RankGap, RankPlace},
        storage::saturating_u32,
    },
    standings::CsmStanding,
};

/// A CSM's row with its neighbours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MyRank<'a> {
    /// Place of the CSM, with the distance to the next higher one.
    pub place: RankPlace,
    /// Number of listed CSMs.
    pub listed: u32,
    /// Distance to the next CSM with fewer points; `None` at the bottom.
    pub ahead: Option<RankGap>,
    /// The row above, the own row and the row below, where they exist.
    pub lines: &'a [CsmStanding],
    /// Index of the own row in `lines`.
    pub own: usize,
}

/// Rank of `csm`, a display name, in sorted standings; `None` when it is not listed.
pub fn my_rank<'a>(standings: &'a [CsmStanding], csm: &str) -> Option<MyRank<'a>> {
    let at = standings.iter().position(|standing| standing.csm == csm)?;
    let own = &standings[at];
    let next_above = standings[..at]
        .iter()
        .map(|standing| standing.integrations)
        .filter(|points| *points > own.integrations)
        .min();
    let next_below = standings[at..]
        .iter()
        .find(|standing| standing.integrations < own.integrations);
    // On a tie, the one that the board lists first.
    let first_with = |points: u32| standings.iter().find(|standing| standing.integrations == points);
    let first = at.saturating_sub(1);
    Some(MyRank {
        place: RankPlace {
            rank: own.rank,
            tied: standings.iter().filter(|standing| standing.rank == own.rank).count() > 1,
            integrations: own.integrations,
            behind: next_above.and_then(first_with).map(|above| RankGap {
                points: above.integrations - own.integrations,
                csm: above.csm.clone(),
            }),
        },
        listed: saturating_u32(standings.len()),
        ahead: next_below.map(|below| RankGap {
            points: own.integrations - below.integrations,
            csm: below.csm.clone(),
        }),
        lines: &standings[first..standings.len().min(at + 2)],
        own: at - first,
    })
}

#[cfg(test)]
mod tests {
    use domain::period::Period;
    use jiff::{Timestamp, tz::TimeZone};
    use proptest::prelude::*;

    use super::*;
    use crate::{
        claims::fixture::{crowded_rows, ledger, march, row},
        standings::Standings,
    };

    pub(crate) fn board(points: &[(&str, &str)]) -> Standings {
        let rows = (2..).zip(points).map(|(number, (csm, integrations))| {
            row(number, "02 10:00", csm, &format!("Company {number}"), integrations)
        });
        ledger(rows.collect()).standings(Period::default(), march("20 12:00"), &TimeZone::UTC)
    }

    /// "rank behind ahead [lines]" of a CSM.
    pub(crate) fn summary(board: &Standings, csm: &str) -> Option<String> {
        let own = my_rank(&board.by_csm, csm)?;
        let gap = |gap: &Option<RankGap>| {
            gap.as_ref()
                .map_or("-".to_owned(), |gap| format!("{}<{}", gap.points, gap.csm))
        };
        let lines: Vec<&str> = own.lines.iter().map(|line| line.csm.as_str()).collect();
        assert_eq!(own.lines[own.own].csm, csm);
        Some(format!(
            "{}{} {} {} {}",
            own.place.rank,
            if own.place.tied { "=" } else { "" },
            gap(&own.place.behind),
            gap(&own.ahead),
            lines.join(",")
        ))
    }

    #[test]
    fn a_line_is_told_with_its_neighbours_and_both_distances() {
        let board = board(&[
            ("Kate", "GitHub, Slack, Cursor"),
            ("Ana", "GitHub, Slack"),
            ("Bo", "GitHub, Slack"),
            ("Zoé", "Fax"),
        ]);
        for (csm, expected) in [
            ("Kate", "1 - 1<Ana Kate,Ana"),
            ("Ana", "2= 1<Kate 2<Zoé Kate,Ana,Bo"),
            ("Bo", "2= 1<Kate 2<Zoé Ana,Bo,Zoé"),
            ("Zoé", "4 2<Ana - Bo,Zoé"),
        ] {
            assert_eq!(summary(&board, csm).as_deref(), Some(expected), "{csm}");
        }
        assert_eq!(summary(&board, "Nobody"), None);
    }

    #[test]
    fn whoever_is_alone_has_no_neighbours_and_no_distances() {
        let board = board(&[("Kate", "GitHub")]);
        assert_eq!(summary(&board, "Kate").as_deref(), Some("1 - - Kate"));
    }

    proptest! {
        #[test]
        fn every_listed_line_is_found_and_its_distances_lead_to_its_neighbours(rows in crowded_rows()) {
            let board = ledger(rows).standings(Period::default(), Timestamp::MAX, &TimeZone::UTC);
            let points = |csm: &str| board.by_csm.iter().find(|line| line.csm == csm).map(|line| line.integrations);
            for line in &board.by_csm {
                let own = my_rank(&board.by_csm, &line.csm).expect("listed");
                prop_assert_eq!(&own.lines[own.own], line);
                prop_assert_eq!(own.place.rank, line.rank);
                prop_assert_eq!(own.place.behind.is_none(), line.rank == 1);
                if let Some(gap) = &own.place.behind {
                    prop_assert!(gap.points > 0);
                    prop_assert_eq!(points(&gap.csm), Some(line.integrations + gap.points));
                }
                if let Some(gap) = &own.ahead {
                    prop_assert!(gap.points > 0);
                    prop_assert_eq!(points(&gap.csm), Some(line.integrations - gap.points));
                }
                prop_assert!(own.lines.len() <= 3);
            }
        }
    }
}
