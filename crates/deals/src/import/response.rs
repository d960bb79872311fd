//! JSON responses of the import.

use domain::{language::Language, money::Money};
use jiff::Zoned;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    import::{
        job::progress::ImportProgress,
        log::{ImportRun, RunName},
        mapping::field::ImportField,
        plan::{ChangedDeal, ImportPlan},
        preview::{ImportPreview, PlannedImport},
    },
    text::amount::DecimalMark,
};

/// Result of an import, or of its preview.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ImportPlanResponse {
    /// Name of the file.
    pub file: String,
    /// Number of deals that are added.
    pub new: usize,
    /// Number of deals that are updated.
    pub changed: usize,
    /// Number of lines that match their deal already.
    pub identical: usize,
    /// Lines that are left out, each with the reason.
    pub refused: Vec<RefusedLineResponse>,
    /// Notes on how the file was read.
    pub notes: Vec<String>,
    /// Open question about amounts such as `12.500`; `None` if the file has no such amount.
    pub question: Option<AmountQuestionResponse>,
    /// Fields and the columns they are read from.
    pub columns: Vec<ColumnResponse>,
    /// Fields by which a line is matched to its deal.
    pub key: Vec<&'static str>,
    /// Updated deals with their old and new values.
    pub changes: Vec<ChangedDealResponse>,
}

/// Line that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RefusedLineResponse {
    /// Line number in the file.
    pub line: usize,
    /// Reason with the line number, such as `Ligne 6 : montant « abc » illisible`.
    pub reason: String,
}

/// Question about the decimal mark of amounts such as `12.500`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AmountQuestionResponse {
    /// Number of lines with an ambiguous amount.
    pub lines: usize,
    /// `comma` or `point`, whichever most other amounts of the file use; `None` if they do not decide it.
    pub suggested: Option<&'static str>,
    /// First ambiguous amounts, at most three.
    pub examples: Vec<AmountExampleResponse>,
}

/// Ambiguous amount with both of its readings.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AmountExampleResponse {
    /// Line number in the file.
    pub line: usize,
    /// Amount as written in the file.
    pub written: String,
    /// Value if the decimal mark is the comma.
    pub comma: Money,
    /// Value if the decimal mark is the point.
    pub point: Money,
}

/// Field and the column it is read from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ColumnResponse {
    /// Name of the field.
    pub field: &'static str,
    /// Index of the column, from 0; `None` if the field has no column.
    pub column: Option<usize>,
    /// Header of the column.
    pub header: Option<String>,
}

/// Deal that is updated.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangedDealResponse {
    /// Line number in the file.
    pub line: usize,
    /// Id of the deal.
    pub id: Option<u64>,
    /// Fields that change.
    pub fields: Vec<FieldChangeResponse>,
}

/// Change of one field.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FieldChangeResponse {
    /// Name of the field.
    pub field: &'static str,
    /// Old value.
    pub old: String,
    /// New value.
    pub new: String,
}

impl ImportPlanResponse {
    /// Response for a file whose mapping is valid.
    pub fn of(prepared: &ImportPreview, outcome: &PlannedImport, language: Language) -> Self {
        let plan = &outcome.plan;
        Self {
            file: prepared.upload.name.clone(),
            new: plan.new.len(),
            changed: plan.changed.len(),
            identical: plan.identical.len(),
            refused: refused(plan, language),
            notes: plan.notes.iter().map(|note| note.text(language)).collect(),
            question: question(plan),
            columns: ImportField::ALL.map(|field| column(prepared, field)).to_vec(),
            key: outcome.choices.key.fields().map(ImportField::name).collect(),
            changes: plan.changed.iter().map(changed).collect(),
        }
    }
}

/// Refused lines with their reasons.
pub fn refused(plan: &ImportPlan, language: Language) -> Vec<RefusedLineResponse> {
    let answer = |refusal: &crate::import::plan::RefusedLine| RefusedLineResponse {
        line: refusal.line,
        reason: refusal.sentence(language),
    };
    plan.refused.iter().map(answer).collect()
}

fn question(plan: &ImportPlan) -> Option<AmountQuestionResponse> {
    plan.question.as_ref().map(|question| AmountQuestionResponse {
        lines: question.lines,
        suggested: question.suggested.map(DecimalMark::name),
        examples: question
            .examples
            .iter()
            .map(|example| AmountExampleResponse {
                line: example.line,
                written: example.written.clone(),
                comma: example.with_comma,
                point: example.with_point,
            })
            .collect(),
    })
}

fn column(prepared: &ImportPreview, field: ImportField) -> ColumnResponse {
    let column = prepared.mapping.column(field);
    ColumnResponse {
        field: field.name(),
        column,
        header: column.and_then(|column| prepared.upload.table.columns.get(column).cloned()),
    }
}

fn changed(changed: &ChangedDeal) -> ChangedDealResponse {
    ChangedDealResponse {
        line: changed.line,
        id: changed.before.id,
        fields: changed
            .changes
            .iter()
            .map(|change| FieldChangeResponse {
                field: change.field.name(),
                old: change.old.to_string(),
                new: change.new.to_string(),
            })
            .collect(),
    }
}

/// Known state of an import.
pub enum ImportRunStatus {
    /// Progress on this instance, current or recent.
    Progress(ImportProgress),
    /// Entry of the audit log.
    Log(ImportRun),
}

impl ImportRunStatus {
    /// Whether the job is still running.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Progress(progress) if !progress.is_over())
    }

    /// JSON response.
    pub fn answer(&self, run: &RunName) -> Value {
        match self {
            Self::Progress(progress) => json!({"run": run.to_string(), "written": progress}),
            Self::Log(known) => json!({
                "run": run.to_string(),
                "file": known.file,
                "at": known.at,
                "created": known.created.len(),
                "updated": known.updated(),
                "taken_back": known.is_taken_back(),
            }),
        }
    }
}

/// Entry of the import list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ImportRunSummary {
    /// Name of the import.
    pub run: String,
    /// Name of the file.
    pub file: String,
    /// Time of the first write.
    pub at: Option<Zoned>,
    /// Number of inserted deals.
    pub created: usize,
    /// Number of updated deals.
    pub updated: usize,
    /// Whether the import was undone, at least in part.
    pub is_taken_back: bool,
}
