//! Score explanation, for pages and JSON: components, penalties, changes and next best action.

use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    health::{Changes, Facts, Formula, Points, Score, Snapshot, changes, lift, score},
    number::Number,
};

/// Comparison periods in days.
const BACK: [u16; 2] = [7, 30];

/// Explanation of a score. Points of components and penalties, plus clamping and rounding, add up to the score.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Explanation {
    /// Score, 0 to 100.
    pub score: u8,
    /// Components, including those without data.
    pub lines: Vec<LineAnswer>,
    /// Penalties.
    pub penalties: Vec<PenaltyAnswer>,
    /// Points added or removed to stay within 0 and 100.
    pub clamped: Number,
    /// Points added or removed by rounding.
    pub rounded: Number,
    /// Share of the formula that is backed by data, in percent.
    pub coverage_percent: Number,
    /// Formula version.
    pub formula: String,
    /// Recommended next action, from `docs/directives/health-score.md`; `null` when none is needed.
    pub action: Option<&'static str>,
    /// Single change that would move the customer into a better band.
    pub lift: Option<LiftAnswer>,
    /// Changes of the score over each period that the history covers.
    pub changes: Vec<ChangesAnswer>,
    /// Mentions of cancellation that still count.
    pub cancel_mentions: Vec<MentionAnswer>,
}

/// A component of the score.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LineAnswer {
    /// Name.
    pub name: String,
    /// The measured fact; `null` without data.
    pub fact: Option<String>,
    /// Missing data, when the component has none.
    pub missing: Option<&'static str>,
    /// Points earned.
    pub points: Number,
    /// Maximum points.
    pub maximum: Number,
    /// Short names of the sources.
    pub sources: Vec<String>,
    /// Time of the oldest fact.
    pub at: Option<Timestamp>,
}

/// A penalty.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PenaltyAnswer {
    /// Name.
    pub name: String,
    /// Points deducted.
    pub points: Number,
    /// The fact that caused it.
    pub fact: String,
    /// Short name of the source.
    pub source: String,
    /// Time of the fact.
    pub at: Option<Timestamp>,
}

/// A change and the resulting score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LiftAnswer {
    /// The change, worded as the rest of a sentence that begins with “if”.
    pub remedy: String,
    /// Resulting score.
    pub score: u8,
    /// Resulting band.
    pub band: &'static str,
}

/// Change of the score over a period.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ChangesAnswer {
    /// Length of the period in days.
    pub days: u16,
    /// Score at the start.
    pub then: u8,
    /// Points gained; negative when lost.
    pub gained: i16,
    /// Changes by component and penalty, largest loss first.
    pub parts: Vec<PartAnswer>,
    /// Formula version at the start if it was a different one; the points are then not comparable.
    pub other_formula: Option<String>,
}

/// Change of one component or penalty.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PartAnswer {
    /// Name.
    pub name: String,
    /// Points gained; negative when lost.
    pub gained: Number,
}

/// A mention of cancellation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MentionAnswer {
    /// Id of the mention.
    pub id: String,
    /// Quoted sentence.
    pub quote: String,
    /// Time of the message.
    pub at: Timestamp,
    /// Short name of the source.
    pub source: String,
}

fn number(points: Points) -> Number {
    Number::new(points.decimal().round_dp(2))
}

impl Explanation {
    /// Explains the score of `facts` now; `None` without enough data for a score.
    pub fn of(facts: &Facts, history: &[Snapshot], now: &Zoned) -> Option<Self> {
        let formula = Formula::current();
        let score = score(facts, formula, now)?;
        let today = Snapshot::of(&score, now.date());
        let lift = lift(facts, formula, now).map(|lift| LiftAnswer {
            remedy: lift.remedy.to_string(),
            score: lift.score,
            band: lift.band.word(),
        });
        let mentions = facts
            .cancel_mentions
            .iter()
            .filter(|mention| mention.holds(now.timestamp()));
        Some(Self {
            score: score.score,
            lines: lines(&score),
            penalties: penalties(&score),
            clamped: number(score.clamped),
            rounded: number(score.rounded),
            coverage_percent: number(score.coverage),
            action: score.action(),
            lift,
            changes: BACK
                .iter()
                .filter_map(|days| changes(&today, history, *days))
                .map(ChangesAnswer::from)
                .collect(),
            cancel_mentions: mentions
                .map(|mention| MentionAnswer {
                    id: mention.id.clone(),
                    quote: mention.quote.clone(),
                    at: mention.at,
                    source: mention.source.clone(),
                })
                .collect(),
            formula: score.formula,
        })
    }
}

fn lines(score: &Score) -> Vec<LineAnswer> {
    let line = score.lines.iter().map(|line| LineAnswer {
        name: line.component.to_string(),
        fact: line.fact.as_ref().map(ToString::to_string),
        missing: line.missing(),
        points: number(line.points),
        maximum: number(line.maximum),
        sources: line.sources.clone(),
        at: line.at,
    });
    line.collect()
}

fn penalties(score: &Score) -> Vec<PenaltyAnswer> {
    let penalty = score.penalties.iter().map(|lost| PenaltyAnswer {
        name: lost.penalty.to_string(),
        points: number(lost.points),
        fact: lost.fact.clone(),
        source: lost.source.clone(),
        at: lost.at,
    });
    penalty.collect()
}

impl From<Changes> for ChangesAnswer {
    fn from(changes: Changes) -> Self {
        let parts = changes.parts.into_iter().map(|part| PartAnswer {
            name: part.name,
            gained: number(part.gained),
        });
        Self {
            days: changes.days,
            then: changes.then,
            gained: changes.gained,
            parts: parts.collect(),
            other_formula: changes.other_formula,
        }
    }
}
