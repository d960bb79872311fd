//! Names by number: each spelling is folded once, each name is known by a small number from then on.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
};

use crate::spelling::{fold, tidy};

/// Whether staff let a row count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Counts,
    SetAside,
}

/// Numbers for names, and how each name is shown.
#[derive(Clone, Debug)]
pub(super) struct Roll<Key> {
    by_key: HashMap<Key, u32>,
    shown: Vec<String>,
    /// Whether any row that counts has the name; the place is its number.
    standings: Vec<Standing>,
}

impl<Key: Eq + Hash> Roll<Key> {
    /// The number of the name with this key.
    pub(super) fn number(&self, key: &Key) -> Option<u32> {
        self.by_key.get(key).copied()
    }

    /// The name as the board shows it.
    pub(super) fn shown(&self, number: u32) -> &str {
        &self.shown[number as usize]
    }

    /// How many names there are; their numbers lie below.
    pub(super) fn len(&self) -> usize {
        self.shown.len()
    }

    /// The names that stand in a row that counts, in alphabetical order.
    pub(super) fn counting(&self) -> Vec<&str> {
        let names = self.shown.iter().zip(&self.standings);
        let mut counting: Vec<&str> = names
            .filter(|(_, standing)| **standing == Standing::Counts)
            .map(|(name, _)| name.as_str())
            .collect();
        counting.sort_by_cached_key(|name| (fold(name), *name));
        counting
    }
}

/// A roll in the making. Names are entered earliest first, so that the last tie goes to the earliest spelling.
pub(super) struct Register<'a, Key> {
    by_typed: HashMap<Cow<'a, str>, Option<u32>>,
    spellings: Vec<Spelling>,
    by_key: HashMap<Key, u32>,
    decreed: Vec<Option<String>>,
}

/// One way in which a name was typed.
struct Spelling {
    text: String,
    number: u32,
    /// Uses in rows that count, then in all rows: what staff set aside should not decide how a name is written.
    uses: (u32, u32),
}

impl Spelling {
    /// Compares spellings of one name: the greatest is shown. Somebody in a hurry writes in one case only, so among
    /// equally frequent ones the spelling with both was probably written with care.
    fn rank(&self) -> impl Ord + use<> {
        let has_both_cases = self.text.chars().any(char::is_uppercase) && self.text.chars().any(char::is_lowercase);
        (self.uses, has_both_cases)
    }
}

/// A key, and the spelling to show when somebody decided it.
pub(super) struct Identity<Key> {
    pub(super) key: Key,
    pub(super) decreed: Option<String>,
}

impl<'a, Key: Eq + Hash> Register<'a, Key> {
    pub(super) fn new() -> Self {
        Self {
            by_typed: HashMap::new(),
            spellings: Vec::new(),
            by_key: HashMap::new(),
            decreed: Vec::new(),
        }
    }

    /// Enters one use of a typed name and returns the number of the name; `None` when it has no key.
    pub(super) fn enter(
        &mut self,
        typed: &'a str,
        standing: Standing,
        identify: impl FnOnce(&str) -> Option<Identity<Key>>,
    ) -> Option<u32> {
        let known = self.by_typed.get(typed).copied();
        let place = known.unwrap_or_else(|| self.learn(typed, identify))?;
        let spelling = &mut self.spellings[place as usize];
        spelling.uses.0 += u32::from(standing == Standing::Counts);
        spelling.uses.1 += 1;
        Some(spelling.number)
    }

    /// The finished roll: each name is shown as decreed, else as it is written most often; of equally frequent
    /// spellings, one with capital and small letters goes first, then the earliest.
    pub(super) fn finish(self) -> Roll<Key> {
        let mut chosen: Vec<Option<&Spelling>> = vec![None; self.decreed.len()];
        for spelling in &self.spellings {
            let best = &mut chosen[spelling.number as usize];
            if best.is_none_or(|best| best.rank() < spelling.rank()) {
                *best = Some(spelling);
            }
        }
        let standings = chosen.iter().map(|chosen| match chosen {
            Some(spelling) if spelling.uses.0 > 0 => Standing::Counts,
            _ => Standing::SetAside,
        });
        let shown = self.decreed.iter().zip(&chosen).map(|(decreed, chosen)| match decreed {
            Some(decreed) => decreed.clone(),
            None => chosen.map(|spelling| spelling.text.clone()).unwrap_or_default(),
        });
        Roll {
            shown: shown.collect(),
            standings: standings.collect(),
            by_key: self.by_key,
        }
    }

    fn learn(&mut self, typed: &'a str, identify: impl FnOnce(&str) -> Option<Identity<Key>>) -> Option<u32> {
        let text = tidy(typed);
        if text == typed {
            let place = identify(typed).map(|identity| self.admit(text, identity));
            self.by_typed.insert(Cow::Borrowed(typed), place);
            return place;
        }
        let place = match self.by_typed.get(text.as_str()) {
            Some(known) => *known,
            None => {
                let place = identify(&text).map(|identity| self.admit(text.clone(), identity));
                self.by_typed.insert(Cow::Owned(text), place);
                place
            }
        };
        self.by_typed.insert(Cow::Borrowed(typed), place);
        place
    }

    fn admit(&mut self, text: String, identity: Identity<Key>) -> u32 {
        let number = match self.by_key.entry(identity.key) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let number = count(self.decreed.len());
                self.decreed.push(identity.decreed);
                *free.insert(number)
            }
        };
        self.spellings.push(Spelling {
            text,
            number,
            uses: (0, 0),
        });
        count(self.spellings.len() - 1)
    }
}

/// A place or an amount as the small number it is kept in.
pub(super) fn count(amount: usize) -> u32 {
    u32::try_from(amount).expect("a spreadsheet holds at most ten million cells")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::PersonKey;

    const COUNTS: Standing = Standing::Counts;
    const ASIDE: Standing = Standing::SetAside;

    fn roll(entries: &[(&str, Standing)]) -> Vec<String> {
        let mut register = Register::new();
        for (typed, standing) in entries {
            register.enter(typed, *standing, |name| {
                PersonKey::of(name).map(|key| Identity { key, decreed: None })
            });
        }
        register.finish().shown
    }

    #[test]
    fn the_spelling_used_most_often_is_shown_then_one_with_both_cases_then_the_first() {
        for (entries, shown) in [
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
            assert_eq!(roll(&entries), shown, "{entries:?}");
        }
    }
}
