//! Progress of an import or of its undo.

use domain::language::Language;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use web::error::translate;

use crate::import::{plan::ImportPlan, preview::ImportPreview};

/// Kind of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportTask {
    /// Writes a file into the tab.
    Import,
    /// Undoes an import.
    Undo,
}

/// Progress of a job.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ImportProgress {
    /// Kind of job.
    pub task: ImportTask,
    /// Name of the file.
    pub file: String,
    /// Number of deals to write.
    pub total: usize,
    /// Number of deals processed, including skipped ones.
    pub done: usize,
    /// Number of deals inserted.
    pub inserted: usize,
    /// Number of deals that an earlier attempt had inserted.
    pub already_there: usize,
    /// Number of deals updated.
    pub updated: usize,
    /// Number of deals deleted.
    pub deleted: usize,
    /// Number of lines that matched their deal already.
    pub identical: usize,
    /// Number of refused lines.
    pub refused: usize,
    /// Skipped deals.
    pub left: Vec<SkippedDeal>,
    /// State of the job.
    pub state: ImportState,
    /// Start time.
    pub started_at: Option<Timestamp>,
    /// Query string of the file's preview.
    #[serde(skip)]
    pub query: String,
}

impl ImportProgress {
    /// Same progress with the cause of a failure in `language`.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        if let ImportState::Stopped(cause) = &mut self.state {
            *cause = translate(cause, language).into_owned();
        }
        self
    }
}

/// State of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state", content = "cause")]
pub enum ImportState {
    /// Still writing.
    Running,
    /// Everything is in the sheet.
    Done,
    /// Stopped before everything was written; the cause is a sentence.
    Stopped(String),
}

/// Deal that was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SkippedDeal {
    /// Line number in the file; 0 if there is none.
    pub line: usize,
    /// Id of the deal, if it has one.
    pub deal: Option<u64>,
    /// Reason for skipping it.
    pub why: ImportSkipReason,
}

/// Reason for skipping a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportSkipReason {
    /// The deal was changed by another person in the meantime.
    Changed,
    /// The row is gone, or its id is not unique.
    Gone,
    /// The row has no id yet.
    WithoutId,
}

impl SkippedDeal {
    /// Line whose deal has no id yet.
    pub fn without_id(line: usize) -> Self {
        Self {
            line,
            deal: None,
            why: ImportSkipReason::WithoutId,
        }
    }

    /// Deal that was changed since the import.
    pub fn changed_since(deal: u64) -> Self {
        Self {
            line: 0,
            deal: Some(deal),
            why: ImportSkipReason::Changed,
        }
    }

    /// Sentence such as `Ligne 6, affaire 12 : modifiée entre-temps, laissée telle quelle.`
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
            ImportSkipReason::Changed => language.choose(
                "modifiée entre-temps, laissée telle quelle",
                "was changed meanwhile and is left as it is",
            ),
            ImportSkipReason::Gone => language.choose("n’est plus dans la feuille", "is not in the sheet any more"),
            ImportSkipReason::WithoutId => language.choose(
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

impl ImportProgress {
    /// Progress of a new job.
    pub fn named(task: ImportTask, file: &str) -> Self {
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
            state: ImportState::Running,
            started_at: None,
            query: String::new(),
        }
    }

    /// Progress of a new job for a prepared file.
    pub fn of(task: ImportTask, prepared: &ImportPreview) -> Self {
        let plan: Option<&ImportPlan> = prepared.outcome.as_ref().ok().map(|outcome| &outcome.plan);
        Self {
            identical: plan.map_or(0, |plan| plan.identical.len()),
            refused: plan.map_or(0, |plan| plan.refused.len()),
            query: prepared.query(),
            ..Self::named(task, &prepared.upload.name)
        }
    }

    /// Whether the job has ended.
    pub fn is_over(&self) -> bool {
        self.state != ImportState::Running
    }
}
