//! Score explanation, for pages and JSON: components, penalties, changes and next best action.

use domain::json_decimal::JsonDecimal;
use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::Serialize;

use crate::health::{
    rules::{
        HealthFacts, HealthScore, ScoreChanges, ScorePoints, ScoreSnapshot, next_best_action, score, score_changes,
    },
    weights::ScoreFormula,
};

/// Comparison periods in days.
const COMPARISON_DAYS: [u16; 2] = [7, 30];

/// Explanation of a score. Points of components and penalties, plus clamping and rounding, add up to the score.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ScoreExplanation {
    /// Score, 0 to 100.
    pub score: u8,
    /// Components, including those without data.
    pub lines: Vec<ComponentResponse>,
    /// Penalties.
    pub penalties: Vec<PenaltyResponse>,
    /// Points added or removed to stay within 0 and 100.
    pub clamped: JsonDecimal,
    /// Points added or removed by rounding.
    pub rounded: JsonDecimal,
    /// Share of the formula that is backed by data, in percent.
    pub coverage_percent: JsonDecimal,
    /// Formula version.
    pub formula: String,
    /// Recommended next action, from `docs/directives/health-score.md`; `null` when none is needed.
    pub action: Option<&'static str>,
    /// Single change that would move the customer into a better band.
    pub lift: Option<NextBestActionResponse>,
    /// Changes of the score over each period that the history covers.
    pub changes: Vec<ScoreChangesResponse>,
    /// Mentions of cancellation that still count.
    pub cancel_mentions: Vec<CancelMentionResponse>,
}

/// A component of the score.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ComponentResponse {
    /// Name.
    pub name: String,
    /// The measured fact; `null` without data.
    pub fact: Option<String>,
    /// Missing data, when the component has none.
    pub missing: Option<&'static str>,
    /// Points earned.
    pub points: JsonDecimal,
    /// Maximum points.
    pub maximum: JsonDecimal,
    /// Short names of the sources.
    pub sources: Vec<String>,
    /// Time of the oldest fact.
    pub at: Option<Timestamp>,
}

/// A penalty.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PenaltyResponse {
    /// Name.
    pub name: String,
    /// Points deducted.
    pub points: JsonDecimal,
    /// The fact that caused it.
    pub fact: String,
    /// Short name of the source.
    pub source: String,
    /// Time of the fact.
    pub at: Option<Timestamp>,
}

/// A change and the resulting score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NextBestActionResponse {
    /// The change, worded as the rest of a sentence that begins with “if”.
    pub remedy: String,
    /// Resulting score.
    pub score: u8,
    /// Resulting band.
    pub band: &'static str,
}

/// Change of the score over a period.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ScoreChangesResponse {
    /// Length of the period in days.
    pub days: u16,
    /// Score at the start.
    pub then: u8,
    /// Points gained; negative when lost.
    pub gained: i16,
    /// Changes by component and penalty, largest loss first.
    pub parts: Vec<PartChangeResponse>,
    /// Formula version at the start if it was a different one; the points are then not comparable.
    pub other_formula: Option<String>,
}

/// Change of one component or penalty.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PartChangeResponse {
    /// Name.
    pub name: String,
    /// Points gained; negative when lost.
    pub gained: JsonDecimal,
}

/// A mention of cancellation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CancelMentionResponse {
    /// Id of the mention.
    pub id: String,
    /// Quoted sentence.
    pub quote: String,
    /// Time of the message.
    pub at: Timestamp,
    /// Short name of the source.
    pub source: String,
}

fn number(points: ScorePoints) -> JsonDecimal {
    JsonDecimal::new(points.decimal().round_dp(2))
}

impl ScoreExplanation {
    /// Explains the score of `facts` now; `None` without enough data for a score.
    pub fn of(facts: &HealthFacts, history: &[ScoreSnapshot], now: &Zoned) -> Option<Self> {
        let formula = ScoreFormula::current();
        let score = score(facts, formula, now)?;
        let today = ScoreSnapshot::of(&score, now.date());
        let lift = next_best_action(facts, formula, now).map(|lift| NextBestActionResponse {
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
            changes: COMPARISON_DAYS
                .iter()
                .filter_map(|days| score_changes(&today, history, *days))
                .map(ScoreChangesResponse::from)
                .collect(),
            cancel_mentions: mentions
                .map(|mention| CancelMentionResponse {
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

fn lines(score: &HealthScore) -> Vec<ComponentResponse> {
    let line = score.lines.iter().map(|line| ComponentResponse {
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

fn penalties(score: &HealthScore) -> Vec<PenaltyResponse> {
    let penalty = score.penalties.iter().map(|lost| PenaltyResponse {
        name: lost.penalty.to_string(),
        points: number(lost.points),
        fact: lost.fact.clone(),
        source: lost.source.clone(),
        at: lost.at,
    });
    penalty.collect()
}

impl From<ScoreChanges> for ScoreChangesResponse {
    fn from(changes: ScoreChanges) -> Self {
        let parts = changes.parts.into_iter().map(|part| PartChangeResponse {
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
