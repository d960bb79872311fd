//! What an import would do, before anything is done.

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

/// Every line of the file, sorted by what becomes of it; lines keep the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Deals that are added.
    pub new: Vec<New>,
    /// Deals that get other values.
    pub changed: Vec<Changed>,
    /// Lines that say what is known already.
    pub identical: Vec<Identical>,
    /// Lines that are left out.
    pub refused: Vec<Refusal>,
    /// What the person should know about how the file was read.
    pub notes: Vec<Note>,
    /// The question about amounts such as `12.500`, also when it is answered; `None` without such amounts.
    pub question: Option<AmountQuestion>,
}

/// A deal that is added.
#[derive(Clone, Debug, PartialEq)]
pub struct New {
    /// Line in the file.
    pub line: usize,
    /// The deal, without id.
    pub draft: Draft,
}

/// A deal that gets other values.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Line in the file.
    pub line: usize,
    /// The deal as it is now.
    pub before: Deal,
    /// Its fields that change, at least one, in the order of the tab.
    pub changes: Vec<Change>,
}

/// A line that changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identical {
    /// Line in the file.
    pub line: usize,
    /// To what it is identical.
    pub to: Known,
}

/// What says the same as a line already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The deal in this row of the tab.
    Deal {
        /// Row number as the spreadsheet shows it.
        row: u32,
        /// Its id, if it has one.
        id: Option<u64>,
    },
    /// An earlier line of the file.
    Line(usize),
}

/// A line that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Line in the file.
    pub line: usize,
    /// What is wrong with it, at least one thing.
    pub problems: Vec<Problem>,
}

impl Refusal {
    /// The reason with its line: `Ligne 6 : montant « abc » illisible`.
    pub fn sentence(&self, language: Language) -> String {
        sentence(self.line, &self.problems, language)
    }
}

/// Compares the lines of a file with the existing deals.
///
/// A line finds its deal by [`Choices::key`]. Columns that the file lacks leave values alone, and so do empty cells
/// unless [`EmptyCells::Erase`] is chosen. Lines that mean the same deal must say the same: the first one counts then;
/// if they contradict each other, all of them are refused.
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

/// A line in which everything could be read.
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
        // Less than half a cent is more than nothing, but no amount.
        Some(_) => Err(problem(Reason::NotPositive)),
        None => Err(problem(note::ambiguous(*amount))),
    }
}

enum Outcome<'deals> {
    /// An earlier line, by number, says the same.
    Repeats(usize),
    Meets(&'deals Deal),
    New,
}

/// What a line means: the deal at this place, or whatever has this key.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Meaning {
    Deal(usize),
    Key(String),
}

/// What each line means, and which lines mean the same.
struct Matches<'data> {
    existing: &'data [Deal],
    checked: &'data [Checked<'data>],
    index: Index,
    meanings: Vec<Result<Meaning, Problem>>,
    /// Lines by meaning, in the order of the file.
    groups: HashMap<Meaning, Vec<usize>>,
    /// Deals that lines name by id; a key no longer finds these.
    claimed: HashSet<usize>,
    /// The first line with an id for each key.
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

    /// The number of an earlier line that means and says the same; an error where one says something else.
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
