//! Score computation: facts and a formula in, score and reasons out.

use jiff::{SignedDuration, Timestamp, Unit, Zoned, civil::Date};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;

use super::{
    band::Band,
    component::{Component, Penalty},
    facts::{Facts, Known},
    formula::Formula,
    points::Points,
    raw::Raw,
};

/// Time for which a rating counts.
const RATING_HOLDS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Days without activity from which the penalty applies.
const INACTIVE_AFTER: i64 = 30;
/// Decimals to which component points add up: three times a third of a point is exactly one.
const DECIMALS_OF_SUM: u32 = 9;

/// Health score with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Score, 0 to 100.
    pub score: u8,
    /// Health band.
    pub band: Band,
    /// Share of the formula that is backed by data, in percent.
    pub coverage: Points,
    /// Every component in display order, including those without data.
    pub lines: Vec<Line>,
    /// Penalties.
    pub penalties: Vec<Deduction>,
    /// Points added or removed to stay within 0 and 100.
    pub clamped: Points,
    /// Points added or removed by rounding, half up.
    pub rounded: Points,
    /// Formula version.
    pub formula: String,
}

/// A component of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The component.
    pub component: Component,
    /// The measured fact; `None` without data.
    pub fact: Option<Raw>,
    /// Worth of the fact on its curve, 0 to 100.
    pub worth: Option<Points>,
    /// Points earned.
    pub points: Points,
    /// Maximum points, including its share of the missing weights; zero when the component has no data.
    pub maximum: Points,
    /// Short names of the sources.
    pub sources: Vec<String>,
    /// Time of the oldest fact.
    pub at: Option<Timestamp>,
}

impl Line {
    /// Reason for the missing data, when the component has none.
    pub fn missing(&self) -> Option<&'static str> {
        self.fact.is_none().then(|| self.component.missing())
    }
}

/// A penalty of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deduction {
    /// The penalty.
    pub penalty: Penalty,
    /// Points deducted; more than zero.
    pub points: Points,
    /// The cause: a quoted sentence, a ticket title or a payment status.
    pub fact: String,
    /// Short name of the source.
    pub source: String,
    /// Time of the cause.
    pub at: Option<Timestamp>,
}

impl Score {
    /// Sum of all lines before clamping and rounding.
    pub fn sum(&self) -> Points {
        let earned: Points = self.lines.iter().map(|line| line.points).sum();
        earned - self.penalties.iter().map(|penalty| penalty.points).sum()
    }

    /// Line of a component.
    pub fn line(&self, component: Component) -> Option<&Line> {
        self.lines.iter().find(|line| line.component == component)
    }

    /// Recommended action: for the largest penalty, otherwise for the component that lost most.
    pub fn action(&self) -> Option<&'static str> {
        let hardest = self.penalties.iter().max_by_key(|penalty| penalty.points);
        let lost = |line: &&Line| line.maximum - line.points;
        let weakest = self.lines.iter().filter(|line| line.fact.is_some()).max_by_key(lost);
        let weakest = weakest.filter(|line| self.band != Band::Healthy && !lost(line).is_zero());
        hardest
            .map(|penalty| penalty.penalty.action())
            .or_else(|| weakest.map(|line| line.component.action()))
    }
}

/// Scores a customer at a time whose zone sets the day. `None` when no fact that earns points is known: no score is not
/// a bad score.
pub fn score(facts: &Facts, formula: &Formula, now: &Zoned) -> Option<Score> {
    let worths = Component::ALL.map(|component| (component, worth(component, facts, formula, now)));
    let total: Decimal = Component::ALL.iter().map(|component| formula.weight(*component)).sum();
    let known = worths.iter().filter(|(_, worth)| worth.is_some());
    let known: Decimal = known.map(|(component, _)| formula.weight(*component)).sum();
    if known.is_zero() {
        return None;
    }
    let mut lines = worths.map(|(component, worth)| line(component, worth, formula.weight(component) / known));
    settle(&mut lines);
    let mut score = Score {
        score: 0,
        band: Band::Critical,
        coverage: Points::new(Decimal::ONE_HUNDRED * known / total),
        lines: lines.into(),
        penalties: penalties(facts, formula, now),
        clamped: Points::ZERO,
        rounded: Points::ZERO,
        formula: formula.version.clone(),
    };
    let sum = score.sum();
    let within = sum.decimal().clamp(Decimal::ZERO, Decimal::ONE_HUNDRED);
    let whole = within.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    score.score = u8::try_from(whole).unwrap_or(100);
    score.band = Band::of(score.score);
    score.clamped = Points::new(within) - sum;
    score.rounded = Points::new(whole - within);
    Some(score)
}

/// A fact with its worth and its sources.
struct Worth {
    fact: Raw,
    worth: Points,
    sources: Vec<(String, Option<Timestamp>)>,
}

fn line(component: Component, worth: Option<Worth>, share: Decimal) -> Line {
    let Some(Worth { fact, worth, sources }) = worth else {
        return Line {
            component,
            fact: None,
            worth: None,
            points: Points::ZERO,
            maximum: Points::ZERO,
            sources: Vec::new(),
            at: None,
        };
    };
    let at = sources.iter().filter_map(|(_, at)| *at).min();
    let mut sources: Vec<String> = sources.into_iter().map(|(source, _)| source).collect();
    sources.sort();
    sources.dedup();
    Line {
        component,
        fact: Some(fact),
        worth: Some(worth),
        points: Points::new(worth.decimal() * share),
        maximum: Points::new(Decimal::ONE_HUNDRED * share),
        sources,
        at,
    }
}

/// Distributes the remainders of rounding, so that the maxima add up to 100 and the earned points to
/// [`DECIMALS_OF_SUM`] decimals.
fn settle(lines: &mut [Line]) {
    let maxima: Points = lines.iter().map(|line| line.maximum).sum();
    let rest = Points::from(100) - maxima;
    if let Some(widest) = lines.iter_mut().max_by_key(|line| line.maximum) {
        let is_full = widest.points == widest.maximum;
        widest.maximum = widest.maximum + rest;
        if is_full || widest.points > widest.maximum {
            widest.points = widest.maximum;
        }
    }
    let earned: Points = lines.iter().map(|line| line.points).sum();
    let mut rest = Points::new(earned.decimal().round_dp(DECIMALS_OF_SUM)) - earned;
    for line in lines {
        let part = if rest > Points::ZERO {
            rest.min(line.maximum - line.points)
        } else {
            rest.max(-line.points)
        };
        line.points = line.points + part;
        rest = rest - part;
    }
}

fn told<T>(known: &Known<T>) -> (String, Option<Timestamp>) {
    (known.source.clone(), known.at)
}

fn worth(component: Component, facts: &Facts, formula: &Formula, now: &Zoned) -> Option<Worth> {
    match component {
        Component::Activity => {
            let seen = facts.last_seen.as_ref()?;
            let days = days_since(seen.value, now);
            Some(Worth {
                fact: Raw::DaysSinceSeen(days),
                worth: formula.activity.at(days.into()),
                sources: vec![told(seen)],
            })
        }
        Component::Sentiment => sentiment(facts, formula, now),
        Component::Payment => {
            let payment = facts.payment.as_ref()?;
            Some(Worth {
                fact: Raw::Payment(payment.value),
                worth: formula.payment.get(&payment.value).copied()?,
                sources: vec![told(payment)],
            })
        }
        Component::Engagement => engagement(facts, formula),
        Component::Tenure => {
            let since = facts.customer_since.as_ref()?;
            let months = months_between(since.value, now.date());
            Some(Worth {
                fact: Raw::Months(months),
                worth: formula.tenure.at(months),
                sources: vec![told(since)],
            })
        }
        Component::Mrr => {
            let mrr = facts.mrr.as_ref()?;
            Some(Worth {
                fact: Raw::Mrr(mrr.value),
                worth: formula.mrr.at(mrr.value),
                sources: vec![told(mrr)],
            })
        }
    }
}

fn sentiment(facts: &Facts, formula: &Formula, now: &Zoned) -> Option<Worth> {
    let now = now.timestamp();
    let recent = |rating: &&Known<_>| now.duration_since(rating_at(rating)) <= RATING_HOLDS;
    let ratings: Vec<_> = facts.ratings.iter().filter(recent).collect();
    let stars = |rating: &&Known<super::facts::Rating>| Decimal::from(rating.value.stars.clamp(1, 5));
    let mean = (!ratings.is_empty()).then(|| ratings.iter().map(stars).sum::<Decimal>() / Decimal::from(ratings.len()));
    let tone = facts.tone.as_ref();
    let tone_worth = tone.map(|tone| tone.value.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED));
    let worth = match (mean.map(|mean| formula.ratings.at(mean).decimal()), tone_worth) {
        (Some(rated), Some(tone)) => {
            let rest = Decimal::ONE_HUNDRED - formula.ratings_share;
            (rated * formula.ratings_share + tone * rest) / Decimal::ONE_HUNDRED
        }
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return None,
    };
    Some(Worth {
        fact: Raw::Sentiment {
            ratings: mean.map(|mean| (ratings.len(), mean)),
            tone: tone_worth,
        },
        worth: Points::new(worth),
        sources: ratings
            .iter()
            .map(|rating| told(rating))
            .chain(tone.map(told))
            .collect(),
    })
}

fn rating_at(rating: &Known<super::facts::Rating>) -> Timestamp {
    rating.value.at
}

fn engagement(facts: &Facts, formula: &Formula) -> Option<Worth> {
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
    Some(Worth {
        fact: Raw::Engagement {
            logins: logins.map(|logins| logins.value),
            onboarding: share,
        },
        worth: Points::new(known.iter().sum::<Decimal>() / Decimal::from(known.len())),
        sources: logins.map(told).into_iter().chain(onboarding.map(told)).collect(),
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
        .map_or(30, |date| date.days_in_month());
    let months = Decimal::from(months) + Decimal::from(span.get_days()) / Decimal::from(days_of_month);
    months.max(Decimal::ZERO)
}

fn penalties(facts: &Facts, formula: &Formula, now: &Zoned) -> Vec<Deduction> {
    let found = Penalty::ALL.into_iter().filter_map(|penalty| {
        let points = formula.penalties.get(&penalty).copied()?;
        let (fact, source, at) = offence(penalty, facts, now)?;
        Some(Deduction {
            penalty,
            points,
            fact,
            source,
            at,
        })
    });
    found.filter(|penalty| penalty.points > Points::ZERO).collect()
}

/// Cause of a penalty: the fact in words, its source and its time.
fn offence(penalty: Penalty, facts: &Facts, now: &Zoned) -> Option<(String, String, Option<Timestamp>)> {
    match penalty {
        Penalty::CancelMention => {
            let held = facts
                .cancel_mentions
                .iter()
                .filter(|mention| mention.holds(now.timestamp()));
            let latest = held.max_by_key(|mention| mention.at)?;
            Some((format!("“{}”", latest.quote), latest.source.clone(), Some(latest.at)))
        }
        Penalty::PaymentDelinquent => {
            let standing = facts.payment.as_ref().filter(|payment| payment.value.is_delinquent());
            let flagged = facts.delinquent.as_ref().filter(|flag| flag.value);
            match (standing, flagged) {
                (Some(payment), _) => Some((payment.value.word().to_owned(), payment.source.clone(), payment.at)),
                (None, Some(flag)) => Some(("a payment is overdue".to_owned(), flag.source.clone(), flag.at)),
                (None, None) => None,
            }
        }
        Penalty::NoActivity => {
            let seen = facts.last_seen.as_ref()?;
            let days = days_since(seen.value, now);
            (days >= INACTIVE_AFTER).then(|| (Raw::DaysSinceSeen(days).to_string(), seen.source.clone(), seen.at))
        }
        Penalty::CriticalTicket => {
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

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
