//! Names by number: spellings with one key are one name, shown as it is written most often.

use std::{cmp::Ordering, collections::HashMap, hash::Hash, num::NonZeroU32, sync::Arc};

use foldhash::quality::RandomState;

use super::{spellings::Spellings, table::SubmissionTable};
use crate::spelling::fold;

/// Whether staff let a row count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Counts,
    SetAside,
}

/// A small number that stands for a name or a credit; one that may be missing takes no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Number(NonZeroU32);

impl Number {
    /// The number of what stands at a place of a list.
    pub(super) fn of(place: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(count(place)))
    }

    /// The place in the list.
    pub(super) fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Numbers for names, and how each name is shown.
#[derive(Clone, Debug)]
pub(super) struct Roll<Key> {
    by_key: HashMap<Key, Number, RandomState>,
    /// By number.
    names: Vec<Name>,
    /// By the number of the text.
    spellings: Vec<Option<Spelling>>,
}

#[derive(Clone, Debug)]
struct Name {
    /// How it is shown when somebody decided it.
    decreed: Option<Arc<str>>,
    /// Its best spelling and where it is named first; `None` while no row names it.
    used: Option<Used>,
}

#[derive(Clone, Copy, Debug)]
struct Used {
    best: u32,
    first: Mention,
}

/// One way in which a name was typed.
#[derive(Clone, Copy, Debug)]
struct Spelling {
    /// The same text without stray spaces, which is the one that is counted.
    tidy: u32,
    /// `None` when it names nothing.
    number: Option<Number>,
    /// Uses in rows that count, then in all rows: what staff set aside should not decide how a name is written.
    uses: (u32, u32),
    has_both_cases: bool,
    /// Whether its name is shown so.
    is_best: bool,
    first: Mention,
}

impl Spelling {
    /// Compares spellings of one name: the greatest is shown, of equal ones the earliest. Somebody in a hurry writes in
    /// one case only, so among equally frequent ones the spelling with both was probably written with care.
    fn rank(&self) -> impl Ord + use<> {
        (self.uses, self.has_both_cases)
    }
}

/// A key, and the spelling to show when somebody decided it.
pub(super) struct Identity<Key> {
    pub(super) key: Key,
    pub(super) decreed: Option<Arc<str>>,
}

/// Where a name stands: in which row, and where in its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) row: u32,
    pub(super) within: u32,
}

/// Whether a row is entered after all earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    InOrder,
    /// Rows that are later may have been entered before.
    Late,
}

/// One use of a name.
#[derive(Clone, Copy)]
pub(super) struct Use<'a> {
    pub(super) rows: &'a SubmissionTable,
    pub(super) at: Mention,
    pub(super) arrival: Arrival,
    /// The number of the text.
    pub(super) text: u32,
    pub(super) standing: Standing,
}

impl Use<'_> {
    /// Whether this use is earlier than one that was entered before.
    fn precedes(&self, other: Mention) -> bool {
        self.arrival == Arrival::Late && is_earlier(self.rows, self.at, other)
    }
}

fn is_earlier(rows: &SubmissionTable, one: Mention, other: Mention) -> bool {
    if one.row == other.row {
        one.within < other.within
    } else {
        rows.is_earlier(one.row, other.row)
    }
}

impl<Key: Eq + Hash + Clone> Roll<Key> {
    /// No names yet.
    pub(super) fn new() -> Self {
        Self {
            by_key: HashMap::default(),
            names: Vec::new(),
            spellings: Vec::new(),
        }
    }

    /// Gives the next number to a name that is known by decree, whether or not a row has it.
    pub(super) fn decree(&mut self, shown: &str) -> Number {
        self.admit(Some(shown.into()))
    }

    /// Makes a key stand for a name.
    pub(super) fn bind(&mut self, key: Key, number: Number) {
        self.by_key.insert(key, number);
    }

    /// Enters one use and returns the number of the name; `None` when the text names nothing. The order in which uses
    /// are entered makes no difference to how a name is shown.
    pub(super) fn enter(
        &mut self,
        entered: Use<'_>,
        texts: &Spellings<Key>,
        identify: impl FnOnce(&str, &Key) -> Identity<Key>,
    ) -> Option<Number> {
        let tidy = match self.spellings.get(entered.text as usize) {
            Some(Some(known)) => known.tidy,
            _ => self.learn(entered, texts, identify),
        };
        let spelling = self.spellings[tidy as usize].as_mut()?;
        let number = spelling.number?;
        spelling.uses.0 += u32::from(entered.standing == Standing::Counts);
        spelling.uses.1 += 1;
        if entered.precedes(spelling.first) {
            spelling.first = entered.at;
        }
        // Most uses repeat the best spelling in order: they change nothing about the name, which lies elsewhere in memory.
        if spelling.is_best && entered.arrival == Arrival::InOrder {
            return Some(number);
        }
        let spelling = *spelling;
        let name = &mut self.names[number.place()];
        let used = name.used.get_or_insert(Used {
            best: tidy,
            first: entered.at,
        });
        if entered.precedes(used.first) {
            used.first = entered.at;
        }
        let former = used.best;
        if former == tidy
            || self.spellings[former as usize].is_none_or(|best| is_better(entered.rows, &spelling, &best))
        {
            used.best = tidy;
            self.mark_best(former, tidy);
        }
        Some(number)
    }

    fn mark_best(&mut self, former: u32, best: u32) {
        for (text, is_best) in [(former, false), (best, true)] {
            if let Some(spelling) = &mut self.spellings[text as usize] {
                spelling.is_best = is_best;
            }
        }
    }

    /// The number of the name with this key.
    pub(super) fn number(&self, key: &Key) -> Option<Number> {
        self.by_key.get(key).copied()
    }

    /// The name as the board shows it: as decreed, else as it is written most often; of equally frequent spellings, one
    /// with capital and small letters goes first, then the earliest.
    pub(super) fn shown<'a>(&'a self, number: Number, texts: &'a Spellings<Key>) -> &'a str {
        let name = &self.names[number.place()];
        match (&name.decreed, name.used) {
            (Some(decreed), _) => decreed,
            (None, Some(used)) => texts.text(used.best),
            (None, None) => "",
        }
    }

    /// Where the name stands in the earliest row that has it.
    pub(super) fn first(&self, number: Number) -> Option<Mention> {
        self.names[number.place()].used.map(|used| used.first)
    }

    /// How many names there are; their places lie below.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// How many names stand in a row that counts.
    pub(super) fn counting_len(&self) -> usize {
        self.counting_numbers().count()
    }

    /// The names that stand in a row that counts, in alphabetical order.
    pub(super) fn counting<'a>(&'a self, texts: &'a Spellings<Key>) -> Vec<&'a str> {
        let mut counting: Vec<&str> = self
            .counting_numbers()
            .map(|number| self.shown(number, texts))
            .collect();
        counting.sort_by_cached_key(|name| (fold(name), *name));
        counting
    }

    /// The names that stand in a row that counts, in the order of their numbers.
    pub(super) fn counting_numbers(&self) -> impl Iterator<Item = Number> {
        let counts = |used: Used| self.spellings[used.best as usize].is_some_and(|best| best.uses.0 > 0);
        let numbers = self.names.iter().enumerate();
        numbers
            .filter(move |(_, name)| name.used.is_some_and(counts))
            .map(|(place, _)| Number::of(place))
    }

    /// Makes the text known, and the same without stray spaces; returns the number of the latter.
    fn learn(
        &mut self,
        entered: Use<'_>,
        texts: &Spellings<Key>,
        identify: impl FnOnce(&str, &Key) -> Identity<Key>,
    ) -> u32 {
        let tidy = texts.tidy(entered.text);
        let room = entered.text.max(tidy) as usize + 1;
        if self.spellings.len() < room {
            self.spellings.resize(room, None);
        }
        if self.spellings[tidy as usize].is_none() {
            let text = texts.text(tidy);
            let identity = texts.key(tidy).map(|key| identify(text, key));
            self.spellings[tidy as usize] = Some(Spelling {
                tidy,
                number: identity.map(|identity| self.number_for(identity)),
                uses: (0, 0),
                has_both_cases: text.chars().any(char::is_uppercase) && text.chars().any(char::is_lowercase),
                is_best: false,
                first: entered.at,
            });
        }
        self.spellings[entered.text as usize] = self.spellings[tidy as usize];
        tidy
    }

    fn number_for(&mut self, identity: Identity<Key>) -> Number {
        if let Some(known) = self.by_key.get(&identity.key) {
            return *known;
        }
        let number = self.admit(identity.decreed);
        self.by_key.insert(identity.key, number);
        number
    }

    fn admit(&mut self, decreed: Option<Arc<str>>) -> Number {
        self.names.push(Name { decreed, used: None });
        Number::of(self.names.len() - 1)
    }
}

/// Whether a name is rather shown in one spelling than in another.
fn is_better(rows: &SubmissionTable, one: &Spelling, other: &Spelling) -> bool {
    match one.rank().cmp(&other.rank()) {
        Ordering::Equal => is_earlier(rows, one.first, other.first),
        unequal => unequal.is_gt(),
    }
}

/// A place or an amount as the small number it is kept in.
pub(super) fn count(amount: usize) -> u32 {
    u32::try_from(amount).expect("a spreadsheet holds at most ten million cells")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaderboard::{
        claim::Status,
        fixture::{ledger, row, with_status},
    };

    const COUNTS: Standing = Standing::Counts;
    const ASIDE: Standing = Standing::SetAside;

    /// The CSMs of rows, one a minute, as they are shown.
    fn shown(entries: &[(&str, Standing)]) -> Vec<String> {
        let rows = (0..).zip(entries).map(|(minute, (typed, standing))| {
            let row = row(minute + 2, &format!("02 10:{minute:02}"), typed, "Acme", "GitHub");
            match standing {
                Standing::Counts => row,
                Standing::SetAside => with_status(Status::Rejected, row),
            }
        });
        let ledger = ledger(rows.collect());
        let numbers = (0..ledger.csm_count()).map(Number::of);
        numbers.map(|number| ledger.csm_shown(number).to_owned()).collect()
    }

    #[test]
    fn the_spelling_used_most_often_is_shown_then_one_with_both_cases_then_the_first() {
        for (entries, expected) in [
            (vec![], vec![]),
            (vec![("  ", COUNTS)], vec![]),
            (vec![("KATE", COUNTS), ("kate", COUNTS)], vec!["KATE"]),
            (
                vec![("kate", COUNTS), ("KATE", COUNTS), ("Kate", COUNTS), ("KaTe", COUNTS)],
                vec!["Kate"],
            ),
            (vec![("kate", COUNTS), ("kate", COUNTS), ("Kate", COUNTS)], vec!["kate"]),
            (vec![("王", COUNTS)], vec!["王"]),
            (vec![("KATE", COUNTS), ("Kate", COUNTS), ("Kate", COUNTS)], vec!["Kate"]),
            // Stray spaces are one spelling.
            (
                vec![
                    ("KATE", COUNTS),
                    ("KATE", COUNTS),
                    ("Kate ", COUNTS),
                    (" Kate", COUNTS),
                    ("Kate", COUNTS),
                ],
                vec!["Kate"],
            ),
            // What staff set aside decides only when there is nothing else.
            (vec![("KATE!", ASIDE), ("KATE!", ASIDE)], vec!["KATE!"]),
            (vec![("KATE", ASIDE), ("KATE", ASIDE), ("Kate", COUNTS)], vec!["Kate"]),
            (
                vec![("Kate", COUNTS), ("Bo", COUNTS), ("bo", COUNTS), ("bo", COUNTS)],
                vec!["Kate", "bo"],
            ),
        ] {
            assert_eq!(shown(&entries), expected, "{entries:?}");
        }
    }
}
