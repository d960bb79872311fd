//! How far an import is.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    deals::import::{plan::Plan, prepared::Prepared},
    error::translated,
    language::Language,
};

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A file is written into the tab.
    Import,
    /// An import is taken back.
    Undo,
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Progress {
    /// What is being done.
    pub task: Task,
    /// Name of the file.
    pub file: String,
    /// Deals to write.
    pub total: usize,
    /// Of these, those that are done or left out.
    pub done: usize,
    /// Deals that were added.
    pub inserted: usize,
    /// Deals that an earlier attempt had added.
    pub already_there: usize,
    /// Deals of which cells were changed.
    pub updated: usize,
    /// Deals that were taken out.
    pub deleted: usize,
    /// Lines that said what was known already.
    pub identical: usize,
    /// Lines that were refused.
    pub refused: usize,
    /// Deals that were left as they are.
    pub left: Vec<Left>,
    /// Where it stands.
    pub state: Stand,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// What leads back to the file: the query of its preview.
    #[serde(skip)]
    pub query: String,
}

impl Progress {
    /// The same, with the cause in `language`.
    #[must_use]
    pub fn told(mut self, language: Language) -> Self {
        if let Stand::Stopped(cause) = &mut self.state {
            *cause = translated(cause, language).into_owned();
        }
        self
    }
}

/// Where an import stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state", content = "cause")]
pub enum Stand {
    /// It goes on.
    Running,
    /// Everything is in the sheet.
    Done,
    /// It stopped before everything was written; the cause is a sentence.
    Stopped(String),
}

/// A deal that was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Left {
    /// The line of the file; 0 where there is none.
    pub line: usize,
    /// Id of the deal, where it has one.
    pub deal: Option<u64>,
    /// Why.
    pub why: Why,
}

/// Why a deal was left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Somebody changed the deal meanwhile.
    Changed,
    /// Its row is gone, or its id stands there twice.
    Gone,
    /// Its row has no id yet.
    WithoutId,
}

impl Left {
    /// A line whose deal has no id yet.
    pub fn without_id(line: usize) -> Self {
        Self {
            line,
            deal: None,
            why: Why::WithoutId,
        }
    }

    /// A deal that somebody changed since the import.
    pub fn changed_since(deal: u64) -> Self {
        Self {
            line: 0,
            deal: Some(deal),
            why: Why::Changed,
        }
    }

    /// In words: `Ligne 6, affaire 12 : modifiée entre-temps dans la feuille, laissée telle quelle`.
    pub fn text(&self, language: Language) -> String {
        let line = (self.line > 0).then(|| {
            let line = self.line;
            language.choose(format!("Ligne {line}"), format!("Line {line}"))
        });
        let deal = self
            .deal
            .map(|deal| language.choose(format!("affaire {deal}"), format!("deal {deal}")));
        let subject: Vec<String> = line.into_iter().chain(deal).collect();
        let why = match self.why {
            Why::Changed => language.choose(
                "modifiée entre-temps, laissée telle quelle",
                "was changed meanwhile and is left as it is",
            ),
            Why::Gone => language.choose("n’est plus dans la feuille", "is not in the sheet any more"),
            Why::WithoutId => language.choose(
                "l’affaire n’a pas encore d’id ; importez de nouveau quand elle en a un",
                "the deal has no id yet; import again once it has one",
            ),
        };
        language.choose(
            format!("{} : {why}.", subject.join(", ")),
            format!("{}: {why}.", subject.join(", ")),
        )
    }
}

impl Progress {
    /// Nothing done yet.
    pub fn named(task: Task, file: &str) -> Self {
        Self {
            task,
            file: file.to_owned(),
            total: 0,
            done: 0,
            inserted: 0,
            already_there: 0,
            updated: 0,
            deleted: 0,
            identical: 0,
            refused: 0,
            left: Vec::new(),
            state: Stand::Running,
            started_at: None,
            query: String::new(),
        }
    }

    /// Nothing done yet of what a file says.
    pub fn of(task: Task, prepared: &Prepared) -> Self {
        let plan: Option<&Plan> = prepared.outcome.as_ref().ok().map(|outcome| &outcome.plan);
        Self {
            identical: plan.map_or(0, |plan| plan.identical.len()),
            refused: plan.map_or(0, |plan| plan.refused.len()),
            query: prepared.query(),
            ..Self::named(task, &prepared.upload.name)
        }
    }

    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        self.state != Stand::Running
    }
}
