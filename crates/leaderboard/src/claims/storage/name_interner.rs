//! Name interner: variants with the same key share an id; the most frequent spelling is displayed.

use std::{cmp::Ordering, collections::HashMap, hash::Hash, num::NonZeroU32, sync::Arc};

use domain::normalize::normalize;
use foldhash::quality::RandomState;

use crate::claims::{
    rules::RowValidity,
    storage::{saturating_u32, string_pool::StringPool, submission_columns::SubmissionColumns},
};

/// Compact id of a name or a credit; `Option` of it takes no extra space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NameId(NonZeroU32);

impl NameId {
    /// Id of the item at an index.
    pub(crate) fn of(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(saturating_u32(index)))
    }

    /// Index of the item.
    pub(crate) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Ids of names, with their display spelling.
#[derive(Clone, Debug)]
pub(crate) struct NameInterner<Key> {
    by_key: HashMap<Key, NameId, RandomState>,
    /// By name id.
    names: Vec<InternedName>,
    /// By text id.
    spellings: Vec<Option<SpellingCount>>,
}

#[derive(Clone, Debug)]
struct InternedName {
    /// Display spelling set by staff or the catalog.
    canonical: Option<Arc<str>>,
    /// Best spelling and first occurrence; `None` while no row has the name.
    used: Option<SpellingUse>,
}

#[derive(Clone, Copy, Debug)]
struct SpellingUse {
    best: u32,
    first: NamePosition,
}

/// A spelling of a name.
#[derive(Clone, Copy, Debug)]
struct SpellingCount {
    /// Id of the same text with normalised spaces, which is the one counted.
    collapsed: u32,
    /// `None` when the text is empty.
    id: Option<NameId>,
    /// Uses in counting rows, then in all rows: rejected rows must not decide the spelling.
    uses: (u32, u32),
    has_both_cases: bool,
    /// Whether it is the display spelling.
    is_best: bool,
    first: NamePosition,
}

impl SpellingCount {
    /// Sort key of a spelling: the greatest is displayed, on a tie the earliest. Mixed case beats single case among
    /// equally frequent spellings, because it was probably typed with more care.
    fn rank(&self) -> impl Ord + use<> {
        (self.uses, self.has_both_cases)
    }
}

/// A key, and its display spelling when staff set one.
pub(crate) struct NameIdentity<Key> {
    pub(crate) key: Key,
    pub(crate) canonical: Option<Arc<str>>,
}

/// Position of a name: row and index within the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NamePosition {
    pub(crate) row: u32,
    pub(crate) within: u32,
}

/// Whether a row is entered in chronological order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryOrder {
    InOrder,
    /// Later rows may have been entered before.
    Late,
}

/// One use of a name.
#[derive(Clone, Copy)]
pub(crate) struct NameUse<'a> {
    pub(crate) rows: &'a SubmissionColumns,
    pub(crate) at: NamePosition,
    pub(crate) arrival: EntryOrder,
    /// Id of the text.
    pub(crate) text: u32,
    pub(crate) validity: RowValidity,
}

impl NameUse<'_> {
    /// Whether this use is earlier than one entered before.
    fn precedes(&self, other: NamePosition) -> bool {
        self.arrival == EntryOrder::Late && is_earlier(self.rows, self.at, other)
    }
}

fn is_earlier(rows: &SubmissionColumns, one: NamePosition, other: NamePosition) -> bool {
    if one.row == other.row {
        one.within < other.within
    } else {
        rows.is_earlier(one.row, other.row)
    }
}

impl<Key: Eq + Hash + Clone> NameInterner<Key> {
    /// An empty interner.
    pub(crate) fn new() -> Self {
        Self {
            by_key: HashMap::default(),
            names: Vec::new(),
            spellings: Vec::new(),
        }
    }

    /// Assigns the next id to a canonical name, whether or not a row uses it.
    pub(crate) fn register_canonical(&mut self, display_name: &str) -> NameId {
        self.add_name(Some(display_name.into()))
    }

    /// Maps a key to a name.
    pub(crate) fn bind_key(&mut self, key: Key, id: NameId) {
        self.by_key.insert(key, id);
    }

    /// Records one use and returns the id of the name; `None` for an empty text. The display spelling does not depend
    /// on the order of calls.
    pub(crate) fn record(
        &mut self,
        entered: NameUse<'_>,
        texts: &StringPool<Key>,
        identify: impl FnOnce(&str, &Key) -> NameIdentity<Key>,
    ) -> Option<NameId> {
        let collapsed = match self.spellings.get(entered.text as usize) {
            Some(Some(known)) => known.collapsed,
            _ => self.register_spelling(entered, texts, identify),
        };
        let spelling = self.spellings[collapsed as usize].as_mut()?;
        let id = spelling.id?;
        spelling.uses.0 += u32::from(entered.validity == RowValidity::Counts);
        spelling.uses.1 += 1;
        if entered.precedes(spelling.first) {
            spelling.first = entered.at;
        }
        // Fast path: most uses repeat the best spelling in order and change nothing, so the name's cache line is not
        // touched.
        if spelling.is_best && entered.arrival == EntryOrder::InOrder {
            return Some(id);
        }
        let spelling = *spelling;
        let name = &mut self.names[id.index()];
        let used = name.used.get_or_insert(SpellingUse {
            best: collapsed,
            first: entered.at,
        });
        if entered.precedes(used.first) {
            used.first = entered.at;
        }
        let former = used.best;
        if former == collapsed
            || self.spellings[former as usize].is_none_or(|best| is_better(entered.rows, &spelling, &best))
        {
            used.best = collapsed;
            self.mark_best(former, collapsed);
        }
        Some(id)
    }

    fn mark_best(&mut self, former: u32, best: u32) {
        for (text, is_best) in [(former, false), (best, true)] {
            if let Some(spelling) = &mut self.spellings[text as usize] {
                spelling.is_best = is_best;
            }
        }
    }

    /// Id of the name with this key.
    pub(crate) fn id_of(&self, key: &Key) -> Option<NameId> {
        self.by_key.get(key).copied()
    }

    /// Display name: the canonical spelling, otherwise the most frequent one; on a tie mixed case first, then the
    /// earliest.
    pub(crate) fn display_name<'a>(&'a self, id: NameId, texts: &'a StringPool<Key>) -> &'a str {
        let name = &self.names[id.index()];
        match (&name.canonical, name.used) {
            (Some(canonical), _) => canonical,
            (None, Some(used)) => texts.text(used.best),
            (None, None) => "",
        }
    }

    /// Position in the earliest row that has the name.
    pub(crate) fn first(&self, id: NameId) -> Option<NamePosition> {
        self.names[id.index()].used.map(|used| used.first)
    }

    /// Number of names; their indices are below it.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Number of names with a counting row.
    pub(crate) fn counting_len(&self) -> usize {
        self.counting_ids().count()
    }

    /// Names with a counting row, in alphabetical order.
    pub(crate) fn counting<'a>(&'a self, texts: &'a StringPool<Key>) -> Vec<&'a str> {
        let mut counting: Vec<&str> = self.counting_ids().map(|id| self.display_name(id, texts)).collect();
        counting.sort_by_cached_key(|name| (normalize(name), *name));
        counting
    }

    /// Names with a counting row, in id order.
    pub(crate) fn counting_ids(&self) -> impl Iterator<Item = NameId> {
        let counts = |used: SpellingUse| self.spellings[used.best as usize].is_some_and(|best| best.uses.0 > 0);
        let ids = self.names.iter().enumerate();
        ids.filter(move |(_, name)| name.used.is_some_and(counts))
            .map(|(index, _)| NameId::of(index))
    }

    /// Registers a text and its form with normalised spaces; returns the id of the latter.
    fn register_spelling(
        &mut self,
        entered: NameUse<'_>,
        texts: &StringPool<Key>,
        identify: impl FnOnce(&str, &Key) -> NameIdentity<Key>,
    ) -> u32 {
        let collapsed = texts.collapsed(entered.text);
        let room = entered.text.max(collapsed) as usize + 1;
        if self.spellings.len() < room {
            self.spellings.resize(room, None);
        }
        if self.spellings[collapsed as usize].is_none() {
            let text = texts.text(collapsed);
            let identity = texts.key(collapsed).map(|key| identify(text, key));
            self.spellings[collapsed as usize] = Some(SpellingCount {
                collapsed,
                id: identity.map(|identity| self.id_for(identity)),
                uses: (0, 0),
                has_both_cases: text.chars().any(char::is_uppercase) && text.chars().any(char::is_lowercase),
                is_best: false,
                first: entered.at,
            });
        }
        self.spellings[entered.text as usize] = self.spellings[collapsed as usize];
        collapsed
    }

    fn id_for(&mut self, identity: NameIdentity<Key>) -> NameId {
        if let Some(known) = self.by_key.get(&identity.key) {
            return *known;
        }
        let id = self.add_name(identity.canonical);
        self.by_key.insert(identity.key, id);
        id
    }

    fn add_name(&mut self, canonical: Option<Arc<str>>) -> NameId {
        self.names.push(InternedName { canonical, used: None });
        NameId::of(self.names.len() - 1)
    }
}

/// Whether one spelling is preferred over another for display.
fn is_better(rows: &SubmissionColumns, one: &SpellingCount, other: &SpellingCount) -> bool {
    match one.rank().cmp(&other.rank()) {
        Ordering::Equal => is_earlier(rows, one.first, other.first),
        unequal => unequal.is_gt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::{
        fixture::{ledger, row, with_status},
        submission::SubmissionStatus,
    };

    pub(crate) const COUNTS: RowValidity = RowValidity::Counts;
    pub(crate) const ASIDE: RowValidity = RowValidity::Excluded;

    /// Display names of CSMs in rows one minute apart.
    pub(crate) fn display_name(entries: &[(&str, RowValidity)]) -> Vec<String> {
        let rows = (0..).zip(entries).map(|(minute, (typed, validity))| {
            let row = row(minute + 2, &format!("02 10:{minute:02}"), typed, "Acme", "GitHub");
            match validity {
                RowValidity::Counts => row,
                RowValidity::Excluded => with_status(SubmissionStatus::Rejected, row),
            }
        });
        let ledger = ledger(rows.collect());
        let ids = (0..ledger.csm_count()).map(NameId::of);
        ids.map(|id| ledger.csm_display_name(id).to_owned()).collect()
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
            assert_eq!(display_name(&entries), expected, "{entries:?}");
        }
    }
}
