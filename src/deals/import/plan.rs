//! Import plan: what an import would do, computed before anything is written.

use std::collections::{HashMap, HashSet};

use super::{
    change::{Change, Draft, Value},
    choices::{Choices, EmptyCells},
    field::Field,
    line::{Line, Lines},
    matching::{Index, key_of},
    note::{self, AmountQuestion, Note},
    reason::{Problem, Reason, sentence},
};
use crate::{
    deals::{
        deal::Deal,
        stage::{LostStage, Stage},
    },
    language::Language,
};

/// All lines of the file by outcome, each group in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Deals to add.
    pub new: Vec<New>,
    /// Deals to update.
    pub changed: Vec<Changed>,
    /// Lines that match their deal already.
    pub identical: Vec<Identical>,
    /// Lines to leave out.
    pub refused: Vec<Refusal>,
    /// Notes on how the file was read.
    pub notes: Vec<Note>,
    /// Question about amounts such as `12.500`, also once it is answered; `None` if the file has no such amount.
    pub question: Option<AmountQuestion>,
}

/// Deal to add.
#[derive(Clone, Debug, PartialEq)]
pub struct New {
    /// Line number in the file.
    pub line: usize,
    /// Deal without an id.
    pub draft: Draft,
}

/// Deal to update.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Line number in the file.
    pub line: usize,
    /// Current values of the deal.
    pub before: Deal,
    /// Fields that change, at least one, in the column order of the tab.
    pub changes: Vec<Change>,
}

/// Line that changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identical {
    /// Line number in the file.
    pub line: usize,
    /// Deal or line with the same values.
    pub to: Known,
}

/// Source of the values that a line repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
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
pub struct Refusal {
    /// Line number in the file.
    pub line: usize,
    /// Problems of the line, at least one.
    pub problems: Vec<Problem>,
}

impl Refusal {
    /// Reason with the line number, such as `Ligne 6 : montant « abc » illisible`.
    pub fn sentence(&self, language: Language) -> String {
        sentence(self.line, &self.problems, language)
    }
}

/// Compares the lines of a file with the existing deals.
///
/// [`Choices::key`] matches lines to deals. Columns missing from the file leave values unchanged, and so do empty cells
/// unless [`EmptyCells::Erase`] is chosen. If several lines match the same deal and agree, the first one counts; if
/// they disagree, all of them are refused.
pub fn plan(existing: &[Deal], lines: &Lines, choices: &Choices) -> Plan {
    let mut plan = Plan {
        new: Vec::new(),
        changed: Vec::new(),
        identical: Vec::new(),
        refused: Vec::new(),
        notes: note::notes(lines, choices),
        question: note::question(lines),
    };
    let mut checked = Vec::with_capacity(lines.lines.len());
    for line in &lines.lines {
        match Checked::of(line, choices) {
            Ok(line) => checked.push(line),
            Err(refusal) => plan.refused.push(refusal),
        }
    }
    let matches = Matches::of(existing, lines, choices, &checked);
    for (place, line) in checked.iter().enumerate() {
        match matches.outcome(place) {
            Ok(Outcome::Repeats(other)) => plan.identical.push(Identical {
                line: line.number(),
                to: Known::Line(other),
            }),
            Ok(Outcome::Meets(deal)) => plan.compare(line, deal, choices.empty_cells),
            Ok(Outcome::New) => plan.add(line),
            Err(problem) => plan.refuse(line, problem),
        }
    }
    plan.refused.sort_by_key(|refusal| refusal.line);
    plan
}

impl Plan {
    fn compare(&mut self, line: &Checked<'_>, deal: &Deal, empty_cells: EmptyCells) {
        let changes: Vec<Change> = Field::ALL
            .into_iter()
            .filter(|field| *field != Field::Id)
            .filter_map(|field| {
                let new = line.value(field)?;
                let stays = field.is_mandatory() || empty_cells == EmptyCells::Keep;
                if new == Value::Empty && stays {
                    return None;
                }
                let old = Value::of(deal, field);
                (old != new).then_some(Change { field, old, new })
            })
            .collect();
        match changes.is_empty() {
            true => self.identical.push(Identical {
                line: line.number(),
                to: Known::Deal {
                    row: deal.row,
                    id: deal.id,
                },
            }),
            false => self.changed.push(Changed {
                line: line.number(),
                before: deal.clone(),
                changes,
            }),
        }
    }

    fn add(&mut self, line: &Checked<'_>) {
        match Draft::of(|field| line.value(field).unwrap_or(Value::Empty)) {
            Ok(draft) => self.new.push(New {
                line: line.number(),
                draft,
            }),
            Err(field) => self.refuse(line, missing(field)),
        }
    }

    fn refuse(&mut self, line: &Checked<'_>, problem: Problem) {
        self.refused.push(Refusal {
            line: line.number(),
            problems: vec![problem],
        });
    }
}

fn missing(field: Field) -> Problem {
    Problem {
        field: Some(field),
        value: String::new(),
        reason: Reason::Missing,
    }
}

/// Line without problems.
struct Checked<'lines> {
    line: &'lines Line,
    amount: Option<Value>,
}

impl<'lines> Checked<'lines> {
    fn of(line: &'lines Line, choices: &Choices) -> Result<Self, Refusal> {
        let mut problems = line.problems.clone();
        if choices.key.has_id() {
            problems.extend(line.id_problem.clone());
        }
        if line.value(Field::Stage) == Some(&Value::Stage(Stage::Lost)) && choices.lost_stage == LostStage::NotOffered {
            problems.push(Problem {
                field: Some(Field::Stage),
                value: Stage::Lost.as_str().to_owned(),
                reason: Reason::StageDisabled,
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
                Err(Refusal {
                    line: line.number,
                    problems,
                })
            }
        }
    }

    fn number(&self) -> usize {
        self.line.number
    }

    fn value(&self, field: Field) -> Option<Value> {
        match field {
            Field::Amount if self.amount.is_some() => self.amount.clone(),
            _ => self.line.value(field).cloned(),
        }
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        Field::ALL
            .into_iter()
            .filter(|field| *field != Field::Id)
            .all(|field| self.value(field) == other.value(field))
    }
}

fn settled_amount(line: &Line, choices: &Choices) -> Result<Option<Value>, Problem> {
    let Some((amount, written)) = &line.amount else {
        return Ok(None);
    };
    let problem = |reason| Problem {
        field: Some(Field::Amount),
        value: written.clone(),
        reason,
    };
    match amount.settled(choices.decimal_mark) {
        Some(reading) if reading.money.is_positive() => Ok(Some(Value::Amount(reading.money))),
        // Less than half a cent is positive, but rounds to 0.
        Some(_) => Err(problem(Reason::NotPositive)),
        None => Err(problem(note::ambiguous(*amount))),
    }
}

enum Outcome<'deals> {
    /// Repeats an earlier line, by number.
    Repeats(usize),
    Meets(&'deals Deal),
    New,
}

/// Target of a line: the deal at this position, or the deal with this key, existing or new.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Meaning {
    Deal(usize),
    Key(String),
}

/// Targets of all lines, and the lines that share one.
struct Matches<'data> {
    existing: &'data [Deal],
    checked: &'data [Checked<'data>],
    index: Index,
    meanings: Vec<Result<Meaning, Problem>>,
    /// Lines by target, in the order of the file.
    groups: HashMap<Meaning, Vec<usize>>,
    /// Deals matched by id; they are no longer matched by key.
    claimed: HashSet<usize>,
    /// First line with an id for each key.
    claimed_keys: HashMap<String, usize>,
}

impl<'data> Matches<'data> {
    fn of(existing: &'data [Deal], lines: &Lines, choices: &Choices, checked: &'data [Checked<'data>]) -> Self {
        let columns = choices.key.columns(lines);
        let mut matches = Self {
            existing,
            checked,
            index: Index::of(existing, &columns),
            meanings: Vec::with_capacity(checked.len()),
            groups: HashMap::with_capacity(checked.len()),
            claimed: HashSet::new(),
            claimed_keys: HashMap::new(),
        };
        for (place, line) in checked.iter().enumerate() {
            let id = line.line.id().filter(|_| choices.key.has_id());
            let key = key_of(&columns, |field| line.value(field).unwrap_or(Value::Empty));
            let meaning = matches.meaning(id, &columns, key.clone());
            if let Ok(meaning) = &meaning {
                matches.groups.entry(meaning.clone()).or_default().push(place);
            }
            if let Ok(Meaning::Deal(deal)) = meaning {
                matches.claimed.insert(deal);
                matches.claimed_keys.entry(key).or_insert(place);
            }
            matches.meanings.push(meaning);
        }
        matches
    }

    fn meaning(&self, id: Option<u64>, columns: &[Field], key: String) -> Result<Meaning, Problem> {
        match (id, id.map_or(&[][..], |id| self.index.with_id(id))) {
            (_, [deal]) => Ok(Meaning::Deal(*deal)),
            (_, [_, _, ..]) => Err(self.several(self.index.with_id(id.unwrap_or_default()))),
            (_, []) if !columns.is_empty() => Ok(Meaning::Key(key)),
            (None, []) => Err(missing(Field::Id)),
            (Some(id), []) => Err(Problem {
                field: Some(Field::Id),
                value: id.to_string(),
                reason: Reason::UnknownId,
            }),
        }
    }

    fn outcome(&self, place: usize) -> Result<Outcome<'data>, Problem> {
        let meaning = self.meanings[place].as_ref().map_err(Clone::clone)?;
        if let Some(other) = self.same_meaning(place, meaning)? {
            return Ok(Outcome::Repeats(other));
        }
        match meaning {
            Meaning::Deal(deal) => Ok(Outcome::Meets(&self.existing[*deal])),
            Meaning::Key(key) => {
                let is_free = |deal: &usize| !self.claimed.contains(deal);
                let found: Vec<usize> = self.index.with_key(key).iter().copied().filter(is_free).collect();
                match found[..] {
                    [] => Ok(Outcome::New),
                    [deal] => Ok(Outcome::Meets(&self.existing[deal])),
                    _ => Err(self.several(&found)),
                }
            }
        }
    }

    /// Number of an earlier line with the same target and values.
    ///
    /// # Errors
    /// [`Reason::Contradicts`] if a line with the same target has other values.
    fn same_meaning(&self, place: usize, meaning: &Meaning) -> Result<Option<usize>, Problem> {
        let line = &self.checked[place];
        if let Meaning::Key(key) = meaning
            && let Some(named) = self.claimed_keys.get(key)
        {
            let named = &self.checked[*named];
            return match line.says_the_same_as(named) {
                true => Ok(Some(named.number())),
                false => Err(contradicts(named.number())),
            };
        }
        let group = self.groups.get(meaning).map_or(&[][..], Vec::as_slice);
        let [first, rest @ ..] = group else {
            return Ok(None);
        };
        let first = &self.checked[*first];
        let other = rest
            .iter()
            .map(|other| &self.checked[*other])
            .find(|other| !other.says_the_same_as(first));
        match other {
            Some(other) if line.says_the_same_as(first) => Err(contradicts(other.number())),
            Some(_) => Err(contradicts(first.number())),
            None if first.number() == line.number() => Ok(None),
            None => Ok(Some(first.number())),
        }
    }

    fn several(&self, deals: &[usize]) -> Problem {
        Problem {
            field: None,
            value: String::new(),
            reason: Reason::SeveralDeals {
                rows: deals.iter().map(|deal| self.existing[*deal].row).collect(),
            },
        }
    }
}

fn contradicts(line: usize) -> Problem {
    Problem {
        field: None,
        value: String::new(),
        reason: Reason::Contradicts { line },
    }
}
