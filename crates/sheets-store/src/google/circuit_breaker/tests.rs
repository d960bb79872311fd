//! Tests of the circuit breaker with a simulated clock.

use std::time::{Duration, Instant};

use crate::google::circuit_breaker::{CallOutcome, CircuitBreaker, FAILURE_THRESHOLD};

const FIRST: Duration = Duration::from_millis(250);

fn failed() -> CallOutcome {
    CallOutcome::Failed("HTTP status 503".to_owned())
}

fn timed_out() -> CallOutcome {
    CallOutcome::TimedOut("no answer within 15 s".to_owned())
}

#[track_caller]
fn send(circuit: &CircuitBreaker, outcome: CallOutcome, now: Instant) {
    let permit = circuit
        .permit(now)
        .unwrap_or_else(|reason| panic!("not sent: {reason}"));
    permit.record(outcome, now);
}

/// Circuit that has just opened.
fn open(now: Instant) -> CircuitBreaker {
    let circuit = CircuitBreaker::new(FIRST);
    for _ in 0..FAILURE_THRESHOLD {
        send(&circuit, failed(), now);
    }
    assert!(circuit.permit(now).is_err());
    circuit
}

#[track_caller]
fn open_period(circuit: &CircuitBreaker, now: Instant) -> Duration {
    circuit.open_time_left(now).expect("open")
}

#[test]
fn it_opens_after_consecutive_failures_only() {
    let now = Instant::now();
    for (outcomes, opens) in [
        (vec![failed(); 4], false),
        (vec![failed(); 5], true),
        (vec![timed_out(); 1], false),
        (vec![timed_out(); 2], true),
        (vec![failed(), failed(), timed_out()], true),
        (
            [vec![failed(); 4], vec![CallOutcome::Answered], vec![failed(); 4]].concat(),
            false,
        ),
        (vec![CallOutcome::Answered; 50], false),
    ] {
        let circuit = CircuitBreaker::new(FIRST);
        for outcome in &outcomes {
            send(&circuit, outcome.clone(), now);
        }
        assert_eq!(circuit.refusal(now).is_some(), opens, "{outcomes:?}");
    }
}

#[test]
fn while_it_is_open_calls_fail_with_the_last_reason() {
    let now = Instant::now();
    let circuit = open(now);
    let last_moment = (now + open_period(&circuit, now))
        .checked_sub(Duration::from_millis(1))
        .unwrap();
    assert_eq!(circuit.permit(last_moment).err().as_deref(), Some("HTTP status 503"));
    assert_eq!(circuit.refusal(last_moment).as_deref(), Some("HTTP status 503"));
}

#[test]
fn after_the_open_period_one_call_probes_and_a_response_closes_it() {
    let now = Instant::now();
    let circuit = open(now);
    let later = now + open_period(&circuit, now);
    assert_eq!(circuit.refusal(later), None);
    let probe = circuit.permit(later).expect("the probe is sent");
    for _ in 0..3 {
        assert!(circuit.permit(later).is_err(), "a second call is sent beside the probe");
    }
    assert_eq!(circuit.open_time_left(later), Some(Duration::ZERO));
    probe.record(CallOutcome::Answered, later);
    assert_eq!(circuit.open_time_left(later), None);
    for _ in 0..3 {
        send(&circuit, failed(), later);
    }
}

#[test]
fn open_periods_grow_with_jitter_up_to_half_a_minute_and_restart_after_a_response() {
    let mut now = Instant::now();
    let circuit = open(now);
    let mut next_open_periods = vec![open_period(&circuit, now)];
    for _ in 0..9 {
        now += open_period(&circuit, now);
        send(&circuit, failed(), now);
        next_open_periods.push(open_period(&circuit, now));
    }
    let seconds = |number: f64| Duration::from_secs_f64(number);
    assert!(
        (seconds(0.5)..=seconds(1.0)).contains(&next_open_periods[0]),
        "{next_open_periods:?}"
    );
    assert!(
        next_open_periods[6..]
            .iter()
            .all(|open_period| (seconds(15.0)..=seconds(30.0)).contains(open_period)),
        "{next_open_periods:?}"
    );
    assert_ne!(next_open_periods[7], next_open_periods[8], "no jitter");

    now += open_period(&circuit, now);
    send(&circuit, CallOutcome::Answered, now);
    for _ in 0..FAILURE_THRESHOLD {
        send(&circuit, failed(), now);
    }
    assert!(open_period(&circuit, now) <= seconds(1.0));
}

#[test]
fn after_an_abandoned_probe_the_next_call_probes() {
    let now = Instant::now();
    let circuit = open(now);
    let later = now + open_period(&circuit, now);
    drop(circuit.permit(later).expect("probe"));
    send(&circuit, CallOutcome::Answered, later);
    assert_eq!(circuit.open_time_left(later), None);
}

#[test]
fn calls_sent_before_it_opened_cannot_extend_the_open_period_but_can_end_it() {
    let now = Instant::now();
    let circuit = CircuitBreaker::new(FIRST);
    let (early, other) = (circuit.permit(now).expect("sent"), circuit.permit(now).expect("sent"));
    for _ in 0..FAILURE_THRESHOLD {
        send(&circuit, failed(), now);
    }
    let before = open_period(&circuit, now);
    early.record(timed_out(), now);
    assert_eq!(open_period(&circuit, now), before);
    other.record(CallOutcome::Answered, now);
    assert_eq!(circuit.open_time_left(now), None);
}

#[test]
fn a_requested_probe_is_the_next_call() {
    let now = Instant::now();
    let circuit = open(now);
    circuit.probe_next(now);
    let probe = circuit.permit(now).expect("sent");
    circuit.probe_next(now);
    assert!(circuit.permit(now).is_err(), "two probes at once");
    probe.record(failed(), now);
    assert!(circuit.permit(now).is_err());
}
