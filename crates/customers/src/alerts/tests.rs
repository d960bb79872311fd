//! Tests of triggers, planning and messages.

use customer_sources::amount::{Amount, Currency};
use jiff::{SignedDuration, Timestamp, civil::Date};
use web::delivery::{Channel, alert_history::DeliveryOutcome};

use crate::{
    alerts::{
        messages,
        plan::{COOLDOWN, PlanTime, SuppressionReason, last_sent_band, plan_alerts},
        report::{ReportPeriod, build_report},
        rows::AlertLine,
        snooze::rows::Snooze,
        trigger::{AlertKind, AlertStream, AlertTrigger, CustomerState, detect_triggers},
    },
    customer::CustomerId,
    health::{
        rules::{
            CancelMention, HealthBand, HealthFacts, HealthScore, PaymentStatus, ScoreSnapshot, SourcedFact, score,
        },
        weights::ScoreFormula,
    },
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn id() -> CustomerId {
    CustomerId::new("c1")
}

fn scored(points: u8) -> HealthScore {
    let facts = HealthFacts {
        tone: Some(SourcedFact::new(points.into(), "intercom", None)),
        ..HealthFacts::default()
    };
    let now = "2026-11-21T12:00:00[UTC]".parse().expect("a moment");
    let score = score(&facts, ScoreFormula::current(), &now).expect("a score");
    assert_eq!(score.score, points);
    score
}

fn snapshot(date: &str, points: u8) -> ScoreSnapshot {
    ScoreSnapshot::of(&scored(points), day(date))
}

fn state<'a>(id: &'a CustomerId, score: &'a HealthScore, history: &'a [ScoreSnapshot]) -> CustomerState<'a> {
    CustomerState {
        customer: id,
        title: "Acme",
        account_manager: Some("Zoé"),
        mrr: Some(Amount {
            units: 120.into(),
            currency: Currency::of("EUR").expect("a code"),
        }),
        score,
        history,
        mentions: &[],
        link: "http://sheet/row/2".to_owned(),
        last_sent_band: None,
    }
}

fn kinds(state: &CustomerState<'_>) -> Vec<AlertKind> {
    detect_triggers(state, day("2026-11-21"))
        .iter()
        .map(|trigger| trigger.kind)
        .collect()
}

fn line(trigger: &AlertTrigger, outcome: DeliveryOutcome, at_text: &str) -> AlertLine {
    AlertLine {
        id: format!("slack {}", trigger.key),
        at: Some(at(at_text)),
        customer: trigger.customer.clone(),
        kind: trigger.kind,
        channel: Channel::Slack,
        outcome,
        key: trigger.key.clone(),
    }
}

fn moment() -> PlanTime {
    PlanTime {
        now: at("2026-11-21T12:00:00Z"),
        today: day("2026-11-21"),
        computed: Some(at("2026-11-21T11:59:00Z")),
    }
}

fn fallen() -> AlertTrigger {
    let (id, score, history) = (id(), scored(55), [snapshot("2026-11-01", 80)]);
    detect_triggers(&state(&id, &score, &history), day("2026-11-21")).remove(0)
}

fn mentioned() -> AlertTrigger {
    let (id, score) = (id(), scored(80));
    let mentions = [CancelMention {
        id: "m1".to_owned(),
        quote: "Please cancel my plan.".to_owned(),
        at: at("2026-11-20T10:00:00Z"),
        source: "intercom".to_owned(),
        event: "7".to_owned(),
    }];
    let state = CustomerState {
        mentions: &mentions,
        ..state(&id, &score, &[])
    };
    detect_triggers(&state, day("2026-11-21")).remove(0)
}

fn silence(trigger: &AlertTrigger, lines: &[AlertLine]) -> Option<SuppressionReason> {
    let plan = plan_alerts(vec![trigger.clone()], lines, &[], moment());
    plan.suppressed.into_iter().next().map(|(_, silence)| silence)
}

#[test]
fn a_band_is_left_only_beyond_the_dead_band() {
    for (before, now, expected) in [
        (80, 70, None),
        (80, 69, None),
        (80, 68, None),
        (80, 67, Some(AlertKind::BandFell)),
        (80, 10, Some(AlertKind::BandFell)),
        (55, 70, None),
        (55, 71, None),
        (55, 72, Some(AlertKind::BandRose)),
        (10, 50, Some(AlertKind::BandRose)),
        (60, 52, None),
    ] {
        let (id, score, history) = (id(), scored(now), [snapshot("2026-11-01", before)]);
        let found = kinds(&state(&id, &score, &history)).first().copied();
        assert_eq!(found, expected, "{before} to {now}");
    }
}

#[test]
fn who_has_no_past_has_changed_nothing_and_who_was_told_of_counts_from_there() {
    let (id, score) = (id(), scored(20));
    assert_eq!(kinds(&state(&id, &score, &[])), []);
    let history = [snapshot("2026-11-01", 80)];
    let told = CustomerState {
        last_sent_band: Some(HealthBand::Critical),
        ..state(&id, &score, &history)
    };
    assert_eq!(kinds(&told), []);
}

#[test]
fn trouble_is_one_occasion_for_as_long_as_it_lasts() {
    let facts = HealthFacts {
        payment: Some(SourcedFact::new(PaymentStatus::PastDue, "stripe", None)),
        ..HealthFacts::default()
    };
    let now = "2026-11-21T12:00:00[UTC]".parse().expect("a moment");
    let score = score(&facts, ScoreFormula::current(), &now).expect("a score");
    let overdue = |date: &str| ScoreSnapshot::of(&score, day(date));
    let key = |history: &[ScoreSnapshot]| {
        let id = id();
        let all = detect_triggers(&state(&id, &score, history), day("2026-11-21"));
        all.into_iter()
            .find(|trigger| trigger.kind == AlertKind::PaymentDelinquent)
            .expect("an occasion")
            .key
    };
    let lasting = [overdue("2026-11-10"), overdue("2026-11-15")];
    assert!(key(&lasting).ends_with("2026-11-10"));
    let settled = [overdue("2026-10-01"), snapshot("2026-10-05", 80), overdue("2026-11-15")];
    assert!(key(&settled).ends_with("2026-11-15"));
    assert!(key(&[]).ends_with("2026-11-21"));
}

#[test]
fn a_change_of_band_is_told_when_the_next_computation_says_the_same() {
    let trigger = fallen();
    assert_eq!(silence(&trigger, &[]), Some(SuppressionReason::Unconfirmed));
    let waiting = line(&trigger, DeliveryOutcome::Pending, "2026-11-21T06:00:00Z");
    assert_eq!(silence(&trigger, std::slice::from_ref(&waiting)), None);
    let just_seen = line(&trigger, DeliveryOutcome::Pending, "2026-11-21T11:59:30Z");
    assert_eq!(silence(&trigger, &[just_seen]), Some(SuppressionReason::Unconfirmed));
    let gone = plan_alerts(Vec::new(), std::slice::from_ref(&waiting), &[], moment());
    assert_eq!(gone.withdrawn, [waiting]);
}

#[test]
fn nothing_is_told_twice_and_what_was_not_taken_is_told_again() {
    let trigger = mentioned();
    assert_eq!(silence(&trigger, &[]), None);
    for (outcome, expected) in [
        (DeliveryOutcome::Sent, Some(SuppressionReason::Sent)),
        (DeliveryOutcome::Sending, Some(SuppressionReason::Sent)),
        (
            DeliveryOutcome::Unknown("silent".to_owned()),
            Some(SuppressionReason::Sent),
        ),
        (
            DeliveryOutcome::Other("seen by Ann".to_owned()),
            Some(SuppressionReason::Sent),
        ),
        (DeliveryOutcome::Failed("500".to_owned()), None),
        (DeliveryOutcome::Suppressed("snoozed".to_owned()), None),
    ] {
        let lines = [line(&trigger, outcome.clone(), "2026-11-20T12:00:00Z")];
        assert_eq!(silence(&trigger, &lines), expected, "{outcome:?}");
    }
}

#[test]
fn after_a_message_the_next_of_its_kind_waits() {
    let trigger = fallen();
    let mut told = line(&trigger, DeliveryOutcome::Sent, "2026-11-21T11:00:00Z");
    told.key = "customer c1 band_fell at_risk high_risk".to_owned();
    let mut waiting = line(&trigger, DeliveryOutcome::Pending, "2026-11-21T06:00:00Z");
    waiting.id = "other".to_owned();
    assert_eq!(
        silence(&trigger, &[told.clone(), waiting.clone()]),
        Some(SuppressionReason::Cooldown)
    );
    told.at = Some(moment().now - COOLDOWN - SignedDuration::from_secs(1));
    assert_eq!(silence(&trigger, &[told, waiting]), None);
}

#[test]
fn whom_somebody_snoozed_nobody_is_told_of_until_the_day_is_over() {
    let trigger = mentioned();
    for (customer, until, suppressed) in [
        ("c1", "2026-11-21", true),
        ("c1", "2026-11-20", false),
        ("c2", "2026-12-31", false),
    ] {
        let snooze = Snooze {
            customer: CustomerId::new(customer),
            until: day(until),
            reason: "on holiday".to_owned(),
        };
        let plan = plan_alerts(vec![trigger.clone()], &[], &[snooze], moment());
        assert_eq!(plan.send.is_empty(), suppressed, "{customer} {until}");
        if suppressed {
            assert_eq!(plan.suppressed[0].1.words(), "snoozed until 2026-11-21: on holiday");
        }
    }
}

#[test]
fn what_another_instance_claims_waits_until_the_claim_runs_out() {
    let trigger = mentioned();
    let claimed = line(&trigger, DeliveryOutcome::Claimed, "2026-11-21T11:55:00Z");
    assert_eq!(silence(&trigger, &[claimed]), Some(SuppressionReason::Claimed));
    let dead = line(&trigger, DeliveryOutcome::Claimed, "2026-11-21T11:49:00Z");
    assert_eq!(silence(&trigger, &[dead]), None);
}

#[test]
fn a_silence_has_a_day_within_a_year_and_a_reason() {
    for (until, reason, expected) in [
        ("2026-11-21", "on holiday", Ok("2026-11-21")),
        (" 2027-11-22 ", " known ", Ok("2027-11-22")),
        ("2026-11-20", "on holiday", Err("until")),
        ("2027-11-23", "on holiday", Err("until")),
        ("2062-12-31", "on holiday", Err("until")),
        ("soon", "on holiday", Err("until")),
        ("", "", Err("until")),
        ("2026-12-31", "  ", Err("reason")),
    ] {
        let parsed = Snooze::parse(&id(), until, reason, day("2026-11-21"));
        let told = parsed
            .map(|snooze| snooze.until.to_string())
            .map_err(|(field, _)| field);
        assert_eq!(told, expected.map(str::to_owned), "{until} {reason}");
    }
}

#[test]
fn the_band_that_was_told_last_is_read_from_the_lines() {
    let trigger = fallen();
    let sent = line(&trigger, DeliveryOutcome::Sent, "2026-11-20T12:00:00Z");
    assert_eq!(
        last_sent_band(std::slice::from_ref(&sent), &id()),
        Some(HealthBand::AtRisk)
    );
    let waiting = AlertLine {
        outcome: DeliveryOutcome::Pending,
        ..sent
    };
    assert_eq!(last_sent_band(&[waiting], &id()), None);
}

#[test]
fn a_message_says_who_why_what_to_do_and_where() {
    let message = messages::alert_message(AlertStream::CustomerAlerts, &[mentioned()], "team@example.com");
    assert_eq!(message.subject, "Acme: speaks of leaving");
    assert_eq!(
        message.text,
        "Acme: speaks of leaving\n“Please cancel my plan.” (score 80, 120 EUR a month, Zoé)\n\
         Call today: ask why they think of leaving and what would make them stay. http://sheet/row/2"
    );
    assert_eq!(message.to, "team@example.com");
}

#[test]
fn a_change_of_band_says_from_where_to_where() {
    assert_eq!(
        messages::trigger_text(&fallen()),
        "Acme: health got worse\nfrom healthy to at risk (score 55, 120 EUR a month, Zoé)\n\
         Read the last conversations and answer in person. http://sheet/row/2"
    );
}

#[test]
fn several_occasions_are_one_message_which_does_not_grow_without_end() {
    let many = vec![mentioned(); 40];
    let message = messages::alert_message(AlertStream::CustomerAlerts, &many, "");
    assert_eq!(message.subject, "40 customers in customer-alerts");
    assert_eq!(message.text.matches("speaks of leaving").count(), 30);
    assert!(message.text.ends_with("And 10 more, see the board."));
}

#[test]
fn the_summary_counts_bands_and_names_who_moved_and_what_is_next() {
    let ids = [CustomerId::new("a"), CustomerId::new("b")];
    let scores = [scored(80), scored(40)];
    let histories = [vec![snapshot("2026-11-01", 60)], vec![snapshot("2026-11-01", 75)]];
    let states = [
        state(&ids[0], &scores[0], &histories[0]),
        state(&ids[1], &scores[1], &histories[1]),
    ];
    let report = build_report(&states, day("2026-11-21"), ReportPeriod::WEEK);
    assert_eq!(
        report.bands.iter().map(|band| band.count).collect::<Vec<_>>(),
        [1, 0, 1, 0]
    );
    assert_eq!(
        messages::report_text(&report),
        "2 customers on 2026-11-21\nhealthy: 1, 120 EUR a month\nat risk: 0\nhigh risk: 1, 120 EUR a month\ncritical: 0\n\
         Lost most:\n- Acme -35 to 40\nGained most:\n- Acme +20 to 80\nNext:\n\
         - Acme: Read the last conversations and answer in person."
    );
}

#[test]
fn the_page_of_the_rules_names_their_numbers() {
    const DIRECTIVE: &str = include_str!("../../../../docs/directives/alerts.md");
    let border = format!("more than **{}** points", crate::alerts::trigger::DEAD_BAND);
    let cooldown = format!("waits **{}** hours", COOLDOWN.as_hours());
    assert!(DIRECTIVE.contains(&border) && DIRECTIVE.contains(&cooldown));
    for kind in AlertKind::ALL {
        assert!(DIRECTIVE.contains(&format!("`{}`", kind.stream().name())), "{kind:?}");
    }
}
