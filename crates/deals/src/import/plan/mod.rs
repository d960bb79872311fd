//! Import plan: what an import would do, computed before anything is written.

pub(crate) mod lines;
pub(crate) mod matching;
pub(crate) mod notes;
pub(crate) mod options;
pub(crate) mod refusal_reason;
pub(crate) mod refused_lines;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod values;

use std::collections::{HashMap, HashSet};

use domain::language::Language;

use crate::{
    deal::{
        Deal,
        stage::{DealStage, LostStage},
    },
    import::{
        mapping::field::ImportField,
        plan::{
            lines::{ParsedLine, ParsedLines},
            matching::{DealIndex, key_of},
            notes::{AmountQuestion, ImportNote},
            options::{EmptyCells, ImportOptions},
            refusal_reason::{MAX_ROWS, RefusalProblem, RefusalReason, sentence},
            values::{DealDraft, DealFieldChange, DealFieldValue},
        },
    },
};

/// All lines of the file by outcome, each group in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportPlan {
    /// Deals to add.
    pub new: Vec<AddedDeal>,
    /// Deals to update.
    pub changed: Vec<ChangedDeal>,
    /// Lines that match their deal already.
    pub identical: Vec<IdenticalLine>,
    /// Lines to leave out.
    pub refused: Vec<RefusedLine>,
    /// Notes on how the file was read.
    pub notes: Vec<ImportNote>,
    /// Question about amounts such as `12.500`, also once it is answered; `None` if the file has no such amount.
    pub question: Option<AmountQuestion>,
}

/// Deal to add.
#[derive(Clone, Debug, PartialEq)]
pub struct AddedDeal {
    /// Line number in the file.
    pub line: usize,
    /// Deal without an id.
    pub draft: DealDraft,
}

/// Deal to update.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedDeal {
    /// Line number in the file.
    pub line: usize,
    /// Current values of the deal.
    pub before: Deal,
    /// Fields that change, at least one, in the column order of the tab.
    pub changes: Vec<DealFieldChange>,
}

/// Line that changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdenticalLine {
    /// Line number in the file.
    pub line: usize,
    /// Deal or line with the same values.
    pub to: IdenticalTo,
}

/// Source of the values that a line repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdenticalTo {
    /// Deal in the tab.
    Deal {
        /// Row number in the spreadsheet.
        row: u32,
        /// Id of the deal, if it has one.
        id: Option<u64>,
    },
    /// Earlier line of the file, by number.
    Line(usize),
}

/// Line to leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    /// Line number in the file.
    pub line: usize,
    /// Problems of the line, at least one.
    pub problems: Vec<RefusalProblem>,
}

impl RefusedLine {
    /// Reason with the line number, such as `Ligne 6 : montant « abc » illisible`.
    pub fn sentence(&self, language: Language) -> String {
        sentence(self.line, &self.problems, language)
    }
}

/// Compares the lines of a file with the existing deals.
///
/// [`ImportOptions::key`](crate::import::plan::options::ImportOptions::key) matches lines to deals. Columns missing from the file leave values unchanged, and so do empty cells
/// unless [`EmptyCells::Erase`] is chosen. If several lines match the same deal and agree, the first one counts; if
/// they disagree, all of them are refused.
pub fn plan(existing: &[Deal], lines: &ParsedLines, choices: &ImportOptions) -> ImportPlan {
    let mut plan = ImportPlan {
        new: Vec::new(),
        changed: Vec::new(),
        identical: Vec::new(),
        refused: Vec::new(),
        notes: notes::notes(lines, choices),
        question: notes::question(lines),
    };
    let mut checked = Vec::with_capacity(lines.lines.len());
    for line in &lines.lines {
        match ValidLine::of(line, choices) {
            Ok(line) => checked.push(line),
            Err(refusal) => plan.refused.push(refusal),
        }
    }
    let matches = LineMatches::of(existing, lines, choices, &checked);
    for (place, line) in checked.iter().enumerate() {
        match matches.outcome(place) {
            Ok(LineOutcome::Repeats(other)) => plan.identical.push(IdenticalLine {
                line: line.number(),
                to: IdenticalTo::Line(other),
            }),
            Ok(LineOutcome::Meets(deal)) => plan.compare(line, deal, choices.empty_cells),
            Ok(LineOutcome::New) => plan.add(line),
            Err(problem) => plan.refuse(line, problem),
        }
    }
    plan.refused.sort_by_key(|refusal| refusal.line);
    plan
}

impl ImportPlan {
    fn compare(&mut self, line: &ValidLine<'_>, deal: &Deal, empty_cells: EmptyCells) {
        let changes: Vec<DealFieldChange> = ImportField::ALL
            .into_iter()
            .filter(|field| *field != ImportField::Id)
            .filter_map(|field| {
                let new = line.value(field)?;
                let stays = field.is_mandatory() || empty_cells == EmptyCells::Keep;
                if new == DealFieldValue::Empty && stays {
                    return None;
                }
                let old = DealFieldValue::of(deal, field);
                (old != new).then_some(DealFieldChange { field, old, new })
            })
            .collect();
        match changes.is_empty() {
            true => self.identical.push(IdenticalLine {
                line: line.number(),
                to: IdenticalTo::Deal {
                    row: deal.row,
                    id: deal.id,
                },
            }),
            false => self.changed.push(ChangedDeal {
                line: line.number(),
                before: deal.clone(),
                changes,
            }),
        }
    }

    fn add(&mut self, line: &ValidLine<'_>) {
        match DealDraft::of(|field| line.value(field).unwrap_or(DealFieldValue::Empty)) {
            Ok(draft) => self.new.push(AddedDeal {
                line: line.number(),
                draft,
            }),
            Err(field) => self.refuse(line, missing(field)),
        }
    }

    fn refuse(&mut self, line: &ValidLine<'_>, problem: RefusalProblem) {
        self.refused.push(RefusedLine {
            line: line.number(),
            problems: vec![problem],
        });
    }
}

fn missing(field: ImportField) -> RefusalProblem {
    RefusalProblem {
        field: Some(field),
        value: String::new(),
        reason: RefusalReason::Missing,
    }
}

/// Line without problems.
struct ValidLine<'lines> {
    line: &'lines ParsedLine,
    amount: Option<DealFieldValue>,
}

impl<'lines> ValidLine<'lines> {
    fn of(line: &'lines ParsedLine, choices: &ImportOptions) -> Result<Self, RefusedLine> {
        let mut problems = line.problems.clone();
        if choices.key.has_id() {
            problems.extend(line.id_problem.clone());
        }
        if line.value(ImportField::Stage) == Some(&DealFieldValue::Stage(DealStage::Lost))
            && choices.lost_stage == LostStage::NotOffered
        {
            problems.push(RefusalProblem {
                field: Some(ImportField::Stage),
                value: DealStage::Lost.as_str().to_owned(),
                reason: RefusalReason::StageDisabled,
            });
        }
        let amount = match settled_amount(line, choices) {
            Ok(amount) => amount,
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        match problems.is_empty() {
            true => Ok(Self { line, amount }),
            false => {
                problems.sort_by_key(|problem| problem.field);
                Err(RefusedLine {
                    line: line.number,
                    problems,
                })
            }
        }
    }

    fn number(&self) -> usize {
        self.line.number
    }

    fn value(&self, field: ImportField) -> Option<DealFieldValue> {
        match field {
            ImportField::Amount if self.amount.is_some() => self.amount.clone(),
            _ => self.line.value(field).cloned(),
        }
    }

    fn has_same_values_as(&self, other: &Self) -> bool {
        ImportField::ALL
            .into_iter()
            .filter(|field| *field != ImportField::Id)
            .all(|field| self.value(field) == other.value(field))
    }
}

fn settled_amount(line: &ParsedLine, choices: &ImportOptions) -> Result<Option<DealFieldValue>, RefusalProblem> {
    let Some((amount, written)) = &line.amount else {
        return Ok(None);
    };
    let problem = |reason| RefusalProblem {
        field: Some(ImportField::Amount),
        value: written.clone(),
        reason,
    };
    match amount.resolve(choices.decimal_mark) {
        Some(reading) if reading.money.is_positive() => Ok(Some(DealFieldValue::Amount(reading.money))),
        // Less than half a cent is positive, but rounds to 0.
        Some(_) => Err(problem(RefusalReason::NotPositive)),
        None => Err(problem(notes::ambiguous(*amount))),
    }
}

enum LineOutcome<'deals> {
    /// Repeats an earlier line, by number.
    Repeats(usize),
    Meets(&'deals Deal),
    New,
}

/// Target of a line: the deal at this position, or the deal with this key, existing or new.
#[derive(Clone, PartialEq, Eq, Hash)]
enum LineTarget {
    Deal(usize),
    Key(String),
}

/// Lines that share a target, as positions in the file.
struct LineGroup {
    first: usize,
    /// First line whose values differ from those of `first`.
    other: Option<usize>,
}

/// Targets of all lines, and the lines that share one.
struct LineMatches<'data> {
    existing: &'data [Deal],
    checked: &'data [ValidLine<'data>],
    index: DealIndex,
    meanings: Vec<Result<LineTarget, RefusalProblem>>,
    /// Lines by target.
    groups: HashMap<LineTarget, LineGroup>,
    /// Deals matched by id; they are no longer matched by key.
    claimed: HashSet<usize>,
    /// First line with an id for each key.
    claimed_keys: HashMap<String, usize>,
}

impl<'data> LineMatches<'data> {
    fn of(
        existing: &'data [Deal],
        lines: &ParsedLines,
        choices: &ImportOptions,
        checked: &'data [ValidLine<'data>],
    ) -> Self {
        let columns = choices.key.columns(lines);
        let mut matches = Self {
            existing,
            checked,
            index: DealIndex::of(existing, &columns),
            meanings: Vec::with_capacity(checked.len()),
            groups: HashMap::with_capacity(checked.len()),
            claimed: HashSet::new(),
            claimed_keys: HashMap::new(),
        };
        for (place, line) in checked.iter().enumerate() {
            let id = line.line.id().filter(|_| choices.key.has_id());
            let key = key_of(&columns, |field| line.value(field).unwrap_or(DealFieldValue::Empty));
            let meaning = matches.meaning(id, &columns, key.clone());
            if let Ok(meaning) = &meaning {
                let group = LineGroup {
                    first: place,
                    other: None,
                };
                let group = matches.groups.entry(meaning.clone()).or_insert(group);
                if group.other.is_none() && !line.has_same_values_as(&checked[group.first]) {
                    group.other = Some(place);
                }
            }
            if let Ok(LineTarget::Deal(deal)) = meaning {
                matches.claimed.insert(deal);
                matches.claimed_keys.entry(key).or_insert(place);
            }
            matches.meanings.push(meaning);
        }
        matches
    }

    fn meaning(&self, id: Option<u64>, columns: &[ImportField], key: String) -> Result<LineTarget, RefusalProblem> {
        match (id, id.map_or(&[][..], |id| self.index.with_id(id))) {
            (_, [deal]) => Ok(LineTarget::Deal(*deal)),
            (_, [_, _, ..]) => Err(self.several(self.index.with_id(id.unwrap_or_default()))),
            (_, []) if !columns.is_empty() => Ok(LineTarget::Key(key)),
            (None, []) => Err(missing(ImportField::Id)),
            (Some(id), []) => Err(RefusalProblem {
                field: Some(ImportField::Id),
                value: id.to_string(),
                reason: RefusalReason::UnknownId,
            }),
        }
    }

    fn outcome(&self, place: usize) -> Result<LineOutcome<'data>, RefusalProblem> {
        let meaning = self.meanings[place].as_ref().map_err(Clone::clone)?;
        if let Some(other) = self.same_meaning(place, meaning)? {
            return Ok(LineOutcome::Repeats(other));
        }
        match meaning {
            LineTarget::Deal(deal) => Ok(LineOutcome::Meets(&self.existing[*deal])),
            LineTarget::Key(key) => {
                let is_free = |deal: &usize| !self.claimed.contains(deal);
                let found: Vec<usize> = self.index.with_key(key).iter().copied().filter(is_free).collect();
                match found[..] {
                    [] => Ok(LineOutcome::New),
                    [deal] => Ok(LineOutcome::Meets(&self.existing[deal])),
                    _ => Err(self.several(&found)),
                }
            }
        }
    }

    /// Number of an earlier line with the same target and values.
    ///
    /// # Errors
    /// [`RefusalReason::Contradicts`] if a line with the same target has other values.
    fn same_meaning(&self, place: usize, meaning: &LineTarget) -> Result<Option<usize>, RefusalProblem> {
        let line = &self.checked[place];
        if let LineTarget::Key(key) = meaning
            && let Some(named) = self.claimed_keys.get(key)
        {
            let named = &self.checked[*named];
            return match line.has_same_values_as(named) {
                true => Ok(Some(named.number())),
                false => Err(contradicts(named.number())),
            };
        }
        let Some(group) = self.groups.get(meaning) else {
            return Ok(None);
        };
        let first = &self.checked[group.first];
        let other = group.other.map(|other| &self.checked[other]);
        match other {
            Some(other) if line.has_same_values_as(first) => Err(contradicts(other.number())),
            Some(_) => Err(contradicts(first.number())),
            None if first.number() == line.number() => Ok(None),
            None => Ok(Some(first.number())),
        }
    }

    fn several(&self, deals: &[usize]) -> RefusalProblem {
        RefusalProblem {
            field: None,
            value: String::new(),
            reason: RefusalReason::SeveralDeals {
                rows: deals
                    .iter()
                    .take(MAX_ROWS + 1)
                    .map(|deal| self.existing[*deal].row)
                    .collect(),
            },
        }
    }
}

fn contradicts(line: usize) -> RefusalProblem {
    RefusalProblem {
        field: None,
        value: String::new(),
        reason: RefusalReason::Contradicts { line },
    }
}
