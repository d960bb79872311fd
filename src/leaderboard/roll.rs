//! Name interner: variants with the same key share an id; the most frequent spelling is displayed.

use std::{cmp::Ordering, collections::HashMap, hash::Hash, num::NonZeroU32, sync::Arc};

use foldhash::quality::RandomState;

use super::{spellings::Spellings, table::SubmissionTable};
use crate::spelling::fold;

/// Whether a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Counts,
    SetAside,
}

/// Compact id of a name or a credit; `Option` of it takes no extra space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Number(NonZeroU32);

impl Number {
    /// Id of the item at an index.
    pub(super) fn of(place: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(count(place)))
    }

    /// Index of the item.
    pub(super) fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Ids of names, with their display spelling.
#[derive(Clone, Debug)]
pub(super) struct Roll<Key> {
    by_key: HashMap<Key, Number, RandomState>,
    /// By name id.
    names: Vec<Name>,
    /// By text id.
    spellings: Vec<Option<Spelling>>,
}

#[derive(Clone, Debug)]
struct Name {
    /// Display spelling set by staff or the catalog.
    decreed: Option<Arc<str>>,
    /// Best spelling and first occurrence; `None` while no row has the name.
    used: Option<Used>,
}

#[derive(Clone, Copy, Debug)]
struct Used {
    best: u32,
    first: Mention,
}

/// A spelling of a name.
#[derive(Clone, Copy, Debug)]
struct Spelling {
    /// Id of the same text with normalised spaces, which is the one counted.
    tidy: u32,
    /// `None` when the text is empty.
    number: Option<Number>,
    /// Uses in counting rows, then in all rows: rejected rows must not decide the spelling.
    uses: (u32, u32),
    has_both_cases: bool,
    /// Whether it is the display spelling.
    is_best: bool,
    first: Mention,
}

impl Spelling {
    /// Sort key of a spelling: the greatest is displayed, on a tie the earliest. Mixed case beats single case among
    /// equally frequent spellings, because it was probably typed with more care.
    fn rank(&self) -> impl Ord + use<> {
        (self.uses, self.has_both_cases)
    }
}

/// A key, and its display spelling when staff set one.
pub(super) struct Identity<Key> {
    pub(super) key: Key,
    pub(super) decreed: Option<Arc<str>>,
}

/// Position of a name: row and index within the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) row: u32,
    pub(super) within: u32,
}

/// Whether a row is entered in chronological order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    InOrder,
    /// Later rows may have been entered before.
    Late,
}

/// One use of a name.
#[derive(Clone, Copy)]
pub(super) struct Use<'a> {
    pub(super) rows: &'a SubmissionTable,
    pub(super) at: Mention,
    pub(super) arrival: Arrival,
    /// Id of the text.
    pub(super) text: u32,
    pub(super) standing: Standing,
}

impl Use<'_> {
    /// Whether this use is earlier than one entered before.
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
    /// An empty interner.
    pub(super) fn new() -> Self {
        Self {
            by_key: HashMap::default(),
            names: Vec::new(),
            spellings: Vec::new(),
        }
    }

    /// Assigns the next id to a canonical name, whether or not a row uses it.
    pub(super) fn decree(&mut self, shown: &str) -> Number {
        self.admit(Some(shown.into()))
    }

    /// Maps a key to a name.
    pub(super) fn bind(&mut self, key: Key, number: Number) {
        self.by_key.insert(key, number);
    }

    /// Records one use and returns the id of the name; `None` for an empty text. The display spelling does not depend
    /// on the order of calls.
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
        // Fast path: most uses repeat the best spelling in order and change nothing, so the name's cache line is not
        // touched.
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

    /// Id of the name with this key.
    pub(super) fn number(&self, key: &Key) -> Option<Number> {
        self.by_key.get(key).copied()
    }

    /// Display name: the canonical spelling, otherwise the most frequent one; on a tie mixed case first, then the
    /// earliest.
    pub(super) fn shown<'a>(&'a self, number: Number, texts: &'a Spellings<Key>) -> &'a str {
        let name = &self.names[number.place()];
        match (&name.decreed, name.used) {
            (Some(decreed), _) => decreed,
            (None, Some(used)) => texts.text(used.best),
            (None, None) => "",
        }
    }

    /// Position in the earliest row that has the name.
    pub(super) fn first(&self, number: Number) -> Option<Mention> {
        self.names[number.place()].used.map(|used| used.first)
    }

    /// Number of names; their indices are below it.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Number of names with a counting row.
    pub(super) fn counting_len(&self) -> usize {
        self.counting_numbers().count()
    }

    /// Names with a counting row, in alphabetical order.
    pub(super) fn counting<'a>(&'a self, texts: &'a Spellings<Key>) -> Vec<&'a str> {
        let mut counting: Vec<&str> = self
            .counting_numbers()
            .map(|number| self.shown(number, texts))
            .collect();
        counting.sort_by_cached_key(|name| (fold(name), *name));
        counting
    }

    /// Names with a counting row, in id order.
    pub(super) fn counting_numbers(&self) -> impl Iterator<Item = Number> {
        let counts = |used: Used| self.spellings[used.best as usize].is_some_and(|best| best.uses.0 > 0);
        let numbers = self.names.iter().enumerate();
        numbers
            .filter(move |(_, name)| name.used.is_some_and(counts))
            .map(|(place, _)| Number::of(place))
    }

    /// Registers a text and its form with normalised spaces; returns the id of the latter.
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

/// Whether one spelling is preferred over another for display.
fn is_better(rows: &SubmissionTable, one: &Spelling, other: &Spelling) -> bool {
    match one.rank().cmp(&other.rank()) {
        Ordering::Equal => is_earlier(rows, one.first, other.first),
        unequal => unequal.is_gt(),
    }
}

/// Converts an index or a count to `u32`, saturating.
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

    /// Display names of CSMs in rows one minute apart.
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
            // Spellings that differ only in spaces are one.
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
            // Rejected rows decide only when there are no others.
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
