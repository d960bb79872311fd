//! Why a customer has the score, what changed, and what to do: the health rules in the words of a page and a program.

use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    health::{Changes, Facts, Formula, Points, Score, Snapshot, changes, lift, score},
    number::Number,
};

/// Days back to which the score is compared.
const BACK: [u16; 2] = [7, 30];

/// Why a customer has the score. The points of lines and penalties, with what was clamped and rounded, add up to it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Explanation {
    /// From 0 to 100.
    pub score: u8,
    /// The components, the missing ones too.
    pub lines: Vec<LineAnswer>,
    /// What cost points.
    pub penalties: Vec<PenaltyAnswer>,
    /// What was added or taken to stay within 0 and 100.
    pub clamped: Number,
    /// What rounding added or took.
    pub rounded: Number,
    /// How much of the formula was known, in per cent.
    pub coverage_percent: Number,
    /// Version of the formula.
    pub formula: String,
    /// What to do first, as `docs/directives/health-score.md` says; `null` when nothing is to be done.
    pub action: Option<&'static str>,
    /// The single change that would lift the customer into a better band.
    pub lift: Option<LiftAnswer>,
    /// What became of the score, compared with earlier days as far as the history reaches.
    pub changes: Vec<ChangesAnswer>,
    /// Sentences in which the customer spoke of leaving, and that still count.
    pub cancel_mentions: Vec<MentionAnswer>,
}

/// A component of the score.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LineAnswer {
    /// Its name.
    pub name: String,
    /// What is known; `null` when nothing is.
    pub fact: Option<String>,
    /// What nobody told, when the component is missing.
    pub missing: Option<&'static str>,
    /// What it earned.
    pub points: Number,
    /// What it could earn.
    pub maximum: Number,
    /// Short names of the sources.
    pub sources: Vec<String>,
    /// When the oldest of the facts was told.
    pub at: Option<Timestamp>,
}

/// Something that cost points.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PenaltyAnswer {
    /// Its name.
    pub name: String,
    /// What it cost.
    pub points: Number,
    /// The fact.
    pub fact: String,
    /// Short name of the source.
    pub source: String,
    /// When the fact was told.
    pub at: Option<Timestamp>,
}

/// A change and what would come of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LiftAnswer {
    /// What would have to change, as the end of a sentence that begins with “if”.
    pub remedy: String,
    /// The score that it would make.
    pub score: u8,
    /// The band that it would make.
    pub band: &'static str,
}

/// What became of a score since a day.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ChangesAnswer {
    /// So many days ago.
    pub days: u16,
    /// The score as it stood then.
    pub then: u8,
    /// Points gained, negative when lost.
    pub gained: i16,
    /// By component and penalty, what lost most first.
    pub parts: Vec<PartAnswer>,
    /// The version of the formula then, when it was another one: then the points do not compare.
    pub other_formula: Option<String>,
}

/// What became of one part.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PartAnswer {
    /// Its name.
    pub name: String,
    /// Points gained, negative when lost.
    pub gained: Number,
}

/// A sentence about leaving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MentionAnswer {
    /// What the sentence is known by.
    pub id: String,
    /// The sentence.
    pub quote: String,
    /// When it was said.
    pub at: Timestamp,
    /// Short name of the source.
    pub source: String,
}

fn number(points: Points) -> Number {
    Number::new(points.decimal().round_dp(2))
}

impl Explanation {
    /// Of the score that `facts` make now; `None` when too little is known for one.
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
