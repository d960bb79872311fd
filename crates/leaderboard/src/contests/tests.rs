//! Unit tests of contests.

use domain::period::{InstantRange, Period};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use proptest::prelude::*;

use crate::{
    claims::{
        fixture::{crowded_rows, ledger, march, row, with_status},
        submission::SubmissionStatus,
    },
    contests::{
        contest::{Contest, ContestPhase},
        points::ContestPoints,
        report::{ContestPlace, RankShift, rank_shifts},
        result::FrozenResult,
        rules::{ContestRules, CountingRule, CreditRule},
        scoring::ContestScores,
    },
};

fn rules(credit: CreditRule) -> ContestRules {
    ContestRules {
        credit,
        counting: CountingRule::Received,
    }
}

fn summary(scores: &ContestScores) -> Vec<String> {
    let line = |standing: &crate::contests::scoring::ContestStanding| {
        format!("{} {} {}", standing.rank, standing.csm, standing.points)
    };
    scores.standings.iter().map(line).collect()
}

fn contest(end: jiff::civil::Date, zone: &str) -> Contest {
    Contest {
        name: "Spring".to_owned(),
        start: date(2026, 3, 1),
        end,
        zone: TimeZone::get(zone).expect("bundled"),
        prize: "A bike".to_owned(),
        rules: ContestRules::default(),
    }
}

fn at(instant: &str) -> Timestamp {
    instant.parse().expect("instant")
}

#[test]
fn each_rule_gives_the_credit_as_it_says() {
    let ledger = ledger(vec![
        row(2, "02 09:00", "Kate", "Acme", "GitHub"),
        row(3, "02 10:00", "Bo", "ACME Inc.", "GitHub, Slack"),
        row(4, "02 11:00", "Zoé", "Acme", "gh"),
        row(5, "02 12:00", "Bo", "Acme", "GitHub"),
        with_status(SubmissionStatus::Rejected, row(6, "02 08:00", "Zoé", "Acme", "Slack")),
    ]);
    for (credit, expected) in [
        (CreditRule::First, vec!["1 Kate 1", "1 Bo 1", "3 Zoé 0"]),
        (CreditRule::Split, vec!["1 Bo 1 1/3", "2 Kate 1/3", "2 Zoé 1/3"]),
        (CreditRule::All, vec!["1 Bo 2", "2 Kate 1", "2 Zoé 1"]),
    ] {
        assert_eq!(
            summary(&ledger.contest_scores(rules(credit), InstantRange::default())),
            expected,
            "{credit:?}"
        );
    }
}

#[test]
fn inside_a_tie_the_one_who_got_there_first_is_listed_first_and_the_next_rank_is_left_out() {
    let ledger = ledger(vec![
        row(2, "02 09:00", "Bo", "A", "GitHub"),
        row(3, "02 10:00", "Zoé", "B", "GitHub, Slack"),
        row(4, "02 11:00", "Bo", "C", "GitHub"),
        row(5, "02 12:00", "Kate", "D", "GitHub"),
    ]);
    let scores = ledger.contest_scores(ContestRules::default(), InstantRange::default());
    assert_eq!(summary(&scores), ["1 Zoé 2", "1 Bo 2", "3 Kate 1"]);
    assert_eq!(scores.winners(), ["Zoé", "Bo"]);
}

#[test]
fn where_only_validated_claims_count_the_others_do_not_stand_in_the_way() {
    let ledger = ledger(vec![
        row(2, "02 09:00", "Kate", "Acme", "GitHub"),
        with_status(SubmissionStatus::Validated, row(3, "02 10:00", "Bo", "Acme", "GitHub")),
    ]);
    let validated = ContestRules {
        credit: CreditRule::First,
        counting: CountingRule::Validated,
    };
    assert_eq!(
        summary(&ledger.contest_scores(validated, InstantRange::default())),
        ["1 Bo 1"]
    );
}

#[test]
fn a_claim_before_the_contest_takes_the_point_away_except_where_everybody_gets_one() {
    let ledger = ledger(vec![
        row(2, "02 09:00", "Kate", "Acme", "GitHub"),
        row(3, "05 10:00", "Bo", "Acme", "GitHub"),
        row(4, "05 11:00", "Kate", "Acme", "GitHub"),
    ]);
    let span = InstantRange {
        start: Some(march("04 00:00")),
        end: None,
    };
    for (credit, expected) in [
        (CreditRule::First, vec!["1 Bo 0", "1 Kate 0"]),
        (CreditRule::Split, vec!["1 Bo 0", "1 Kate 0"]),
        (CreditRule::All, vec!["1 Bo 1", "2 Kate 0"]),
    ] {
        let scores = ledger.contest_scores(rules(credit), span);
        assert_eq!(summary(&scores), expected, "{credit:?}");
        if credit != CreditRule::All {
            assert_eq!(scores.winners(), [] as [&str; 0]);
        }
    }
}

#[test]
fn the_last_millisecond_of_the_last_day_belongs_to_the_contest_in_its_own_zone() {
    for (zone, last) in [
        ("UTC", "2026-03-31T23:59:59.999Z"),
        ("America/New_York", "2026-04-01T03:59:59.999Z"),
        ("Europe/Paris", "2026-03-31T21:59:59.999Z"),
    ] {
        let contest = contest(date(2026, 3, 31), zone);
        let last = at(last);
        let next = last + jiff::SignedDuration::from_millis(1);
        assert_eq!(contest.phase(last), ContestPhase::Running, "{zone}");
        assert_eq!(contest.seconds_left(last), Some(1));
        assert_eq!(contest.phase(next), ContestPhase::Over, "{zone}");
        assert_eq!(contest.seconds_left(next), None);
        assert!(contest.span().contains(last) && !contest.span().contains(next));
    }
    let contest = contest(date(2026, 3, 31), "UTC");
    assert_eq!(contest.phase(at("2026-02-28T23:59:59.999Z")), ContestPhase::Upcoming);
    assert_eq!(contest.seconds_left(at("2026-02-28T23:59:00Z")), Some(60));
}

#[test]
fn a_change_is_confirmed_by_the_name_of_what_is_new() {
    let before = ContestRules::default();
    let split = rules(CreditRule::Split);
    let both = ContestRules {
        credit: CreditRule::All,
        counting: CountingRule::Validated,
    };
    assert_eq!(split.change_name(before), "split");
    assert_eq!(both.change_name(before), "all validated");
    for (rules, typed, named) in [
        (split, "split", true),
        (split, " Split ", true),
        (split, "first", false),
        (split, "", false),
        (split, "split received", false),
        (both, "all, validated", true),
        (both, "all and validated", true),
        (both, "all", false),
        (before, "", false),
    ] {
        assert_eq!(rules.is_change_named(before, typed), named, "{typed:?}");
    }
}

#[test]
fn a_seal_holds_for_every_detail() {
    let ledger = ledger(vec![row(2, "02 09:00", "Kate", "Acme", "GitHub, Slack")]);
    let contest = contest(date(2026, 3, 31), "UTC");
    let scores = ledger.contest_scores(contest.rules, contest.span());
    let result = FrozenResult::new(contest, scores, at("2026-04-01T00:01:00Z"));
    assert_eq!(result.inserts().len(), 2);
    let mut others = vec![result.clone(); 5];
    others[0].contest.prize = "A car".to_owned();
    others[1].standings[0].points = ContestPoints::part(1);
    others[2].standings[0].csm = "Bo".to_owned();
    others[3].standings.clear();
    others[4].contest.rules.credit = CreditRule::Split;
    for other in others {
        assert_ne!(other.seal(), result.seal(), "{other:?}");
    }
}

/// `Manny 15 → 14, rank 1 → 2`
fn shift_words(shift: &RankShift) -> String {
    let points = |place: &Option<ContestPlace>| match place {
        Some(place) => place.points.to_string(),
        None => "not listed".to_owned(),
    };
    let ranks = match (&shift.before, &shift.after) {
        (Some(before), Some(after)) if before.rank != after.rank => format!(", rank {} → {}", before.rank, after.rank),
        _ => String::new(),
    };
    format!(
        "{} {} → {}{ranks}",
        shift.csm,
        points(&shift.before),
        points(&shift.after)
    )
}

#[test]
fn who_moved_is_told_and_nobody_else() {
    let before = ledger(vec![
        row(2, "02 09:00", "Kate", "A", "GitHub"),
        row(3, "02 10:00", "Bo", "B", "GitHub"),
        row(4, "02 11:00", "Zoé", "C", "GitHub"),
    ]);
    let after = ledger(vec![
        row(2, "02 09:00", "Kate", "A", "GitHub"),
        row(4, "02 11:00", "ZOE", "C", "GitHub, Slack"),
        row(5, "02 12:00", "Manny", "D", "GitHub"),
    ]);
    let settle = |ledger: &crate::claims::ledger::Ledger| {
        ledger
            .contest_scores(ContestRules::default(), InstantRange::default())
            .standings
    };
    let summary: Vec<String> = rank_shifts(&settle(&before), &settle(&after))
        .iter()
        .map(shift_words)
        .collect();
    assert_eq!(
        summary,
        [
            "ZOE 1 → 2",
            "Kate 1 → 1, rank 1 → 2",
            "Manny not listed → 1",
            "Bo 1 → not listed"
        ]
    );
}

fn spans() -> impl Strategy<Value = InstantRange> {
    let day = || prop::option::of(1_i8..16).prop_map(|day| day.map(|day| date(2026, 3, day)));
    (day(), day()).prop_map(|(from, to)| Period { from, to }.span(&TimeZone::UTC))
}

fn any_rules() -> impl Strategy<Value = ContestRules> {
    let credit = prop::sample::select(CreditRule::ALL.to_vec());
    let counting = prop::sample::select(CountingRule::ALL.to_vec());
    (credit, counting).prop_map(|(credit, counting)| ContestRules { credit, counting })
}

proptest! {
    #[test]
    fn the_order_of_the_rows_means_nothing(
        (rows, shuffled) in crowded_rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        rules in any_rules(),
        span in spans(),
    ) {
        prop_assert_eq!(ledger(rows).contest_scores(rules, span), ledger(shuffled).contest_scores(rules, span));
    }

    #[test]
    fn whoever_is_first_has_what_the_board_says(rows in crowded_rows(), from in 1_i8..16, days in 0_i8..10) {
        let ledger = ledger(rows);
        let period = Period { from: Some(date(2026, 3, from)), to: Some(date(2026, 3, from + days)) };
        let board = ledger.standings(period, march("20 00:00"), &TimeZone::UTC);
        let contest = ledger.contest_scores(ContestRules::default(), period.span(&TimeZone::UTC));
        let of_board: Vec<_> = board.by_csm.iter().map(|line| (line.rank, line.csm.clone(), line.integrations.to_string(), line.companies)).collect();
        let of_contest: Vec<_> = contest.standings.iter().map(|line| (line.rank, line.csm.clone(), line.points.to_string(), line.companies)).collect();
        prop_assert_eq!(of_board, of_contest);
    }

    #[test]
    fn nothing_is_won_or_lost_by_sharing(rows in crowded_rows(), span in spans()) {
        let ledger = ledger(rows);
        let total = |credit| ledger.contest_scores(rules(credit), span).standings.iter().map(|line| &line.points).sum::<ContestPoints>();
        let pairs = |credit| ledger.contest_scores(rules(credit), span).standings.iter().map(|line| line.integrations).sum::<u32>();
        prop_assert_eq!(total(CreditRule::First), total(CreditRule::Split));
        prop_assert_eq!(total(CreditRule::All).exact(), pairs(CreditRule::All).to_string());
        prop_assert!(total(CreditRule::First) <= total(CreditRule::All));
    }

    #[test]
    fn the_claims_behind_a_number_add_up_to_it(rows in crowded_rows(), rules in any_rules(), span in spans()) {
        let ledger = ledger(rows);
        for standing in ledger.contest_scores(rules, span).standings {
            let earnings = ledger.earnings(rules, span, &standing.csm);
            prop_assert_eq!(earnings.iter().map(|earning| &earning.points).sum::<ContestPoints>(), standing.points);
            prop_assert_eq!(earnings.len(), standing.integrations as usize);
            prop_assert_eq!(earnings.iter().map(|earning| earning.submitted_at).max(), standing.reached_at);
        }
    }
}
