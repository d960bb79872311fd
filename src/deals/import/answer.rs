//! JSON responses of the import.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    field::Field,
    plan::{Changed, Plan},
    prepared::{Outcome, Prepared},
};
use crate::{deals::amount::DecimalMark, language::Language, money::Money};

/// Result of an import, or of its preview.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlanAnswer {
    /// Name of the file.
    pub file: String,
    /// Number of deals that are added.
    pub new: usize,
    /// Number of deals that are updated.
    pub changed: usize,
    /// Number of lines that match their deal already.
    pub identical: usize,
    /// Lines that are left out, each with the reason.
    pub refused: Vec<RefusedAnswer>,
    /// Notes on how the file was read.
    pub notes: Vec<String>,
    /// Open question about amounts such as `12.500`; `None` if the file has no such amount.
    pub question: Option<QuestionAnswer>,
    /// Fields and the columns they are read from.
    pub columns: Vec<ColumnAnswer>,
    /// Fields by which a line is matched to its deal.
    pub key: Vec<&'static str>,
    /// Updated deals with their old and new values.
    pub changes: Vec<ChangedAnswer>,
}

/// Line that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RefusedAnswer {
    /// Line number in the file.
    pub line: usize,
    /// Reason with the line number, such as `Ligne 6 : montant « abc » illisible`.
    pub reason: String,
}

/// Question about the decimal mark of amounts such as `12.500`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct QuestionAnswer {
    /// Number of lines with an ambiguous amount.
    pub lines: usize,
    /// `comma` or `point`, whichever most other amounts of the file use; `None` if they do not decide it.
    pub suggested: Option<&'static str>,
    /// First ambiguous amounts, at most three.
    pub examples: Vec<ExampleAnswer>,
}

/// Ambiguous amount with both of its readings.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExampleAnswer {
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
pub struct ColumnAnswer {
    /// Name of the field.
    pub field: &'static str,
    /// Index of the column, from 0; `None` if the field has no column.
    pub column: Option<usize>,
    /// Header of the column.
    pub header: Option<String>,
}

/// Deal that is updated.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangedAnswer {
    /// Line number in the file.
    pub line: usize,
    /// Id of the deal.
    pub id: Option<u64>,
    /// Fields that change.
    pub fields: Vec<FieldChange>,
}

/// Change of one field.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FieldChange {
    /// Name of the field.
    pub field: &'static str,
    /// Old value.
    pub old: String,
    /// New value.
    pub new: String,
}

impl PlanAnswer {
    /// Response for a file whose mapping is valid.
    pub fn of(prepared: &Prepared, outcome: &Outcome, language: Language) -> Self {
        let plan = &outcome.plan;
        Self {
            file: prepared.upload.name.clone(),
            new: plan.new.len(),
            changed: plan.changed.len(),
            identical: plan.identical.len(),
            refused: refused(plan, language),
            notes: plan.notes.iter().map(|note| note.text(language)).collect(),
            question: question(plan),
            columns: Field::ALL.map(|field| column(prepared, field)).to_vec(),
            key: outcome.choices.key.fields().map(Field::name).collect(),
            changes: plan.changed.iter().map(changed).collect(),
        }
    }
}

/// Refused lines with their reasons.
pub fn refused(plan: &Plan, language: Language) -> Vec<RefusedAnswer> {
    let answer = |refusal: &super::plan::Refusal| RefusedAnswer {
        line: refusal.line,
        reason: refusal.sentence(language),
    };
    plan.refused.iter().map(answer).collect()
}

fn question(plan: &Plan) -> Option<QuestionAnswer> {
    plan.question.as_ref().map(|question| QuestionAnswer {
        lines: question.lines,
        suggested: question.suggested.map(DecimalMark::name),
        examples: question
            .examples
            .iter()
            .map(|example| ExampleAnswer {
                line: example.line,
                written: example.written.clone(),
                comma: example.with_comma,
                point: example.with_point,
            })
            .collect(),
    })
}

fn column(prepared: &Prepared, field: Field) -> ColumnAnswer {
    let column = prepared.mapping.column(field);
    ColumnAnswer {
        field: field.name(),
        column,
        header: column.and_then(|column| prepared.upload.table.columns.get(column).cloned()),
    }
}

fn changed(changed: &Changed) -> ChangedAnswer {
    ChangedAnswer {
        line: changed.line,
        id: changed.before.id,
        fields: changed
            .changes
            .iter()
            .map(|change| FieldChange {
                field: change.field.name(),
                old: change.old.to_string(),
                new: change.new.to_string(),
            })
            .collect(),
    }
}
