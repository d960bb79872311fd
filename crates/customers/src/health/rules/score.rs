//! Score computation: facts and a formula in, score and reasons out.

use jiff::{SignedDuration, Timestamp, Unit, Zoned, civil::Date};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;

use crate::health::{
    rules::{
        band::HealthBand,
        component::{ScoreComponent, ScorePenalty},
        facts::{HealthFacts, SourcedFact},
        measured::MeasuredFact,
        points::ScorePoints,
    },
    weights::ScoreFormula,
};

/// Time for which a rating counts.
const RATING_VALIDITY: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Days without activity from which the penalty applies.
const INACTIVE_AFTER_DAYS: i64 = 30;
/// Decimals to which component points add up: three times a third of a point is exactly one.
const SUM_DECIMALS: u32 = 9;

/// Health score with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HealthScore {
    /// Score, 0 to 100.
    pub score: u8,
    /// Health band.
    pub band: HealthBand,
    /// Share of the formula that is backed by data, in percent.
    pub coverage: ScorePoints,
    /// Every component in display order, including those without data.
    pub lines: Vec<ComponentScore>,
    /// Penalties.
    pub penalties: Vec<Deduction>,
    /// Points added or removed to stay within 0 and 100.
    pub clamped: ScorePoints,
    /// Points added or removed by rounding, half up.
    pub rounded: ScorePoints,
    /// Formula version.
    pub formula: String,
}

/// A component of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentScore {
    /// The component.
    pub component: ScoreComponent,
    /// The measured fact; `None` without data.
    pub fact: Option<MeasuredFact>,
    /// Worth of the fact on its curve, 0 to 100.
    pub worth: Option<ScorePoints>,
    /// Points earned.
    pub points: ScorePoints,
    /// Maximum points, including its share of the missing weights; zero when the component has no data.
    pub maximum: ScorePoints,
    /// Short names of the sources.
    pub sources: Vec<String>,
    /// Time of the oldest fact.
    pub at: Option<Timestamp>,
}

impl ComponentScore {
    /// Reason for the missing data, when the component has none.
    pub fn missing(&self) -> Option<&'static str> {
        self.fact.is_none().then(|| self.component.missing())
    }
}

/// A penalty of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deduction {
    /// The penalty.
    pub penalty: ScorePenalty,
    /// Points deducted; more than zero.
    pub points: ScorePoints,
    /// The cause: a quoted sentence, a ticket title or a payment status.
    pub fact: String,
    /// Short name of the source.
    pub source: String,
    /// Time of the cause.
    pub at: Option<Timestamp>,
}

impl HealthScore {
    /// Sum of all lines before clamping and rounding.
    pub fn sum(&self) -> ScorePoints {
        let earned: ScorePoints = self.lines.iter().map(|line| line.points).sum();
        earned - self.penalties.iter().map(|penalty| penalty.points).sum()
    }

    /// Line of a component.
    pub fn line(&self, component: ScoreComponent) -> Option<&ComponentScore> {
        self.lines.iter().find(|line| line.component == component)
    }

    /// Recommended action: for the largest penalty, otherwise for the component that lost most.
    pub fn action(&self) -> Option<&'static str> {
        let largest_penalty = self.penalties.iter().max_by_key(|penalty| penalty.points);
        let lost = |line: &&ComponentScore| line.maximum - line.points;
        let weakest = self.lines.iter().filter(|line| line.fact.is_some()).max_by_key(lost);
        let weakest = weakest.filter(|line| self.band != HealthBand::Healthy && !lost(line).is_zero());
        largest_penalty
            .map(|penalty| penalty.penalty.action())
            .or_else(|| weakest.map(|line| line.component.action()))
    }
}

/// Scores a customer at a time whose zone sets the day. `None` when no fact that earns points is known: no score is not
/// a bad score.
pub fn score(facts: &HealthFacts, formula: &ScoreFormula, now: &Zoned) -> Option<HealthScore> {
    let worths = ScoreComponent::ALL.map(|component| (component, worth(component, facts, formula, now)));
    let total: Decimal = ScoreComponent::ALL
        .iter()
        .map(|component| formula.weight(*component))
        .sum();
    let known = worths.iter().filter(|(_, worth)| worth.is_some());
    let known: Decimal = known.map(|(component, _)| formula.weight(*component)).sum();
    if known.is_zero() {
        return None;
    }
    let mut lines =
        worths.map(|(component, worth)| component_score(component, worth, formula.weight(component) / known));
    distribute_rounding(&mut lines);
    let mut score = HealthScore {
        score: 0,
        band: HealthBand::Critical,
        coverage: ScorePoints::new(Decimal::ONE_HUNDRED * known / total),
        lines: lines.into(),
        penalties: deductions(facts, formula, now),
        clamped: ScorePoints::ZERO,
        rounded: ScorePoints::ZERO,
        formula: formula.version.clone(),
    };
    let sum = score.sum();
    let within = sum.decimal().clamp(Decimal::ZERO, Decimal::ONE_HUNDRED);
    let whole = within.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    score.score = u8::try_from(whole).unwrap_or(100);
    score.band = HealthBand::of(score.score);
    score.clamped = ScorePoints::new(within) - sum;
    score.rounded = ScorePoints::new(whole - within);
    Some(score)
}

/// A fact with its worth and its sources.
struct FactWorth {
    fact: MeasuredFact,
    worth: ScorePoints,
    sources: Vec<(String, Option<Timestamp>)>,
}

fn component_score(component: ScoreComponent, worth: Option<FactWorth>, share: Decimal) -> ComponentScore {
    let Some(FactWorth { fact, worth, sources }) = worth else {
        return ComponentScore {
            component,
            fact: None,
            worth: None,
            points: ScorePoints::ZERO,
            maximum: ScorePoints::ZERO,
            sources: Vec::new(),
            at: None,
        };
    };
    let at = sources.iter().filter_map(|(_, at)| *at).min();
    let mut sources: Vec<String> = sources.into_iter().map(|(source, _)| source).collect();
    sources.sort();
    sources.dedup();
    ComponentScore {
        component,
        fact: Some(fact),
        worth: Some(worth),
        points: ScorePoints::new(worth.decimal() * share),
        maximum: ScorePoints::new(Decimal::ONE_HUNDRED * share),
        sources,
        at,
    }
}

/// Distributes the remainders of rounding, so that the maxima add up to 100 and the earned points to
/// [`SUM_DECIMALS`] decimals.
fn distribute_rounding(lines: &mut [ComponentScore]) {
    let maxima: ScorePoints = lines.iter().map(|line| line.maximum).sum();
    let rest = ScorePoints::from(100) - maxima;
    if let Some(widest) = lines.iter_mut().max_by_key(|line| line.maximum) {
        let is_full = widest.points == widest.maximum;
        widest.maximum = widest.maximum + rest;
        if is_full || widest.points > widest.maximum {
            widest.points = widest.maximum;
        }
    }
    let earned: ScorePoints = lines.iter().map(|line| line.points).sum();
    let mut rest = ScorePoints::new(earned.decimal().round_dp(SUM_DECIMALS)) - earned;
    for line in lines {
        let part = if rest > ScorePoints::ZERO {
            rest.min(line.maximum - line.points)
        } else {
            rest.max(-line.points)
        };
        line.points = line.points + part;
        rest = rest - part;
    }
}

fn source_and_time<T>(known: &SourcedFact<T>) -> (String, Option<Timestamp>) {
    (known.source.clone(), known.at)
}

fn worth(component: ScoreComponent, facts: &HealthFacts, formula: &ScoreFormula, now: &Zoned) -> Option<FactWorth> {
    match component {
        ScoreComponent::Activity => {
            let seen = facts.last_seen.as_ref()?;
            let days = days_since(seen.value, now);
            Some(FactWorth {
                fact: MeasuredFact::DaysSinceSeen(days),
                worth: formula.activity.at(days.into()),
                sources: vec![source_and_time(seen)],
            })
        }
        ScoreComponent::Sentiment => sentiment(facts, formula, now),
        ScoreComponent::Payment => {
            let payment = facts.payment.as_ref()?;
            Some(FactWorth {
                fact: MeasuredFact::Payment(payment.value),
                worth: formula.payment.get(&payment.value).copied()?,
                sources: vec![source_and_time(payment)],
            })
        }
        ScoreComponent::Engagement => engagement(facts, formula),
        ScoreComponent::Tenure => {
            let since = facts.customer_since.as_ref()?;
            let months = months_between(since.value, now.date());
            Some(FactWorth {
                fact: MeasuredFact::Months(months),
                worth: formula.tenure.at(months),
                sources: vec![source_and_time(since)],
            })
        }
        ScoreComponent::Mrr => {
            let mrr = facts.mrr.as_ref()?;
            Some(FactWorth {
                fact: MeasuredFact::Mrr(mrr.value),
                worth: formula.mrr.at(mrr.value),
                sources: vec![source_and_time(mrr)],
            })
        }
    }
}

fn sentiment(facts: &HealthFacts, formula: &ScoreFormula, now: &Zoned) -> Option<FactWorth> {
    let now = now.timestamp();
    let recent = |rating: &&SourcedFact<_>| now.duration_since(rating_at(rating)) <= RATING_VALIDITY;
    let ratings: Vec<_> = facts.ratings.iter().filter(recent).collect();
    let stars =
        |rating: &&SourcedFact<crate::health::rules::facts::RatingFact>| Decimal::from(rating.value.stars.clamp(1, 5));
    let mean = (!ratings.is_empty()).then(|| ratings.iter().map(stars).sum::<Decimal>() / Decimal::from(ratings.len()));
    let tone = facts.tone.as_ref();
    let tone_worth = tone.map(|tone| tone.value.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED));
    let worth = match (mean.map(|mean| formula.ratings.at(mean).decimal()), tone_worth) {
        (Some(rated), Some(tone)) => {
            let rest = Decimal::ONE_HUNDRED - formula.ratings_weight;
            (rated * formula.ratings_weight + tone * rest) / Decimal::ONE_HUNDRED
        }
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return None,
    };
    Some(FactWorth {
        fact: MeasuredFact::Sentiment {
            ratings: mean.map(|mean| (ratings.len(), mean)),
            tone: tone_worth,
        },
        worth: ScorePoints::new(worth),
        sources: ratings
            .iter()
            .map(|rating| source_and_time(rating))
            .chain(tone.map(source_and_time))
            .collect(),
    })
}

fn rating_at(rating: &SourcedFact<crate::health::rules::facts::RatingFact>) -> Timestamp {
    rating.value.at
}

fn engagement(facts: &HealthFacts, formula: &ScoreFormula) -> Option<FactWorth> {
    let (logins, onboarding) = (facts.logins.as_ref(), facts.onboarding.as_ref());
    let share = onboarding.map(|done| done.value.clamp(Decimal::ZERO, Decimal::ONE));
    let worths = [
        logins.map(|logins| formula.logins.at(logins.value).decimal()),
        share.map(|share| share * Decimal::ONE_HUNDRED),
    ];
    let known: Vec<Decimal> = worths.into_iter().flatten().collect();
    if known.is_empty() {
        return None;
    }
    Some(FactWorth {
        fact: MeasuredFact::Engagement {
            logins: logins.map(|logins| logins.value),
            onboarding: share,
        },
        worth: ScorePoints::new(known.iter().sum::<Decimal>() / Decimal::from(known.len())),
        sources: logins
            .map(source_and_time)
            .into_iter()
            .chain(onboarding.map(source_and_time))
            .collect(),
    })
}

/// Calendar days in the zone of `now`; times in the future count as zero days.
fn days_since(then: Timestamp, now: &Zoned) -> i64 {
    let day = then.to_zoned(now.time_zone().clone()).date();
    let days = day.until((Unit::Day, now.date()));
    days.map_or(0, |span| i64::from(span.get_days()).max(0))
}

/// Calendar months, with the days of the current month as a fraction. Never negative.
fn months_between(since: Date, today: Date) -> Decimal {
    let Ok(span) = since.until((Unit::Month, today)) else {
        return Decimal::ZERO;
    };
    let months = i64::from(span.get_years()) * 12 + i64::from(span.get_months());
    let begun = jiff::Span::new().try_months(months);
    let days_of_month = begun
        .and_then(|begun| since.checked_add(begun))
        .map_or(30, jiff::civil::Date::days_in_month);
    let months = Decimal::from(months) + Decimal::from(span.get_days()) / Decimal::from(days_of_month);
    months.max(Decimal::ZERO)
}

fn deductions(facts: &HealthFacts, formula: &ScoreFormula, now: &Zoned) -> Vec<Deduction> {
    let found = ScorePenalty::ALL.into_iter().filter_map(|penalty| {
        let points = formula.penalties.get(&penalty).copied()?;
        let (fact, source, at) = penalty_cause(penalty, facts, now)?;
        Some(Deduction {
            penalty,
            points,
            fact,
            source,
            at,
        })
    });
    found.filter(|penalty| penalty.points > ScorePoints::ZERO).collect()
}

/// Cause of a penalty: the fact in words, its source and its time.
fn penalty_cause(
    penalty: ScorePenalty,
    facts: &HealthFacts,
    now: &Zoned,
) -> Option<(String, String, Option<Timestamp>)> {
    match penalty {
        ScorePenalty::CancelMention => {
            let held = facts
                .cancel_mentions
                .iter()
                .filter(|mention| mention.holds(now.timestamp()));
            let latest = held.max_by_key(|mention| mention.at)?;
            Some((format!("“{}”", latest.quote), latest.source.clone(), Some(latest.at)))
        }
        ScorePenalty::PaymentDelinquent => {
            let overdue = facts.payment.as_ref().filter(|payment| payment.value.is_delinquent());
            let flagged = facts.delinquent.as_ref().filter(|flag| flag.value);
            match (overdue, flagged) {
                (Some(payment), _) => Some((payment.value.word().to_owned(), payment.source.clone(), payment.at)),
                (None, Some(flag)) => Some(("a payment is overdue".to_owned(), flag.source.clone(), flag.at)),
                (None, None) => None,
            }
        }
        ScorePenalty::NoActivity => {
            let seen = facts.last_seen.as_ref()?;
            let days = days_since(seen.value, now);
            (days >= INACTIVE_AFTER_DAYS).then(|| {
                (
                    MeasuredFact::DaysSinceSeen(days).to_string(),
                    seen.source.clone(),
                    seen.at,
                )
            })
        }
        ScorePenalty::CriticalTicket => {
            let ticket = facts.critical_tickets.first()?;
            let more = facts.critical_tickets.len() - 1;
            let words = match more {
                0 => format!("“{}”", ticket.value),
                more => format!("“{}” and {more} more", ticket.value),
            };
            Some((words, ticket.source.clone(), ticket.at))
        }
    }
}
