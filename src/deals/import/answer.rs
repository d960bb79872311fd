//! What an import would do, for programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    field::Field,
    plan::{Changed, Plan},
    prepared::{Outcome, Prepared},
};
use crate::{deals::amount::DecimalMark, language::Language, money::Money};

/// What an import would do, or did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlanAnswer {
    /// Name of the file.
    pub file: String,
    /// Deals that are added.
    pub new: usize,
    /// Deals that get other values.
    pub changed: usize,
    /// Lines that say what is known already.
    pub identical: usize,
    /// Lines that are left out, with the reason.
    pub refused: Vec<RefusedAnswer>,
    /// What the person should know about how the file was read.
    pub notes: Vec<String>,
    /// The question about amounts such as `12.500`; `None` without such amounts.
    pub question: Option<QuestionAnswer>,
    /// Which column of the file is which field.
    pub columns: Vec<ColumnAnswer>,
    /// By which fields a line finds its deal.
    pub key: Vec<&'static str>,
    /// The values that change.
    pub changes: Vec<ChangedAnswer>,
}

/// A line that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RefusedAnswer {
    /// Line in the file.
    pub line: usize,
    /// `Ligne 6 : montant « abc » illisible`.
    pub reason: String,
}

/// The question about amounts such as `12.500`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct QuestionAnswer {
    /// How many lines have such an amount.
    pub lines: usize,
    /// `comma` or `point`, as most other amounts of the file prove; `None` if they prove nothing.
    pub suggested: Option<&'static str>,
    /// The first of them.
    pub examples: Vec<ExampleAnswer>,
}

/// One amount that can be read in two ways.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExampleAnswer {
    /// Line in the file.
    pub line: usize,
    /// As it stands there.
    pub written: String,
    /// If `comma` is the answer.
    pub comma: Money,
    /// If `point` is the answer.
    pub point: Money,
}

/// A field and the column that holds it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ColumnAnswer {
    /// Name of the field.
    pub field: &'static str,
    /// Place of the column, counted from 0; `None` when no column holds the field.
    pub column: Option<usize>,
    /// Its header.
    pub header: Option<String>,
}

/// A deal that gets other values.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangedAnswer {
    /// Line in the file.
    pub line: usize,
    /// Id of the deal.
    pub id: Option<u64>,
    /// Field, value before, value after.
    pub fields: Vec<FieldChange>,
}

/// One value that changes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FieldChange {
    /// Name of the field.
    pub field: &'static str,
    /// Value before.
    pub old: String,
    /// Value after.
    pub new: String,
}

impl PlanAnswer {
    /// The answer about a file whose mapping can be used.
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

/// The refused lines with their reasons.
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
